"""How often a mall lets its operations be asked."""

from datetime import datetime, timedelta
from http import HTTPStatus

from malls.http_server import Refused


class Quota:
    """Token buckets by operation. Not safe to use from several threads at once."""

    def __init__(self) -> None:
        self._full_at: dict[str, datetime] = {}

    def take(self, operation: str, rate: float, burst: int, now: datetime) -> None:
        """Raises Refused (429) above `rate` calls a second, of which `burst` may come at once."""
        interval = timedelta(seconds=1 / rate)
        full_at = max(self._full_at.get(operation, now), now) + interval
        if full_at - now > interval * burst:
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, operation)
        self._full_at[operation] = full_at
