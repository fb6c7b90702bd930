"""/api/settings: who is signed in, the shops, their credentials, and what channels there are."""

import secrets
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from common.api import caller, if_match, is_creation, make_app, path_id, reply
from common.auth import Group
from common.channels.contexts import CallsMalls, contexts_of
from common.clock import utc_now
from common.cold_start import cold_start
from common.dynamo import Table
from support.repository.malls import CalledMalls, NotedTroubles
from support.repository.secrets import ParameterVault
from support.repository.shops import DynamoShops
from support.service.channels import KnownChannels, channel_list
from support.service.checking import Checker
from support.service.credentials import CredentialOffice
from support.service.desk import ShopDesk
from support.service.requests import CredentialsRequest, SecretRequest, ShopRequest
from support.service.shops import ShopOffice
from support.service.views import (
    ChannelList,
    CheckView,
    EndingList,
    MeView,
    SecretStored,
    ShopList,
    ShopView,
)

app = make_app("/api/settings")
# API Gateway waits for half a minute; a mall that is slow is told of, not waited for.
_MALL_SECONDS = 4.0


class Env(CallsMalls):
    settings_table: str


@cold_start
def desk() -> ShopDesk:
    return ShopDesk(DynamoShops(Table(Env.load().settings_table)), KnownChannels(), utc_now)


@cold_start
def office() -> ShopOffice:
    return ShopOffice(desk(), ParameterVault(Env.load().shop_secrets_prefix), secrets.token_bytes)


@cold_start
def credentials() -> CredentialOffice:
    env = Env.load()
    troubles = NotedTroubles(Table(env.calls_table), utc_now)
    return CredentialOffice(desk(), ParameterVault(env.shop_secrets_prefix), troubles)


@cold_start
def checker() -> Checker:
    # Who presses the button has just mended something.
    contexts = contexts_of(Env.load(), seconds=_MALL_SECONDS, ask_again=timedelta(0))
    return Checker(desk(), CalledMalls(contexts, utc_now))


@app.get("/me")
def me() -> Response[MeView]:
    # Open to everybody signed in: who is in no group must be told so by the page.
    who = caller(app)
    return reply(MeView(id=who.id, name=who.name, groups=sorted(who.groups)))


@app.get("/channels")
def list_channels() -> Response[ChannelList]:
    """Channels whose malls can be talked to, and what each can do."""
    caller(app).require(*Group)
    return reply(channel_list(desk().channels))


@app.get("/credentials")
def list_credentials() -> Response[EndingList]:
    """Credentials that end, the first one first, and malls that need a person now."""
    caller(app).require(*Group)
    return reply(credentials().list())


@app.get("/shops")
def list_shops() -> Response[ShopList]:
    caller(app).require(*Group)
    return reply(office().list())


@app.get("/shops/<shop_id>")
def get_shop(shop_id: str) -> Response[ShopView]:
    caller(app).require(*Group)
    found = office().get(path_id(shop_id))
    return reply(found, version=found.version)


@app.put("/shops/<shop_id>")
def put_shop(shop_id: str, shop: Annotated[ShopRequest, Body()]) -> Response[ShopView]:
    """`If-None-Match: *` makes a new shop (201), `If-Match` changes one."""
    who = caller(app)
    who.require(Group.ADMIN)
    if is_creation(app):
        made = office().create(path_id(shop_id), shop, actor=who.actor)
        return reply(made, status=HTTPStatus.CREATED, version=made.version)
    changed = office().change(path_id(shop_id), shop, version=if_match(app), actor=who.actor)
    return reply(changed, version=changed.version)


@app.put("/shops/<shop_id>/webhook-secret")
def put_secret(shop_id: str, wanted: Annotated[SecretRequest, Body()]) -> Response[SecretStored]:
    """`If-Match` is checked when it is sent, and needed when the server is to make the secret:
    only that cannot be repeated without an effect."""
    who = caller(app)
    who.require(Group.ADMIN)
    bound = wanted.secret is None or app.current_event.headers.get("If-Match") is not None
    version = if_match(app) if bound else None
    stored = office().set_secret(path_id(shop_id), wanted.secret, version=version, actor=who.actor)
    return reply(stored, version=stored.shop.version)


@app.put("/shops/<shop_id>/credentials")
def put_credentials(
    shop_id: str, wanted: Annotated[CredentialsRequest, Body()]
) -> Response[ShopView]:
    """Those named are set or forgotten, others stay. No answer ever shows a value."""
    who = caller(app)
    who.require(Group.ADMIN)
    version = if_match(app)
    changed = credentials().set(path_id(shop_id), wanted, version=version, actor=who.actor)
    return reply(changed, version=changed.version)


@app.post("/shops/<shop_id>/check")
def check_shop(shop_id: str) -> Response[CheckView]:
    """The connection test; changes nothing. A mall that fails is an answer (200)."""
    caller(app).require(Group.STAFF)
    return reply(checker().check(path_id(shop_id)))


@app.post("/shops/<shop_id>/pause")
def pause_shop(shop_id: str) -> Response[ShopView]:
    """Send nothing to the mall; its orders still come in. Repeating it changes nothing."""
    return _paused(shop_id, is_paused=True)


@app.post("/shops/<shop_id>/resume")
def resume_shop(shop_id: str) -> Response[ShopView]:
    """Send to the mall again. Repeating it changes nothing."""
    return _paused(shop_id, is_paused=False)


def _paused(shop_id: str, *, is_paused: bool) -> Response[ShopView]:
    who = caller(app)
    who.require(Group.STAFF)
    changed = office().pause(path_id(shop_id), is_paused=is_paused, actor=who.actor)
    return reply(changed, version=changed.version)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """API Gateway, payload format 2.0."""
    return app.resolve(event, context)
