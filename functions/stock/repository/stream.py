"""Records of the table's stream → domain changes."""

from common.clock import from_wire
from common.consumer import Change
from common.dynamo import Key
from stock.domain.allocation import AllocationChange
from stock.domain.level import Guard, Level, LevelMove
from stock.domain.telling import ListingChange, ProductChange, StoredChange
from stock.repository import items, keys


def stored_change(change: Change) -> StoredChange | None:
    """What a record says, None for items that concern nobody else and for deletions."""
    before, after = change.before, change.after
    if after is None:
        return None
    key = Key(after["pk"], after["sk"])
    if keys.is_level(key):
        return level_move(change)
    if keys.is_allocation(key):
        old = items.allocation_of(before) if before else None
        return AllocationChange(old, items.allocation_of(after))
    if keys.is_product(key):
        return ProductChange(items.product_of(after))
    if keys.is_listing_code(key) and before is None and "at" in after:
        shop_id = key.pk.removeprefix(keys.LISTING_PREFIX)
        return ListingChange(shop_id, key.sk, after["sku"], from_wire(after["at"]))
    return None


def level_move(change: Change) -> LevelMove | None:
    """The change of a level, None for any other record. A new level changes from zero."""
    if change.after is None or not keys.is_level(Key(change.after["pk"], change.after["sk"])):
        return None
    after = items.level_of(change.after)
    before = items.level_of(change.before) if change.before else Level(after.sku)
    return LevelMove(before, after, Guard(before.version))
