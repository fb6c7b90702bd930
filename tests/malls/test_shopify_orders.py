"""Payloads of the Shopify emulator."""

import random
from datetime import UTC, datetime
from typing import Any

import pytest

from malls.shopify.catalogue import BY_SKU, PRODUCTS, jan_of
from malls.shopify.changes import cancelled, noted, paid, with_unknown_sku, without_street
from malls.shopify.orders import build_order

AT = datetime(2026, 11, 21, 12, 0, 5, tzinfo=UTC)


def order(seed: int = 1, **given: Any) -> dict[str, Any]:
    return build_order(random.Random(seed), **{"number": 1001, "at": AT, **given})


def test_the_same_seed_gives_the_same_order() -> None:
    assert order(7) == order(7)
    assert order(7) != order(8)


def test_an_order_says_what_it_is_asked_to_say() -> None:
    made = order(lines=[("TOTE-NAT", 2), ("KOMPEITO-5", 1)], payment="pending", remarks=False)
    assert [(line["sku"], line["quantity"]) for line in made["line_items"]] == [
        ("TOTE-NAT", 2),
        ("KOMPEITO-5", 1),
    ]
    assert made["id"] == 5_000_001_001_000
    assert made["name"] == "#1001"
    assert made["created_at"] == "2026-11-21T21:00:05+09:00"
    assert made["currency"] == "JPY"
    assert made["financial_status"] == "pending"
    assert made["note"] is None
    assert made["line_items"][0]["title"] == "帆布トート"
    assert made["line_items"][0]["name"] == "帆布トート - 生成り"


def test_an_order_number_is_needed() -> None:
    with pytest.raises(ValueError, match="order number 0"):
        order(number=0)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        order(at=datetime(2026, 11, 21))  # noqa: DTZ001


@pytest.mark.parametrize("seed", range(200))
def test_the_amounts_add_up(seed: int) -> None:
    made = order(seed)
    goods = sum(int(line["price"]) * line["quantity"] for line in made["line_items"])
    shipping = int(made["total_shipping_price_set"]["shop_money"]["amount"])
    off = sum(int(code["amount"]) for code in made["discount_codes"])
    assert int(made["total_line_items_price"]) == goods
    assert int(made["subtotal_price"]) == goods - off
    assert int(made["total_price"]) == goods - off + shipping
    assert int(made["total_tax"]) == sum(int(tax["price"]) for tax in made["tax_lines"])
    assert 0 < int(made["total_tax"]) < int(made["total_price"]) * 10 // 100


@pytest.mark.parametrize("seed", range(200))
def test_nobody_in_an_order_can_be_real(seed: int) -> None:
    made = order(seed)
    for address in (made["shipping_address"], made["billing_address"]):
        assert address["address1"].startswith("見本町")
        assert address["phone"].startswith("090-0000-00")
        assert address["zip"].endswith("-0000")
    assert made["email"].endswith("@example.com")


def test_the_orders_are_of_many_kinds() -> None:
    made = [order(seed) for seed in range(300)]
    assert {o["financial_status"] for o in made} == {"paid", "authorized", "pending"}
    assert {len(o["line_items"]) for o in made} == {1, 2, 3, 4}
    assert any(o["note"] for o in made)
    assert any(o["note_attributes"] for o in made)
    assert any(o["discount_codes"] for o in made)
    assert any(o["shipping_address"] != o["billing_address"] for o in made)


def test_a_change_is_newer_and_leaves_the_first_order_alone() -> None:
    first = order(payment="pending")
    later = datetime(2026, 11, 21, 12, 5, tzinfo=UTC)
    assert paid(first, later)["financial_status"] == "paid"
    assert noted(first, later, "変更")["note"] == "変更"
    gone = cancelled(first, later)
    assert gone["cancelled_at"] == gone["updated_at"] == "2026-11-21T21:05:00+09:00"
    assert gone["financial_status"] == "voided"
    assert {line["current_quantity"] for line in gone["line_items"]} == {0}
    assert first["cancelled_at"] is None
    assert first["financial_status"] == "pending"
    assert 0 not in {line["current_quantity"] for line in first["line_items"]}


def test_a_paid_order_is_refunded_when_it_is_cancelled() -> None:
    assert cancelled(order(payment="paid"), AT)["financial_status"] == "refunded"


def test_odd_orders_differ_in_the_one_thing_only() -> None:
    plain = order(lines=[("TOTE-NAT", 1), ("YUNOMI-01", 1)])
    nowhere = without_street(plain)
    assert nowhere["shipping_address"]["address1"] is None
    assert nowhere | {"shipping_address": plain["shipping_address"]} == plain
    strange = with_unknown_sku(plain, "NEW-1")
    assert [line["sku"] for line in strange["line_items"]] == ["NEW-1", "YUNOMI-01"]
    assert plain["line_items"][0]["sku"] == "TOTE-NAT"


def test_every_product_has_a_valid_article_number_of_its_own() -> None:
    numbers = [jan_of(product) for product in PRODUCTS]
    assert len(set(numbers)) == len(PRODUCTS) == len(BY_SKU)
    for number in numbers:
        weighted = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(number))
        assert (len(number), weighted % 10, number[:2]) == (13, 0, "20")


def test_the_goods_of_the_sample_order_are_sold() -> None:
    assert {"IPOD2008GREEN", "IPOD2008RED", "IPOD2008BLACK"} <= set(BY_SKU)
