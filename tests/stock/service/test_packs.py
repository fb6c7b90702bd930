"""Listings of which one takes several units, from the publish to the order and back."""

from dataclasses import replace

from common.channels.port import StockOutcome, StockResult
from common.dynamo import Table
from common.events import Demand, StockAnswered
from stock.domain.allocation import AllocationChange, Line, Part, SetLine
from stock.domain.listing import Listing
from stock.domain.push import Push
from stock.domain.telling import events_of
from stock.repository.book import StockBook
from stock.service.allocate import Allocator, demand_of
from tests.stock.builders import a_level, order_event
from tests.stock.sync_world import World, a_shop
from tests.stock.tables import level, plant

SHOP = "shop"


class Packs(World):
    """Twelve teas in strict mode, sold by the piece and by six."""

    def __init__(self, table: Table, **fields: int) -> None:
        super().__init__(table, a_shop(SHOP))
        self.six = Listing(SHOP, "tea-six", "TEA", {"TEA": 6})
        self.one = Listing(SHOP, "tea-one", "TEA", {"TEA": 1})
        for listing in (self.six, self.one):
            self.listings.save(None, listing)
        ids = dict.fromkeys([self.six.id, self.one.id], 0)
        start = a_level(on_hand=fields.get("on_hand", 12))
        plant(table, replace(start, mode="strict", is_strict=True, exposures=ids))

    def shows(self, listing: Listing, quantity: int) -> None:
        begun = self.publisher.begin(Push(self.listing(listing), quantity))
        assert begun is not None
        self.publisher.settle(begun, StockResult(listing.code, StockOutcome.APPLIED))

    def order(self, version: int = 1, *, cancelled: bool = False, **units: int) -> None:
        lines = [
            Demand(line_id=code, sku="TEA", quantity=n, listing=code.replace("_", "-"))
            for code, n in units.items()
        ]
        told = {"demand": [], "cancelled": lines} if cancelled else {"demand": lines}
        event = order_event(version=version).model_copy(update=told)
        failed = Allocator(StockBook(self.table), self.time).run([demand_of(event)])
        assert failed == {}

    def answer(self) -> list[tuple[str, int, int]]:
        (stored,) = StockBook(self.table).allocations(["shop:1"]).values()
        (event,) = events_of(AllocationChange(None, stored))
        assert isinstance(event, StockAnswered)
        return [(line.sku, line.wanted, line.allocated) for line in event.lines]

    def lines(self) -> dict[str, Line]:
        return dict(StockBook(self.table).allocations(["shop:1"])["shop:1"].lines)


def test_one_pack_that_is_sold_takes_all_of_its_units(stock_table: Table) -> None:
    packs = Packs(stock_table)
    packs.shows(packs.six, 2)

    packs.order(tea_six=2)

    found = level(stock_table, "TEA")
    assert (found.allocated, found.exposures[packs.six.id], found.pool) == (12, 0, 0)
    assert found.sold == {packs.six.id: 12}
    # Orders know of two packs, and are answered so.
    assert packs.answer() == [("TEA", 2, 2)]


def test_packs_and_pieces_in_one_order_are_one_line_of_it(stock_table: Table) -> None:
    packs = Packs(stock_table)
    packs.shows(packs.six, 1)
    packs.shows(packs.one, 3)

    packs.order(tea_six=1, tea_one=3)

    found = level(stock_table, "TEA")
    assert packs.lines() == {"TEA": Line(9, 9)}
    assert (found.allocated, sum(found.exposures.values())) == (9, 0)
    assert packs.answer() == [("TEA", 4, 4)]


def test_a_pack_for_which_there_are_too_few_units_waits_whole(stock_table: Table) -> None:
    packs = Packs(stock_table, on_hand=5)

    packs.order(tea_six=1)

    assert packs.lines() == {"TEA": Line(6, 0)}
    assert packs.answer() == [("TEA", 1, 0)]


def test_a_cancelled_pack_gives_all_of_its_units_back(stock_table: Table) -> None:
    packs = Packs(stock_table)
    packs.shows(packs.six, 2)
    packs.order(tea_six=2)

    packs.order(version=2, cancelled=True, tea_six=2)

    found = level(stock_table, "TEA")
    assert (found.allocated, found.exposures[packs.six.id]) == (0, 12)
    assert found.returned == {packs.six.id: 12}
    assert packs.answer() == []


def test_an_order_keeps_what_it_took_when_its_listing_is_mapped_otherwise(
    stock_table: Table,
) -> None:
    packs = Packs(stock_table)
    packs.order(tea_six=1)
    packs.listings.remove(packs.listing(packs.six))
    packs.listings.save(None, replace(packs.six, units={"TEA": 2}))

    packs.order(version=2, tea_six=2)

    assert packs.lines() == {"TEA": Line(12, 12)}


def test_an_order_from_before_its_listing_was_mapped_stays_by_the_piece(
    stock_table: Table,
) -> None:
    packs = Packs(stock_table)
    packs.order(tea_box=1)
    packs.listings.save(None, Listing(SHOP, "tea-box", "TEA", {"TEA": 6}))

    packs.order(version=2, tea_box=2)

    assert packs.lines() == {"TEA": Line(2, 2)}


def test_an_order_that_comes_after_its_listing_was_let_go_of_takes_a_pack(
    stock_table: Table,
) -> None:
    packs = Packs(stock_table)
    packs.listings.remove(packs.listing(packs.six))

    packs.order(tea_six=1)

    assert packs.lines() == {"TEA": Line(6, 6)}
    stored = StockBook(stock_table).allocations(["shop:1"])["shop:1"]
    assert stored.sets == {Part("TEA", packs.six.id): SetLine(1, {"TEA": 6})}


def test_a_set_is_taken_as_its_listing_was_mapped(stock_table: Table) -> None:
    # Its exposures count in these units, so its sales must.
    packs = Packs(stock_table)
    plant(stock_table, a_level("CUP", on_hand=9))
    gift = Listing(SHOP, "gift", "GIFT", {"TEA": 2, "CUP": 1})
    packs.listings.save(None, gift)
    line = Demand(line_id="1", sku="GIFT", quantity=3, listing="gift")
    event = order_event().model_copy(update={"demand": [line]})

    # The product itself is not a set at all (any more).
    plant(stock_table, a_level("GIFT"))
    assert Allocator(StockBook(stock_table), packs.time).run([demand_of(event)]) == {}

    assert packs.lines() == {"TEA": Line(6, 6), "CUP": Line(3, 3)}
    assert packs.answer() == [("GIFT", 3, 3)]
