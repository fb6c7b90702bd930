"""How a report of a mall is read."""

import random

import pytest

from common.canonical import (
    Money,
    Payment,
    PaymentMethod,
    PaymentStatus,
    SourceStatus,
)
from orders.domain.order import OrderLine
from orders.domain.report import (
    all_codes,
    codes_of,
    matches_of,
    payment_of,
    rank_of,
    tidy,
    waiting_codes,
    wanted_lines,
)
from tests.builders import goods, order, report, version

KNOWN = frozenset({"A", "B", "MUG-WHITE"})


def test_a_report_is_kept_without_what_no_field_is_for() -> None:
    content = report(extra={"card": "4242"}, display_no="")

    assert tidy(content) == report(extra={}, display_no="5001")


def test_the_mall_s_version_decides_which_report_is_newer() -> None:
    assert rank_of(report(source_version=version(1))) > rank_of(
        report(status=SourceStatus.CANCELLED)
    )


def test_of_two_reports_of_one_second_the_one_further_along_is_newer() -> None:
    ranked = sorted(SourceStatus, key=lambda status: rank_of(report(status=status)))

    assert [status.value for status in ranked] == [
        "UNKNOWN",
        "NEW",
        "ON_HOLD",
        "AWAITING_PAYMENT",
        "READY",
        "PARTIALLY_SHIPPED",
        "SHIPPED",
        "COMPLETED",
        "CANCEL_REQUESTED",
        "CANCELLED",
    ]


def test_of_two_different_reports_of_one_second_and_status_always_the_same_one_is_newer() -> None:
    one, other = report(remarks="a"), report(remarks="b")

    assert rank_of(one) != rank_of(other)
    assert rank_of(one) == rank_of(report(remarks="a"))


def test_codes_come_best_first_without_blanks_and_repeats() -> None:
    line = goods("", sku_candidates=(" A ", "", "B", "A"))

    assert codes_of(line) == ("A", "B")
    assert codes_of(goods("", title=" 福袋 ")) == ("福袋",)
    assert all_codes(report(lines=(line, goods("C", line_id="2")))) == ["A", "B", "C"]


def test_a_line_is_the_product_of_its_first_code_that_we_know() -> None:
    lines = (
        goods("", line_id="1", sku_candidates=("X", "B", "A"), quantity=2),
        goods("", line_id="2", sku_candidates=("X", "Y")),
    )

    assert wanted_lines(report(lines=lines), KNOWN, {}) == (
        OrderLine(line_id="1", code="B", sku="B", quantity=2),
        OrderLine(line_id="2", code="X", sku=None, quantity=1),
    )


def test_lines_of_which_nothing_is_wanted_any_more_are_left_out() -> None:
    lines = (
        goods("A", 3, "1", quantity_cancelled=1),
        goods("A", 3, "2", quantity_cancelled=3),
        goods("A", 0, "3"),
        goods("A", 1, "4", quantity_cancelled=5),
    )

    assert wanted_lines(report(lines=lines), KNOWN, {}) == (
        OrderLine(line_id="1", code="A", sku="A", quantity=2),
    )


def test_a_line_stays_with_its_product_while_the_mall_calls_it_by_the_same_codes() -> None:
    both = report(lines=(goods("", sku_candidates=("A", "B")),))
    held = matches_of(order(both, known={"B"}))

    assert held == {("1", ("A", "B")): "B"}
    assert wanted_lines(both, KNOWN, held)[0].sku == "B"
    renamed = report(lines=(goods("", sku_candidates=("A", "C")),))
    assert wanted_lines(renamed, KNOWN, held)[0].sku == "A"


def test_an_order_waits_for_any_code_of_its_unknown_lines() -> None:
    lines = (
        goods("", line_id="1", sku_candidates=("X", "Y")),
        goods("A", line_id="2"),
        goods("", line_id="3", sku_candidates=("Y", "Z")),
    )

    assert waiting_codes(order(report(lines=lines), known={"A"})) == ["X", "Y", "Z"]
    assert waiting_codes(order()) == []


@pytest.mark.parametrize(
    ("method", "status", "expected"),
    [
        ("CARD", "PAID", "PAID"),
        ("CARD", "AUTHORISED", "AUTHORIZED"),
        ("CARD", "PARTIALLY_REFUNDED", "PAID"),
        ("CARD", "REFUNDED", "REFUNDED"),
        ("CARD", "VOIDED", "EXPIRED"),
        ("CARD", "UNKNOWN", "AWAITING"),
        ("BANK", "UNPAID", "AWAITING"),
        ("BANK", "PARTIALLY_PAID", "PARTIAL"),
        ("UNKNOWN", "UNKNOWN", "AWAITING"),
        ("COD", "UNPAID", "NOT_REQUIRED"),
        ("COD", "PAID", "PAID"),
        ("DEFERRED", "UNKNOWN", "NOT_REQUIRED"),
        ("POINTS_ONLY", "UNKNOWN", "NOT_REQUIRED"),
    ],
)
def test_where_the_money_is(method: str, status: str, expected: str) -> None:
    payment = Payment(PaymentMethod(method), PaymentStatus(status))

    assert payment_of(report(payment=payment)).value == expected


@pytest.mark.parametrize(
    ("money", "expected"),
    [
        (Money(total=3300, amount_due=0), "NOT_REQUIRED"),
        (Money(total=0, amount_due=None), "NOT_REQUIRED"),
        (Money(total=0, amount_due=100), "AWAITING"),
        (Money(total=None, amount_due=None), "AWAITING"),
    ],
)
def test_nobody_waits_for_nothing(money: Money, expected: str) -> None:
    unpaid = Payment(PaymentMethod.CARD, PaymentStatus.UNPAID)

    assert payment_of(report(payment=unpaid, money=money)).value == expected


def test_builders_are_the_same_at_every_run() -> None:
    random.seed(99)

    assert report(7) == report(7)
    assert report(7).buyer != report(8).buyer
