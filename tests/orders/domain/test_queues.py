"""Where an order stands, and what keeps it from being printed."""

from datetime import date
from typing import Any

import pytest

from common.canonical import FulfilledBy, Payment, PaymentMethod, PaymentStatus, SourceStatus
from orders.domain.facets import (
    Facets,
    Hold,
    Lifecycle,
    PaymentState,
    Review,
    Schedule,
    ShipmentState,
)
from orders.domain.order import Order
from orders.domain.queues import Queue, Reason, is_ready, standing_of
from tests.builders import TODAY, goods, order, place, report


def allocated(made: Order) -> Order:
    """The order with every unit set aside."""
    lines = tuple(line.model_copy(update={"allocated": line.quantity}) for line in made.lines)
    return made.model_copy(update={"lines": lines})


def with_facets(made: Order, **facets: Any) -> Order:
    return made.model_copy(update={"facets": made.facets.model_copy(update=facets)})


def scheduled(**parts: Any) -> Order:
    return with_facets(allocated(order()), schedule=Schedule(**parts))


def stands(made: Order, today: date = TODAY) -> list[str]:
    return [queue.value for queue in standing_of(made, today).queues]


def told(made: Order, today: date = TODAY) -> list[tuple[str, str]]:
    return [(reason.code, reason.detail) for reason in standing_of(made, today).reasons]


READY = allocated(order())
OBSTACLES: dict[str, tuple[Order, str, list[tuple[str, str]]]] = {
    "a product nobody knows": (
        allocated(order(known=())),
        "INCOMPLETE",
        [("unknown_sku", "MUG-WHITE")],
    ),
    "no street": (
        allocated(order(report(destinations=(place(line1="", line2=""),)))),
        "INCOMPLETE",
        [("missing_address", "line1")],
    ),
    "the buyer wants to cancel": (
        allocated(order(report(status=SourceStatus.CANCEL_REQUESTED))),
        "CANCEL_REQUESTED",
        [("cancel_requested", "")],
    ),
    "a hold until tomorrow": (
        scheduled(hold=Hold(until=date(2026, 11, 22), reason="出張")),
        "HOLD",
        [("hold", "2026-11-22 出張")],
    ),
    "a hold without an end": (
        scheduled(hold=Hold(reason="電話待ち")),
        "HOLD",
        [("hold", "電話待ち")],
    ),
    "a hold of the mall's own": (
        allocated(order(report(status=SourceStatus.ON_HOLD))),
        "HOLD",
        [("mall_hold", "")],
    ),
    "remarks nobody read": (
        allocated(order(report(remarks="ギフトです"))),
        "REVIEW",
        [("remarks", "ギフトです")],
    ),
    "a review that staff asked for": (
        with_facets(READY, review=Review.NEEDED).model_copy(update={"review_asked": True}),
        "REVIEW",
        [("review_asked", "")],
    ),
    "a status we cannot read": (
        allocated(order(report(status=SourceStatus.UNKNOWN, raw_status={"state": "scheduled"}))),
        "REVIEW",
        [("unknown_status", "scheduled")],
    ),
    "parts shipped in the mall's screen": (
        allocated(order(report(status=SourceStatus.PARTIALLY_SHIPPED))),
        "REVIEW",
        [("partly_shipped", "")],
    ),
    "an order to try the shop out": (
        allocated(order(report(flags=("test",)))),
        "REVIEW",
        [("test_order", "")],
    ),
    "a card under examination": (
        with_facets(READY, payment=PaymentState.AUTHORIZING),
        "PAYMENT",
        [("authorizing", "")],
    ),
    "no money yet": (
        with_facets(READY, payment=PaymentState.AWAITING),
        "PAYMENT",
        [("awaiting_payment", "")],
    ),
    "too little money": (
        with_facets(READY, payment=PaymentState.PARTIAL),
        "PAYMENT",
        [("partly_paid", "")],
    ),
    "a payment that ran out": (
        with_facets(READY, payment=PaymentState.EXPIRED),
        "PAYMENT",
        [("payment_expired", "")],
    ),
    "money to give back": (
        with_facets(READY, payment=PaymentState.REFUND_DUE),
        "PAYMENT",
        [("refund_due", "")],
    ),
    "money given back": (
        with_facets(READY, payment=PaymentState.REFUNDED),
        "PAYMENT",
        [("refunded", "")],
    ),
    "no units set aside": (
        order(report(lines=(goods(quantity=3),))),
        "ALLOCATION",
        [("short", "MUG-WHITE ×3")],
    ),
    "too few units set aside": (
        order(report(lines=(goods(quantity=3),))).model_copy(
            update={
                "lines": (
                    order(report(lines=(goods(quantity=3),)))
                    .lines[0]
                    .model_copy(update={"allocated": 1}),
                )
            }
        ),
        "ALLOCATION",
        [("short", "MUG-WHITE ×2")],
    ),
    "goods not on sale yet": (
        scheduled(release_date=date(2026, 11, 22)),
        "RELEASE_DATE",
        [("release_date", "2026-11-22")],
    ),
    "perhaps one parcel with another": (
        scheduled(combine_group="g1"),
        "COMBINE",
        [("combine", "")],
    ),
    "to be shipped tomorrow": (
        scheduled(ship_date=date(2026, 11, 22)),
        "SHIP_DATE",
        [("ship_date", "2026-11-22")],
    ),
}


def test_an_order_that_nothing_holds_back_is_to_be_printed() -> None:
    assert is_ready(READY, TODAY)
    assert stands(READY) == ["PRINT"]
    assert told(READY) == []


@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_each_obstacle_alone_keeps_an_order_from_being_printed(obstacle: str) -> None:
    made, queue, reasons = OBSTACLES[obstacle]

    assert not is_ready(made, TODAY)
    assert stands(made) == [queue]
    assert told(made) == reasons


@pytest.mark.parametrize(
    "payment",
    [
        PaymentState.NOT_REQUIRED,
        PaymentState.AUTHORIZED,
        PaymentState.PAID,
        PaymentState.OVERPAID,
    ],
)
def test_these_payments_let_an_order_go(payment: PaymentState) -> None:
    assert is_ready(with_facets(READY, payment=payment), TODAY)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("hold", Hold(until=TODAY, reason="今日まで")),
        ("hold", Hold(until=date(2020, 1, 1), reason="とうに過ぎた日")),
        ("release_date", TODAY),
        ("ship_date", TODAY),
    ],
)
def test_a_day_that_has_come_holds_nothing_back(part: str, value: object) -> None:
    assert is_ready(scheduled(**{part: value}), TODAY)


def test_an_order_stands_in_every_queue_whose_reason_applies_in_badge_order() -> None:
    content = report(
        status=SourceStatus.CANCEL_REQUESTED,
        remarks="のし希望",
        lines=(goods(quantity=2), goods("TOTE-NAT", line_id="2")),
        payment=Payment(PaymentMethod.CARD, PaymentStatus.UNPAID),
    )
    schedule = Schedule(
        hold=Hold(reason="確認中"),
        release_date=date(2026, 12, 1),
        ship_date=date(2026, 12, 2),
        combine_group="g1",
    )
    made = with_facets(order(content), schedule=schedule)

    assert stands(made) == [
        "CANCEL_REQUESTED",
        "HOLD",
        "REVIEW",
        "PAYMENT",
        "ALLOCATION",
        "RELEASE_DATE",
        "COMBINE",
        "SHIP_DATE",
    ]
    assert standing_of(made, TODAY).badge is Queue.CANCEL_REQUESTED
    assert told(made) == [
        ("cancel_requested", ""),
        ("hold", "確認中"),
        ("remarks", "のし希望"),
        ("awaiting_payment", ""),
        ("short", "MUG-WHITE ×2"),
        ("short", "TOTE-NAT ×1"),
        ("release_date", "2026-12-01"),
        ("combine", ""),
        ("ship_date", "2026-12-02"),
    ]


def test_an_incomplete_order_also_waits_for_money_and_for_the_units_we_know() -> None:
    content = report(
        lines=(goods(), goods("NEW-1", line_id="2")),
        payment=Payment(PaymentMethod.CARD, PaymentStatus.UNPAID),
    )

    assert stands(order(content)) == ["INCOMPLETE", "PAYMENT", "ALLOCATION"]


@pytest.mark.parametrize(
    ("status", "queue"),
    [
        (SourceStatus.SHIPPED, "SHIPPED"),
        (SourceStatus.COMPLETED, "COMPLETED"),
        (SourceStatus.CANCELLED, "CANCELLED"),
    ],
)
def test_an_order_that_ended_stands_nowhere_else_whatever_it_lacks(
    status: SourceStatus, queue: str
) -> None:
    content = report(status=status, remarks="急ぎ", destinations=())
    made = with_facets(order(content, known=()), schedule=Schedule(hold=Hold(reason="保留")))

    assert stands(made) == [queue]
    assert told(made) == []
    assert not is_ready(made, TODAY)


@pytest.mark.parametrize("state", [ShipmentState.PRINTED, ShipmentState.PACKED])
def test_a_printed_order_waits_for_shipping(state: ShipmentState) -> None:
    assert stands(with_facets(READY, shipment=state)) == ["PRINTED"]


def test_a_printed_order_that_the_buyer_wants_to_cancel_is_shown_for_that_only() -> None:
    asked = order(report(status=SourceStatus.CANCEL_REQUESTED))
    made = with_facets(allocated(asked), shipment=ShipmentState.PRINTED)

    assert stands(made) == ["CANCEL_REQUESTED"]


@pytest.mark.parametrize("status", [SourceStatus.READY, SourceStatus.CANCEL_REQUESTED])
def test_what_a_platform_ships_itself_is_never_ours_to_print(status: SourceStatus) -> None:
    content = report(fulfilled_by=FulfilledBy.PLATFORM, status=status, remarks="急ぎ")
    made = allocated(order(content, known=()))

    assert stands(made) == ["COMPLETED"]
    assert told(made) == [("platform_ships", "")]
    assert not is_ready(made, TODAY)


def test_an_order_of_gift_cards_only_is_done_when_nothing_holds_it_back() -> None:
    cards = (goods("GIFT-CARD", needs_shipping=False),)
    paid = order(report(lines=cards, destinations=()))
    unpaid = order(report(lines=cards, payment=Payment(PaymentMethod.BANK, PaymentStatus.UNPAID)))

    assert stands(paid) == ["COMPLETED"]
    assert told(paid) == [("nothing_to_ship", "")]
    assert not is_ready(paid, TODAY)
    assert stands(unpaid) == ["PAYMENT"]
    beside_a_parcel = allocated(order(report(lines=(goods(line_id="2"), *cards))))
    assert stands(beside_a_parcel) == ["PRINT"]
    assert is_ready(beside_a_parcel, TODAY)


def test_the_badge_is_the_first_queue_of_the_agreed_order() -> None:
    assert [queue.value for queue in Queue] == [
        "INCOMPLETE",
        "CANCEL_REQUESTED",
        "HOLD",
        "REVIEW",
        "PAYMENT",
        "ALLOCATION",
        "RELEASE_DATE",
        "COMBINE",
        "SHIP_DATE",
        "PRINT",
        "PRINTED",
        "SHIPPED",
        "COMPLETED",
        "CANCELLED",
    ]


def test_cash_on_delivery_waits_for_no_money() -> None:
    made = order(report(payment=Payment(PaymentMethod.COD, PaymentStatus.UNPAID)))

    assert stands(made) == ["ALLOCATION"]


def test_a_reason_is_a_code_and_the_part_that_differs() -> None:
    assert Reason(code="hold", detail="x").model_dump() == {"code": "hold", "detail": "x"}
    assert Facets(
        lifecycle=Lifecycle.ACTIVE, review=Review.CLEARED, payment=PaymentState.PAID
    ).model_dump(mode="json") == {
        "lifecycle": "ACTIVE",
        "review": "CLEARED",
        "payment": "PAID",
        "schedule": {
            "hold": None,
            "release_date": None,
            "ship_date": None,
            "combine_group": None,
        },
        "shipment": "DRAFT",
    }
