"""Keys of the stock table. The area's README has the same list in prose."""

from datetime import datetime

from common.clock import to_wire
from common.dynamo import Key
from common.search import token_partition
from stock.domain.allocation import place
from stock.domain.listing import Ref

LEVEL = "LEVEL"
PRODUCTS = "PRODUCT"
SHORT_LIST = "LIST#SHORT"
JOB = "JOB"
IMPORTS = "IMPORTS"
REORDERED = "REORDER"
LISTING_PREFIX = "LISTING#"
USE_PREFIX = "USED#"

_LEVEL_PREFIX = "SKU#"
_ALLOCATION_PREFIX = "ALLOC#"


def level(sku: str) -> Key:
    return Key(f"{_LEVEL_PREFIX}{sku}", LEVEL)


def product(sku: str) -> Key:
    return Key(PRODUCTS, sku)


def allocation(order_id: str) -> Key:
    return Key(f"{_ALLOCATION_PREFIX}{order_id}", "ALLOC")


def queue(sku: str) -> str:
    return f"WAIT#{sku}"


def wait(sku: str, ordered_at: datetime, order_id: str) -> Key:
    return Key(queue(sku), place(ordered_at, order_id))


def commit(commit_id: str) -> Key:
    return Key(f"COMMIT#{commit_id}", "COMMIT")


def ledger(sku: str) -> str:
    return f"MOVES#{sku}"


def move(sku: str, version: int) -> Key:
    return Key(ledger(sku), f"{version:012d}")


def short(sku: str) -> Key:
    return Key(SHORT_LIST, sku)


def reorder(sku: str) -> Key:
    return Key(REORDERED, sku)


def token(text: str, sku: str) -> Key:
    return Key(token_partition(text), f"{text}#{sku}")


def idempotency(key: str) -> Key:
    return Key(f"IDEM#{key}", "IDEM")


def job(import_id: str) -> Key:
    return Key(f"IMPORT#{import_id}", JOB)


def import_row(import_id: str) -> Key:
    """A row of the list of imports; ids are in order of time."""
    return Key(IMPORTS, import_id)


def preview(import_id: str) -> Key:
    return Key(f"IMPORT#{import_id}", "PREVIEW")


def errors(import_id: str, chunk: int) -> Key:
    return Key(f"IMPORT#{import_id}", f"ERRORS#{chunk:05d}")


def sku(sku: str) -> str:
    """The partition of a SKU: its level, its listings, and the listings that take it in a set."""
    return f"{_LEVEL_PREFIX}{sku}"


def listing(ref: Ref) -> Key:
    return Key(sku(ref.sku), f"{LISTING_PREFIX}{ref.shop_id}#{ref.id}")


def listing_past(ref: Ref) -> Key:
    """What one of a listing took that was let go of: orders of it may still be on their way."""
    return Key(sku(ref.sku), f"SOLD#{ref.shop_id}#{ref.id}")


def listing_use(component: str, ref: Ref) -> Key:
    """A pointer to a listing of a set that takes this SKU."""
    return Key(sku(component), f"{USE_PREFIX}{ref.shop_id}#{ref.id}")


def listings_of(shop_id: str) -> str:
    return f"LISTING#{shop_id}"


def listing_code(shop_id: str, code: str) -> Key:
    return Key(listings_of(shop_id), code)


def settling_of(shop_id: str) -> str:
    return f"SETTLING#{shop_id}"


def settling(ref: Ref, at: datetime) -> Key:
    return Key(settling_of(ref.shop_id), f"{to_wire(at)}#{ref.id}")


def doubts_of(shop_id: str) -> str:
    return f"DOUBT#{shop_id}"


def doubt(ref: Ref, until: datetime) -> Key:
    return Key(doubts_of(ref.shop_id), f"{to_wire(until)}#{ref.id}")


def watermark(shop_id: str) -> Key:
    return Key(f"WATERMARK#{shop_id}", "WATERMARK")


def is_level(key: Key) -> bool:
    return key.sk == LEVEL and key.pk.startswith(_LEVEL_PREFIX)


def is_listing_code(key: Key) -> bool:
    return key.pk.startswith(LISTING_PREFIX)


def is_product(key: Key) -> bool:
    return key.pk == PRODUCTS


def is_allocation(key: Key) -> bool:
    return key.pk.startswith(_ALLOCATION_PREFIX)
