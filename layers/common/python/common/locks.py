"""Locks between functions: one at a time does something, and a crash ends the lock with its time.

lock  pk=LOCK#<name>  sk=LOCK  {owner, until (milliseconds since 1970), expires_at}
"""

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from common.clock import Clock

if TYPE_CHECKING:
    from common.dynamo import Table

# DynamoDB deletes what nobody released; until then the item says that somebody died.
_KEPT_SECONDS = 86_400


class Held(NamedTuple):
    """A lock that is ours. was_abandoned: whoever had it before never gave it back."""

    name: str
    owner: str
    was_abandoned: bool


def _owner() -> str:
    return secrets.token_hex(8)


class Locks:
    """Locks in a table. Holders must be done before their time is over: nobody wakes them."""

    def __init__(self, table: "Table", clock: Clock, owner: Callable[[], str] = _owner) -> None:
        self._table = table
        self._clock = clock
        self._owner = owner

    def take(self, name: str, seconds: int) -> Held | None:
        """The lock for so many seconds, or None while somebody else has it. Raises Unavailable."""
        from common.dynamo import ConditionFailed

        now = int(self._clock().timestamp() * 1000)
        pk = f"LOCK#{name}"
        before = self._table.get(pk, "LOCK")
        if before and before["until"] > now:
            return None
        owner = self._owner()
        item = {
            "pk": pk,
            "sk": "LOCK",
            "owner": owner,
            "until": now + seconds * 1000,
            "expires_at": now // 1000 + seconds + _KEPT_SECONDS,
        }
        same = {name: before[name] for name in ("owner", "until")} if before else None
        try:
            self._table.commit(self._table.put(item, if_absent=before is None, if_equals=same))
        except ConditionFailed:
            return None
        return Held(name, owner, before is not None)

    def release(self, held: Held) -> None:
        """Give it back; nothing happens when somebody else has it by now. Raises Unavailable."""
        from common.dynamo import ConditionFailed, Key

        key = Key(f"LOCK#{held.name}", "LOCK")
        try:
            self._table.commit(self._table.delete(key, if_equals={"owner": held.owner}))
        except ConditionFailed:
            return
