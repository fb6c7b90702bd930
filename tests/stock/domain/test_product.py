"""Valid values and searching."""

import pytest

from stock.domain.product import (
    jan_fault,
    matching_token,
    name_fault,
    search_tokens,
    sku_fault,
)
from tests.stock.builders import a_product


@pytest.mark.parametrize("sku", ["TEA-01", "茶/緑#1", "a b", "x" * 64])
def test_usable_skus(sku: str) -> None:
    assert sku_fault(sku) == ""


@pytest.mark.parametrize("sku", ["", " A", "A ", "50%", "a\nb", "a\u200bb", "x" * 65])
def test_unusable_skus_say_why(sku: str) -> None:
    assert "商品コード" in sku_fault(sku)


def test_names_and_jan_codes() -> None:
    assert name_fault("煎茶 100g") == ""
    assert name_fault("") == "商品名がありません"
    assert name_fault("a\tb") == "商品名に制御文字があります"
    assert name_fault("長" * 201) == "商品名は200文字までです"
    assert [jan_fault(jan) for jan in ("", "49012345", "4901234567894")] == ["", "", ""]
    assert jan_fault("490123456789X") == "JANコードは8・12・13・14桁の数字です"


def test_a_search_may_begin_with_sku_jan_or_any_word_of_the_name() -> None:
    product = a_product("TEA-01", "有機 センチャ 100g", jan="4901234567894")

    assert search_tokens(product) == [
        "tea01",
        "4901234567894",
        "有機せんちゃ100g",
        "せんちゃ100g",
        "100g",
    ]
    assert matching_token(product, "センチャ") == "せんちゃ100g"
    assert matching_token(product, "ＴＥＡ－０") == "tea01"
    assert matching_token(product, "ちゃ") is None
