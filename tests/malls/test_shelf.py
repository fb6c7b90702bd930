"""What a mall shows and sells."""

import threading
from datetime import UTC, datetime

import pytest

from malls.shelf import NotOnSale, Shelf, SoldOut, Write

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_all_lines_are_sold_or_none() -> None:
    shelf = Shelf({"tea": 5, "cup": 1})

    with pytest.raises(SoldOut, match="cup"):
        shelf.sell([("tea", 1), ("cup", 1), ("cup", 1)])
    with pytest.raises(NotOnSale, match="pot"):
        shelf.sell([("tea", 1), ("pot", 1)])
    assert (shelf.all(), shelf.sold) == ({"tea": 5, "cup": 1}, {})

    shelf.sell([("tea", 1), ("cup", 1)])
    assert (shelf.all(), shelf.sold) == ({"tea": 4, "cup": 0}, {"tea": 1, "cup": 1})


def test_a_backorder_goes_below_zero() -> None:
    shelf = Shelf({"doll": 1}, backorder={"doll"})

    shelf.sell([("doll", 3)])

    assert shelf.shown("doll") == -2
    assert shelf.can_sell("doll")


def test_what_is_given_back_is_on_sale_again() -> None:
    shelf = Shelf({"tea": 1})
    shelf.sell([("tea", 1)])

    shelf.give_back([("tea", 1), ("gone", 1)])

    assert (shelf.all(), shelf.sold) == ({"tea": 1}, {"tea": 0})


def test_a_write_is_kept_with_what_was_there_before() -> None:
    shelf = Shelf({"tea": 1})

    shelf.put("tea", 4, AT)
    shelf.put("tea", 2, AT, by="hand")

    assert shelf.writes == [Write("tea", 1, 4, AT, "api"), Write("tea", 4, 2, AT, "hand")]
    with pytest.raises(NotOnSale):
        shelf.put("pot", 1, AT)
    assert shelf.shown("pot") is None
    shelf.add("pot", 3)
    assert shelf.shown("pot") == 3


def test_the_last_unit_is_sold_once_to_many_buyers() -> None:
    shelf = Shelf({"tea": 10})
    refused = []

    def buy() -> None:
        for _ in range(50):
            try:
                shelf.sell([("tea", 1)])
            except SoldOut:
                refused.append(1)

    buyers = [threading.Thread(target=buy) for _ in range(4)]
    for buyer in buyers:
        buyer.start()
    for buyer in buyers:
        buyer.join()

    assert (shelf.shown("tea"), shelf.sold["tea"], len(refused)) == (0, 10, 190)
