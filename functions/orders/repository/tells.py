"""What malls are told of orders, in DynamoDB.

Keys
    TELL#<order id>    <tell id>                     what is to be told, and how far that is
    ORDER#<order id>   H#<version>#<time>#<tell id>  how it ended, in the order's history
    MALL_FAILURES      <time>#<order id>#<tell id>   it was given up {order_id, tell_id}
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from common.clock import to_wire
from common.dynamo import ConditionFailed, Item, Key, Table, Write
from common.errors import Contended, NotFound
from orders.domain.tell import Tell, TellState, story
from orders.repository.orders import history_key

_FAILURES = "MALL_FAILURES"
_CAP = 1000


class FailedTell(NamedTuple):
    """id: what a retry is asked for by."""

    id: str
    tell: Tell


class FailedPage(NamedTuple):
    items: list[FailedTell]
    next: str | None


class TellRepository:
    """Things to tell malls."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, order_id: str, tell_id: str) -> Tell | None:
        item = self._table.get(*_key(order_id, tell_id))
        return _tell_of(item) if item else None

    def of_order(self, order_id: str) -> list[Tell]:
        """Everything that was ever to be told of an order, in the order it was asked for."""
        found = [_tell_of(item) for item in self._table.every(f"TELL#{order_id}")]
        return sorted(found, key=lambda tell: tell.at)

    def save(self, before: Tell | None, after: Tell, *, order_version: int) -> Tell:
        """Write the next version, with its entry in the order's history when it came to an end,
        and its row in the list of failures.

        Raises Contended when somebody else wrote one.
        """
        stored = after.model_copy(update={"version": before.version + 1 if before else 1})
        item: Item = {
            **_key(stored.order_id, stored.tell_id)._asdict(),
            "version": stored.version,
            "tell": stored.model_dump(mode="json", exclude_none=True),
        }
        put = (
            self._table.put(item, if_equals={"version": before.version})
            if before
            else self._table.put(item, if_absent=True)
        )
        try:
            self._table.commit(put, *self._beside(before, stored, order_version))
        except ConditionFailed:
            raise Contended("somebody else tells the mall of this order") from None
        return stored

    def _beside(self, before: Tell | None, after: Tell, order_version: int) -> Sequence[Write]:
        writes = []
        if before is not None and before.state is TellState.FAILED:
            writes.append(self._table.delete(_failure_key(before)))
        if after.state is TellState.FAILED:
            row = {"order_id": after.order_id, "tell_id": after.tell_id}
            writes.append(self._table.put({**_failure_key(after)._asdict(), **row}))
        if after.state in (TellState.DONE, TellState.FAILED):
            writes.append(self._table.put(_history_item(after, order_version)))
        return writes

    def failures(self, *, token: str | None, limit: int) -> FailedPage:
        """What was given up, newest first."""
        page = self._table.query(_FAILURES, limit=limit, token=token, newest_first=True)
        keys = [_key(item["order_id"], item["tell_id"]) for item in page.items]
        found = self._table.get_many(keys)
        rows = [
            FailedTell(item["sk"], _tell_of(found[key]))
            for item, key in zip(page.items, keys, strict=True)
            if key in found
        ]
        return FailedPage(rows, page.next)

    def failure(self, failure_id: str) -> Tell:
        """Raises NotFound when it is not given up any more."""
        row = self._table.get(_FAILURES, failure_id)
        tell = self.get(row["order_id"], row["tell_id"]) if row else None
        if tell is None:
            raise NotFound("This is not among what malls refused any more.")
        return tell

    def failure_count(self) -> tuple[int, bool]:
        """How many there are, counted up to 1,000; True when there are more."""
        return self._table.count(_FAILURES, cap=_CAP)


def _key(order_id: str, tell_id: str) -> Key:
    return Key(f"TELL#{order_id}", tell_id)


def _failure_key(tell: Tell) -> Key:
    return Key(_FAILURES, f"{to_wire(_changed(tell))}#{tell.order_id}#{tell.tell_id}")


def _changed(tell: Tell) -> datetime:
    return tell.changed_at or tell.at


def _tell_of(item: Item) -> Tell:
    return Tell.model_validate(item["tell"])


def _history_item(tell: Tell, order_version: int) -> Item:
    at = to_wire(_changed(tell))
    pk, sk = history_key(tell.order_id, order_version)
    kind, change = story(tell)
    return {
        "pk": pk,
        "sk": f"{sk}#{at}#{tell.tell_id}",
        "seq": order_version,
        "at": at,
        "kind": kind,
        "actor": tell.actor.to_dict(),
        "reason": "",
        "changes": [change],
    }
