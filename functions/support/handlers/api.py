"""/api/settings: who is signed in, and the shops."""

import secrets
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from common.api import caller, if_match, is_creation, make_app, path_id, reply
from common.auth import Group
from common.clock import utc_now
from common.cold_start import cold_start
from common.dynamo import Table
from common.settings import Settings
from support.repository.secrets import ParameterVault
from support.repository.shops import DynamoShops
from support.service.requests import SecretRequest, ShopRequest
from support.service.shops import ShopOffice
from support.service.views import MeView, SecretStored, ShopList, ShopView

app = make_app("/api/settings")


class Env(Settings):
    settings_table: str
    shop_secrets_prefix: str


@cold_start
def office() -> ShopOffice:
    env = Env.load()
    return ShopOffice(
        DynamoShops(Table(env.settings_table)),
        ParameterVault(env.shop_secrets_prefix),
        utc_now,
        secrets.token_bytes,
    )


@app.get("/me")
def me() -> Response[MeView]:
    # Open to everybody signed in: who is in no group must be told so by the page.
    who = caller(app)
    return reply(MeView(id=who.id, name=who.name, groups=sorted(who.groups)))


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


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """API Gateway, payload format 2.0."""
    return app.resolve(event, context)
