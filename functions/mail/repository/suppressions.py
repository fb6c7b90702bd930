"""Addresses that must not be written to.

pk=SUPPRESS#<sha256 of the address> sk=SUPPRESS; without an end, because the address stays bad.
"""

from datetime import datetime

from common.clock import to_wire
from common.dynamo import ConditionFailed, Key, Table
from mail.domain.address import address_digest


class DynamoSuppressions:
    """Suppressions port on DynamoDB."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, address: str, why: str, job_id: str, now: datetime) -> None:
        """Suppress an address; the first reason stays."""
        key = _key(address)
        item = {"pk": key.pk, "sk": key.sk, "why": why, "job": job_id, "at": to_wire(now)}
        try:
            self._table.commit(self._table.put(item, if_absent=True))
        except ConditionFailed:
            return

    def why(self, address: str) -> str | None:
        """`bounce` or `complaint` for a suppressed address."""
        item = self._table.get(*_key(address))
        return str(item["why"]) if item else None


def _key(address: str) -> Key:
    return Key(f"SUPPRESS#{address_digest(address)}", "SUPPRESS")
