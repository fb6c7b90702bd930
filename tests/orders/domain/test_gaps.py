"""What an order lacks, and why a person should look at it."""

import pytest

from common.canonical import CanonicalOrder, Destination, FulfilledBy, SourceStatus
from orders.domain.facets import Gap, RuleHit
from orders.domain.gaps import find_gaps, find_hits
from orders.domain.matching import Known, wanted_lines
from orders.domain.order import AddressFix, words_of
from tests.builders import goods, place, report

KNOWN = frozenset({"MUG-WHITE", "TOTE-NAT"})


def gaps(
    content: CanonicalOrder,
    fixes: dict[str, AddressFix] | None = None,
    known: frozenset[str] = KNOWN,
) -> list[tuple[str, str]]:
    found = find_gaps(content, wanted_lines(content, Known(known), {}), fixes or {})
    return [(gap.code, gap.detail) for gap in found]


def fix(destination: Destination, **fields: str) -> dict[str, AddressFix]:
    return {destination.id: AddressFix(basis=words_of(destination), **fields)}


def test_a_complete_order_lacks_nothing() -> None:
    assert gaps(report()) == []


def test_each_unknown_code_is_named_once_in_the_order_of_the_lines() -> None:
    lines = (goods("NEW-2"), goods(), goods("NEW-1", line_id="2"), goods("NEW-2", line_id="3"))

    assert gaps(report(lines=lines)) == [("unknown_sku", "NEW-2"), ("unknown_sku", "NEW-1")]


def test_a_line_without_any_code_is_named_by_its_title() -> None:
    assert gaps(report(lines=(goods("", title="福袋"),))) == [("unknown_sku", "福袋")]


def test_an_order_whose_lines_were_all_cancelled_has_nothing_to_ship() -> None:
    lines = (goods(quantity=2, quantity_cancelled=2), goods(quantity=0, line_id="2"))

    assert gaps(report(lines=lines)) == [("no_lines", "")]
    assert gaps(report(lines=())) == [("no_lines", "")]


@pytest.mark.parametrize("field", ["name", "postal", "prefecture", "line1"])
def test_a_japanese_address_needs_these_fields(field: str) -> None:
    missing = place(**({field: ""} | ({"line2": ""} if field == "line1" else {})))

    assert gaps(report(destinations=(missing,))) == [("missing_address", field)]


def test_a_field_of_white_space_is_missing() -> None:
    missing = place(postal="\u3000 ")

    assert gaps(report(destinations=(missing,))) == [("missing_address", "postal")]


def test_the_city_may_stand_in_the_first_line() -> None:
    assert gaps(report(destinations=(place(city="", line1="千代田区千代田1-1"),))) == []
    assert gaps(report(destinations=(place(city="", line1="", line2="1-1"),))) == [
        ("missing_address", "city")
    ]


def test_an_address_on_one_line_needs_only_name_and_postal_code() -> None:
    single = place(
        prefecture="", city="", line1="", line2="", raw_single_line="東京都千代田区千代田1-1"
    )

    assert gaps(report(destinations=(single,))) == []
    assert gaps(report(destinations=(place(postal="", raw_single_line="東京都…"),))) == [
        ("missing_address", "postal")
    ]


def test_a_company_is_a_name_too() -> None:
    assert gaps(report(destinations=(place(name="", company="株式会社サンプル"),))) == []


def test_abroad_the_first_line_and_a_name_will_do() -> None:
    abroad = place(country="US", prefecture="", postal="", city="", line1="1 Example St.", line2="")

    assert gaps(report(destinations=(abroad,))) == []
    assert gaps(report(destinations=(place(country="US", name="", line1="", line2="B"),))) == [
        ("missing_address", "name"),
        ("missing_address", "line1"),
    ]


def test_a_parcel_to_be_fetched_is_found_by_the_name_alone() -> None:
    bare = {"postal": "", "prefecture": "", "city": "", "line1": "", "line2": ""}
    fetched = Destination("1", place(**bare).contact, pickup_point="店舗 042")

    assert gaps(report(destinations=(fetched,))) == []


def test_without_any_destination_the_whole_place_is_missing() -> None:
    assert gaps(report(destinations=())) == [("missing_address", "destination")]


def test_every_destination_that_goods_go_to_must_be_complete() -> None:
    lines = (goods(), goods("TOTE-NAT", line_id="2", destination_id="2"))
    places = (place("1", postal=""), place("2", postal="", name=""), place("3", line1=""))

    assert gaps(report(lines=lines, destinations=places)) == [
        ("missing_address", "postal"),
        ("missing_address", "name"),
    ]


def test_the_place_of_a_cancelled_line_need_not_be_complete() -> None:
    lines = (goods(), goods("TOTE-NAT", line_id="2", destination_id="2", quantity_cancelled=1))

    assert gaps(report(lines=lines, destinations=(place("1"), place("2", postal="")))) == []


def test_a_line_that_names_no_place_goes_to_the_only_one() -> None:
    assert gaps(report(lines=(goods(destination_id=""),))) == []


def test_a_line_that_names_no_place_among_several_is_a_gap() -> None:
    two = (place("1"), place("2"))

    assert gaps(report(lines=(goods(destination_id=""),), destinations=two)) == [
        ("missing_address", "destination")
    ]


def test_goods_that_are_not_shipped_need_neither_an_address_nor_a_product() -> None:
    card = goods("GIFT-CARD", needs_shipping=False)

    assert gaps(report(lines=(card,), destinations=())) == []


def test_a_cancelled_parcel_leaves_the_gift_card_beside_it_without_a_gap() -> None:
    lines = (goods(quantity_cancelled=1), goods("GIFT-CARD", line_id="2", needs_shipping=False))

    assert gaps(report(lines=lines, destinations=())) == []


def test_what_a_platform_ships_lacks_nothing_of_ours() -> None:
    content = report(fulfilled_by=FulfilledBy.PLATFORM, destinations=(), lines=(goods("NEW-1"),))

    assert gaps(content) == []


def test_a_correction_fills_the_gap() -> None:
    missing = place(postal="", line1="", line2="")

    assert gaps(report(destinations=(missing,)), fix(missing, postal="100-0001")) == [
        ("missing_address", "line1")
    ]
    assert gaps(report(destinations=(missing,)), fix(missing, postal="1", line1="1-1")) == []


def test_a_correction_may_also_empty_a_field() -> None:
    assert gaps(report(destinations=(place(),)), fix(place(), postal="")) == [
        ("missing_address", "postal")
    ]


def test_a_correction_of_an_address_that_the_mall_changed_since_counts_no_more() -> None:
    moved = place(city="港区", postal="")

    assert gaps(report(destinations=(moved,)), fix(place(postal=""), postal="100-0001")) == [
        ("missing_address", "postal")
    ]


def test_no_rule_hits_an_order_that_says_nothing() -> None:
    assert find_hits(report(remarks=" \n\u3000"), {}) == ()


def test_remarks_are_shown_by_their_first_forty_characters_on_one_line() -> None:
    assert [(h.rule, h.detail) for h in find_hits(report(remarks="急ぎ\nです "), {})] == [
        ("remarks", "急ぎ です")
    ]
    assert find_hits(report(remarks="あ" * 40), {})[0].detail == "あ" * 40
    assert find_hits(report(remarks="あ" * 41), {})[0].detail == "あ" * 39 + "…"


def test_remarks_that_differ_after_the_part_that_is_shown_are_different_hits() -> None:
    before = find_hits(report(remarks="あ" * 50), {})
    after = find_hits(report(remarks="あ" * 50 + "やはり変更してください"), {})

    assert before[0].detail == after[0].detail
    assert before != after


def test_remarks_that_differ_in_white_space_only_are_the_same_hit() -> None:
    assert find_hits(report(remarks="急ぎ  です"), {}) == find_hits(
        report(remarks="急ぎ\nです"), {}
    )


def test_a_rested_correction_asks_to_look_at_the_new_address() -> None:
    moved = place(city="港区")
    hits = find_hits(report(destinations=(moved,)), fix(place(), line1="1-2-3"))

    assert hits == (RuleHit(rule="address_changed", detail="1", mark=words_of(moved)),)
    assert find_hits(report(destinations=(moved,)), fix(moved, line1="1-2-3")) == ()


def test_every_rule_that_applies_hits() -> None:
    content = report(
        remarks="急ぎ",
        status=SourceStatus.UNKNOWN,
        raw_status={"a": "x", "b": "", "c": "y"},
        flags=("test", "vip"),
    )

    assert [(h.rule, h.detail) for h in find_hits(content, {})] == [
        ("remarks", "急ぎ"),
        ("unknown_status", "x, y"),
        ("test_order", ""),
    ]


def test_more_parts_shipped_in_the_mall_are_a_new_hit() -> None:
    def hits(shipped: int) -> tuple[RuleHit, ...]:
        lines = (goods(quantity=3, quantity_shipped=shipped),)
        return find_hits(report(status=SourceStatus.PARTIALLY_SHIPPED, lines=lines), {})

    assert hits(1)[0].rule == "partly_shipped"
    assert hits(1) == hits(1) != hits(2)


def test_a_gap_is_a_code_and_what_is_missing() -> None:
    assert Gap(code="unknown_sku", detail="A").model_dump() == {
        "code": "unknown_sku",
        "detail": "A",
    }
