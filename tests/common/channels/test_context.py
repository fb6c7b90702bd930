from collections.abc import Iterator
from datetime import timedelta

import pytest

from common.channels.context import retry_after
from common.channels.port import Cap, ChannelError, ChannelInfo, ErrorKind, Limits, Request, Token
from common.clock import to_wire
from tests.common.channels.contexts import T0, ShopContext, context
from tests.common.servers import ScriptedServer, Told, free_port, serving

INFO = ChannelInfo(
    code="mall",
    name="Mall",
    caps=Cap.POLL,
    limits=Limits(rate={"*": 2.0, "push": 1.0}, burst={"*": 100, "push": 1}),
)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with serving() as running:
        yield running


@pytest.fixture
def ctx(server: ScriptedServer) -> ShopContext:
    return context("mall", server.url, {"api_key": "k"}, {"seller": "s"}, info=INFO)


def ask(ctx: ShopContext, operation: str = "read", *, repeatable: bool = False) -> int:
    request = Request("POST", ctx.shop.url + "/x", {}, b"{}")
    return ctx.send(operation, request, repeatable=repeatable).status


def failure(ctx: ShopContext, operation: str = "read", *, repeatable: bool = False) -> ChannelError:
    with pytest.raises(ChannelError) as raised:
        ask(ctx, operation, repeatable=repeatable)
    return raised.value


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 409, 422])
def test_an_answer_is_the_adapters_business(
    server: ScriptedServer, ctx: ShopContext, status: int
) -> None:
    server.tell(Told(status))

    assert ask(ctx, repeatable=True) == status
    assert len(server.asked) == 1
    assert ctx.sleeps == []


def test_what_may_be_repeated_is_asked_twice_more(server: ScriptedServer, ctx: ShopContext) -> None:
    server.tell(Told(503), Told(drop=True), Told(200))

    assert ask(ctx, repeatable=True) == 200
    assert len(server.asked) == 3
    assert ctx.sleeps == [0.25, 0.5]


def test_after_three_tries_it_is_left(server: ScriptedServer, ctx: ShopContext) -> None:
    server.tell(Told(500))

    error = failure(ctx, repeatable=True)

    assert (error.kind, error.code, error.may_be_applied) == (ErrorKind.TRANSIENT, "500", True)
    assert len(server.asked) == 3


@pytest.mark.parametrize("told", [Told(500), Told(drop=True)])
def test_what_must_not_be_repeated_is_asked_once(
    server: ScriptedServer, ctx: ShopContext, told: Told
) -> None:
    server.tell(told)

    error = failure(ctx)

    assert (error.kind, error.may_be_applied) == (ErrorKind.TRANSIENT, True)
    assert len(server.asked) == 1
    assert ctx.sleeps == []


def test_nothing_is_repeated_long_after_the_first_try(server: ScriptedServer) -> None:
    ctx = context("mall", server.url, info=INFO)
    server.tell(Told(act=lambda _out: ctx.forward(seconds=21)), Told(200))

    assert failure(ctx, repeatable=True).code == "connection_lost"
    assert len(server.asked) == 1


def test_what_was_never_sent_is_not_applied() -> None:
    ctx = context("mall", f"http://127.0.0.1:{free_port()}", info=INFO)

    assert failure(ctx, repeatable=True).may_be_applied is False
    assert len(ctx.sleeps) == 2


@pytest.mark.parametrize("then", [Told(429), Told(503, headers={"Retry-After": "9"})])
def test_after_a_lost_answer_every_error_says_that_it_may_be_applied(
    server: ScriptedServer, ctx: ShopContext, then: Told
) -> None:
    server.tell(Told(drop=True), then)

    error = failure(ctx, repeatable=True)

    assert error.code in ("429", "503")
    assert error.may_be_applied is True
    assert len(server.asked) == 2


def test_too_often_with_a_time_is_told_and_kept_to(
    server: ScriptedServer, ctx: ShopContext
) -> None:
    server.tell(Told(429, headers={"Retry-After": "7"}), Told(200))

    error = failure(ctx, repeatable=True)

    assert (error.kind, error.retry_after, error.may_be_applied) == (ErrorKind.RATE, 7.0, False)
    ours = failure(ctx)
    assert (ours.kind, ours.code, ours.retry_after) == (ErrorKind.RATE, "own_limit", 7.0)
    assert len(server.asked) == 1
    ctx.forward(seconds=7)
    assert ask(ctx) == 200


def test_too_often_without_a_time_rests_for_a_second(
    server: ScriptedServer, ctx: ShopContext
) -> None:
    server.tell(Told(429), Told(200))

    assert failure(ctx).retry_after is None
    assert ask(ctx) == 200
    assert ctx.sleeps == [1.0]


def test_a_mall_that_says_when_it_is_back_is_not_asked_before(
    server: ScriptedServer, ctx: ShopContext
) -> None:
    server.tell(Told(503, headers={"Retry-After": "600"}))

    error = failure(ctx, repeatable=True)

    assert (error.kind, error.retry_after) == (ErrorKind.TRANSIENT, 600.0)
    assert len(server.asked) == 1


def test_a_call_waits_two_seconds_for_its_turn_and_no_longer(
    server: ScriptedServer, ctx: ShopContext
) -> None:
    assert [ask(ctx, "push") for _ in range(3)] == [200] * 3
    assert ctx.sleeps == [1.0, 1.0]
    ctx.throttled("push", 2.5)

    error = failure(ctx, "push")

    assert (error.kind, error.code, error.retry_after) == (ErrorKind.RATE, "own_limit", 2.5)
    assert error.may_be_applied is False
    assert len(server.asked) == 3


def test_one_operation_resting_leaves_the_others_alone(
    server: ScriptedServer, ctx: ShopContext
) -> None:
    ctx.throttled("push", 60)
    assert ask(ctx, "read") == 200
    ctx.throttled("read", 60)
    assert failure(ctx, "search").retry_after == 60.0


def test_a_rest_is_never_longer_than_a_day(server: ScriptedServer, ctx: ShopContext) -> None:
    server.tell(Told(429, headers={"Retry-After": "1e300"}))
    assert failure(ctx).retry_after == 86_400.0
    ctx.throttled("push", 1e300)
    ctx.throttled("read", -1e300)
    assert failure(ctx, "push").retry_after == 86_400.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        ("0.25", 0.25),
        ("-3", 0.0),
        ("inf", 86_400.0),
        ("Sat, 21 Nov 2026 12:01:00 GMT", 60.0),
        ("Sat, 21 Nov 2026 12:01:00 -0000", 60.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0.0),
        ("Sat, 21 Nov 2026 21:00:30 +0900", 30.0),
        ("", None),
        ("soon", None),
        ("nan", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, seconds: float | None) -> None:
    assert retry_after(text, T0) == seconds


def test_credentials_and_options_of_the_shop_are_there(ctx: ShopContext) -> None:
    assert ctx.credential("api_key") == "k"
    assert ctx.shop.options == {"seller": "s"}
    assert ctx.now() == T0
    with pytest.raises(ChannelError) as raised:
        ctx.credential("password")
    assert (raised.value.kind, raised.value.code) == (ErrorKind.AUTH, "no_credential")


def test_a_token_is_renewed_when_it_ends_and_when_it_is_refused() -> None:
    ctx = context("mall", "http://127.0.0.1:1", {"refresh": "r0"}, info=INFO)
    used: list[str] = []

    def renew(refresh: str) -> Token:
        used.append(refresh)
        return Token(f"a{len(used)}", ctx.now() + timedelta(hours=1), f"r{len(used)}")

    assert [ctx.token(renew, refresh="refresh") for _ in range(2)] == ["a1", "a1"]
    ctx.forward(minutes=59)
    assert ctx.token(renew, refresh="refresh") == "a2"
    ctx.forget_token()
    assert ctx.token(renew, refresh="refresh") == "a3"
    assert used == ["r0", "r1", "r2"]


def test_without_the_first_refresh_token_nothing_is_renewed(ctx: ShopContext) -> None:
    def never(_refresh: str) -> Token:
        raise AssertionError(to_wire(T0))

    with pytest.raises(ChannelError) as raised:
        ctx.token(never, refresh="refresh")
    assert raised.value.code == "no_credential"
    made = ctx.token(lambda text: Token(f"<{text}>", T0 + timedelta(hours=1)))
    assert made == "<>"
