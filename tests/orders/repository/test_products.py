"""What is known of products, and who waits for one."""

from common.dynamo import Table
from orders.domain import changes
from orders.domain.matching import Known, Names
from orders.repository.orders import OrderRepository
from tests.builders import NOW, goods, order, report
from tests.orders.items import everything

EARLY, LATE = "2026-11-21T03:00:00.000Z", "2026-11-21T04:00:00.000Z"
JAN = "4900000000017"


def names(*codes: str, listing: str = "", jan: str = "") -> Names:
    return Names(listing, codes, jan)


def test_names_are_looked_up_for_one_shop(orders: OrderRepository) -> None:
    orders.remember_product("TEA", JAN, EARLY)
    orders.remember_listing("demo", "tea/1", "TEA", EARLY)

    asked = [names("TEA", listing="tea/1"), names("X", jan=JAN), names("Y", jan="49")]
    assert orders.look_up("demo", asked) == Known(
        frozenset({"TEA"}), {"tea/1": "TEA"}, {JAN: "TEA"}
    )
    assert orders.look_up("cart", asked[:1]) == Known(frozenset({"TEA"}))


def test_a_jan_that_two_products_have_says_nothing(orders: OrderRepository) -> None:
    orders.remember_product("TEA", JAN, EARLY)
    orders.remember_product("TEA-2", JAN, EARLY)
    assert orders.products_with([JAN]) == {}

    orders.remember_product("TEA-2", "", LATE)
    assert orders.products_with([JAN]) == {JAN: "TEA"}


def test_the_newest_news_of_a_product_counts_in_whatever_order_it_comes(
    orders: OrderRepository, orders_table: Table
) -> None:
    orders.remember_product("TEA", JAN, LATE)
    orders.remember_product("TEA", "4900000000024", EARLY)
    orders.remember_product("TEA", JAN, LATE)

    assert [item["pk"] for item in everything(orders_table)] == [f"JAN#{JAN}", "KNOWN#TEA"]


def test_the_newest_mapping_of_a_listing_counts(orders: OrderRepository) -> None:
    assert orders.remember_listing("demo", "tea/1", "TEA", LATE) == "TEA"
    assert orders.remember_listing("demo", "tea/1", "POT", EARLY) == "TEA"
    asked = [names("X", listing="tea/1")]
    assert orders.look_up("demo", asked).listings == {"tea/1": "TEA"}

    assert orders.remember_listing("demo", "tea/1", "POT", LATE) == "POT"
    assert orders.look_up("demo", asked).listings == {"tea/1": "POT"}


def test_an_order_waits_for_its_listing_and_its_jan_too(orders: OrderRepository) -> None:
    line = goods("T-1", listing="tea/1", jan=JAN)
    first = orders.save(None, order(report(lines=(line,))), NOW)
    waits = [
        lambda: orders.waiting_for("T-1"),
        lambda: orders.waiting_for_listing("demo", "tea/1"),
        lambda: orders.waiting_for_jan(JAN),
    ]
    assert [wait() for wait in waits] == [["demo:5001"]] * 3
    assert orders.waiting_for_listing("cart", "tea/1") == []

    learned = changes.learn_products(first, Known(listings={"tea/1": "TEA"}), NOW)
    assert learned is not None
    orders.save(first, learned, NOW)
    assert [wait() for wait in waits] == [[]] * 3


def test_a_code_that_no_order_waits_for_any_more_is_not_to_be_mapped(
    orders: OrderRepository,
) -> None:
    first = orders.save(None, order(report(lines=(goods("T-1", listing="tea/1"),))), NOW)
    [row] = orders.unmapped("", token=None, limit=10).rows
    assert (row.shop_id, row.code, row.has_listing, row.orders) == ("demo", "tea/1", True, 1)

    learned = changes.learn_products(first, Known(listings={"tea/1": "TEA"}), NOW)
    assert learned is not None
    orders.save(first, learned, NOW)
    assert orders.unmapped("", token=None, limit=10).rows == []


def test_a_row_of_a_code_is_written_once_while_the_order_changes(
    orders: OrderRepository, orders_table: Table
) -> None:
    first = orders.save(None, order(report(lines=(goods("T-1"),))), NOW)
    after = changes.edit(first, actor=changes.SYSTEM, now=NOW, memo="x")
    assert after is not None
    orders.save(first, after, NOW)

    [row] = [item for item in everything(orders_table) if item["pk"] == "UNMAPPED_CODES"]
    assert row["expires_at"] == int(NOW.timestamp()) + 180 * 86400
