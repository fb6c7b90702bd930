"""The items of a table, as they lie in moto. Tests may look at all of them; nothing else does."""

from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from common.aws import client
from common.dynamo import Item, Key, Table, from_wire
from tests.conftest import REGION


def everything(table: Table) -> list[Item]:
    """Every item, by key. Read where moto keeps them: its answer to a scan takes thirty times as
    long."""
    stored = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables[table.name].all_items()
    items = [from_wire(item.to_json()["Attributes"]) for item in stored]
    return sorted(items, key=lambda item: (item["pk"], item["sk"]))


def reset(table: Table, items: list[Item]) -> None:
    """The table with these items and no others."""
    keys = [Key(item["pk"], item["sk"]).wire() for item in everything(table)]
    for start in range(0, len(keys), 25):
        deletes: Any = [{"DeleteRequest": {"Key": key}} for key in keys[start : start + 25]]
        client("dynamodb").batch_write_item(RequestItems={table.name: deletes})
    table.put_many(items)
