"""A stock table in moto with things in it, and what must hold in it."""

from collections.abc import Iterable, Sequence
from typing import Any

import boto3

from common.auth import SYSTEM
from common.dynamo import Table, from_wire
from common.events import StockLevelChanged
from infra.tables import TABLES
from stock.domain.allocation import Allocation, OrderDemand, Wait
from stock.domain.level import Level
from stock.repository import items
from stock.repository.book import StockBook
from stock.repository.catalogue import Catalogue
from stock.service.allocate import Allocator
from stock.service.catalogue import register_item
from stock.service.requests import NewItem
from tests.conftest import create_table
from tests.stock.builders import NOON


def register(table: Table, sku: str = "TEA", name: str = "煎茶", **fields: Any) -> None:
    """A product with its first units."""
    new = NewItem(sku=sku, name=name, **fields)
    register_item(Catalogue(table), lambda: NOON, new, SYSTEM, f"register-{sku}")


def plant(table: Table, *levels: Level, allocations: Sequence[Allocation] = ()) -> None:
    """Items as they are stored, without the way there."""
    waits = [
        Wait(sku, one.order_id, one.ordered_at, line.wanted)
        for one in allocations
        for sku, line in one.lines.items()
        if line.is_waiting
    ]
    short = [{"pk": "LIST#SHORT", "sk": one.sku, "sku": one.sku} for one in levels if one.is_short]
    table.put_many(
        [
            *map(items.level_item, levels),
            *map(items.allocation_item, allocations),
            *map(items.wait_item, waits),
            *short,
        ]
    )


def fresh() -> Table:
    """An empty table `stock`, in place of the one there was: moto copies all it holds for every
    transaction."""
    dynamodb = boto3.client("dynamodb")
    if "stock" in dynamodb.list_tables()["TableNames"]:
        dynamodb.delete_table(TableName="stock")
    return create_table("stock", TABLES["stock"])


def allocate(table: Table, *orders: OrderDemand) -> None:
    """Work orders off, all of which must succeed."""
    assert Allocator(StockBook(table), lambda: NOON).run(orders) == {}


def level(table: Table, sku: str = "TEA") -> Level:
    return StockBook(table).levels([sku])[sku]


def level_event(sku: str = "TEA", **fields: Any) -> StockLevelChanged:
    """What is told of a level; only its SKU and mode matter to those who send quantities."""
    numbers = dict.fromkeys("on_hand allocated available waiting safety".split(), 0)
    given = {**numbers, "version": 1, "fillable": False, **fields}
    return StockLevelChanged(event_id=f"level#{sku}#1", at=NOON, sku=sku, **given)


def everything(table: Table) -> list[dict[str, Any]]:
    """All items. Tests may scan; our code may not."""
    paginator = boto3.client("dynamodb").get_paginator("scan")
    return [
        from_wire(item)
        for page in paginator.paginate(TableName=table.name)
        for item in page["Items"]
    ]


def story(table: Table) -> Any:
    """What counts in the end: counters, lines, queues and lists, without versions and times."""
    found = everything(table)
    names = ("on_hand", "allocated", "available", "waiting")
    levels = {i["sku"]: tuple(i[name] for name in names) for i in found if i["sk"] == "LEVEL"}
    lines = {i["order_id"]: (i["order_version"], i["lines"]) for i in found if i["sk"] == "ALLOC"}
    queues = sorted((i["pk"], i["sk"], i["quantity"]) for i in found if _is(i, "WAIT#"))
    short = sorted(i["sk"] for i in found if _is(i, "LIST#SHORT"))
    return levels, lines, queues, short


def check(table: Table) -> None:
    """Counters, allocations, queues and the short list tell the same story."""
    levels, lines, queues, short = story(table)
    for sku, (on_hand, allocated, available, waiting) in levels.items():
        of_sku = [line[sku] for _, line in lines.values() if sku in line]
        assert available == on_hand - allocated
        assert allocated == sum(line["allocated"] for line in of_sku)
        assert waiting == sum(line["wanted"] - line["allocated"] for line in of_sku)
        assert waiting == sum(quantity for pk, _, quantity in queues if pk == f"WAIT#{sku}")
        assert (sku in short) == (waiting > 0 or available < 0)


def check_ledger(table: Table) -> None:
    """The moves of each SKU follow one another from zero to the counters, none missing."""
    found = everything(table)
    for level in [item for item in found if item["sk"] == "LEVEL"]:
        ledger = f"MOVES#{level['sku']}"
        moves = sorted((i for i in found if i["pk"] == ledger), key=lambda i: int(i["version"]))
        assert [move["version"] for move in moves] == list(range(1, level["version"] + 1))
        for name in ("on_hand", "allocated", "waiting"):
            assert _sum(moves, name) == level[name]


def _sum(moves: Iterable[dict[str, Any]], name: str) -> int:
    return sum(move[f"{name}_after"] - move[f"{name}_before"] for move in moves)


def _is(item: dict[str, Any], prefix: str) -> bool:
    return str(item["pk"]).startswith(prefix)
