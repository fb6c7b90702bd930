"""Sets are made of products, never of sets, and have no units of their own."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from common.dynamo import Table
from common.errors import Contended, Invalid
from stock.domain.listing import Listing
from stock.repository.catalogue import Catalogue
from stock.repository.listings import Listings
from stock.repository.places import Places
from stock.repository.proposals import Proposals
from stock.repository.purchases import Purchases
from stock.repository.stocktakes import Stocktakes
from stock.service.catalogue import change_item
from stock.service.counting import Counting
from stock.service.goods_requests import (
    DefectRequest,
    PurchaseRequest,
    ReceiveRequest,
    TransferRequest,
)
from stock.service.placing import Storehouse
from stock.service.purchasing import PurchaseDesk
from stock.service.reordering import propose_orders
from stock.service.requests import Adjustment, ItemChange, Receipt
from stock.service.stocktaking import CountingRoom
from tests.stock.builders import NOON, an_order
from tests.stock.files import (
    apply_file,
    begin_file,
    check_file,
    goods_file,
    set_file,
    undo_file,
    warehouse_file,
)
from tests.stock.house import WHO, FakeQueue, House, make_bucket
from tests.stock.tables import allocate, level, register


@pytest.fixture
def house(aws: None, stock_table: Table) -> House:
    make_bucket()
    return House(stock_table)


def make(table: Table, sku: str, **components: int) -> None:
    """As the page does it."""
    wanted = ItemChange(components=components)
    change_item(Catalogue(table), lambda: NOON, sku, wanted, level(table, sku).version, WHO)


def parts(table: Table, sku: str) -> dict[str, int]:
    return dict(Catalogue(table).entries([sku])[sku].product.components)


def uses(table: Table, *skus: str) -> list[int]:
    """In how many sets each is."""
    entries = Catalogue(table).entries(skus)
    return [entries[sku].product.used_in or 0 for sku in skus]


# -- no set is made of sets


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        (["A,甲,1,,B,1", "B,乙,1,,A,1"], [(2, "B"), (3, "A")]),
        (["A,甲,1,,B,1", "B,乙,1,,C,1", "C,丙,1,,A,1"], [(2, "B"), (3, "C"), (4, "A")]),
        (["A,甲,1,,C,1", "A,甲,1,,B,1", "B,乙,1,,C,1"], [(3, "B")]),
    ],
)
def test_sets_of_one_file_are_no_parts_of_each_other(
    house: House, rows: list[str], faults: list[tuple[int, str]]
) -> None:
    for sku in "ABC":
        register(house.table, sku)

    job = check_file(house, set_file(*rows))

    assert [(e.row, e.value) for e in job.errors] == faults
    assert {e.column for e in job.errors} == {"syohin_code"}


def test_a_part_that_is_nothing_is_named_in_its_own_row(house: House) -> None:
    register(house.table, "TEA")

    job = check_file(house, set_file("GIFT,茶器,1,,TEA,1", "GIFT,茶器,1,,NOBODY,1"))

    [fault] = job.errors
    assert (fault.row, fault.column, fault.value) == (3, "syohin_code", "NOBODY")
    assert house.desk.errors_file(job.id).splitlines()[1:] == [
        "GIFT,茶器,1,,NOBODY,1,syohin_code: この構成品は登録されていないか、それ自体がセットです"
    ]


def test_what_is_in_a_set_becomes_none_itself(house: House) -> None:
    for sku in ("TEA", "BOX", "GIFT"):
        register(house.table, sku)
    apply_file(house, set_file("GIFT,茶器,1,,BOX,1"))

    [fault] = check_file(house, set_file("BOX,箱,1,,TEA,1"), "box").errors
    with pytest.raises(Invalid, match="ほかのセットの構成品"):
        make(house.table, "BOX", TEA=1)

    assert (fault.row, fault.column, fault.value) == (2, "set_syohin_code", "BOX")
    assert parts(house.table, "BOX") == {}
    make(house.table, "GIFT", TEA=1)
    make(house.table, "BOX", TEA=1)
    assert uses(house.table, "BOX", "TEA") == [0, 2]


def test_how_often_a_part_is_used_is_counted_in_one_transaction_of_many_rows(house: House) -> None:
    for sku in ("TEA", "BOX", "POT"):
        register(house.table, sku)
    rows = [f"G{n},組{n},1,,{part},1" for n in range(5) for part in ("TEA", "BOX")]

    job = apply_file(house, set_file(*rows))
    assert uses(house.table, "TEA", "BOX", "POT") == [5, 5, 0]
    apply_file(house, set_file("G0,組0,1,,POT,1"), "other")
    assert uses(house.table, "TEA", "BOX", "POT") == [4, 4, 1]
    assert undo_file(house, job).state == "UNDONE"

    # Sets that the import made stay, and the one that somebody changed since.
    assert uses(house.table, "TEA", "BOX", "POT") == [4, 4, 1]


def test_a_set_is_given_its_parts_back_only_if_they_are_no_sets_now(house: House) -> None:
    for sku in ("TEA", "BOX", "GIFT"):
        register(house.table, sku)
    make(house.table, "GIFT", BOX=1)
    job = apply_file(house, set_file("GIFT,茶器,1,,TEA,1"))
    make(house.table, "BOX", TEA=3)

    after = undo_file(house, job)

    assert (after.state, after.undone, after.kept) == ("UNDONE", 1, 1)
    assert parts(house.table, "GIFT") == {"TEA": 1}
    assert uses(house.table, "TEA", "BOX") == [2, 0]


class Interrupted(Catalogue):
    """Somebody else does something between reading and writing, once."""

    def __init__(self, table: Table, meanwhile: Callable[[], object]) -> None:
        super().__init__(table)
        self._meanwhile: Iterator[Callable[[], object]] = iter([meanwhile])

    def change(self, *args: Any) -> None:
        for meanwhile in self._meanwhile:
            meanwhile()
        super().change(*args)


@pytest.mark.parametrize("first", ["outer", "inner"])
def test_two_people_at_once_make_no_set_of_sets(house: House, first: str) -> None:
    for sku in ("TEA", "BOX", "GIFT"):
        register(house.table, sku)
    one, other = {"GIFT": {"BOX": 1}}, {"BOX": {"TEA": 1}}
    if first == "inner":
        one, other = other, one
    [(sku, components)], [(rival, others)] = one.items(), other.items()
    catalogue = Interrupted(house.table, lambda: make(house.table, rival, **others))

    with pytest.raises(Invalid):
        change_item(catalogue, lambda: NOON, sku, ItemChange(components=components), 1, WHO)

    assert parts(house.table, rival) == others
    assert parts(house.table, sku) == {}


def test_a_part_that_became_a_set_since_the_check_takes_the_file_back(house: House) -> None:
    for sku in ("TEA", "BOX"):
        register(house.table, sku)
    import_id = begin_file(house, set_file("G0,組0,1,,TEA,1", "G1,組1,1,,BOX,1"))
    make(house.table, "BOX", TEA=1)

    house.work(import_id)

    job = house.desk.view(import_id)
    assert job.state == "FAILED"
    assert [(e.row, e.value) for e in job.errors] == [(3, "BOX")]
    assert Catalogue(house.table).entries(["G0", "G1"]) == {}


# -- what shops show of a set


def on_sale(table: Table, sku: str, **units: int) -> None:
    """A listing, as mapping makes it."""
    new = Listing("shop", f"code-{sku}", sku, units)
    Listings(table).map(new, Catalogue(table).entries([sku])[sku].product)


@pytest.mark.parametrize("components", [{"POT": 1}, {"TEA": 3}, {}])
def test_what_a_shop_has_on_sale_stays_made_of_the_same(
    house: House, components: dict[str, int]
) -> None:
    for sku in ("TEA", "POT", "GIFT"):
        register(house.table, sku)
    make(house.table, "GIFT", TEA=2)
    on_sale(house.table, "GIFT", TEA=2)

    with pytest.raises(Invalid, match="割当を解除"):
        make(house.table, "GIFT", **components)
    for part, units in components.items():
        [fault] = check_file(house, set_file(f"GIFT,茶器,1,,{part},{units}"), part).errors
        assert (fault.row, fault.column, fault.value) == (2, "set_syohin_code", "GIFT")

    same = check_file(house, set_file("GIFT,茶器,1,,TEA,2"), "same")
    assert (same.errors, same.changed) == ([], 1)
    assert parts(house.table, "GIFT") == {"TEA": 2}
    make(house.table, "GIFT", TEA=2)


def test_a_product_that_a_shop_has_on_sale_becomes_no_set(house: House) -> None:
    for sku in ("TEA", "GIFT"):
        register(house.table, sku)
    on_sale(house.table, "GIFT", GIFT=1)

    with pytest.raises(Invalid, match="割当を解除"):
        make(house.table, "GIFT", TEA=1)

    listing = Listings(house.table).by_code("shop", "code-GIFT")
    assert listing is not None
    [one] = Listings(house.table).get_many([listing]).values()
    Listings(house.table).remove(one)
    make(house.table, "GIFT", TEA=1)
    assert parts(house.table, "GIFT") == {"TEA": 1}


def test_a_listing_that_comes_meanwhile_is_seen(house: House) -> None:
    for sku in ("TEA", "GIFT"):
        register(house.table, sku)
    catalogue = Interrupted(house.table, lambda: on_sale(house.table, "GIFT", GIFT=1))

    with pytest.raises(Invalid, match="割当を解除"):
        change_item(catalogue, lambda: NOON, "GIFT", ItemChange(components={"TEA": 1}), 1, WHO)

    assert parts(house.table, "GIFT") == {}


def test_a_listing_is_not_made_of_what_the_product_was_before(house: House) -> None:
    for sku in ("TEA", "GIFT"):
        register(house.table, sku)
    read = Catalogue(house.table).entries(["GIFT"])["GIFT"].product
    make(house.table, "GIFT", TEA=1)

    with pytest.raises(Contended):
        Listings(house.table).map(Listing("shop", "gift", "GIFT", {"GIFT": 1}), read)

    assert Listings(house.table).by_code("shop", "gift") is None


def test_an_import_of_sets_is_taken_back_except_for_what_went_on_sale_since(house: House) -> None:
    for sku in ("TEA", "POT", "GIFT", "BOX"):
        register(house.table, sku)
    make(house.table, "GIFT", TEA=1)
    make(house.table, "BOX", TEA=1)
    job = apply_file(house, set_file("GIFT,茶器,1,,POT,1", "BOX,箱,1,,POT,1"))
    on_sale(house.table, "BOX", POT=1)

    after = undo_file(house, job)

    assert (after.undone, after.kept) == (2, 1)
    assert (parts(house.table, "GIFT"), parts(house.table, "BOX")) == ({"TEA": 1}, {"POT": 1})
    assert uses(house.table, "TEA", "POT") == [1, 1]


# -- no units of its own


@pytest.mark.parametrize("state", ["on hand", "allocated", "waiting"])
def test_what_has_units_or_owes_them_becomes_no_set(house: House, state: str) -> None:
    register(house.table, "TEA")
    register(house.table, "GIFT", on_hand=0 if state == "waiting" else 2)
    if state != "on hand":
        allocate(house.table, an_order("a", GIFT=2))
    if state == "allocated":
        adjust(house.table, "GIFT", 0)

    [fault] = check_file(house, set_file("GIFT,茶器,1,,TEA,1")).errors
    with pytest.raises(Invalid, match="在庫や引当"):
        make(house.table, "GIFT", TEA=1)

    assert (fault.row, fault.column) == (2, "set_syohin_code")
    assert parts(house.table, "GIFT") == {}


def adjust(table: Table, sku: str, on_hand: int) -> None:
    adjustment = Adjustment(on_hand=on_hand, reason="CORRECTION")
    version = level(table, sku).version
    Counting(Catalogue(table), lambda: NOON).adjust(sku, adjustment, version, WHO, "adjust")


def _by_receipt(table: Table) -> None:
    Counting(Catalogue(table), lambda: NOON).receive("GIFT", Receipt(quantity=1), WHO, "k")


def _by_count(table: Table) -> None:
    adjust(table, "GIFT", 4)


def _as_defective(table: Table) -> None:
    house = Storehouse(Places(table), Catalogue(table), lambda: NOON)
    house.defect("GIFT", DefectRequest(quantity=-1), WHO, "k")


def _by_transfer(table: Table) -> None:
    house = Storehouse(Places(table), Catalogue(table), lambda: NOON)
    house.save("annex", "別館", None)
    there = TransferRequest(quantity=1, source="annex", target="main")
    house.transfer("GIFT", there, WHO, "k")


def _by_stocktake(table: Table) -> None:
    room = CountingRoom(Stocktakes(table), Catalogue(table), FakeQueue(), lambda: NOON)
    room.count(room.start("", WHO).id, "GIFT", 4, WHO)


def _by_purchase(table: Table) -> None:
    desk(table).create(a_purchase(), WHO, "k")


@pytest.mark.parametrize(
    "way",
    [_by_receipt, _by_count, _as_defective, _by_transfer, _by_stocktake, _by_purchase],
)
def test_units_come_in_under_the_parts_only(house: House, way: Callable[[Table], None]) -> None:
    register(house.table, "TEA")
    register(house.table, "GIFT")
    make(house.table, "GIFT", TEA=1)

    with pytest.raises(Invalid, match="セット商品"):
        way(house.table)

    assert level(house.table, "GIFT").on_hand == 0


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (
            goods_file({"syohin_code": "GIFT", "syohin_name": "茶器", "zaiko_su": "5"}),
            (2, "zaiko_su", "5"),
        ),
        (warehouse_file("基本拠点,GIFT,1,,入荷"), (2, "商品コード", "GIFT")),
    ],
)
def test_a_file_has_no_units_of_a_set(
    house: House, raw: bytes, fault: tuple[int, str, str]
) -> None:
    register(house.table, "TEA")
    register(house.table, "GIFT")
    make(house.table, "GIFT", TEA=1)

    [found] = check_file(house, raw).errors

    assert (found.row, found.column, found.value) == fault
    zero = goods_file({"syohin_code": "GIFT", "syohin_name": "煎茶", "zaiko_su": "0"})
    assert check_file(house, zero, "zero").errors_count == 0


def desk(table: Table) -> PurchaseDesk:
    return PurchaseDesk(Purchases(table), Catalogue(table), Places(table), lambda: NOON)


def a_purchase() -> PurchaseRequest:
    lines = [{"sku": "GIFT", "quantity": 3}]
    return PurchaseRequest.model_validate({"supplier": "問屋", "lines": lines})


def test_what_became_a_set_after_it_was_ordered_is_neither_proposed_nor_received(
    house: House,
) -> None:
    register(house.table, "TEA")
    register(house.table, "GIFT")
    rule = ItemChange(reorder_point=5)
    change_item(Catalogue(house.table), lambda: NOON, "GIFT", rule, 1, WHO)
    made = desk(house.table).create(a_purchase(), WHO, "k1")
    desk(house.table).send(made.id, 1)
    make(house.table, "GIFT", TEA=1)

    receipt = ReceiveRequest.model_validate({"lines": [{"sku": "GIFT", "good": 3}]})

    with pytest.raises(Invalid, match="GIFT"):
        desk(house.table).receive(made.id, receipt, WHO, "k2")

    assert propose_orders(Proposals(house.table), lambda: NOON) == 0
    assert desk(house.table).get(made.id).missing == 3
