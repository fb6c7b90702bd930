"""Listings, levels with exposures and lists of what is not settled, in DynamoDB."""

from dataclasses import replace
from datetime import timedelta

import pytest

from common.channels.port import StockOutcome, StockResult
from common.errors import Contended
from stock.domain.allocation import Sold
from stock.domain.level import Guard, LastChange, Level, LevelMove, Reason
from stock.domain.listing import Listing, MallRules, Ref
from stock.domain.push import Push
from stock.repository import keys
from stock.repository.listings import Listings, OneLook
from stock.service.publishing import Publisher
from tests.stock.builders import NOON, an_order
from tests.stock.hooks import Refusals
from tests.stock.tables import allocate, everything, fresh, level, plant

TEA = Listing("shop", "tea", "TEA", {"TEA": 1}, title="煎茶", jan="4901234567894", keys={"k": "v"})
GIFT = Listing("shop", "gift", "GIFT", {"TEA": 2, "CUP": 1})
MINUTE = timedelta(minutes=1)


def strict(sku: str = "TEA", on_hand: int = 10, **exposures: int) -> Level:
    change = LastChange("first", Reason.INITIAL, NOON)
    made = Level(sku, on_hand=on_hand, version=1, last_change=change)
    return replace(made, mode="strict", is_strict=True, exposures=exposures)


def test_a_listing_comes_back_as_it_was_stored() -> None:
    listings = Listings(fresh())
    whole = replace(
        TEA,
        quantity=3,
        known=3,
        known_at=NOON,
        basis={"TEA": 4},
        returned_basis={"TEA": 1},
        drift=-1,
        is_retired=True,
        speed=12,
        version=5,
    )

    listings.save(None, whole)

    assert listings.get_many([TEA.ref, GIFT.ref]) == {TEA.ref: whole}
    assert listings.by_code("shop", "tea") == TEA.ref
    assert listings.by_code("shop", "no") is None
    assert listings.of_shop("shop", 10).refs == [(TEA.ref, "tea")]


def test_a_code_of_a_shop_is_one_listing_only() -> None:
    listings = Listings(fresh())
    listings.save(None, TEA)

    with pytest.raises(Contended):
        listings.save(None, replace(TEA, sku="CUP", units={"CUP": 1}))
    with pytest.raises(Contended):
        listings.save(replace(TEA, version=7), TEA)


def test_a_sku_is_read_with_everything_that_takes_it() -> None:
    table = fresh()
    listings = Listings(table)
    plant(table, strict("TEA"), strict("CUP"), Level("GIFT", version=1))
    other = Listing("shop", "cup", "CUP", {"CUP": 1})
    for one in (TEA, GIFT, other):
        listings.save(None, one)

    stand = listings.stand(["TEA"])

    assert set(stand.levels) == {"TEA", "CUP"}
    assert {one.code for one in stand.listings} == {"tea", "gift", "cup"}
    assert listings.stand(["NO"]).levels == {}


def test_one_look_serves_all_who_want_to_know_of_the_same_skus() -> None:
    table = fresh()
    plant(table, strict("TEA"))
    listings, look = Listings(table), OneLook(table)
    listings.save(None, TEA)
    first = look.stand(["TEA"])
    listings.save(TEA, replace(TEA, title="Tea", version=1))

    assert look.stand(["TEA"]) is first
    assert OneLook(table).stand(["TEA"]).listings[0].title == "Tea"


def test_a_listing_is_read_with_its_level_in_one_call_and_a_set_in_two() -> None:
    table = fresh()
    listings = Listings(table)
    plant(table, strict("TEA"), strict("CUP"), Level("GIFT", version=1))
    listings.save(None, TEA)
    listings.save(None, GIFT)
    gets = Refusals("dynamodb", "BatchGetItem")

    assert _levels(listings.get(TEA.ref)) == {"TEA"}
    assert gets.calls == 1
    assert _levels(listings.get(GIFT.ref)) == {"TEA", "CUP"}
    assert gets.calls == 3
    assert listings.get(Ref("TEA", "shop", "nobody")) is None


def _levels(found: tuple[Listing, dict[str, Level]] | None) -> set[str]:
    assert found is not None
    return set(found[1])


def test_numbers_by_listing_come_back_and_a_sale_is_charged_beside_the_others() -> None:
    table = fresh()
    plant(table, strict(a=3, b=2))
    order = replace(an_order("o", TEA=2), sold={"TEA": {"a": Sold(2)}})

    allocate(table, order)

    after = level(table)
    assert (dict(after.exposures), dict(after.sold), after.pool) == ({"a": 1, "b": 2}, {"a": 2}, 5)
    stored = next(item for item in everything(table) if item["sk"] == "LEVEL")
    assert (stored["pool"], stored["exposure_a"], stored["sold_a"]) == (5, 1, 2)
    allocate(table, replace(an_order("o", version=2), sold={"TEA": {"a": Sold(0, 2)}}))
    assert (level(table).exposures["a"], level(table).returned, level(table).pool) == (
        3,
        {"a": 2},
        5,
    )


def test_a_publish_goes_its_way_and_leaves_nothing_behind() -> None:
    table = fresh()
    listings = Listings(table)
    plant(table, replace(strict(), exposures={TEA.id: 1}, returned={TEA.id: 1}))
    listings.save(None, TEA)
    now = [NOON]
    publisher = Publisher(listings, lambda _shop: MallRules(), lambda: now[0])

    begun = publisher.begin(Push(TEA, 4))
    assert begun is not None
    assert (level(table).exposures, level(table).returned) == ({TEA.id: 5}, {})
    publisher.settle(begun, StockResult("tea", StockOutcome.UNKNOWN))
    now[0] += 2 * MINUTE
    assert publisher.doubtful("shop") == [TEA.ref]
    publisher.observe(TEA.ref, 4, now[0], now[0])
    assert publisher.doubtful("shop") == []
    now[0] += MINUTE
    assert publisher.release("shop", now[0]) == ["TEA"]

    assert (level(table).exposures, level(table).pool) == ({TEA.id: 4}, 6)
    assert listings.watermark("shop") == now[0]
    lists = [item["pk"] for item in everything(table) if item["pk"].startswith(("SETTL", "DOUBT"))]
    assert lists == []


def test_a_charge_that_comes_between_reading_and_freeing_is_noticed() -> None:
    table = fresh()
    plant(table, strict(a=5))
    before = level(table)
    freed = before.moved(LastChange("c", Reason.WITHDRAW, NOON), exposures={"a": -3})
    move = LevelMove(before, freed, Guard(exposed={"a": 5}))
    allocate(table, replace(an_order("o", TEA=1), sold={"TEA": {"a": Sold(1)}}))

    with pytest.raises(Contended):
        Listings(table).save_level(move)


def test_what_is_removed_leaves_no_pointer() -> None:
    table = fresh()
    listings = Listings(table)
    listings.save(None, GIFT)

    listings.remove(GIFT)

    # But for what one of it took, for orders that are still to come.
    (left,) = everything(table)
    assert left == {**keys.listing_past(GIFT.ref)._asdict(), "units": dict(GIFT.units)}
    with pytest.raises(Contended):
        listings.remove(GIFT)
