"""The desk beside others who change the same order, on fakes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pytest

from common.auth import Actor
from common.errors import Changed, Contended, Invalid, NotFound
from orders.domain import changes
from orders.domain.facets import Review
from orders.domain.order import Order
from orders.service.desk import Desk
from orders.service.requests import DestinationFix, HoldRequest, OrderChange
from tests.builders import NOW, order

STAFF = Actor("staff", "staff-1", "担当 一")


class FakeHouse:
    """One order, and a colleague who may be quicker."""

    def __init__(self) -> None:
        self.stored: Order | None = order()
        self.colleague: str | None = None
        self.sent: list[Mapping[str, Any]] = []

    def get(self, order_id: str) -> Any:
        return self.stored

    def save(self, before: Order | None, after: Order, now: datetime) -> Order:
        if self.colleague and self.stored:
            quicker = changes.edit(self.stored, actor=STAFF, now=now, memo=self.colleague)
            self.stored, self.colleague = quicker, None
            raise Contended
        self.stored = after
        return after

    def all(self) -> Sequence[Any]:
        return []

    def send(self, bodies: Iterable[Mapping[str, Any]]) -> None:
        self.sent += bodies

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} is not asked for here")


@pytest.fixture
def house() -> FakeHouse:
    return FakeHouse()


@pytest.fixture
def desk(house: FakeHouse) -> Desk:
    return Desk(
        orders=house,
        deliveries=house,
        archive=house,
        inbound=house,
        pulls=house,
        polls=house,
        shops=house,
        clock=lambda: NOW,
    )


def test_who_was_a_moment_too_late_is_shown_what_the_quicker_one_wrote(
    house: FakeHouse, desk: Desk
) -> None:
    house.colleague = "先に書いた"

    with pytest.raises(Changed) as refused:
        desk.change("demo:5001", OrderChange(memo="後から"), version=1, actor=STAFF)
    assert refused.value.current["memo"] == "先に書いた"
    assert refused.value.current["version"] == 2


def test_an_order_that_vanished_meanwhile_is_not_found(house: FakeHouse, desk: Desk) -> None:
    house.stored = None

    with pytest.raises(NotFound):
        desk.change("demo:5001", OrderChange(memo="x"), version=1, actor=STAFF)
    with pytest.raises(NotFound):
        desk.get("demo:5001")


@pytest.mark.parametrize("until", [date(2026, 11, 20), date(2026, 11, 21)])
def test_a_hold_must_end_after_today_in_japan(house: FakeHouse, desk: Desk, until: date) -> None:
    change = OrderChange(hold=HoldRequest(until=until, reason="出張"))

    with pytest.raises(Invalid):
        desk.change("demo:5001", change, version=1, actor=STAFF)
    tomorrow = OrderChange(hold=HoldRequest(until=date(2026, 11, 22), reason="出張"))
    assert desk.change("demo:5001", tomorrow, version=1, actor=STAFF).badge.value == "HOLD"


def test_one_request_may_change_several_things(house: FakeHouse, desk: Desk) -> None:
    change = OrderChange(
        memo="電話済み",
        review=Review.NEEDED,
        destination=DestinationFix(id="1", name="別 人", line2=""),
        reason="依頼",
    )
    changed = desk.change("demo:5001", change, version=1, actor=STAFF)

    assert (changed.version, changed.memo, changed.facets.review.value) == (
        2,
        "電話済み",
        "NEEDED",
    )
    assert changed.destinations[0].name == "別 人"
    assert changed.destinations[0].address.line2 == ""
    assert changed.last_changed_by == "担当 一"


def test_a_list_that_is_none_is_refused_with_those_that_are(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        desk.list("UNANSWERED", shop_id="", newest_first=True, token=None, limit=1)

    assert refused.value.errors[0].field == "queue"
    assert "ALL, INCOMPLETE, CANCEL_REQUESTED" in refused.value.errors[0].message
