"""A table in memory that holds the same conditions as the real one, and breaks when it is told to.

For simulations: a call costs microseconds, and each of them is a place where a process can die.
Items are handed out as shallow copies; what they hold is not to be changed in place.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from common.dynamo import TRANSACTION_LIMIT, ConditionFailed, Item, Key, Page, Table, Write

# Called with the operation, before it is done and after: whatever it raises is what the caller
# sees, so raising after means that the effect is there and the answer is lost.
Hook = Callable[[str], None]


def _nothing(_operation: str) -> None:
    """No disturbance."""


class MemoryTable(Table):
    """The part of Table that repositories of `stock` use; no secondary indexes."""

    def __init__(self, name: str = "memory") -> None:
        super().__init__(name)
        self._partitions: dict[str, dict[str, Item]] = {}
        self.before: Hook = _nothing
        self.after: Hook = _nothing
        # (before, after) of what was written, oldest first, until somebody takes it.
        self._stream: list[tuple[Item | None, Item | None]] = []

    def take_stream(self) -> Sequence[tuple[Item | None, Item | None]]:
        """What was written since the last time, as the table's stream has it."""
        taken, self._stream = self._stream, []
        return taken

    # -- reading

    def get(self, pk: str, sk: str) -> Item | None:
        self.before("get")
        item = self._find(Key(pk, sk))
        self.after("get")
        return dict(item) if item is not None else None

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        self.before("get_many")
        found = {}
        for key in dict.fromkeys(keys):
            item = self._find(key)
            if item is not None:
                found[key] = dict(item)
        self.after("get_many")
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
        """As in Table; the token is the last sort key."""
        if index:
            raise NotImplementedError("no secondary indexes")
        self.before("query")
        partition = self._partitions.get(pk, {})
        order = sorted(partition, reverse=newest_first)
        if token:
            order = [sk for sk in order if (sk < token if newest_first else sk > token)]
        found = [
            dict(partition[sk])
            for sk in order
            if sk.startswith(begins_with) and _equals(partition[sk], where or {})
        ]
        after = found[limit - 1]["sk"] if len(found) > limit else None
        self.after("query")
        return Page(found[:limit], after)

    def count(self, pk: str, *, cap: int, index: tuple[str, str] | None = None) -> tuple[int, bool]:
        if index:
            raise NotImplementedError("no secondary indexes")
        self.before("query")
        total = len(self._partitions.get(pk, {}))
        self.after("query")
        return min(total, cap), total > cap

    def peek(self, pk: str) -> Iterable[Item]:
        """The items of a partition as they are stored, without a call, for checks."""
        return self._partitions.get(pk, {}).values()

    def _find(self, key: Key) -> Item | None:
        return self._partitions.get(key.pk, {}).get(key.sk)

    # -- writing

    def put(
        self,
        item: Mapping[str, Any],
        *,
        if_absent: bool = False,
        if_equals: Mapping[str, Any] | None = None,
    ) -> Write:
        stored = {name: value for name, value in item.items() if value is not None}
        return _write("Put", item, stored, if_absent=if_absent, if_equals=if_equals)

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
        return _write(
            "Update",
            key._asdict(),
            {"assign": assign or {}, "add": add or {}, "remove": remove},
            if_exists=if_exists,
            if_equals=if_equals,
            if_at_least=if_at_least,
        )

    def delete(self, key: Key, *, if_equals: Mapping[str, Any] | None = None) -> Write:
        return _write("Delete", key._asdict(), {}, if_equals=if_equals)

    def check_absent(self, key: Key) -> Write:
        return _write("ConditionCheck", key._asdict(), {}, if_absent=True)

    def check_equals(self, key: Key, values: Mapping[str, Any]) -> Write:
        return _write("ConditionCheck", key._asdict(), {}, if_equals=values)

    def commit(self, *writes: Write) -> None:
        if len(writes) > TRANSACTION_LIMIT:
            raise ValueError(f"{len(writes)} writes in one transaction")
        if not writes:
            return
        if len({write.body["key"] for write in writes}) < len(writes):
            raise ValueError("two writes of one item in one transaction")
        self.before("commit")
        failed = [n for n, write in enumerate(writes) if not self._holds(write)]
        if failed:
            raise ConditionFailed(failed)
        for write in writes:
            self._apply(write)
        self.after("commit")

    def put_many(self, items: Iterable[Mapping[str, Any]]) -> None:
        self.before("put_many")
        for item in items:
            self._apply(self.put(item))
        self.after("put_many")

    def _holds(self, write: Write) -> bool:
        item, body = self._find(write.body["key"]), write.body
        if (body["if_absent"] and item is not None) or (body["if_exists"] and item is None):
            return False
        if not _equals(item or {}, body["if_equals"]):
            return False
        return all(
            _get(item or {}, n, least - 1) >= least for n, least in body["if_at_least"].items()
        )

    def _apply(self, write: Write) -> None:
        key, what = write.body["key"], write.body["what"]
        partition = self._partitions.setdefault(key.pk, {})
        if write.action == "ConditionCheck":
            return
        before = partition.get(key.sk)
        if write.action == "Put":
            partition[key.sk] = what
        elif write.action == "Delete":
            partition.pop(key.sk, None)
        elif write.action == "Update":
            partition[key.sk] = _updated(partition.get(key.sk, key._asdict()), what)
        self._stream.append((before, partition.get(key.sk)))


def _write(
    action: str,
    place: Mapping[str, Any],
    what: Mapping[str, Any],
    *,
    if_absent: bool = False,
    if_exists: bool = False,
    if_equals: Mapping[str, Any] | None = None,
    if_at_least: Mapping[str, int] | None = None,
) -> Write:
    body = {
        "key": Key(place["pk"], place["sk"]),
        "what": what,
        "if_absent": if_absent,
        "if_exists": if_exists,
        "if_equals": if_equals or {},
        "if_at_least": if_at_least or {},
    }
    return Write(action, body)


def _get(item: Mapping[str, Any], name: str, default: Any = None) -> Any:
    """The value at a dotted path."""
    found: Any = item
    for part in name.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return default
        found = found[part]
    return found


def _equals(item: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    return all(_get(item, name) == value for name, value in values.items())


def _updated(item: Item, what: Mapping[str, Any]) -> Item:
    new = dict(item)
    for name, value in what["assign"].items():
        _set(new, name, value)
    for name, number in what["add"].items():
        new[name] = new.get(name, 0) + number
    for name in what["remove"]:
        _set(new, name, None)
    return new


def _set(item: Item, name: str, value: Any) -> None:
    *path, last = name.split(".")
    for part in path:
        item[part] = dict(item[part])
        item = item[part]
    if value is None:
        item.pop(last, None)
    else:
        item[last] = value
