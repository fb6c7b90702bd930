"""One table: reads with plain dictionaries, writes as parts of a commit."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from common.aws import client
from common.dynamo.calls import (
    Pause,
    Write,
    guarded,
    run_single,
    run_transaction,
    until_taken,
)
from common.dynamo.wire import (
    Expression,
    Item,
    Key,
    Page,
    Place,
    from_wire,
    make_token,
    read_token,
    to_wire,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_BATCH_GET_LIMIT = 100
_BATCH_WRITE_LIMIT = 25
_FILTERED_READ = 100


class Table:
    """One table. Conditions are written as `if_equals={"version": 3}`; None means "not there".

    A name with dots is a path into maps, so keys of maps that come from outside (a SKU may have a
    dot) must not be used in conditions or updates.
    """

    def __init__(
        self,
        name: str,
        dynamodb: "DynamoDBClient | None" = None,
        pause: Pause = time.sleep,
    ) -> None:
        self.name = name
        self._dynamodb = dynamodb
        self._pause = pause

    @property
    def dynamodb(self) -> "DynamoDBClient":
        return self._dynamodb or client("dynamodb")

    # -- reading

    def get(self, pk: str, sk: str) -> Item | None:
        """One item, strongly consistent."""
        found = guarded(
            lambda: self.dynamodb.get_item(
                TableName=self.name, Key=Key(pk, sk).wire(), ConsistentRead=True
            )
        )
        return from_wire(found["Item"]) if "Item" in found else None

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """Items by key, strongly consistent; missing ones are not in the answer."""
        found: dict[Key, Item] = {}

        def read(wire_keys: list[Any]) -> list[Any]:
            request: Any = {self.name: {"Keys": wire_keys, "ConsistentRead": True}}
            answer = guarded(lambda: self.dynamodb.batch_get_item(RequestItems=request))
            items = [from_wire(wire) for wire in answer["Responses"].get(self.name, [])]
            found.update({Key(item["pk"], item["sk"]): item for item in items})
            left: list[Any] = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
            return left

        wanted = [key.wire() for key in dict.fromkeys(keys)]
        for start in range(0, len(wanted), _BATCH_GET_LIMIT):
            until_taken(wanted[start : start + _BATCH_GET_LIMIT], read, self._pause)
        return found

    def query(
        self,
        pk: str,
        *,
        begins_with: str = "",
        index: tuple[str, str, str] | None = None,
        limit: int = 100,
        token: str | None = None,
        newest_first: bool = False,
        where: Mapping[str, Any] | None = None,
    ) -> Page:
        """Up to `limit` items of one partition in sort-key order.

        index: (index name, partition attribute, sort attribute) of a secondary index.
        where: attributes that must be equal; pages are filled up to `limit` all the same, so a
        rare value reads through the partition. Raises Invalid for a token that is not ours.
        """
        name, pk_attr, sk_attr = index or ("", "pk", "sk")
        expression = Expression()
        condition = f"{expression.name(pk_attr)} = {expression.value(pk)}"
        if begins_with:
            condition += (
                f" AND begins_with({expression.name(sk_attr)}, {expression.value(begins_with)})"
            )
        request: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": condition,
            "ScanIndexForward": not newest_first,
            "ConsistentRead": not name,
        }
        if name:
            request["IndexName"] = name
        if where:
            request["FilterExpression"] = expression.all_of(where)
        request |= expression.parameters()
        return self._fill(request, limit, token, Place(pk_attr, sk_attr, pk, begins_with))

    def _fill(self, request: dict[str, Any], limit: int, token: str | None, place: Place) -> Page:
        items: list[Any] = []
        start = read_token(token, place)
        # A filter is applied to what was read, so asking for the missing few only would read a
        # handful a call.
        reads = max(limit, _FILTERED_READ) if "FilterExpression" in request else 0
        while True:
            asked = request | {"Limit": reads or limit - len(items)}
            if start:
                asked["ExclusiveStartKey"] = start
            answer = self._run_query(asked)
            items += answer["Items"]
            start = answer.get("LastEvaluatedKey")
            if not start or len(items) >= limit:
                break
        if len(items) > limit:
            items = items[:limit]
            names = dict.fromkeys(("pk", "sk", place.pk_attr, place.sk_attr))
            start = {name: items[-1][name] for name in names}
        return Page([from_wire(wire) for wire in items], make_token(start) if start else None)

    def every(self, pk: str, *, begins_with: str = "") -> Iterator[Item]:
        """All items of one partition, page by page."""
        token: str | None = None
        while True:
            page = self.query(pk, begins_with=begins_with, token=token)
            yield from page.items
            token = page.next
            if token is None:
                return

    def count(self, pk: str, *, cap: int, index: tuple[str, str] | None = None) -> tuple[int, bool]:
        """How many items a partition holds, counted up to `cap`; True when there are more.

        index: (index name, partition attribute).
        """
        name, attr = index or ("", "pk")
        expression = Expression()
        request: dict[str, Any] = {
            "TableName": self.name,
            "Select": "COUNT",
            "KeyConditionExpression": f"{expression.name(attr)} = {expression.value(pk)}",
        } | expression.parameters()
        if name:
            request["IndexName"] = name
        total, start = 0, None
        while total <= cap:
            asked = request | {"Limit": cap + 1 - total}
            if start:
                asked["ExclusiveStartKey"] = start
            answer = self._run_query(asked)
            total += answer["Count"]
            start = answer.get("LastEvaluatedKey")
            if not start:
                break
        return min(total, cap), total > cap

    def _run_query(self, request: dict[str, Any]) -> Any:
        return guarded(lambda: self.dynamodb.query(**request))

    # -- writing

    def put(
        self,
        item: Mapping[str, Any],
        *,
        if_absent: bool = False,
        if_equals: Mapping[str, Any] | None = None,
    ) -> Write:
        """Store a whole item."""
        body: dict[str, Any] = {"TableName": self.name, "Item": to_wire(item)}
        expression = Expression()
        conditions = []
        if if_absent:
            conditions.append(f"attribute_not_exists({expression.name('pk')})")
        if if_equals:
            conditions.append(expression.all_of(if_equals))
        if conditions:
            body["ConditionExpression"] = " AND ".join(conditions)
            body |= expression.parameters()
        return Write("Put", body)

    def update(
        self,
        key: Key,
        *,
        assign: Mapping[str, Any] | None = None,
        add: Mapping[str, int] | None = None,
        remove: Sequence[str] = (),
        if_exists: bool = False,
        if_equals: Mapping[str, Any] | None = None,
        if_at_least: Mapping[str, int] | None = None,
    ) -> Write:
        """Change attributes: `assign` sets, and removes when given None, as `put` leaves None out;
        `add` adds to a number that starts at 0.

        if_at_least: numbers that must be at least this much.
        """
        expression = Expression()
        given = (assign or {}).items()
        sets = [f"{expression.name(n)} = {expression.value(v)}" for n, v in given if v is not None]
        adds = [f"{expression.name(n)} {expression.value(v)}" for n, v in (add or {}).items()]
        gone = [expression.name(n) for n in (*remove, *(n for n, v in given if v is None))]
        parts = (("SET", sets), ("ADD", adds), ("REMOVE", gone))
        clauses = [f"{verb} {', '.join(what)}" for verb, what in parts if what]
        conditions = []
        if if_exists:
            conditions.append(f"attribute_exists({expression.name('pk')})")
        if if_equals:
            conditions.append(expression.all_of(if_equals))
        conditions += [
            f"{expression.name(n)} >= {expression.value(v)}" for n, v in (if_at_least or {}).items()
        ]
        body: dict[str, Any] = {
            "TableName": self.name,
            "Key": key.wire(),
            "UpdateExpression": " ".join(clauses),
        }
        if conditions:
            body["ConditionExpression"] = " AND ".join(conditions)
        return Write("Update", body | expression.parameters())

    def delete(self, key: Key, *, if_equals: Mapping[str, Any] | None = None) -> Write:
        """Remove an item; no error when it is not there, unless a condition says so."""
        body: dict[str, Any] = {"TableName": self.name, "Key": key.wire()}
        if if_equals:
            expression = Expression()
            body["ConditionExpression"] = expression.all_of(if_equals)
            body |= expression.parameters()
        return Write("Delete", body)

    def check_absent(self, key: Key) -> Write:
        """A transaction part that fails when the item exists."""
        body = {
            "TableName": self.name,
            "Key": key.wire(),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        return Write("ConditionCheck", body)

    def check_equals(self, key: Key, values: Mapping[str, Any]) -> Write:
        """A transaction part that fails unless the item has these values."""
        expression = Expression()
        body = {
            "TableName": self.name,
            "Key": key.wire(),
            "ConditionExpression": expression.all_of(values),
        }
        return Write("ConditionCheck", body | expression.parameters())

    def commit(self, *writes: Write) -> None:
        """All or nothing, up to 100 writes on different items.

        Raises ConditionFailed (nothing was written), Contended when other transactions kept
        winning, Unavailable when DynamoDB throttled to the end.
        """
        if len(writes) == 1 and writes[0].action != "ConditionCheck":
            run_single(self.dynamodb, writes[0], self._pause)
        elif writes:
            run_transaction(self.dynamodb, writes, self._pause)

    def put_many(self, items: Iterable[Mapping[str, Any]]) -> None:
        """Store whole items without conditions, 25 a call, for half of what a transaction costs.

        Not all or nothing: some may be stored when it raises Unavailable, so it is only for items
        that may be stored again. Of items with the same key the last one counts.
        """

        def write(puts: list[Any]) -> list[Any]:
            request: Any = {self.name: puts}
            answer = guarded(lambda: self.dynamodb.batch_write_item(RequestItems=request))
            left: list[Any] = answer.get("UnprocessedItems", {}).get(self.name, [])
            return left

        wanted = {Key(item["pk"], item["sk"]): to_wire(item) for item in items}
        puts = [{"PutRequest": {"Item": wire}} for wire in wanted.values()]
        for start in range(0, len(puts), _BATCH_WRITE_LIMIT):
            until_taken(puts[start : start + _BATCH_WRITE_LIMIT], write, self._pause)
