"""People find what they mean, however they or the mall wrote it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.search import TOKEN_MAX, fold, token_partition, tokens
from tests.conftest import ROOT

VECTORS = json.loads((ROOT / "tests" / "common" / "search_vectors.json").read_text("utf-8"))


def test_there_are_vectors_enough_each_its_own() -> None:
    assert len(VECTORS) >= 40
    assert len({vector["in"] for vector in VECTORS}) == len(VECTORS)
    assert all(set(vector) == {"in", "out"} for vector in VECTORS)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: ascii(vector["in"]))
def test_a_text_is_folded(vector: dict[str, str]) -> None:
    assert fold(vector["in"]) == vector["out"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: ascii(vector["in"]))
def test_folding_twice_changes_nothing_more(vector: dict[str, str]) -> None:
    assert fold(vector["out"]) == vector["out"]


@given(st.text(st.characters(categories=("L", "N"), max_codepoint=0xFFFF), max_size=20))
def test_what_is_typed_in_capitals_or_full_width_finds_the_same(text: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)

    assert fold(wide) == fold(text)
    assert fold(" ".join(text)) == fold("-".join(text))


def test_tokens_are_distinct_short_and_in_order() -> None:
    found = list(tokens(["山田 花子", None, "", "ー", "ヤマダ", "やまだ", "x" * 100, "山田花子"]))

    assert found == ["山田花子", "やまだ", "x" * TOKEN_MAX]


def test_a_token_stands_under_its_first_two_letters() -> None:
    assert token_partition("09012345678") == "TOKEN#09"
    assert token_partition("𠮷野家") == "TOKEN#𠮷野"
    assert token_partition("a") == "TOKEN#a"
