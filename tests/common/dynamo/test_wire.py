"""Plain dictionaries go in and come out the same, or do not go in."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.dynamo import Key, from_wire, to_wire
from common.dynamo.wire import Expression

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**37), 10**37) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1, max_size=5), inner)
    ),
    max_leaves=20,
)


@settings(max_examples=40)
@given(st.dictionaries(st.text(min_size=1, max_size=8), PLAIN.filter(lambda v: v is not None)))
def test_what_goes_in_comes_out(item: dict[str, Any]) -> None:
    assert from_wire(to_wire(item)) == item


def test_none_is_left_out_at_the_top_and_kept_further_down() -> None:
    assert to_wire({"a": None, "b": {"c": None}}) == {"b": {"M": {"c": {"NULL": True}}}}
    assert from_wire({"b": {"M": {"c": {"NULL": True}}}}) == {"b": {"c": None}}


def test_empty_texts_lists_and_maps_are_kept() -> None:
    item = {"text": "", "list": [], "map": {}}

    assert from_wire(to_wire(item)) == item


def test_numbers_come_back_as_int_and_tuples_as_lists() -> None:
    back = from_wire(to_wire({"n": 10**30, "t": (1, "x"), "d": Decimal("7.0")}))

    assert back == {"n": 10**30, "t": [1, "x"], "d": 7}
    assert type(back["n"]) is int
    assert type(back["d"]) is int


@pytest.mark.parametrize(
    "value", [Decimal("0.08"), [Decimal("0.08")], {"a": {"b": (Decimal("0.1"),)}}]
)
def test_a_fraction_is_refused_at_any_depth_instead_of_coming_back_cut_off(value: Any) -> None:
    with pytest.raises(ValueError, match="stored as text"):
        to_wire({"rate": value})
    with pytest.raises(ValueError, match="stored as text"):
        Expression().value(value)


def test_a_float_is_refused() -> None:
    with pytest.raises(TypeError, match="Float"):
        to_wire({"rate": 0.5})


def test_a_key_is_two_strings_on_the_wire() -> None:
    assert Key("SKU#1", "LEVEL").wire() == {"pk": {"S": "SKU#1"}, "sk": {"S": "LEVEL"}}


def test_an_attribute_named_twice_has_one_placeholder() -> None:
    expression = Expression()

    first, second, path = (expression.name(n) for n in ("size", "status", "size.status"))

    assert (first, second, path) == ("#0", "#1", "#0.#1")
    assert expression.parameters() == {"ExpressionAttributeNames": {"#0": "size", "#1": "status"}}


def test_equality_with_none_means_that_the_attribute_is_not_there() -> None:
    expression = Expression()

    assert expression.all_of({"a": 1, "b": None}) == "#0 = :0 AND attribute_not_exists(#1)"
    assert expression.parameters()["ExpressionAttributeValues"] == {":0": {"N": "1"}}
