"""Which change of a stored job is to be told to the senders."""

from mail.domain.job import State


def became_queued(before: str | None, after: str | None) -> bool:
    """True when a job waits that did not before. Not when a sender put it back: the message it
    worked on comes back by itself, and a second one would double with every throttling."""
    return after == State.QUEUED and before not in (State.QUEUED, State.SENDING)
