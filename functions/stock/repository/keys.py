"""Keys of the stock table. The area's README has the same list in prose."""

from datetime import datetime

from common.dynamo import Key
from common.search import token_partition
from stock.domain.allocation import place

LEVEL = "LEVEL"
PRODUCTS = "PRODUCT"
SHORT_LIST = "LIST#SHORT"
JOB = "JOB"

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


def token(text: str, sku: str) -> Key:
    return Key(token_partition(text), f"{text}#{sku}")


def idempotency(key: str) -> Key:
    return Key(f"IDEM#{key}", "IDEM")


def job(import_id: str) -> Key:
    return Key(f"IMPORT#{import_id}", JOB)


def preview(import_id: str) -> Key:
    return Key(f"IMPORT#{import_id}", "PREVIEW")


def errors(import_id: str, chunk: int) -> Key:
    return Key(f"IMPORT#{import_id}", f"ERRORS#{chunk:05d}")


def is_level(key: Key) -> bool:
    return key.sk == LEVEL and key.pk.startswith(_LEVEL_PREFIX)


def is_product(key: Key) -> bool:
    return key.pk == PRODUCTS


def is_allocation(key: Key) -> bool:
    return key.pk.startswith(_ALLOCATION_PREFIX)
