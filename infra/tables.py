"""The DynamoDB tables as plain data, without any CDK import.

`infra/data.py` builds the real tables from this, and the fixtures in `tests/conftest.py` build
the fake ones, so a test can never run against an index that production does not have.

Every table has the string keys `pk` and `sk`, is billed on demand, and forgets items by the
attribute `expires_at` (epoch seconds). Keys of the items themselves are documented in the README
of the area that owns the table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

PARTITION_KEY = "pk"
SORT_KEY = "sk"
TTL_ATTRIBUTE = "expires_at"


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table.

    `gsis` maps an index name to its (partition key, sort key) attributes, both strings; every
    index projects all attributes. `stream` turns on NEW_AND_OLD_IMAGES.
    """

    gsis: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    stream: bool = False


TABLES: Mapping[str, TableSpec] = {
    "orders": TableSpec(stream=True),
    "stock": TableSpec(stream=True),
    "mail": TableSpec(
        gsis={"by_state": ("state", "created_at"), "by_order": ("order_id", "created_at")},
        stream=True,
    ),
    "settings": TableSpec(),
    # No area's own: what all functions that call malls share (common.rates, common.vault).
    "calls": TableSpec(),
}
