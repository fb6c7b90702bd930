"""One table: reads with plain dictionaries, writes as parts of a commit."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from common.aws import client
from common.dynamo.calls import (
    TRIES,
    Write,
    back_off,
    guarded,
    run_single,
    run_transaction,
)
from common.dynamo.wire import (
    Expression,
    Item,
    Key,
    Page,
    from_wire,
    make_token,
    read_token,
    to_wire,
)
from common.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_BATCH_GET_LIMIT = 100
_BATCH_WRITE_LIMIT = 25


class Table:
    """One table. Conditions are written as `if_equals={"version": 3}` or as an own expression."""

    def __init__(self, name: str, dynamodb: "DynamoDBClient | None" = None) -> None:
        self.name = name
        self._dynamodb = dynamodb

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
        wanted = list(dict.fromkeys(keys))
        found: dict[Key, Item] = {}
        for start in range(0, len(wanted), _BATCH_GET_LIMIT):
            pending: Any = [key.wire() for key in wanted[start : start + _BATCH_GET_LIMIT]]
            for attempt in range(TRIES):
                found_now, pending = self._get_batch(pending)
                found.update(found_now)
                if not pending:
                    break
                back_off(attempt)
            else:
                raise Unavailable("DynamoDB left keys of a batch unread")
        return found

    def _get_batch(self, keys: Any) -> tuple[dict[Key, Item], Any]:
        request: Any = {self.name: {"Keys": keys, "ConsistentRead": True}}
        answer = guarded(lambda: self.dynamodb.batch_get_item(RequestItems=request))
        items = [from_wire(wire) for wire in answer["Responses"].get(self.name, [])]
        left = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
        return {Key(item["pk"], item["sk"]): item for item in items}, left

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
        where: attributes that must be equal; pages are filled up to `limit` all the same.
        Raises Invalid for a token that is not ours.
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
        return self._fill(request, pk, limit, token, (pk_attr, sk_attr))

    def _fill(
        self,
        request: dict[str, Any],
        pk: str,
        limit: int,
        token: str | None,
        attrs: tuple[str, str],
    ) -> Page:
        items: list[Item] = []
        start = read_token(token, pk, attrs[0])
        while True:
            asked = request | {"Limit": limit - len(items)}
            if start:
                asked["ExclusiveStartKey"] = start
            answer = self._run_query(asked)
            items += [from_wire(wire) for wire in answer["Items"]]
            start = answer.get("LastEvaluatedKey")
            if not start or len(items) >= limit:
                return Page(items, make_token(start) if start else None)

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
        """Change attributes: `assign` sets, `add` adds to a number that must exist or starts at 0.

        if_at_least: numbers that must be at least this much.
        """
        expression = Expression()
        sets = [f"{expression.name(n)} = {expression.value(v)}" for n, v in (assign or {}).items()]
        adds = [f"{expression.name(n)} {expression.value(v)}" for n, v in (add or {}).items()]
        clauses = []
        if sets:
            clauses.append("SET " + ", ".join(sets))
        if adds:
            clauses.append("ADD " + ", ".join(adds))
        if remove:
            clauses.append("REMOVE " + ", ".join(expression.name(n) for n in remove))
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

    def commit(self, *writes: Write) -> None:
        """All or nothing, up to 100 writes on different items.

        Raises ConditionFailed (nothing was written), Contended when other transactions kept
        winning, Unavailable when DynamoDB throttled to the end.
        """
        if len(writes) == 1 and writes[0].action != "ConditionCheck":
            run_single(self.dynamodb, writes[0])
        elif writes:
            run_transaction(self.dynamodb, writes)

    def put_many(self, items: Iterable[Mapping[str, Any]]) -> None:
        """Store whole items without conditions, 25 a call, for half of what a transaction costs.

        Not all or nothing: some may be stored when it raises Unavailable, so it is only for items
        that may be stored again. Of items with the same key the last one counts.
        """
        wanted = {Key(item["pk"], item["sk"]): to_wire(item) for item in items}
        puts: list[Any] = [{"PutRequest": {"Item": wire}} for wire in wanted.values()]
        for start in range(0, len(puts), _BATCH_WRITE_LIMIT):
            pending = puts[start : start + _BATCH_WRITE_LIMIT]
            for attempt in range(TRIES):
                pending = self._put_batch(pending)
                if not pending:
                    break
                back_off(attempt)
            else:
                raise Unavailable("DynamoDB left items of a batch unwritten")

    def _put_batch(self, puts: list[Any]) -> list[Any]:
        answer = guarded(lambda: self.dynamodb.batch_write_item(RequestItems={self.name: puts}))
        left: list[Any] = answer.get("UnprocessedItems", {}).get(self.name, [])
        return left
