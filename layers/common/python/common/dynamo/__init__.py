"""DynamoDB with plain dictionaries: keys, conditions, transactions, page tokens.

Repositories are the only callers. Numbers come back as int (this project stores no fractions but
in text), sets are not used. There is no scan.
"""

from common.dynamo.calls import TRANSACTION_LIMIT, ConditionFailed, Write
from common.dynamo.table import Table
from common.dynamo.wire import Item, Key, Page, from_wire, make_token, to_wire

__all__ = [
    "TRANSACTION_LIMIT",
    "ConditionFailed",
    "Item",
    "Key",
    "Page",
    "Table",
    "Write",
    "from_wire",
    "make_token",
    "to_wire",
]
