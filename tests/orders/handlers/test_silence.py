"""What people are called, where they live and what they wrote is in no line that a function logs.

An order full of canaries goes through every function of the area: well, refused, unreadable, and
with errors at every call to AWS.
"""

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest

from common import channels
from common.canonical import Attribute, CanonicalOrder, Contact, Destination, Gift
from common.consumer import HandlerFailed
from common.dynamo import Table
from common.errors import BantoError
from orders.handlers.advance import handler as advance
from orders.handlers.api import handler as api
from orders.handlers.import_orders import handler as import_orders
from orders.handlers.on_product import handler as on_product
from orders.handlers.on_stock import handler as on_stock
from orders.handlers.publish_events import handler as publish_events
from orders.handlers.receive_webhook import handler as receive_webhook
from orders.repository.orders import OrderRepository
from tests.builders import address, generic_body, generic_headers, goods, message, report
from tests.conftest import FakeContext
from tests.dying import Deaths
from tests.http import http_event
from tests.logs import caught_logs
from tests.orders.handlers.shop_world import ShopWorld, sqs_event
from tests.stock.hooks import StreamTap

PERSON = Contact(
    name="加那利 一郎",
    kana="カナリ イチロウ",
    company="加那利商会",
    email="canary.one@example.com",
    phone="080-7777-0001",
    address=address(postal="999-7771", city="加那利市", line1="鳥籠7-7-7", line2="止木荘777"),
)
RECEIVER = Destination(
    "1",
    Contact(
        name="加那利 花",
        kana="カナリ ハナ",
        phone="08077770002",
        address=address(postal="9997772", city="籠野町", line1="餌箱8-8", line2="羽毛棟888"),
    ),
    gift=Gift(is_gift=True, noshi_name="加那利家", message_card="鳴き声をありがとう"),
    notes="宅配箱の暗証は7778",
)
ORDER: CanonicalOrder = report(
    buyer=PERSON,
    destinations=(RECEIVER,),
    remarks="鳥籠の前に置いてください 080-7777-0003",
    attributes=(Attribute("言伝", "羽根が抜けました"),),
    lines=(goods(), goods("NEW-1", line_id="2")),
)
CANARIES = (
    *("加那利", "カナリ", "かなり", "canary", "鳥籠", "止木", "籠野", "餌箱", "羽毛", "羽根"),
    *("鳴き声", "宅配箱", "7777", "999-777", "999777", "7778"),
)


@contextmanager
def heard(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """Everything that leaves the process: our log, standard output and error. The log of other
    libraries is heard too."""
    output, errors = io.StringIO(), io.StringIO()
    with caught_logs() as lines, redirect_stdout(output), redirect_stderr(errors):
        yield lambda: lines.getvalue() + output.getvalue() + errors.getvalue() + others(caplog)


def others(caplog: pytest.LogCaptureFixture) -> str:
    formatter = logging.Formatter("%(name)s %(message)s")
    ours = "banto"
    return "\n".join(formatter.format(r) for r in caplog.records if not r.name.startswith(ours))


def silent(text: str) -> None:
    told = json.dumps(text, ensure_ascii=False)
    assert [canary for canary in CANARIES if canary in told] == []


def webhook(body: bytes, **given: Any) -> dict[str, Any]:
    headers = generic_headers(body, at=datetime.now(UTC), **given)
    return http_event(
        "POST", "/webhooks/demo", body=body, headers=headers, path_parameters={"shop": "demo"}
    )


def bus_event(kind: str, **detail: Any) -> dict[str, Any]:
    common = {"event_id": f"{kind}#1", "at": "2026-11-21T03:00:00.000Z"}
    return sqs_event({"source": "banto.stock", "detail-type": kind, "detail": {**common, **detail}})


def ask(method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
    plain, _, query = path.partition("?")
    return api(
        http_event(
            method,
            f"/api/orders{plain}",
            body=body,
            query=dict([query.split("=", 1)]) if query else {},
            headers={n.replace("_", "-"): v for n, v in headers.items()},
        ),
        FakeContext(),
    )


def tolerated(call: Callable[[], Any]) -> None:
    """Run it; of what a function raises, Lambda's runtime logs type and text, so we do too."""
    try:
        call()
    except (BantoError, HandlerFailed) as error:
        print(f"{type(error).__name__}: {error}")  # noqa: T201


def steps(tap: StreamTap) -> list[Callable[[], Any]]:
    """One call of every function, with an order that is there or comes to be there."""
    body = generic_body(ORDER)
    line = {"sku": "MUG-WHITE", "wanted": 1, "allocated": 1}
    order = "/" + quote("demo:5001", safe="")
    answer = {"order_id": "demo:5001", "order_version": 1, "answer_version": 1, "lines": [line]}
    fix = {
        "destination": {"id": "1", "name": "加那利 次郎", "line1": "鳥籠9-9"},
        "memo": "加那利様",
    }
    return [
        lambda: receive_webhook(webhook(body), None),
        lambda: import_orders(sqs_event(message(body)), None),
        lambda: on_stock(bus_event("StockAllocated", **answer), None),
        lambda: on_product(bus_event("ProductRegistered", sku="NEW-1", name="加那利の籠"), None),
        lambda: publish_events(tap.event(sk="ORDER"), None),
        lambda: advance({}, None),
        lambda: ask("GET", ""),
        lambda: ask("GET", "/search?q=加那利"),
        lambda: ask("GET", order),
        lambda: ask("GET", f"{order}/timeline"),
        lambda: ask("PATCH", order, fix, if_match='"1"'),
        lambda: ask("PATCH", order, {"memo": "加那利", "鳥籠": 1}, if_match='"1"'),
    ]


def test_the_canaries_go_all_the_way_through(
    world: ShopWorld,
    orders: OrderRepository,
    orders_table: Table,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    orders.remember_product("MUG-WHITE")
    tap = StreamTap(orders_table)
    with heard(caplog) as told:
        for step in steps(tap):
            tolerated(step)
        silent(told())
        assert "the event bus did not answer" in told()

    made = orders.get("demo:5001")
    assert made is not None
    assert made.content.buyer.name == "加那利 一郎"
    assert orders.find("かなり", token=None, limit=1)[0] == ["demo:5001"]


def test_refused_and_unreadable_deliveries_are_silent_too(
    world: ShopWorld,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setitem(channels.CHANNELS, "tests", "tests.orders.handlers.broken_channel")
    world.shop("odd", "tests", [])
    body = generic_body(ORDER)
    wrong = json.loads(body)
    wrong["data"]["lines"][0]["quantity"] = "加那利"
    with heard(caplog) as told:
        tampered = webhook(body)
        tampered["body"] = tampered["body"][:-8]
        assert receive_webhook(tampered, None)["statusCode"] in (401, 500)
        for shop_id, sent in (
            ("demo", body[:-1]),
            ("demo", json.dumps(wrong).encode()),
            ("gone", body),
            ("odd", body),
        ):
            assert import_orders(sqs_event(message(sent, shop_id=shop_id)), None) == {
                "batchItemFailures": []
            }
        assert import_orders(sqs_event(body.decode()), None) != {"batchItemFailures": []}
        assert on_stock(bus_event("StockAllocated", note="加那利"), None) != {
            "batchItemFailures": []
        }
        silent(told())
        assert told().count('"parked"') == 4
        assert "adapter failed" in told()


@pytest.mark.parametrize("kind", [ValueError, OSError])
def test_an_unexpected_error_at_any_call_is_told_without_what_it_quotes(
    world: ShopWorld,
    orders: OrderRepository,
    orders_table: Table,
    caplog: pytest.LogCaptureFixture,
    kind: type[Exception],
) -> None:
    caplog.set_level(logging.INFO)
    orders.remember_product("MUG-WHITE")
    tap = StreamTap(orders_table)
    import_orders(sqs_event(message(generic_body(ORDER))), None)
    deaths = Deaths(
        "dynamodb", "s3", "sqs", "ssm", kind=lambda: kind("cannot store 加那利 一郎, 鳥籠7-7-7")
    )
    newer = generic_body(report(**{**fields(ORDER), "source_version": "2026-11-22T00:00:00.000Z"}))
    failing = [*steps(tap), lambda: import_orders(sqs_event(message(newer)), None)]
    with heard(caplog) as told:
        for step in failing:
            deaths.at(0)
            tolerated(step)
            deaths.never()
        silent(told())
        assert kind.__name__ in told()


def fields(content: CanonicalOrder) -> dict[str, Any]:
    return {name: getattr(content, name) for name in content.__dataclass_fields__}
