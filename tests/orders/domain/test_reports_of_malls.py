"""Receiving an order, later reports of it, products that become known, and stock's answers."""

from collections.abc import Iterable
from datetime import timedelta

import pytest

from common.auth import Actor
from common.canonical import CanonicalOrder, Payment, PaymentMethod, PaymentStatus, SourceStatus
from common.events import AllocatedLine
from orders.domain import changes
from orders.domain.facets import Lifecycle, PaymentState, Review
from orders.domain.matching import Known
from orders.domain.order import LastChange, Order, OrderLine, StockAnswer
from tests.builders import NOW, goods, order, place, report, version

LATER = NOW + timedelta(minutes=5)
MALL = Actor("mall", "generic")
KNOWN = frozenset({"MUG-WHITE", "TOTE-NAT", "KOMPEITO-5"})


def later(made: Order, content: CanonicalOrder, known: Iterable[str] = KNOWN) -> Order | None:
    return changes.take_over(
        made, content, known=Known(frozenset(known)), raw_key="deliveries/demo/2", now=LATER
    )


def taken(made: Order | None) -> Order:
    assert made is not None
    return made


def answered(made: Order, number: int, *lines: tuple[str, int, int]) -> Order | None:
    return changes.take_answer(
        made,
        order_version=made.version,
        answer_version=number,
        lines=[AllocatedLine(sku=sku, wanted=w, allocated=a) for sku, w, a in lines],
        now=LATER,
    )


def test_a_complete_order_is_active_at_once() -> None:
    made = order(report(lines=(goods(quantity=2),)))

    assert made.order_id == "demo:5001"
    assert made.version == 1
    assert made.received_at == NOW
    assert made.facets.lifecycle is Lifecycle.ACTIVE
    assert made.facets.review is Review.CLEARED
    assert made.facets.payment is PaymentState.PAID
    assert made.lines == (
        OrderLine(line_id="1", code="MUG-WHITE", quantity=2, sku="MUG-WHITE", allocated=0),
    )
    assert made.raw_key == "deliveries/demo/1"
    assert made.last_change == LastChange(kind="received", actor=MALL, at=NOW)
    assert made.demand == {"MUG-WHITE": 2}
    assert made.is_unanswered


def test_an_order_with_an_unknown_product_is_incomplete_and_wants_what_we_know() -> None:
    made = order(report(lines=(goods(), goods("NEW-1", line_id="2"))))

    assert made.facets.lifecycle is Lifecycle.INCOMPLETE
    assert made.demand == {"MUG-WHITE": 1}


def test_two_lines_of_one_product_are_one_demand() -> None:
    made = order(report(lines=(goods(quantity=2), goods(quantity=3, line_id="2"))))

    assert made.demand == {"MUG-WHITE": 5}


def test_a_newer_report_changes_the_order() -> None:
    made = order(report(lines=(goods(quantity=2),)))
    after = taken(later(made, report(source_version=version(1), lines=(goods("TOTE-NAT"),))))

    assert after.version == 2
    assert [line.sku for line in after.lines] == ["TOTE-NAT"]
    assert after.raw_key == "deliveries/demo/2"
    assert after.received_at == NOW
    assert after.last_change == LastChange(kind="imported", actor=MALL, at=LATER)


@pytest.mark.parametrize("minute", [0, 1])
def test_the_same_or_an_older_report_changes_nothing(minute: int) -> None:
    made = order(report(source_version=version(1)))

    assert later(made, report(source_version=version(minute))) is None


def test_a_report_whose_unread_part_only_differs_changes_nothing() -> None:
    assert later(order(report(extra={"a": 1})), report(extra={"a": 2})) is None


def test_of_two_reports_with_one_version_either_arrival_ends_with_the_one_further_along() -> None:
    ready, cancelled = report(), report(status=SourceStatus.CANCELLED)

    assert taken(later(order(ready), cancelled)).facets.lifecycle is Lifecycle.CANCELLED
    assert later(order(cancelled), ready) is None


def test_a_cancelled_order_wants_nothing_and_says_so() -> None:
    made = taken(answered(order(), 1, ("MUG-WHITE", 1, 1)))
    after = taken(later(made, report(source_version=version(1), status=SourceStatus.CANCELLED)))

    assert after.last_change.kind == "cancelled"
    assert after.demand == {}
    # Stock has not said yet that it took the units back.
    assert after.is_unanswered
    assert not taken(answered(after, 2)).is_unanswered


def test_an_order_that_comes_back_from_cancelling_wants_its_units_again() -> None:
    cancelled = order(report(status=SourceStatus.CANCELLED))
    assert not cancelled.is_unanswered
    after = taken(later(cancelled, report(source_version=version(1))))

    assert after.facets.lifecycle is Lifecycle.ACTIVE
    assert after.last_change.kind == "activated"
    assert after.demand == {"MUG-WHITE": 1}
    assert after.is_unanswered


@pytest.mark.parametrize("units", [0, 1])
def test_an_order_that_comes_cancelled_waits_until_stock_knows_where_its_units_are(
    units: int,
) -> None:
    line = goods(quantity_cancelled=units, listing="mug")
    made = order(report(lines=(line,), status=SourceStatus.CANCELLED))

    assert made.demand == {}
    assert made.is_unanswered
    assert not taken(answered(made, 1)).is_unanswered


def test_an_order_that_is_cancelled_before_stock_answered_waits_for_the_answer() -> None:
    line = goods(listing="mug")
    made = order(report(lines=(line,)))
    gone = report(lines=(line,), source_version=version(1), status=SourceStatus.CANCELLED)
    after = taken(later(made, gone))

    assert after.demand == after.stock.wanted == {}
    assert after.is_unanswered
    assert not taken(answered(after, 1)).is_unanswered


def test_a_line_that_is_gone_stays_with_its_product() -> None:
    made = order(report(lines=(goods(listing="mug"),)))
    gone = report(lines=(goods(quantity_cancelled=1, listing="mug"),), source_version=version(1))
    after = taken(later(made, gone, known=()))

    assert (after.lines, [line.sku for line in after.gone]) == ((), ["MUG-WHITE"])


def test_a_cancelled_order_that_the_mall_reports_on_is_cancelled_only_once() -> None:
    cancelled = order(report(status=SourceStatus.CANCELLED))
    again = report(source_version=version(1), status=SourceStatus.CANCELLED, remarks="返金済み")

    assert taken(later(cancelled, again)).last_change.kind == "imported"


@pytest.mark.parametrize(
    ("status", "lifecycle"),
    [
        (SourceStatus.NEW, Lifecycle.ACTIVE),
        (SourceStatus.ON_HOLD, Lifecycle.ACTIVE),
        (SourceStatus.AWAITING_PAYMENT, Lifecycle.ACTIVE),
        (SourceStatus.PARTIALLY_SHIPPED, Lifecycle.ACTIVE),
        (SourceStatus.UNKNOWN, Lifecycle.ACTIVE),
        (SourceStatus.SHIPPED, Lifecycle.SHIPPED),
        (SourceStatus.COMPLETED, Lifecycle.COMPLETED),
        (SourceStatus.CANCEL_REQUESTED, Lifecycle.CANCEL_REQUESTED),
        (SourceStatus.CANCELLED, Lifecycle.CANCELLED),
    ],
)
def test_what_the_mall_s_status_means_for_us(status: SourceStatus, lifecycle: Lifecycle) -> None:
    assert order(report(status=status)).facets.lifecycle is lifecycle


@pytest.mark.parametrize("status", [SourceStatus.SHIPPED, SourceStatus.COMPLETED])
def test_a_shipped_order_keeps_its_units_until_the_shipment_is_recorded(
    status: SourceStatus,
) -> None:
    assert order(report(status=status)).demand == {"MUG-WHITE": 1}


def test_an_asked_for_cancelling_keeps_the_units_until_it_is_decided() -> None:
    assert order(report(status=SourceStatus.CANCEL_REQUESTED)).demand == {"MUG-WHITE": 1}


def test_a_mended_address_makes_the_order_active() -> None:
    made = order(report(destinations=(place(postal=""),)))
    after = taken(later(made, report(source_version=version(1))))

    assert made.facets.lifecycle is Lifecycle.INCOMPLETE
    assert after.facets.lifecycle is Lifecycle.ACTIVE
    assert after.last_change.kind == "activated"


def test_money_that_arrives_is_taken_over() -> None:
    unpaid = Payment(PaymentMethod.BANK, PaymentStatus.UNPAID)
    made = order(report(payment=unpaid))
    after = taken(later(made, report(source_version=version(1))))

    assert made.facets.payment is PaymentState.AWAITING
    assert after.facets.payment is PaymentState.PAID


def test_a_line_cancelled_in_the_mall_after_allocation_leaves_the_others_their_units() -> None:
    made = order(report(lines=(goods(quantity=2), goods("TOTE-NAT", line_id="2"))))
    made = taken(answered(made, 1, ("MUG-WHITE", 2, 2), ("TOTE-NAT", 1, 1)))
    fewer = (goods(quantity=2, quantity_cancelled=2), goods("TOTE-NAT", line_id="2"))
    after = taken(later(made, report(source_version=version(1), lines=fewer)))

    assert [(line.sku, line.quantity, line.allocated) for line in after.lines] == [
        ("TOTE-NAT", 1, 1)
    ]
    assert after.demand == {"TOTE-NAT": 1}
    assert after.is_unanswered


def test_a_line_reduced_in_the_mall_shows_no_more_units_than_it_wants() -> None:
    made = taken(answered(order(report(lines=(goods(quantity=3),))), 1, ("MUG-WHITE", 3, 3)))
    after = taken(later(made, report(source_version=version(1), lines=(goods(quantity=1),))))

    assert [(line.quantity, line.allocated) for line in after.lines] == [(1, 1)]


def test_a_registered_product_completes_the_order_that_waited_for_it() -> None:
    made = order(report(lines=(goods("NEW-1"), goods("NEW-2", line_id="2"))))
    once = taken(changes.learn_products(made, Known(frozenset({"NEW-1"})), LATER))
    twice = taken(changes.learn_products(once, Known(frozenset({"NEW-2"})), LATER))

    assert once.facets.lifecycle is Lifecycle.INCOMPLETE
    assert once.last_change.kind == "matched"
    assert once.demand == {"NEW-1": 1}
    assert twice.facets.lifecycle is Lifecycle.ACTIVE
    assert twice.last_change.kind == "activated"
    assert twice.last_change.actor.to_dict() == {
        "kind": "system",
        "id": "banto",
        "name": "Banto",
    }
    assert twice.version == 3
    assert twice.gaps == ()


def test_any_code_of_a_line_may_become_a_product() -> None:
    made = order(report(lines=(goods("", sku_candidates=("SKU-9", "4900000000000")),)))
    after = taken(changes.learn_products(made, Known(frozenset({"4900000000000"})), LATER))

    assert after.lines[0].sku == after.lines[0].code == "4900000000000"


@pytest.mark.parametrize("known", [frozenset({"MUG-WHITE"}), frozenset({"OTHER"}), frozenset()])
def test_products_that_no_line_waits_for_change_nothing(known: frozenset[str]) -> None:
    assert changes.learn_products(order(), Known(known), LATER) is None


def test_a_product_learned_late_gets_the_units_that_stock_already_answered() -> None:
    made = taken(answered(order(report(lines=(goods("NEW-1"),))), 1, ("NEW-1", 1, 1)))
    after = taken(changes.learn_products(made, Known(frozenset({"NEW-1"})), LATER))

    assert after.is_allocated


def test_stock_s_answer_is_spread_over_the_lines_from_the_first_on() -> None:
    made = order(report(lines=(goods(quantity=2), goods(quantity=3, line_id="2"))))
    after = taken(answered(made, 1, ("MUG-WHITE", 5, 4)))

    assert [(line.allocated, line.allocation.value) for line in after.lines] == [
        (2, "FULL"),
        (2, "PARTIAL"),
    ]
    assert after.stock == StockAnswer(
        order_version=1, answer_version=1, wanted={"MUG-WHITE": 5}, units={"MUG-WHITE": 4}
    )
    assert after.last_change.kind == "allocation"
    assert not after.is_allocated
    assert not after.is_unanswered


def test_an_answer_that_gives_nothing_is_an_answer() -> None:
    after = taken(answered(order(), 1, ("MUG-WHITE", 1, 0)))

    assert after.lines[0].allocation.value == "NONE"
    assert not after.is_unanswered


@pytest.mark.parametrize("number", [1, 2])
def test_an_answer_that_is_not_newer_changes_nothing(number: int) -> None:
    made = taken(answered(order(), 2, ("MUG-WHITE", 1, 1)))

    assert answered(made, number, ("MUG-WHITE", 1, 0)) is None


def test_answers_that_overtake_one_another_end_with_the_newest() -> None:
    newest = taken(answered(order(), 3, ("MUG-WHITE", 1, 1)))

    assert answered(newest, 1, ("MUG-WHITE", 1, 0)) is None
    assert newest.is_allocated


def test_an_answer_to_an_older_demand_leaves_the_order_unanswered() -> None:
    made = order(report(lines=(goods(quantity=1),)))
    more = taken(later(made, report(source_version=version(1), lines=(goods(quantity=2),))))

    assert taken(answered(more, 1, ("MUG-WHITE", 1, 1))).is_unanswered
    assert not taken(answered(more, 2, ("MUG-WHITE", 2, 2))).is_unanswered


def test_a_demand_that_returns_to_what_stock_answered_is_answered() -> None:
    made = taken(answered(order(), 1, ("MUG-WHITE", 1, 1)))
    more = taken(later(made, report(source_version=version(1), lines=(goods(quantity=2),))))
    back = taken(later(more, report(source_version=version(2), lines=(goods(quantity=1),))))

    assert more.is_unanswered
    assert not back.is_unanswered
