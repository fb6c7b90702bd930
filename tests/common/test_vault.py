"""Tokens of shops: renewed by one function at a time, and never lost unseen."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from common.aws import client
from common.channels.port import ChannelError, ErrorKind, Token
from common.dynamo import Table
from common.errors import Unavailable
from common.locks import Locks
from common.shops import Shop, ShopMail
from common.vault import SsmVault, made_with, troubles
from tests.logs import caught_logs

T0 = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PREFIX = "/banto/test/shops/"
TOKEN = f"{PREFIX}kissa/token"


def parameter(name: str, value: str) -> None:
    boto3.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)


def stored() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        boto3.client("ssm").get_parameter(Name=TOKEN, WithDecryption=True)["Parameter"]["Value"]
    )
    return found


def shop(api_url: str = "", **credentials: str) -> Shop:
    return Shop(
        id="kissa",
        name="店",
        channel="base",
        currency="JPY",
        enabled=True,
        mail=ShopMail("", "", "", ""),
        webhook_secrets=(),
        version=1,
        api_url=api_url,
        credentials=credentials,
    )


class Mall:
    """A mall whose refresh tokens are good for one use. Tokens last an hour."""

    def __init__(self, good: str = "r0", *, rotating: bool = True) -> None:
        self.good = good
        self.rotating = rotating
        self.used: list[str] = []
        self.after: Callable[[], object] = lambda: None
        self.clock: Callable[[], datetime] = lambda: T0

    def renew(self, refresh: str) -> Token:
        self.used.append(refresh)
        if refresh != self.good:
            raise ChannelError(ErrorKind.AUTH, code="invalid_grant")
        if self.rotating:
            self.good = f"r{len(self.used)}"
        hook, self.after = self.after, lambda: None
        hook()
        next_one = self.good if self.rotating else ""
        return Token(f"a{len(self.used)}", self.clock() + timedelta(hours=1), next_one)


class Desk:
    """Functions of one shop, each a process of its own, on one clock."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.now = T0
        self.ticks = 0.0
        self.sleeps: list[float] = []
        self.while_asleep: Callable[[], object] = lambda: None
        self.mall = Mall()
        self.mall.clock = self.clock
        self.shop = shop(refresh=f"{PREFIX}kissa/credentials/refresh/1")
        parameter(self.shop.credentials["refresh"], "r0")

    def clock(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.forward(seconds=seconds)
        self.while_asleep()

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)
        self.ticks += timedelta(**by).total_seconds()

    def function(self, of: Shop | None = None) -> SsmVault:
        return SsmVault(
            of or self.shop,
            prefix=PREFIX,
            table=self.table,
            clock=self.clock,
            sleep=self.sleep,
            tick=lambda: self.ticks,
        )

    def token(self, vault: SsmVault) -> str:
        return vault.token(self.mall.renew, refresh="refresh")

    def refusal(self, vault: SsmVault) -> ChannelError:
        with pytest.raises(ChannelError) as raised:
            self.token(vault)
        return raised.value

    def trouble(self, of: Shop | None = None) -> str | None:
        found = troubles(self.table, [of or self.shop]).get("kissa")
        return found["reason"] if found else None


@pytest.fixture
def desk(calls_table: Table) -> Desk:
    return Desk(calls_table)


def test_credentials_are_read_once_a_minute_and_none_is_none(desk: Desk) -> None:
    vault = desk.function(shop(key=f"{PREFIX}k", gone=f"{PREFIX}g"))
    parameter(f"{PREFIX}k", "one")
    assert vault.credential("key") == "one"
    assert vault.credential("gone") is None
    assert vault.credential("unknown") is None
    parameter(f"{PREFIX}k", "two")
    desk.forward(seconds=59)
    assert vault.credential("key") == "one"
    desk.forward(seconds=1)
    assert vault.credential("key") == "two"


def test_a_shop_may_have_more_credentials_than_one_call_reads(desk: Desk) -> None:
    names = {f"n{i}": f"{PREFIX}kissa/{i}" for i in range(13)}
    for name in names.values():
        parameter(name, name[-1])
    vault = desk.function(shop(**names))
    assert [vault.credential(f"n{i}") for i in (0, 9, 12)] == ["0", "9", "2"]


def test_a_parameter_store_that_is_away_is_unavailable(desk: Desk) -> None:
    vault = desk.function()
    calls: dict[str, Callable[[], object]] = {
        "get_parameters": lambda: vault.credential("refresh"),
        "get_parameter": lambda: desk.token(vault),
    }
    for operation, call in calls.items():
        with Stubber(client("ssm")) as stub:
            stub.add_client_error(operation, "ThrottlingException")
            with pytest.raises(Unavailable):
                call()
    assert desk.mall.used == []


def test_a_token_is_made_once_and_shared_by_all_functions(desk: Desk) -> None:
    one, other = desk.function(), desk.function()
    assert [desk.token(one), desk.token(other), desk.token(one)] == ["a1"] * 3
    assert desk.mall.used == ["r0"]
    assert stored() == {
        "value": "a1",
        "expires_at": "2026-11-21T13:00:00.000Z",
        "refresh": "r1",
        "refresh_from": desk.shop.credentials["refresh"],
        "made_with": made_with(desk.shop),
    }
    kept = boto3.client("ssm").get_parameter(Name=TOKEN)["Parameter"]
    assert kept["Type"] == "SecureString"
    assert desk.table.get("LOCK#token#kissa", "LOCK") is None


def test_a_token_is_renewed_a_minute_before_it_ends_with_the_newest_refresh_token(
    desk: Desk,
) -> None:
    one, other = desk.function(), desk.function()
    desk.token(one)
    desk.forward(minutes=58, seconds=59)
    assert desk.token(one) == "a1"
    desk.forward(seconds=1)
    assert desk.token(other) == "a2"
    assert desk.token(one) == "a2"
    assert desk.mall.used == ["r0", "r1"]


def test_a_refused_token_is_renewed_once_however_many_were_refused(desk: Desk) -> None:
    one, other = desk.function(), desk.function()
    assert [desk.token(one), desk.token(other)] == ["a1", "a1"]
    for vault in (one, one, other):
        vault.forget_token()
    assert [desk.token(one), desk.token(other)] == ["a2", "a2"]
    assert desk.mall.used == ["r0", "r1"]


def test_a_refresh_token_that_stays_good_is_used_again(desk: Desk) -> None:
    desk.mall.rotating = False
    vault = desk.function()
    desk.token(vault)
    desk.forward(hours=2)
    assert desk.token(vault) == "a2"
    assert desk.mall.used == ["r0", "r0"]


def test_a_mall_without_refresh_tokens_is_asked_with_nothing(desk: Desk) -> None:
    desk.mall.good, desk.mall.rotating = "", False
    vault = desk.function()
    assert vault.token(desk.mall.renew, refresh="") == "a1"
    assert stored()["refresh"] == ""
    desk.forward(hours=2)
    assert vault.token(desk.mall.renew, refresh="") == "a2"


def test_while_one_renews_the_others_wait_and_take_what_it_got(desk: Desk) -> None:
    one, other = desk.function(), desk.function()
    locks = Locks(desk.table, desk.clock)
    held = locks.take("token#kissa", 90)
    assert held is not None

    def first_is_done() -> None:
        desk.while_asleep = lambda: None
        locks.release(held)
        assert desk.token(one) == "a1"

    desk.while_asleep = first_is_done
    assert desk.token(other) == "a1"
    assert desk.sleeps == [0.1]
    assert desk.mall.used == ["r0"]


def test_nobody_else_renews_meanwhile(desk: Desk) -> None:
    def second_comes() -> None:
        assert Locks(desk.table, desk.clock).take("token#kissa", 1) is None

    desk.mall.after = second_comes
    assert desk.token(desk.function()) == "a1"


def test_who_waits_too_long_tries_again_later(desk: Desk) -> None:
    assert Locks(desk.table, desk.clock).take("token#kissa", 90) is not None
    error = desk.refusal(desk.function())
    assert (error.kind, error.code, error.retry_after) == (ErrorKind.TRANSIENT, "token_busy", 2.0)
    assert sum(desk.sleeps) == pytest.approx(3.0)
    assert desk.mall.used == []


def test_without_a_credential_nobody_is_asked(desk: Desk) -> None:
    error = desk.refusal(desk.function(shop()))
    assert (error.kind, error.code) == (ErrorKind.AUTH, "no_credential")
    assert desk.mall.used == []
    assert desk.trouble() is None


def test_a_crash_between_exchange_and_store_is_seen_and_a_person_is_called(desk: Desk) -> None:
    # A process that is killed gives no lock back.
    locks = Locks(desk.table, desk.clock)
    assert locks.take("token#kissa", 90) is not None
    desk.mall.renew("r0")

    other = desk.function()
    assert desk.refusal(other).code == "token_busy"
    desk.forward(seconds=90)
    with caught_logs() as logged:
        error = desk.refusal(other)
    assert (error.kind, error.code) == (ErrorKind.AUTH, "invalid_grant")
    assert desk.trouble() == "lost"
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert [(line["level"], line["shop"], line["reason"]) for line in lines] == [
        ("ERROR", "kissa", "lost")
    ]


def test_a_mall_that_refused_is_not_asked_again_for_ten_minutes(desk: Desk) -> None:
    desk.mall.good = "other"
    one, other = desk.function(), desk.function()
    assert desk.refusal(one).code == "invalid_grant"
    assert desk.trouble() == "refused"
    assert desk.refusal(other).code == "needs_person"
    desk.forward(minutes=10)
    assert desk.refusal(other).code == "invalid_grant"
    assert desk.mall.used == ["r0", "r0"]
    item = troubles(desk.table, [desk.shop])["kissa"]
    assert (item["since"], item["tried"]) == (
        "2026-11-21T12:00:00.000Z",
        "2026-11-21T12:10:00.000Z",
    )


def test_a_mall_that_was_mistaken_mends_itself(desk: Desk) -> None:
    desk.mall.good = "other"
    vault = desk.function()
    desk.refusal(vault)
    desk.mall.good = "r0"
    desk.forward(minutes=10)
    assert desk.token(vault) == "a2"
    assert desk.trouble() is None


def test_a_new_credential_is_used_at_once_and_ends_the_trouble(desk: Desk) -> None:
    vault = desk.function()
    desk.token(vault)
    desk.mall.good = "s0"
    vault.forget_token()
    desk.refusal(vault)
    assert desk.trouble() == "refused"
    parameter(f"{PREFIX}kissa/credentials/refresh/2", "s0")
    mended = shop(refresh=f"{PREFIX}kissa/credentials/refresh/2")
    assert desk.trouble(mended) is None
    assert desk.token(desk.function(mended)) == "a3"
    assert desk.mall.used == ["r0", "r1", "s0"]


def test_a_new_secret_leaves_the_newest_refresh_token_in_use(desk: Desk) -> None:
    desk.token(desk.function())
    changed = shop(refresh=desk.shop.credentials["refresh"], secret=f"{PREFIX}s")
    assert desk.token(desk.function(changed)) == "a2"
    assert desk.mall.used == ["r0", "r1"]


def test_a_token_of_another_address_is_worth_nothing(desk: Desk) -> None:
    desk.token(desk.function())
    moved = shop("https://other.example", **desk.shop.credentials)
    assert desk.token(desk.function(moved)) == "a2"


def test_a_passing_failure_leaves_no_trouble_and_no_lock(desk: Desk) -> None:
    def fail() -> None:
        raise ChannelError(ErrorKind.TRANSIENT)

    desk.mall.rotating = False
    desk.mall.after = fail
    vault = desk.function()
    assert desk.refusal(vault).kind is ErrorKind.TRANSIENT
    assert desk.trouble() is None
    assert desk.token(vault) == "a2"
    assert desk.sleeps == []


def test_a_token_that_could_not_be_stored_is_used_told_of_and_stored_later(desk: Desk) -> None:
    vault, other = desk.function(), desk.function()
    with Stubber(client("ssm")) as stub:
        stub.add_client_error("get_parameter", "ParameterNotFound")
        stub.add_client_error("get_parameter", "ParameterNotFound")
        value = {"Name": desk.shop.credentials["refresh"], "Value": "r0"}
        stub.add_response("get_parameters", {"Parameters": [value]})
        stub.add_client_error("put_parameter", "InternalServerError")
        assert desk.token(vault) == "a1"
    assert desk.trouble() == "not_stored"
    assert desk.token(vault) == "a1"
    assert stored()["refresh"] == "r1"
    assert desk.token(other) == "a1"
    assert desk.mall.used == ["r0"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"value":1}', '{"value":"a","expires_at":"x"}'])
def test_a_parameter_that_cannot_be_read_is_made_anew(desk: Desk, text: str) -> None:
    parameter(TOKEN, text or " ")
    assert desk.token(desk.function()) == "a1"
    assert stored()["value"] == "a1"


def test_no_secret_is_shown_by_a_vault(desk: Desk) -> None:
    vault = desk.function()
    with caught_logs() as logged:
        desk.token(vault)
        desk.mall.good = "other"
        desk.forward(hours=2)
        desk.refusal(vault)
    assert "a1" not in repr(vault)
    assert not {"r0", "r1", "a1"} & set(logged.getvalue().replace('"', " ").split())
