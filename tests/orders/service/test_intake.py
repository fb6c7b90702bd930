"""Importing beside others who write the same order, on fakes."""

import json
import random
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from common import channels
from common.errors import Contended, Unavailable
from common.shops import Shop, ShopMail
from malls.shopify.orders import build_order
from orders.domain import changes
from orders.domain.matching import Known, Names
from orders.domain.order import Order
from orders.repository.deliveries import Parked
from orders.service.intake import Imported, Intake
from tests.builders import NOW, generic_body, goods, message, report, version
from tests.logs import caught_logs


class FakeOrders:
    """Orders in a dictionary; `meanwhile` runs once, right before the n-th save."""

    def __init__(self) -> None:
        self.stored: dict[str, Order] = {}
        self.products: set[str] = {"MUG-WHITE"}
        self.saves = 0
        self._meanwhile: dict[int, Callable[[], None]] = {}

    def meanwhile(self, save: int, do: Callable[[], None]) -> None:
        self._meanwhile[save] = do

    def get(self, order_id: str) -> Order | None:
        return self.stored.get(order_id)

    def look_up(self, shop_id: str, asked: Iterable[Names]) -> Known:
        return Known(frozenset(self.products & {c for names in asked for c in names.codes}))

    def save(self, before: Order | None, after: Order, now: datetime) -> Order:
        self.saves += 1
        self._meanwhile.pop(self.saves, lambda: None)()
        if self.stored.get(after.order_id) != before:
            raise Contended
        self.stored[after.order_id] = after
        return after

    def register(self, sku: str) -> None:
        """What on_product does: know it, then free those that are listed as waiting."""
        self.products.add(sku)
        for order in list(self.stored.values()):
            learned = changes.learn_products(order, Known(frozenset({sku})), NOW)
            if learned is not None:
                self.stored[order.order_id] = learned


class FakeRest:
    """Deliveries, archive and shops; nothing of them matters here."""

    def __init__(self) -> None:
        self.noted: list[tuple[str, bool]] = []
        self.queued: list[Mapping[str, Any]] = []
        self.is_down = False

    def park(self, parked: Parked) -> None:
        raise AssertionError(f"parked: {parked.reason}")

    def unpark(self, parked_id: str) -> None:
        raise AssertionError("unparked")

    def connected_at(self, shop_id: str, now: datetime) -> datetime:
        return now - timedelta(days=1)

    def send(self, bodies: Iterable[Mapping[str, Any]]) -> None:
        self.queued += bodies

    def note_import(self, shop_id: str, now: datetime, *, brought_order: bool) -> None:
        if self.is_down and shop_id == "demo":
            raise Unavailable("DynamoDB throttled")
        self.noted.append((shop_id, brought_order))

    def put(self, key: str, body: bytes) -> None:
        """Kept."""

    def get(self, key: str) -> Any:
        return Shop(
            key,
            key,
            "generic",
            "JPY",
            enabled=True,
            mail=ShopMail("", "", "", ""),
            webhook_secrets=(),
            version=1,
        )


@pytest.fixture
def orders() -> FakeOrders:
    return FakeOrders()


@pytest.fixture
def rest() -> FakeRest:
    return FakeRest()


@pytest.fixture
def intake(orders: FakeOrders, rest: FakeRest) -> Intake:
    return Intake(
        orders=orders,
        deliveries=rest,
        archive=rest,
        shops=rest,
        pulls=rest,
        clock=lambda: NOW,
    )


NEW = message(generic_body(report(lines=(goods("NEW-1"),))))


def test_a_product_registered_between_our_look_and_our_write_is_seen_by_the_second_look(
    orders: FakeOrders, intake: Intake
) -> None:
    orders.meanwhile(1, lambda: orders.products.add("NEW-1"))

    assert intake.take(NEW) == Imported("demo", created=1)
    made = orders.stored["demo:5001"]
    assert (made.version, made.facets.lifecycle.value, made.last_change.kind) == (
        2,
        "ACTIVE",
        "activated",
    )


def test_when_the_registration_frees_the_order_first_nothing_is_done_twice(
    orders: FakeOrders, intake: Intake
) -> None:
    orders.meanwhile(1, lambda: orders.products.add("NEW-1"))
    # The event of the registration is worked off before our second save.
    orders.meanwhile(2, lambda: orders.register("NEW-1"))

    assert intake.take(NEW) == Imported("demo", created=1)
    assert orders.stored["demo:5001"].version == 2
    assert orders.stored["demo:5001"].facets.lifecycle.value == "ACTIVE"


def test_a_registration_after_our_second_look_finds_the_order_waiting(
    orders: FakeOrders, intake: Intake
) -> None:
    intake.take(NEW)
    orders.register("NEW-1")

    assert orders.stored["demo:5001"].facets.lifecycle.value == "ACTIVE"


def test_a_repeated_delivery_frees_an_order_whose_product_came_before_a_crash(
    orders: FakeOrders, intake: Intake
) -> None:
    intake.take(NEW)
    # The writer died after its first save, when the product was known but no event saw the order.
    orders.products.add("NEW-1")

    assert intake.take(NEW) == Imported("demo", created=1)
    assert orders.stored["demo:5001"].facets.lifecycle.value == "ACTIVE"


def test_another_writer_in_between_is_read_again_and_both_changes_stay(
    orders: FakeOrders, intake: Intake
) -> None:
    intake.take(message(generic_body(report())))

    def staff() -> None:
        noted = changes.edit(
            orders.stored["demo:5001"], actor=changes.SYSTEM, now=NOW, memo="電話済み"
        )
        assert noted is not None
        orders.stored["demo:5001"] = noted

    orders.meanwhile(2, staff)
    newer = report(source_version=version(1), remarks="急ぎ")

    assert intake.take(message(generic_body(newer))) == Imported("demo", changed=1)
    made = orders.stored["demo:5001"]
    assert (made.version, made.memo, made.content.remarks) == (3, "電話済み", "急ぎ")


def test_a_newer_report_that_wins_the_race_makes_ours_old(
    orders: FakeOrders, intake: Intake
) -> None:
    newer = message(generic_body(report(source_version=version(1))))
    orders.meanwhile(1, lambda: intake.take(newer) and None)

    assert intake.take(message(generic_body(report()))) == Imported("demo")
    assert orders.stored["demo:5001"].version == 1


def test_an_order_that_others_keep_changing_is_tried_again_later(
    orders: FakeOrders, intake: Intake
) -> None:
    intake.take(message(generic_body(report())))

    def others() -> None:
        made = orders.stored["demo:5001"]
        orders.stored["demo:5001"] = made.model_copy(update={"version": made.version + 1})

    for save in range(2, 8):
        orders.meanwhile(save, others)

    with pytest.raises(Contended):
        intake.take(message(generic_body(report(source_version=version(1)))))
    assert orders.saves == 7


def test_a_repeat_of_the_delivery_that_made_an_order_says_so_and_other_repeats_do_not(
    intake: Intake,
) -> None:
    first, second = (message(generic_body(report(source_version=version(n)))) for n in (0, 1))

    assert intake.take(first) == intake.take(first) == Imported("demo", created=1)
    assert intake.take(second) == Imported("demo", changed=1)
    assert intake.take(second) == intake.take(first) == Imported("demo")


def test_each_shop_of_a_batch_is_noted_once(intake: Intake, rest: FakeRest) -> None:
    intake.note(
        [
            Imported("demo", created=1),
            Imported("demo", changed=1),
            Imported("cart", parked=True),
            Imported("cart", changed=1),
        ]
    )

    assert rest.noted == [("demo", True), ("cart", False)]


def test_a_note_that_cannot_be_written_fails_no_import(intake: Intake, rest: FakeRest) -> None:
    rest.is_down = True
    with caught_logs() as lines:
        intake.note([Imported("demo", created=1), Imported("cart", created=1)])

    assert rest.noted == [("cart", True)]
    assert "import not noted" in lines.getvalue()


def test_a_delivery_is_read_as_it_was_verified_though_the_shop_has_another_channel_by_now(
    orders: FakeOrders, intake: Intake
) -> None:
    sold = build_order(random.Random(1), number=1001, at=NOW, lines=[("YUNOMI-01", 1)])
    headers = {"x-shopify-topic": "orders/create"}
    queued = {**message(json.dumps(sold).encode(), headers=headers), "channel": "shopify"}

    assert intake.take(queued) == Imported("demo", created=1)
    (stored,) = orders.stored.values()
    assert (stored.number, stored.channel) == ("#1001", "shopify")


def test_orders_that_a_delivery_only_names_are_asked_for(
    orders: FakeOrders, rest: FakeRest, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(channels.CHANNELS, "thin", "tests.orders.handlers.thin_channel")

    assert intake.take({**message(b"7 8"), "channel": "thin"}) == Imported("demo")
    assert rest.queued == [{"shop_id": "demo", "order_ids": ["7", "8"]}]
    assert orders.stored == {}
