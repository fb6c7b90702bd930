"""By which names lines find their products."""

import pytest

from common.canonical import FulfilledBy
from orders.domain.matching import (
    Known,
    Names,
    Unmapped,
    all_names,
    matches_of,
    names_of,
    unmapped_of,
    waiting_names,
    wanted_lines,
)
from orders.domain.order import OrderLine
from tests.builders import goods, order, report

KNOWN = Known(frozenset({"A", "B", "MUG-WHITE"}))
MAPPED = Known(frozenset({"A"}), {"tea/1": "T"}, {"4900000000017": "J"})


def test_codes_come_best_first_without_blanks_and_repeats() -> None:
    line = goods("", sku_candidates=(" A ", "", "B", "A"))

    assert names_of(line) == Names("", ("A", "B"), "")
    assert names_of(goods("", title=" 福袋 ")).codes == ("福袋",)
    both = all_names(report(lines=(line, goods("C", line_id="2"), goods("C", line_id="3"))))
    assert [names.codes for names in both] == [("A", "B"), ("C",)]


def test_a_listing_that_is_too_long_for_a_key_is_not_looked_up() -> None:
    assert names_of(goods(listing=" x ")).listing == "x"
    assert names_of(goods(listing="長" * 200)).listing == "長" * 200
    assert names_of(goods(listing="長" * 201)).listing == ""


@pytest.mark.parametrize(
    ("listing", "codes", "jan", "sku"),
    [
        ("tea/1", ("A",), "4900000000017", "T"),
        ("tea/2", ("X", "A"), "4900000000017", "A"),
        ("tea/2", ("X",), "4900000000017", "J"),
        ("", ("X",), "", None),
        ("tea/2", ("X",), "4900000000024", None),
    ],
)
def test_a_mapped_listing_comes_before_our_codes_and_those_before_the_jan(
    listing: str, codes: tuple[str, ...], jan: str, sku: str | None
) -> None:
    assert MAPPED.sku_of(Names(listing, codes, jan)) == sku


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


def test_a_line_stays_with_its_product_while_the_mall_calls_it_by_the_same_names() -> None:
    both = report(lines=(goods("", sku_candidates=("A", "B"), listing="b/1"),))
    held = matches_of(order(both, known={"B"}))

    assert held == {("1", Names("b/1", ("A", "B"), "")): "B"}
    assert wanted_lines(both, KNOWN._replace(listings={"b/1": "C"}), held)[0].sku == "B"
    for line in (
        goods("", sku_candidates=("A", "C"), listing="b/1"),
        goods("", sku_candidates=("A", "B"), listing="b/2"),
    ):
        assert wanted_lines(report(lines=(line,)), KNOWN, held)[0].sku == "A"


def test_an_order_waits_for_any_name_of_its_unknown_lines() -> None:
    lines = (
        goods("", line_id="1", sku_candidates=("X", "Y"), listing="x", jan="49"),
        goods("A", line_id="2"),
        goods("", line_id="3", sku_candidates=("Y", "Z")),
    )

    assert waiting_names(order(report(lines=lines), known={"A"})) == [
        Names("x", ("X", "Y"), "49"),
        Names("", ("Y", "Z"), ""),
    ]
    assert waiting_names(order()) == []


def test_goods_to_map_are_called_by_their_listing_or_else_their_first_code() -> None:
    lines = (
        goods("", line_id="1", title="煎茶", sku_candidates=("X",), listing="x/1", jan="49"),
        goods("", line_id="2", title="急須", sku_candidates=("Y",)),
        goods("", line_id="3", title="急須", sku_candidates=("Y",)),
        goods("A", line_id="4"),
        goods("GIFT", line_id="5", needs_shipping=False),
    )

    assert unmapped_of(order(report(lines=lines), known={"A"})) == [
        Unmapped("x/1", has_listing=True, title="煎茶", jan="49"),
        Unmapped("Y", has_listing=False, title="急須", jan=""),
    ]


def test_what_a_platform_ships_need_not_be_mapped() -> None:
    content = report(lines=(goods("X"),), fulfilled_by=FulfilledBy.PLATFORM)

    assert unmapped_of(order(content, known=())) == []
