"""Orders in DynamoDB: what a version writes, removes and leaves alone."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from common.auth import Actor
from common.canonical import CanonicalOrder, SourceStatus
from common.dynamo import Item, Key, Table
from common.errors import Contended, Invalid
from orders.domain import changes
from orders.domain.facets import Hold
from orders.domain.matching import Known, Names
from orders.domain.order import Order
from orders.repository.orders import OrderRepository
from tests.builders import NOW, contact, goods, order, place, report, version
from tests.orders import items

STAFF = Actor("staff", "staff-1", "担当 一")
TOMORROW = NOW + timedelta(days=1)


def everything(table: Table) -> dict[Key, Item]:
    return {Key(item["pk"], item["sk"]): item for item in items.everything(table)}


def lists(table: Table) -> list[str]:
    """The lists that have a row, once a row."""
    found = [pk for pk, _ in everything(table) if pk.startswith("LIST#")]
    return sorted(pk.removeprefix("LIST#") for pk in found)


def edited(made: Order, **wanted: Any) -> Order:
    after = changes.edit(made, actor=STAFF, now=NOW, **wanted)
    assert after is not None
    return after


def later(made: Order, content: CanonicalOrder) -> Order:
    after = changes.take_over(
        made, content, known=Known(frozenset({"MUG-WHITE"})), raw_key="deliveries/demo/2", now=NOW
    )
    assert after is not None
    return after


def test_an_order_is_read_as_it_was_written(orders: OrderRepository) -> None:
    stored = orders.save(None, order(report(remarks="急ぎ")), NOW)

    assert orders.get("demo:5001") == stored
    assert orders.get("demo:404") is None


def test_a_new_order_writes_itself_its_history_rows_words_and_waits(
    orders: OrderRepository, orders_table: Table
) -> None:
    made = order(report(lines=(goods("NEW-1"),), buyer=contact(name="山田 太郎", kana="")))
    orders.save(None, made, NOW)

    at = "2026-11-21T03:00:00.000Z#demo:5001"
    assert sorted(everything(orders_table)) == sorted(
        [
            ("ORDER#demo:5001", "ORDER"),
            ("ORDER#demo:5001", "H#00000001"),
            ("LIST#ALL", at),
            ("LIST#ALL@demo", at),
            ("LIST#INCOMPLETE", at),
            ("LIST#INCOMPLETE@demo", at),
            ("LIST#UNMATCHED", at),
            ("LIST#UNMATCHED@demo", at),
            ("UNMAPPED#NEW-1", "demo:5001"),
            ("UNMAPPED_CODES", "demo#NEW-1"),
            ("TOKEN#10", "1001#demo:5001"),
            ("TOKEN#50", "5001#demo:5001"),
            ("TOKEN#山田", "山田太郎#demo:5001"),
            ("TOKEN#太郎", "太郎#demo:5001"),
            ("TOKEN#bu", "buyer1@examplecom#demo:5001"),
            ("TOKEN#09", "09000000001#demo:5001"),
            ("TOKEN#佐藤", "佐藤翔#demo:5001"),
            ("TOKEN#翔", "翔#demo:5001"),
            ("TOKEN#さと", "さとうたろう#demo:5001"),
            ("TOKEN#たろ", "たろう#demo:5001"),
            ("TOKEN#ne", "new1#demo:5001"),
        ]
    )


def test_the_history_tells_who_did_what_why_before_and_after(orders: OrderRepository) -> None:
    first = orders.save(None, order(), NOW)
    orders.save(first, edited(first, memo="電話済み", reason="折り返し"), NOW)

    told, following = orders.history("demo:5001", token=None, limit=10)
    assert following is None
    assert [item["seq"] for item in told] == [2, 1]
    assert {n: v for n, v in told[0].items() if n not in ("pk", "sk")} == {
        "seq": 2,
        "at": "2026-11-21T03:00:00.000Z",
        "kind": "edited",
        "actor": {"kind": "staff", "id": "staff-1", "name": "担当 一"},
        "reason": "折り返し",
        "changes": [{"field": "memo", "before": "", "after": "電話済み"}],
    }
    assert told[1]["changes"] == []


def test_a_row_leaves_the_queues_in_which_the_order_no_longer_stands(
    orders: OrderRepository, orders_table: Table
) -> None:
    first = orders.save(None, order(report(remarks="急ぎ")), NOW)
    assert lists(orders_table) == [
        "ALL",
        "ALL@demo",
        "ALLOCATION",
        "ALLOCATION@demo",
        "REVIEW",
        "REVIEW@demo",
        "UNANSWERED",
        "UNANSWERED@demo",
    ]
    cancelled = report(source_version=version(1), status=SourceStatus.CANCELLED)
    orders.save(first, later(first, cancelled), NOW)

    assert lists(orders_table) == ["ALL", "ALL@demo", "CANCELLED", "CANCELLED@demo"]
    row = orders.rows("ALL", newest_first=True, token=None, limit=10).rows[0]
    assert (row.badge.value, row.version) == ("CANCELLED", 2)


def test_a_row_of_yesterday_is_found_and_removed_today(
    orders: OrderRepository, orders_table: Table
) -> None:
    first = orders.save(None, order(), NOW)
    held = orders.save(
        first, edited(first, hold=Hold(until=date(2026, 11, 22), reason="出張")), NOW
    )
    assert "HOLD" in lists(orders_table)
    advanced = changes.advance(held, date(2026, 11, 22), TOMORROW)
    assert advanced is not None
    orders.save(held, advanced, TOMORROW)

    assert "HOLD" not in lists(orders_table)
    assert "HOLD@demo" not in lists(orders_table)


def test_a_row_is_removed_from_where_it_was_written_whatever_the_rules_say_now(
    orders: OrderRepository, orders_table: Table
) -> None:
    stored = orders.save(None, order(), NOW)
    # As a former version of the rules may have listed it.
    table = orders_table
    key = {"pk": "LIST#PRINT", "sk": "2026-11-21T03:00:00.000Z#demo:5001"}
    table.commit(table.put({**key, "row": {}}))
    before = stored.model_copy(update={"listed_in": (*stored.listed_in, "PRINT")})
    orders.save(before, edited(stored, memo="x"), NOW)

    assert "PRINT" not in lists(orders_table)


def test_a_row_moves_with_the_date_of_order(orders: OrderRepository, orders_table: Table) -> None:
    first = orders.save(None, order(), NOW)
    earlier = report(source_version=version(1), ordered_at=NOW - timedelta(days=1))
    orders.save(first, later(first, earlier), NOW)

    rows = [key for key in everything(orders_table) if key[0] == "LIST#ALLOCATION"]
    assert rows == [("LIST#ALLOCATION", "2026-11-20T03:00:00.000Z#demo:5001")]


def test_words_follow_the_order(orders: OrderRepository) -> None:
    def found(text: str) -> list[str]:
        return orders.find(text, token=None, limit=10)[0]

    first = orders.save(None, order(report(buyer=contact(name="山田 太郎"))), NOW)
    orders.save(
        first,
        later(first, report(source_version=version(1), buyer=contact(name="佐々木 太郎"))),
        NOW,
    )

    assert found("山田") == []
    assert found("佐々木") == found("太郎") == ["demo:5001"]


def test_an_order_of_very_many_unknown_products_is_stored_whole(
    orders: OrderRepository, orders_table: Table
) -> None:
    lines = tuple(goods(f"NEW-{n:03d}", line_id=str(n)) for n in range(105))
    stored = orders.save(None, order(report(lines=lines)), NOW)

    kinds = Counter(pk.split("#")[0] for pk, _ in everything(orders_table))
    assert kinds == {"ORDER": 2, "LIST": 6, "TOKEN": 113, "UNMAPPED": 105, "UNMAPPED_CODES": 105}
    assert orders.get("demo:5001") == stored
    assert orders.waiting_for("NEW-000") == orders.waiting_for("NEW-104") == ["demo:5001"]
    assert orders.find("new104", token=None, limit=10) == (["demo:5001"], None)


def test_what_very_many_products_left_behind_is_removed(
    orders: OrderRepository, orders_table: Table
) -> None:
    lines = tuple(goods(f"NEW-{n:03d}", line_id=str(n)) for n in range(60))
    first = orders.save(None, order(report(lines=lines)), NOW)
    orders.save(first, later(first, report(source_version=version(1))), NOW)

    kinds = Counter(pk.split("#")[0] for pk, _ in everything(orders_table))
    assert kinds == {"ORDER": 3, "LIST": 6, "TOKEN": 9, "UNMAPPED_CODES": 60}


def test_a_second_writer_of_the_same_version_is_told_and_writes_nothing(
    orders: OrderRepository, orders_table: Table
) -> None:
    first = orders.save(None, order(), NOW)
    orders.save(first, edited(first, memo="一人目"), NOW)
    before = everything(orders_table)

    with pytest.raises(Contended):
        orders.save(first, edited(first, memo="二人目", hold=Hold(reason="x")), NOW)
    with pytest.raises(Contended):
        orders.save(None, order(), NOW)
    assert everything(orders_table) == before


def test_orders_are_read_together_in_the_order_asked_for(orders: OrderRepository) -> None:
    for seed in (1, 2, 3):
        orders.save(None, order(report(seed)), NOW)

    found = orders.get_many(["demo:5003", "demo:404", "demo:5001"])
    assert [made.order_id for made in found] == ["demo:5003", "demo:5001"]


def five(orders: OrderRepository) -> None:
    for seed in range(1, 6):
        content = report(seed, ordered_at=NOW - timedelta(minutes=seed))
        made = order(content, now=NOW + timedelta(minutes=seed))
        if seed == 3:
            made = made.model_copy(update={"order_id": "other:5003", "shop_id": "other"})
        orders.save(None, made, NOW)


def test_all_orders_come_by_arrival_and_a_queue_by_date_of_order(
    orders: OrderRepository,
) -> None:
    five(orders)

    def ids(name: str, *, newest_first: bool) -> list[str]:
        page = orders.rows(name, newest_first=newest_first, token=None, limit=10)
        return [row.number for row in page.rows]

    assert ids("ALL", newest_first=True) == ["#1005", "#1004", "#1003", "#1002", "#1001"]
    assert ids("ALLOCATION", newest_first=False) == ["#1005", "#1004", "#1003", "#1002", "#1001"]


def test_a_list_of_one_shop_comes_in_full_pages(orders: OrderRepository) -> None:
    five(orders)

    page = orders.rows("ALL", shop_id="demo", newest_first=True, token=None, limit=3)
    assert [row.number for row in page.rows] == ["#1005", "#1004", "#1002"]
    rest = orders.rows("ALL", shop_id="demo", newest_first=True, token=page.next, limit=3)
    assert [row.number for row in rest.rows] == ["#1001"]
    assert rest.next is None
    only = orders.rows("ALL", shop_id="other", newest_first=True, token=None, limit=3)
    assert [row.number for row in only.rows] == ["#1003"]


def test_a_page_token_opens_no_other_list(orders: OrderRepository) -> None:
    five(orders)
    page = orders.rows("ALL", newest_first=True, token=None, limit=2)

    with pytest.raises(Invalid):
        orders.rows("PRINT", newest_first=True, token=page.next, limit=2)


def test_lists_are_counted_up_to_a_thousand(orders: OrderRepository, orders_table: Table) -> None:
    def fill(count: int) -> None:
        orders_table.put_many(
            {"pk": "LIST#REVIEW", "sk": f"2026#{n:04d}", "row": {}} for n in range(count)
        )

    fill(1000)
    assert orders.count("REVIEW") == (1000, False)
    fill(1002)
    assert orders.count("REVIEW") == (1000, True)
    assert orders.count("PRINT") == (0, False)


def test_the_oldest_entry_of_a_list_is_told_by_its_time(orders: OrderRepository) -> None:
    assert orders.oldest("ALLOCATION") is None
    five(orders)

    assert orders.oldest("ALLOCATION") == "2026-11-21T02:55:00.000Z"
    assert sorted(orders.every_id("ALLOCATION")) == [
        "demo:5001",
        "demo:5002",
        "demo:5004",
        "demo:5005",
        "other:5003",
    ]


FOUND_BY = (
    "#1001",
    "100",
    "１００１",
    "5001",
    "ヤマダ",
    "ﾔﾏﾀﾞ",
    "やまだ たろう",
    "山田",
    "山田　太郎",
    "太郎",
    "TARO@EXAMPLE.COM",
    "taro@",
    "090-0000-0001",
    "０９０ー００００",
    "MUG-WH",
    "mugwhite",
    "サンプル商店",
    "03 9999",
)
NOT_FOUND_BY = ("", " - ", "鈴木", "9999", "mugwhiteX")


def test_an_order_is_found_by_the_beginning_of_any_of_its_words(orders: OrderRepository) -> None:
    buyer = contact(name="山田 太郎", kana="ヤマダ タロウ", email="Taro@example.com")
    there = place(name="", company="サンプル商店", phone="03-9999-0000")
    orders.save(None, order(report(buyer=buyer, destinations=(there,))), NOW)
    somebody = {"name": "別人", "kana": "", "phone": "080-0000-0000"}
    other = report(
        channel_order_id="9002",
        display_no="#2002",
        buyer=contact(2, **somebody),
        destinations=(place(seed=2, **somebody),),
        lines=(goods("X"),),
    )
    orders.save(None, order(other), NOW)

    found = {text: orders.find(text, token=None, limit=10) for text in FOUND_BY + NOT_FOUND_BY}
    assert found == {text: (["demo:5001"], None) for text in FOUND_BY} | {
        text: ([], None) for text in NOT_FOUND_BY
    }


def test_search_comes_in_pages(orders: OrderRepository) -> None:
    for seed in range(1, 6):
        orders.save(None, order(report(seed)), NOW)

    first, token = orders.find("MUG", token=None, limit=3)
    second, end = orders.find("MUG", token=token, limit=3)
    assert first == ["demo:5001", "demo:5002", "demo:5003"]
    assert second == ["demo:5004", "demo:5005"]
    assert end is None


def test_a_search_longer_than_a_word_is_kept_still_finds_it(orders: OrderRepository) -> None:
    orders.save(None, order(report(buyer=contact(company="長" * 80))), NOW)

    assert orders.find("長" * 90, token=None, limit=10) == (["demo:5001"], None)


def test_products_are_known_from_their_registration_on(orders: OrderRepository) -> None:
    orders.remember_product("MUG-WHITE")
    orders.remember_product("MUG-WHITE")

    asked = [Names("", (code,), "") for code in ("MUG-WHITE", "TOTE-NAT", "", "MUG-WHITE")]
    assert orders.look_up("demo", asked) == Known(frozenset({"MUG-WHITE"}))
    assert orders.look_up("demo", []) == Known()


def test_orders_wait_for_every_code_of_an_unknown_line(orders: OrderRepository) -> None:
    line = goods("", sku_candidates=("SKU-9", "4900000000000"))
    first = orders.save(None, order(report(lines=(line,))), NOW)
    assert orders.waiting_for("SKU-9") == orders.waiting_for("4900000000000") == ["demo:5001"]
    learned = changes.learn_products(first, Known(frozenset({"4900000000000"})), NOW)
    assert learned is not None
    orders.save(first, learned, NOW)

    assert orders.waiting_for("SKU-9") == orders.waiting_for("4900000000000") == []


def test_a_version_that_lists_nothing_new_only_rewrites_its_rows(
    orders: OrderRepository, orders_table: Table
) -> None:
    first = orders.save(None, order(), NOW)
    keys = set(everything(orders_table))
    orders.save(first, edited(first, memo="x"), NOW)

    assert set(everything(orders_table)) - keys == {("ORDER#demo:5001", "H#00000002")}
    assert keys <= set(everything(orders_table))
