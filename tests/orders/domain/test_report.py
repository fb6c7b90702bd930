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
from orders.domain.report import is_newer, payment_of, rank_of, tidy
from tests.builders import report, version


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


def test_where_versions_do_not_tell_what_is_read_later_is_newer_and_a_repeat_is_no_news() -> None:
    early, late = version(1), version(2)
    stored = rank_of(report(remarks="a"), early)

    assert is_newer(rank_of(report(remarks="b"), late), stored)
    assert not is_newer(rank_of(report(remarks="a"), late), stored)
    assert not is_newer(rank_of(report(remarks="b"), early), rank_of(report(remarks="c"), late))


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
