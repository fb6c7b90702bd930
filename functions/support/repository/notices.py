"""What somebody was told about credentials, so that it is told once.

told  pk=CREDENTIALS  sk=<shop id>#<key>
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from common.clock import to_wire
from common.dynamo import ConditionFailed, Key, Table
from support.domain.credential_clock import Notice

# Until everything that a notice can be about is long over.
_KEPT = timedelta(days=400)


def _key(notice: Notice) -> Key:
    return Key("CREDENTIALS", f"{notice.shop_id}#{notice.key}")


class DynamoNotices:
    """Notices port on DynamoDB."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def untold(self, notices: Sequence[Notice]) -> list[Notice]:
        """Those that nobody was told of."""
        told = self._table.get_many(_key(notice) for notice in notices)
        return [notice for notice in notices if _key(notice) not in told]

    def told(self, notice: Notice, now: datetime) -> None:
        """Remember that somebody was told."""
        key = _key(notice)
        item = {
            "pk": key.pk,
            "sk": key.sk,
            "at": to_wire(now),
            "days_left": notice.days_left,
            "expires_at": int((now + _KEPT).timestamp()),
        }
        try:
            self._table.commit(self._table.put(item, if_absent=True))
        except ConditionFailed:
            return
