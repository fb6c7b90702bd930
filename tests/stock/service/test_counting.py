"""Receiving and counting, on a table."""

from collections.abc import Callable
from typing import Any

import pytest

from common.auth import Actor
from common.dynamo import Table
from common.errors import Changed, Contended, Invalid, NotFound
from stock.domain.level import Reason
from stock.domain.views import Item
from stock.repository.book import StockBook
from stock.repository.catalogue import Catalogue
from stock.service.allocate import Allocator
from stock.service.counting import Counting
from stock.service.requests import Adjustment, Receipt
from tests.dying import Deaths, survive
from tests.stock.builders import NOON, an_order
from tests.stock.hooks import Refusals, StreamTap
from tests.stock.tables import check, fresh, level, register, story

WHO = Actor("staff", "staff-1", "staff-1")


def receive(table: Table, quantity: int, key: str, **fields: Any) -> Item:
    counting = Counting(Catalogue(table), lambda: NOON)
    return counting.receive("TEA", Receipt(quantity=quantity, **fields), WHO, key)


def adjust(table: Table, on_hand: int, version: int, key: str, reason: Any = "STOCKTAKE") -> Item:
    adjustment = Adjustment(on_hand=on_hand, reason=reason, note="棚卸")
    return Counting(Catalogue(table), lambda: NOON).adjust("TEA", adjustment, version, WHO, key)


def test_received_units_are_added_with_who_and_why(stock_table: Table) -> None:
    register(stock_table, on_hand=2)

    item = receive(stock_table, 5, "k", reference="PO-1", note="朝の便")

    assert (item.on_hand, item.available, item.version) == (7, 7, 2)
    stored = level(stock_table)
    assert stored.last_change is not None
    assert stored.last_change.reason is Reason.RECEIVE
    assert stored.last_change.actor == WHO
    assert (stored.last_change.reference, stored.last_change.note) == ("PO-1", "朝の便")


def test_the_same_key_changes_it_once_and_gets_the_first_answer(stock_table: Table) -> None:
    register(stock_table)
    first = receive(stock_table, 5, "k")
    receive(stock_table, 1, "other")

    assert receive(stock_table, 5, "k") == first
    assert level(stock_table).on_hand == 6


def test_another_request_under_a_used_key_is_refused(stock_table: Table) -> None:
    register(stock_table)
    receive(stock_table, 5, "k")

    with pytest.raises(Invalid, match="another request"):
        receive(stock_table, 6, "k")
    with pytest.raises(Invalid, match="another request"):
        adjust(stock_table, 5, 2, "k")

    assert level(stock_table).on_hand == 5


def test_a_key_is_remembered_for_a_day(stock_table: Table) -> None:
    register(stock_table)
    receive(stock_table, 5, "k")

    stored = stock_table.get("IDEM#k", "IDEM")

    assert stored is not None
    assert stored["expires_at"] == int(NOON.timestamp()) + 24 * 3600


def test_a_count_is_absolute_and_keeps_what_is_allocated(stock_table: Table) -> None:
    register(stock_table, on_hand=5)
    assert Allocator(StockBook(stock_table), lambda: NOON).run([an_order("a", TEA=4)]) == {}

    item = adjust(stock_table, 3, 2, "k", "DAMAGE")

    assert (item.on_hand, item.allocated, item.available) == (3, 4, -1)
    assert story(stock_table)[3] == ["TEA"]
    check(stock_table)


def test_a_count_of_numbers_that_moved_is_refused_with_the_numbers_as_they_are(
    stock_table: Table,
) -> None:
    register(stock_table, on_hand=5)
    receive(stock_table, 5, "r")

    with pytest.raises(Changed) as refused:
        adjust(stock_table, 4, 1, "k")

    assert refused.value.current["on_hand"] == 10
    assert refused.value.current["version"] == 2
    assert level(stock_table).on_hand == 10


def test_a_repeated_count_gets_the_first_answer_although_its_version_is_old(
    stock_table: Table,
) -> None:
    register(stock_table, on_hand=5)
    first = adjust(stock_table, 4, 1, "k")

    assert adjust(stock_table, 4, 1, "k") == first
    assert level(stock_table).version == 2


def test_a_rival_makes_it_read_again(stock_table: Table) -> None:
    register(stock_table, on_hand=1)
    refusals = Refusals("dynamodb", "TransactWriteItems")
    refusals.add("TransactionCanceledException", "ConditionalCheckFailed", "None")
    refusals.add("TransactionCanceledException", "ConditionalCheckFailed", "None")

    assert receive(stock_table, 2, "k").on_hand == 3
    assert refusals.calls == 3


def test_endless_rivals_end_as_contended(stock_table: Table) -> None:
    register(stock_table)
    Refusals("dynamodb", "TransactWriteItems").always(
        "TransactionCanceledException", "ConditionalCheckFailed", "None"
    )

    with pytest.raises(Contended):
        receive(stock_table, 2, "k")


def test_unknown_skus_and_absurd_numbers_are_refused(stock_table: Table) -> None:
    with pytest.raises(NotFound):
        receive(stock_table, 1, "k")
    register(stock_table, on_hand=9_999_999)
    with pytest.raises(Invalid, match="9,999,999"):
        receive(stock_table, 1, "k")


def test_setting_the_count_that_was_there_is_in_the_ledger_too(stock_table: Table) -> None:
    register(stock_table, on_hand=5)
    tap = StreamTap(stock_table)

    assert adjust(stock_table, 5, 1, "k").version == 2
    assert tap.hot_writes("TEA") == 1


def test_the_function_may_die_at_any_moment(aws: None) -> None:
    def world() -> Callable[[], Any]:
        table = fresh()
        register(table, on_hand=1)
        return lambda: story(table)

    ends = survive(Deaths("dynamodb"), world, lambda: _receive_and_adjust())

    assert len(ends) == 13
    assert all(end == ends[-1] for end in ends)
    assert ends[-1][0]["TEA"] == (9, 0, 9, 0)


def _receive_and_adjust() -> None:
    table = Table("stock")
    assert receive(table, 4, "r").version == 2
    assert adjust(table, 9, 2, "a").on_hand == 9
