"""Parts of transactions that several repositories use."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from common.dynamo import Table, Write
from common.errors import Invalid
from stock.domain.level import LevelMove
from stock.domain.once import Once
from stock.domain.product import Product, search_tokens
from stock.repository import items, keys

KEY_LIFE = timedelta(hours=24)


def level_writes(table: Table, move: LevelMove) -> Iterator[Write]:
    """The level, and its place in the list of short SKUs when that changes.

    The list is kept in the same transaction, not from the stream: it can never disagree with the
    counters, and costs a write only when a SKU turns short or sufficient.
    """
    if move.before.version == 0:
        yield table.put(items.level_item(move.after), if_absent=True)
    elif move.guard.version is not None:
        unchanged = {"version": move.guard.version}
        yield table.put(items.level_item(move.after), if_equals=unchanged)
    else:
        yield _add_to_level(table, move)
    if move.turns_short:
        yield table.put({**keys.short(move.sku)._asdict(), "sku": move.sku})
    elif move.turns_sufficient:
        yield table.delete(keys.short(move.sku))


def _add_to_level(table: Table, move: LevelMove) -> Write:
    before, after, guard = move.before, move.after, move.guard
    units = {
        "on_hand": after.on_hand - before.on_hand,
        "allocated": after.allocated - before.allocated,
        "available": after.available - before.available,
        "waiting": after.waiting - before.waiting,
        "pool": after.pool - before.pool,
        "version": 1,
        **_added(items.EXPOSURE, before.exposures, after.exposures),
        **_added(items.RETURNED, before.returned, after.returned),
        **_added(items.SOLD, before.sold, after.sold),
    }
    least = {"available": guard.available, "waiting": guard.waiting, "pool": guard.pool}
    exactly: dict[str, int | None] = {"waiting": 0} if guard.nobody_waits else {}
    return table.update(
        keys.level(move.sku),
        assign={"last_change": items.change_map(after.last_change)} if after.last_change else None,
        add={name: number for name, number in units.items() if number},
        remove=[items.RETURNED + one for one in before.returned if one not in after.returned],
        if_equals=exactly
        | {items.EXPOSURE + one: number for one, number in guard.exposed.items()}
        | {items.RETURNED + one: number for one, number in guard.returned.items()},
        if_at_least={name: number for name, number in least.items() if number is not None}
        | {items.EXPOSURE + one: number for one, number in guard.exposures.items()},
    )


def _added(prefix: str, before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    return {prefix + one: units - before.get(one, 0) for one, units in after.items()}


def product_writes(table: Table, before: Product | None, after: Product) -> Iterator[Write]:
    """The product and the tokens a search finds it by."""
    if before is None:
        yield table.put(items.product_item(after), if_absent=True)
    else:
        # A set that takes it as a part meanwhile, or a listing, leaves the version alone.
        names = ("version", "used_in", "mapped")
        unchanged = {name: getattr(before, name) for name in names}
        yield table.put(items.product_item(after), if_equals=unchanged)
    # The daily proposal reads this list, not the whole catalogue.
    if after.reorder_point:
        yield table.put({**keys.reorder(after.sku)._asdict()})
    elif before is not None and before.reorder_point:
        yield table.delete(keys.reorder(after.sku))
    old = set(search_tokens(before)) if before else set()
    new = set(search_tokens(after))
    for text in sorted(new - old):
        yield table.put({**keys.token(text, after.sku)._asdict(), "sku": after.sku, "token": text})
    for text in sorted(old - new):
        yield table.delete(keys.token(text, after.sku))


def part_writes(table: Table, changes: Iterable[tuple[Product | None, Product]]) -> Iterator[Write]:
    """The products that these changes, (before, after), make parts of sets or no parts any more.

    Each counts the sets it is in. A commit fails when one of them became a set meanwhile, and a
    product that others use is not made a set: so none is ever made of sets.
    """
    uses: Counter[str] = Counter()
    for before, after in changes:
        uses.update(after.components.keys())
        uses.subtract(before.components.keys() if before else ())
    for sku, change in sorted(uses.items()):
        if change:
            is_plain = {"components": None} if change > 0 else None
            yield table.update(
                keys.product(sku), add={"used_in": change}, if_exists=True, if_equals=is_plain
            )


def mapped_write(table: Table, product: Product) -> Write:
    """A listing takes what the product is made of. A commit fails when that changed meanwhile, and
    so does a change of it that did not see the listing."""
    unchanged = {"version": product.version}
    return table.update(keys.product(product.sku), add={"mapped": 1}, if_equals=unchanged)


def once_write(table: Table, once: Once, answer: Mapping[str, Any], now: datetime) -> Write:
    """Remember the answer to an idempotency key. Fails when the key was used meanwhile."""
    item = {
        **keys.idempotency(once.key)._asdict(),
        "request": dict(once.request),
        "answer": dict(answer),
        "expires_at": int((now + KEY_LIFE).timestamp()),
    }
    return table.put(item, if_absent=True)


def earlier_answer(table: Table, once: Once) -> dict[str, Any] | None:
    """The answer the key got before, None for a new key. Raises Invalid when the key was used
    for another request."""
    found = table.get(*keys.idempotency(once.key))
    if found is None:
        return None
    if found["request"] != dict(once.request):
        raise Invalid("This Idempotency-Key was used for another request.")
    answer: dict[str, Any] = found["answer"]
    return answer
