"""Time: aware UTC inside, ISO 8601 with milliseconds on the wire, Asia/Tokyo at the edges."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

Clock = Callable[[], datetime]

# Japan has had no daylight saving time since 1951, so a fixed offset is exact and needs no tzdata.
JST = timezone(timedelta(hours=9), "JST")


def utc_now() -> datetime:
    """The system clock, aware UTC."""
    return datetime.now(UTC)


def to_wire(at: datetime) -> str:
    """`2026-11-21T12:00:00.000Z`: fixed width, so that text order is time order.

    Raises ValueError for a naive datetime.
    """
    if at.tzinfo is None:
        raise ValueError("naive datetime")
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_wire(text: str) -> datetime:
    """Any ISO 8601 instant with an offset → aware UTC. Raises ValueError for one without,
    and for what is no instant."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"no offset in {text!r}")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"no time on any calendar: {text!r}") from None


def jst_date(at: datetime) -> date:
    """The calendar day in Japan at that instant."""
    return at.astimezone(JST).date()
