"""The factory that functions use, against tables and parameters."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import boto3
import pytest

from common.channels.contexts import Contexts, access_of
from common.channels.port import (
    Cap,
    ChannelError,
    ChannelInfo,
    ErrorKind,
    Limits,
    OptionField,
    Request,
    ShopAccess,
    Token,
    Unsupported,
)
from common.dynamo import Table
from common.errors import NotFound, Unavailable
from common.shops import Shop, ShopMail
from tests.common.channels.contexts import T0, FakeTime
from tests.common.servers import ScriptedServer, Told, serving

INFO = ChannelInfo(
    code="mall",
    name="Mall",
    caps=Cap.POLL,
    limits=Limits(),
    options=(OptionField("seller"), OptionField("place", "tokyo")),
    default_url="https://api.mall.example/",
)


def shop(channel: str = "mall", **changes: object) -> Shop:
    plain = Shop(
        id="kissa",
        name="店",
        channel=channel,
        currency="JPY",
        enabled=True,
        mail=ShopMail("", "", "", ""),
        webhook_secrets=(),
        version=1,
    )
    return plain._replace(**changes)  # type: ignore[arg-type]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with serving() as running:
        yield running


@pytest.fixture
def contexts(calls_table: Table) -> Contexts:
    return made(calls_table)


class Mall(Unsupported):
    info = INFO


class Strict(Unsupported):
    info = replace(INFO, caps=Cap.POLL | Cap.FIXED_IP)


def made(table: Table, relay: str = "") -> Contexts:
    time = FakeTime()
    return Contexts(
        table,
        "/banto/test/shops/",
        relay=relay,
        clock=time,
        sleep=time.sleep,
        apis=lambda code: Strict() if code == "strict" else Mall(),
    )


def test_an_adapter_sees_the_malls_usual_address_and_every_option() -> None:
    assert access_of(shop(options={"seller": "s"}), INFO) == ShopAccess(
        "kissa", "JPY", "https://api.mall.example", {"seller": "s", "place": "tokyo"}
    )
    own = shop(api_url="https://mine.example/api/", options={"place": "osaka"})
    assert access_of(own, INFO).url == "https://mine.example/api"
    assert access_of(own, INFO).options == {"seller": "", "place": "osaka"}


def test_an_unknown_channel_is_not_found(calls_table: Table) -> None:
    with pytest.raises(NotFound):
        Contexts(calls_table, "/banto/test/shops/").of(shop("nowhere"))


def test_a_function_asks_the_mall_with_the_shops_own_credentials(
    contexts: Contexts, server: ScriptedServer, calls_table: Table
) -> None:
    boto3.client("ssm").put_parameter(Name="/k", Value="secret-1", Type="SecureString")
    server.tell(Told(200, b"ok"))
    api, ctx = contexts.of(shop(api_url=server.url, credentials={"key": "/k"}))
    assert api.info is INFO
    assert ctx.credential("key") == "secret-1"
    assert ctx.send("read", Request("GET", f"{ctx.shop.url}/x")).body == b"ok"
    assert ctx.now() == T0
    assert len(list(calls_table.every("RATE#kissa"))) == 1


def test_the_token_is_kept_until_the_shop_is_set_up_differently(contexts: Contexts) -> None:
    renewals: list[str] = []

    def renew(refresh: str) -> Token:
        renewals.append(refresh)
        return Token(f"a{len(renewals)}", T0 + timedelta(hours=1))

    def token(of: Shop) -> str:
        return contexts.of(of)[1].token(renew)

    assert [token(shop()), token(shop(version=2, is_paused=True))] == ["a1", "a1"]
    assert token(shop(credentials={"key": "/k2"})) == "a2"


def test_a_table_that_is_away_is_like_a_mall_that_does_not_answer(
    server: ScriptedServer,
) -> None:

    class Away(Table):
        def get(self, pk: str, sk: str) -> None:
            raise Unavailable("DynamoDB did not answer")

    _, ctx = made(Away("calls")).of(shop(api_url=server.url))
    with pytest.raises(ChannelError) as raised:
        ctx.send("read", Request("GET", server.url))
    error = raised.value
    assert (error.kind, error.code, error.may_be_applied) == (
        ErrorKind.TRANSIENT,
        "not_asked",
        False,
    )
    ctx.throttled("read", 5)
    assert server.asked == []


def asked(contexts: Contexts, channel: str, url: str) -> bytes:
    _, ctx = contexts.of(shop(channel, api_url=url))
    return ctx.send("read", Request("GET", f"{url}/x")).body


def test_a_mall_that_takes_known_addresses_only_is_asked_by_the_relay_if_there_is_one(
    server: ScriptedServer, calls_table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.tell(Told(200, b"directly"))
    relayed = b'{"status":200,"headers":{},"body":"cmVsYXllZA=="}'
    with serving() as service:
        service.tell(Told(200, relayed))
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", service.url)
        with_relay = made(calls_table, "banto-test-support-relay_request")

        assert asked(with_relay, "strict", server.url) == b"relayed"
        assert asked(with_relay, "mall", server.url) == b"directly"
        assert asked(made(calls_table), "strict", server.url) == b"directly"

        [invoked] = service.asked
        assert "/banto-test-support-relay_request/" in invoked.path
    assert len(server.asked) == 2
