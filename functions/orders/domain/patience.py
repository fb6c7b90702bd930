"""When a mall is asked again that did not do what it was asked, and when somebody has to look."""

from datetime import timedelta

from common.channels.port import ChannelError

# Waiting for one's turn is no attempt: an evening's parcels and a flash sale's orders are more than
# a mall takes at once. But nobody waits longer than this.
LONGEST_WAIT = timedelta(days=1)
# What a mall has accepted is to be seen in the order within this.
LONGEST_PENDING = timedelta(hours=2)
FIRST_PAUSE = 30
LONGEST_PAUSE = 900


def next_try(attempts: int, error: ChannelError, first: int = FIRST_PAUSE) -> int:
    """Seconds until the try after `attempts` of them: as the mall says, else twice as long each
    time, from `first` on."""
    if error.retry_after is not None:
        return max(1, min(int(error.retry_after) + 1, LONGEST_PAUSE))
    return int(min(first << min(max(0, attempts - 1), 10), LONGEST_PAUSE))


def next_turn(waited: timedelta, error: ChannelError) -> int | None:
    """Seconds until a mall that takes no more calls is asked again; None when that went on for too
    long. Who waits longer asks more seldom: many may be waiting."""
    if waited >= LONGEST_WAIT:
        return None
    return max(next_try(1, error), _seldom(waited))


def next_look(waited: timedelta) -> int | None:
    """Seconds until the next look whether a mall did what it accepted; None when it has had its
    time."""
    return None if waited >= LONGEST_PENDING else max(FIRST_PAUSE, _seldom(waited))


def _seldom(waited: timedelta) -> int:
    return min(int(waited.total_seconds()) // 4, LONGEST_PAUSE)
