"""Purchase orders, places, stock-takes, proposals and the past, on a table."""

from datetime import date

import pytest

from common.consumer import changes
from common.dynamo import Table
from common.errors import Changed, Conflict, Contended, Invalid, NotFound
from stock.domain.place import Lying
from stock.domain.stocktake import TakeState
from stock.domain.telling import events_of
from stock.repository.book import StockBook
from stock.repository.catalogue import Catalogue
from stock.repository.places import Places
from stock.repository.proposals import Proposals
from stock.repository.purchases import Purchases
from stock.repository.stocktakes import Stocktakes
from stock.repository.stream import stored_change
from stock.service.catalogue import change_item
from stock.service.counting import Counting
from stock.service.fill_waiting import fill_waiting
from stock.service.goods_requests import (
    ArrivalDates,
    DefectRequest,
    PurchaseRequest,
    ReceiveRequest,
    TransferRequest,
)
from stock.service.placing import Storehouse
from stock.service.purchasing import PurchaseDesk
from stock.service.reordering import propose_orders, show_proposals
from stock.service.requests import Adjustment, ItemChange, Receipt
from stock.service.stocktaking import CountingRoom, StocktakeWorker
from tests.stock.builders import NOON, an_order
from tests.stock.hooks import Refusals, StreamTap
from tests.stock.house import HEADER, WHO, FakeQueue, House, make_bucket
from tests.stock.tables import allocate, check, fresh, level, register


@pytest.fixture
def table(aws: None) -> Table:
    return fresh()


def desk(table: Table) -> PurchaseDesk:
    return PurchaseDesk(Purchases(table), Catalogue(table), Places(table), lambda: NOON)


def storehouse(table: Table) -> Storehouse:
    return Storehouse(Places(table), Catalogue(table), lambda: NOON)


def wanted(**units: int) -> PurchaseRequest:
    lines = [{"sku": sku, "quantity": n} for sku, n in units.items()]
    return PurchaseRequest.model_validate({"supplier": "製茶問屋", "lines": lines})


def arrived(place: str = "main", **units: tuple[int, int]) -> ReceiveRequest:
    lines = [{"sku": sku, "good": g, "defective": d} for sku, (g, d) in units.items()]
    return ReceiveRequest.model_validate({"lines": lines, "place": place})


# -- purchase orders


def test_units_are_received_with_the_counters_and_the_places(table: Table) -> None:
    register(table, "TEA", on_hand=1)
    register(table, "POT")
    storehouse(table).save("annex", "別館", None)
    made = desk(table).create(wanted(TEA=10, POT=2), WHO, "k1")
    sent = desk(table).send(made.id, made.version)

    after = desk(table).receive(made.id, arrived("annex", TEA=(6, 1)), WHO, "k2")

    assert (sent.state, sent.missing) == ("ORDERED", 12)
    assert (after.state, after.missing) == ("ORDERED", 5)
    assert level(table).on_hand == 7
    assert level(table).last_change is not None
    assert level(table).last_change.reference == made.id  # type: ignore[union-attr]
    assert Places(table).of_sku("TEA") == [Lying("TEA", "annex", 6, 1, 1)]
    assert [(c.sku, c.quantity) for c in Purchases(table).coming("TEA")] == [("TEA", 3)]
    where = storehouse(table).where("TEA")
    assert [(row.place, row.on_hand, row.defective) for row in where.items] == [
        ("main", 1, 0),
        ("annex", 6, 1),
    ]


def test_the_same_receipt_counts_once(table: Table) -> None:
    register(table, "TEA")
    made = desk(table).create(wanted(TEA=10), WHO, "k1")
    desk(table).send(made.id, 1)

    first = desk(table).receive(made.id, arrived(TEA=(4, 0)), WHO, "k2")
    second = desk(table).receive(made.id, arrived(TEA=(4, 0)), WHO, "k2")

    assert first == second
    assert level(table).on_hand == 4
    with pytest.raises(Invalid):
        desk(table).receive(made.id, arrived(TEA=(5, 0)), WHO, "k2")


def test_what_comes_in_is_given_to_those_who_wait_in_their_order(table: Table) -> None:
    register(table, "TEA")
    orders = [an_order(id_, ordered=n, TEA=units) for n, (id_, units) in enumerate(WAITING)]
    allocate(table, *orders)
    made = desk(table).create(wanted(TEA=5), WHO, "k1")
    desk(table).send(made.id, 1)
    tap = StreamTap(table)

    def receive(good: int, key: str) -> list[str]:
        tap.records.clear()
        desk(table).receive(made.id, arrived(TEA=(good, 0)), WHO, key)
        told = [stored_change(change) for change in changes(tap.event(sk="LEVEL"))]
        events = [event for change in told if change for event in events_of(change)]
        assert [event.fillable for event in events] == [True]  # type: ignore[attr-defined]
        fill_waiting(StockBook(table), lambda: NOON, "TEA")
        found = StockBook(table).allocations([id_ for id_, _ in WAITING])
        return [id_ for id_, one in found.items() if one.is_complete]

    # The second does not fit, so the third, which would, waits behind it.
    assert receive(4, "k2") == ["first"]
    # More than was ordered.
    assert receive(3, "k3") == ["first", "second", "third"]
    assert receive_again(table, made.id) == "RECEIVED"
    assert (level(table).on_hand, level(table).allocated, level(table).waiting) == (7, 6, 0)
    [line] = desk(table).get(made.id).lines
    assert (line.quantity, line.received, line.missing) == (5, 7, 0)
    check(table)


WAITING = [("first", 2), ("second", 3), ("third", 1)]


def receive_again(table: Table, purchase_id: str) -> str:
    """The request of before, once more; and another one comes too late."""
    answer = desk(table).receive(purchase_id, arrived(TEA=(3, 0)), WHO, "k3")
    with pytest.raises(Conflict):
        desk(table).receive(purchase_id, arrived(TEA=(1, 0)), WHO, "k4")
    return answer.state


def test_a_busy_sku_is_tried_again_and_nothing_is_half_received(table: Table) -> None:
    register(table, "TEA")
    made = desk(table).create(wanted(TEA=10), WHO, "k1")
    desk(table).send(made.id, 1)
    refusals = Refusals("dynamodb", "TransactWriteItems")
    refusals.add("TransactionCanceledException", "ConditionalCheckFailed", "None")
    desk(table).receive(made.id, arrived(TEA=(4, 0)), WHO, "k2")
    assert level(table).on_hand == 4

    refusals.always("TransactionCanceledException", "ConditionalCheckFailed", "None")
    with pytest.raises(Contended):
        desk(table).receive(made.id, arrived(TEA=(1, 0)), WHO, "k3")
    assert level(table).on_hand == 4
    assert desk(table).get(made.id).missing == 6


def test_lists_and_days(table: Table) -> None:
    register(table, "TEA")
    first = desk(table).create(wanted(TEA=1), WHO, "k1")
    second = desk(table).create(wanted(TEA=2), WHO, "k2")
    desk(table).send(second.id, 1)
    days = ArrivalDates(arrives_on=date(2026, 12, 1))
    desk(table).postpone(second.id, days, 2)

    assert {p.id for p in desk(table).page("ALL", 10, None).items} == {first.id, second.id}
    assert [p.id for p in desk(table).page("DRAFT", 10, None).items] == [first.id]
    assert [p.id for p in desk(table).page("ORDERED", 10, None).items] == [second.id]
    [coming] = Purchases(table).coming("TEA")
    assert (coming.quantity, coming.arrives_on) == (2, date(2026, 12, 1))
    desk(table).cancel(second.id, 3)
    assert Purchases(table).coming("TEA") == []
    assert desk(table).page("ORDERED", 10, None).items == []


def test_a_version_that_was_not_read_and_a_sku_nobody_knows_are_refused(table: Table) -> None:
    register(table, "TEA")
    made = desk(table).create(wanted(TEA=1), WHO, "k1")
    assert desk(table).create(wanted(TEA=1), WHO, "k1") == made
    with pytest.raises(Changed):
        desk(table).send(made.id, 7)
    with pytest.raises(Invalid):
        desk(table).change(made.id, wanted(CUP=1), 1, WHO)
    with pytest.raises(NotFound):
        desk(table).get("nobody")
    with pytest.raises(NotFound):
        desk(table).receive(made.id, arrived("nowhere", TEA=(1, 0)), WHO, "k2")


# -- places


def test_units_go_from_place_to_place_and_the_level_stays(table: Table) -> None:
    register(table, "TEA", on_hand=5)
    house = storehouse(table)
    house.save("annex", "別館", None)
    there = TransferRequest(quantity=3, source="main", target="annex")

    after = house.transfer("TEA", there, WHO, "k1")

    assert house.transfer("TEA", there, WHO, "k1") == after
    assert [(row.place, row.on_hand) for row in after.items] == [("main", 2), ("annex", 3)]
    assert level(table).version == 1
    with pytest.raises(Conflict, match="2個"):
        house.transfer("TEA", there, WHO, "k2")
    back = TransferRequest(quantity=4, source="annex", target="main")
    with pytest.raises(Conflict, match="3個"):
        house.transfer("TEA", back, WHO, "k3")


def test_defective_units_leave_the_level_and_come_back(table: Table) -> None:
    register(table, "TEA", on_hand=5)
    house = storehouse(table)

    house.defect("TEA", DefectRequest(quantity=2), WHO, "k1")
    assert (level(table).on_hand, house.where("TEA").defective) == (3, 2)
    house.defect("TEA", DefectRequest(quantity=-1), WHO, "k2")
    assert (level(table).on_hand, house.where("TEA").defective) == (4, 1)
    with pytest.raises(Conflict):
        house.defect("TEA", DefectRequest(quantity=-2), WHO, "k3")
    with pytest.raises(Conflict):
        house.defect("TEA", DefectRequest(quantity=5), WHO, "k4")
    assert level(table).on_hand == 4


def test_files_find_a_place_by_its_name_so_no_two_have_the_same(table: Table) -> None:
    house = storehouse(table)
    house.save("annex", "別館", None)
    for code, name in (("east", "別館"), ("east", "annex"), ("east", "基本拠点"), ("main", "別館")):
        with pytest.raises(Invalid, match=name):
            house.save(code, name, None)

    house.save("main", "基本拠点", None)
    house.save("annex", "別館", 1)
    assert [(p.code, p.name) for p in house.places().items] == [
        ("main", "基本拠点"),
        ("annex", "別館"),
    ]


# -- stock-takes


def room(table: Table, queue: FakeQueue) -> CountingRoom:
    return CountingRoom(Stocktakes(table), Catalogue(table), queue, lambda: NOON)


def work(table: Table, queue: FakeQueue, take_id: str) -> None:
    worker = StocktakeWorker(Stocktakes(table), Catalogue(table), queue, lambda: NOON, lambda: True)
    worker.run(take_id)


def test_what_moved_after_the_count_is_not_undone_by_it(table: Table) -> None:
    register(table, "TEA", on_hand=10)
    register(table, "POT", on_hand=4)
    queue = FakeQueue()
    take = room(table, queue).start("年末", WHO)
    room(table, queue).count(take.id, "TEA", 8, WHO)
    room(table, queue).count(take.id, "POT", 4, WHO)
    Counting(Catalogue(table), lambda: NOON).receive("TEA", Receipt(quantity=5), WHO, "r")
    allocate(table, an_order("a", TEA=3))

    applied = room(table, queue).apply(take.id, take.version)
    assert applied.state == "APPLYING"
    assert queue.sent == [{"stocktake": take.id}]
    work(table, queue, take.id)
    work(table, queue, take.id)

    assert (level(table).on_hand, level(table).allocated) == (13, 3)
    assert (level(table, "POT").on_hand, level(table, "POT").version) == (4, 1)
    done = room(table, queue).get(take.id)
    assert (done.state, done.applied) == (TakeState.APPLIED, 2)
    check(table)


def test_a_count_takes_the_place_of_the_former_and_none_comes_after_the_end(table: Table) -> None:
    register(table, "TEA", on_hand=10)
    queue = FakeQueue()
    take = room(table, queue).start("", WHO)
    room(table, queue).count(take.id, "TEA", 3, WHO)
    row = room(table, queue).count(take.id, "TEA", 9, WHO)

    assert (row.counted, row.book, row.difference) == (9, 10, -1)
    assert [r.counted for r in room(table, queue).rows(take.id, 10, None).items] == [9]
    room(table, queue).cancel(take.id, 1)
    with pytest.raises(Conflict):
        room(table, queue).count(take.id, "TEA", 1, WHO)
    with pytest.raises(Conflict):
        room(table, queue).apply(take.id, 2)
    assert level(table).on_hand == 10


def test_many_rows_are_applied_once_though_workers_meet(table: Table) -> None:
    queue = FakeQueue()
    take = room(table, queue).start("", WHO)
    for n in range(45):
        register(table, f"S{n:02d}", on_hand=1)
        room(table, queue).count(take.id, f"S{n:02d}", 2, WHO)
    room(table, queue).apply(take.id, 1)
    refusals = Refusals("dynamodb", "TransactWriteItems")
    refusals.add("TransactionCanceledException", "ConditionalCheckFailed", "None")

    work(table, queue, take.id)

    assert {level(table, f"S{n:02d}").on_hand for n in range(45)} == {2}
    assert room(table, queue).get(take.id).applied == 45


@pytest.mark.parametrize("way", ["stock-take", "by hand", "file"])
def test_what_is_missing_is_taken_off_once_whoever_counted_last(table: Table, way: str) -> None:
    register(table, "TEA", on_hand=10)
    register(table, "POT", on_hand=10)
    queue = FakeQueue()
    first, second = (room(table, queue).start(name, WHO) for name in ("A棚", "B棚"))
    for take in (first, second):
        room(table, queue).count(take.id, "TEA", 8, WHO)
    room(table, queue).count(first.id, "POT", 7, WHO)
    if way == "stock-take":
        room(table, queue).apply(second.id, 1)
        work(table, queue, second.id)
    elif way == "by hand":
        corrected = Adjustment(on_hand=8, reason="CORRECTION")
        Counting(Catalogue(table), lambda: NOON).adjust("TEA", corrected, 1, WHO, "c")
    else:
        make_bucket()
        House(table).applied(f"{HEADER}TEA,,,8\n")

    room(table, queue).apply(first.id, 1)
    work(table, queue, first.id)

    assert (level(table).on_hand, level(table, "POT").on_hand) == (8, 7)
    done = room(table, queue).get(first.id)
    assert (done.state, done.applied, done.outdated) == ("APPLIED", 2, 1)


def test_what_came_or_went_after_the_count_leaves_it_right(table: Table) -> None:
    register(table, "TEA", on_hand=10)
    queue = FakeQueue()
    take = room(table, queue).start("", WHO)
    room(table, queue).count(take.id, "TEA", 8, WHO)
    counting = Counting(Catalogue(table), lambda: NOON)
    counting.adjust("TEA", Adjustment(on_hand=9, reason="DAMAGE"), 1, WHO, "d")
    storehouse(table).defect("TEA", DefectRequest(quantity=1), WHO, "k1")
    counting.receive("TEA", Receipt(quantity=5), WHO, "r")
    change_item(Catalogue(table), lambda: NOON, "TEA", ItemChange(safety=1), 4, WHO)
    made = desk(table).create(wanted(TEA=2), WHO, "k2")
    desk(table).send(made.id, 1)
    desk(table).receive(made.id, arrived(TEA=(2, 0)), WHO, "k3")

    room(table, queue).apply(take.id, 1)
    work(table, queue, take.id)

    assert level(table).on_hand == 8 - 1 - 1 + 5 + 2
    assert room(table, queue).get(take.id).outdated == 0


# -- proposals and the past


def test_the_daily_proposal_counts_what_is_coming_and_forgets_what_is_served(table: Table) -> None:
    register(table, "TEA", on_hand=3)
    register(table, "POT", on_hand=99)
    rule = ItemChange(reorder_point=5, target=20, lot=6, supplier="製茶問屋")
    for sku in ("TEA", "POT"):
        change_item(Catalogue(table), lambda: NOON, sku, rule, 1, WHO)
    store = Proposals(table)

    assert propose_orders(store, lambda: NOON) == 1
    shown = show_proposals(store, 10, None)
    assert [(row.sku, row.supplier, row.quantity) for row in shown.items] == [
        ("TEA", "製茶問屋", 18)
    ]
    made = desk(table).create(wanted(TEA=18), WHO, "k1")
    desk(table).send(made.id, 1)
    assert propose_orders(store, lambda: NOON) == 0
    assert show_proposals(store, 10, None).items == []
    assert show_proposals(store, 10, None).made_at == NOON
