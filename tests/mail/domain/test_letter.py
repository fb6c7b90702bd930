import pytest

from common.canonical import PaymentMethod
from mail.domain.letter import (
    UNDETERMINED,
    Price,
    ShopNames,
    discount_text,
    japanese_time,
    many_lines,
    missing_variable,
    one_line,
    order_received_letter,
    payment_text,
    price_text,
)
from tests.mail.builders import T0, at, letter

SHOP = ShopNames("喫茶の道具店", "喫茶の道具店\norder@kissa.example.jp")


@pytest.mark.parametrize(
    ("price", "text"),
    [
        (Price(0, "JPY"), "0円"),
        (Price(1980, "JPY"), "1,980円"),
        (Price(-500, "JPY"), "-500円"),
        (Price(40994, "USD"), "409.94 USD"),
        (Price(5, "USD"), "0.05 USD"),
        (Price(-123456789, "USD"), "-1,234,567.89 USD"),
        (Price(1500, "KWD"), "1.500 KWD"),
        (Price(1500, "KRW"), "1,500 KRW"),
        (Price(None, "JPY"), UNDETERMINED),
    ],
)
def test_amounts_are_written_in_their_currency(price: Price, text: str) -> None:
    assert price_text(price) == text


def test_a_discount_is_written_with_a_minus_whichever_sign_the_mall_used() -> None:
    assert discount_text(Price(500, "JPY")) == "-500円"
    assert discount_text(Price(-500, "JPY")) == "-500円"
    assert discount_text(Price(0, "JPY")) == "0円"
    assert discount_text(Price(None, "JPY")) == UNDETERMINED


def test_times_are_japans() -> None:
    assert japanese_time(T0) == "2026年11月21日 21:00"
    assert japanese_time(at(180)) == "2026年11月22日 00:00"


def test_every_payment_method_has_japanese_words() -> None:
    texts = {method: payment_text(method) for method in PaymentMethod}
    assert texts[PaymentMethod.COD] == "代金引換"
    assert all(text and text != method.value for method, text in texts.items())
    assert payment_text("店頭払い") == "店頭払い"


def test_what_buyers_type_cannot_break_a_line_or_turn_the_text_around() -> None:
    assert one_line(" 見本\r\nBcc: x\t\u3000花子\u202e\x00 ") == "見本 Bcc: x 花子"
    assert many_lines("\r\n一行目 \r二行\x07目\n\n") == "一行目\n二行 目"


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"number": ""}, "order_number"),
        ({"buyer_name": " \u3000"}, "buyer_name"),
        ({"lines": []}, "lines"),
        ({"payment_method": ""}, "payment_method"),
        ({"destination": "\n"}, "destination"),
        ({}, None),
        ({"total": None, "shipping_total": None}, None),
    ],
)
def test_a_blank_variable_is_found(changes: dict[str, object], missing: str | None) -> None:
    assert missing_variable(order_received_letter(letter(**changes), T0, SHOP)) == missing


def test_a_blank_title_is_found_by_its_line() -> None:
    lines = [
        line.model_copy(update={"title": t}) for line, t in zip(letter().lines, "a ", strict=True)
    ]
    found = order_received_letter(letter(lines=lines), T0, SHOP)
    assert missing_variable(found) == "lines.2.title"


@pytest.mark.parametrize(
    ("shop", "missing"), [(ShopNames("", "x"), "shop_name"), (ShopNames("x", " "), "signature")]
)
def test_what_the_shop_did_not_set_is_found(shop: ShopNames, missing: str) -> None:
    assert missing_variable(order_received_letter(letter(), T0, shop)) == missing


@pytest.mark.parametrize(
    ("changes", "other"),
    [
        ({}, 0),
        ({"total": 8950}, 330),
        ({"total": 8120, "discount_total": -1000}, 0),
        ({"total": 8000}, -620),
        ({"total": None}, None),
        ({"goods_total": None}, None),
    ],
)
def test_what_the_total_has_beside_its_parts(changes: dict[str, int], other: int | None) -> None:
    found = order_received_letter(letter(**changes), T0, SHOP)
    assert found.other_total == Price(other, "JPY")


def test_personal_data_is_not_in_the_repr() -> None:
    found = order_received_letter(letter(), T0, SHOP)
    assert "見本" not in repr(found)
