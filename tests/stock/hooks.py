"""Looking at, and breaking, the calls of the very clients our code uses, by botocore's hooks."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import boto3

from common.aws import client
from common.dynamo import Key, Table

WRITES = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem")


class Refusals:
    """Answers the next calls of one operation with these errors instead of sending them."""

    def __init__(self, service: str, operation: str) -> None:
        self.calls = 0
        self._errors: list[dict[str, Any]] = []
        self._refuse_all: dict[str, Any] | None = None
        client(service).meta.events.register(f"before-call.{service}.{operation}", self._answer)

    def add(self, code: str, *reasons: str) -> None:
        self._errors.append(_error(code, *reasons))

    def always(self, code: str, *reasons: str) -> None:
        self._refuse_all = _error(code, *reasons)

    def _answer(self, **_: Any) -> Any:
        self.calls += 1
        error = self._errors.pop(0) if self._errors else self._refuse_all
        return (_Refused(), error) if error else None


class _Refused:
    status_code = 400


def _error(code: str, *reasons: str) -> dict[str, Any]:
    return {
        "Error": {"Code": code, "Message": code},
        "CancellationReasons": [{"Code": reason} for reason in reasons],
        "ResponseMetadata": {},
    }


class StreamTap:
    """What the stream of a table would carry: old and new image of every item written."""

    def __init__(self, table: Table) -> None:
        self._reader = boto3.client("dynamodb")
        self._table = table.name
        self._numbers = count(1)
        self._before: dict[Key, Any] = {}
        self.records: list[dict[str, Any]] = []
        events = client("dynamodb").meta.events
        for operation in WRITES:
            events.register(f"provide-client-params.dynamodb.{operation}", self._note)
            events.register(f"after-call.dynamodb.{operation}", self._record)

    def event(self, *, sk: str = "") -> dict[str, Any]:
        """A Lambda event of all records, or of those of one sort key, as infra filters them."""
        chosen = [r for r in self.records if not sk or r["dynamodb"]["Keys"]["sk"]["S"] == sk]
        return {"Records": chosen}

    def hot_writes(self, sku: str) -> int:
        """How often the level of a SKU was written."""
        level = {"pk": {"S": f"SKU#{sku}"}, "sk": {"S": "LEVEL"}}
        return sum(record["dynamodb"]["Keys"] == level for record in self.records)

    def _note(self, params: dict[str, Any], **_: Any) -> None:
        self._before = {key: self._image(key) for key in _keys(params, self._table)}

    def _record(self, parsed: dict[str, Any], **_: Any) -> None:
        before, self._before = self._before, {}
        if "Error" in parsed:
            return
        for key, old in before.items():
            new = self._image(key)
            if old != new:
                images = {"OldImage": old, "NewImage": new}
                data: dict[str, Any] = {name: image for name, image in images.items() if image}
                data |= {"Keys": key.wire(), "SequenceNumber": f"{next(self._numbers):021d}"}
                name = "INSERT" if not old else "MODIFY" if new else "REMOVE"
                self.records.append({"eventName": name, "dynamodb": data})

    def _image(self, key: Key) -> Any:
        found = self._reader.get_item(TableName=self._table, Key=key.wire(), ConsistentRead=True)
        return found.get("Item")


def _keys(params: dict[str, Any], table: str) -> Iterator[Key]:
    """The items that a call of any writing operation is about."""
    for action in params.get("TransactItems", []):
        for body in action.values():
            yield from _keys(body, table)
    for requests in params.get("RequestItems", {}).values():
        for request in requests:
            yield from _keys({"TableName": table, **request["PutRequest"]}, table)
    found = params.get("Key") or params.get("Item")
    if found and params.get("TableName") == table:
        yield Key(found["pk"]["S"], found["sk"]["S"])
