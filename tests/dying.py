"""Processes that die, and answers that get lost, at any moment of the calls our code makes.

deaths = Deaths("dynamodb", "sqs")
ends = survive(deaths, world, work)
assert ends == [ends[-1]] * len(ends)
"""

from collections.abc import Callable
from itertools import count
from typing import Any

from botocore.exceptions import ConnectionClosedError

from common.aws import client


class Died(BaseException):
    """The process is gone: no handler of ours may catch it."""


def connection_lost() -> BaseException:
    """What a client sees when the other side hangs up; the call may have had its effect."""
    return ConnectionClosedError(endpoint_url="https://lost.example")


class Deaths:
    """Raises `kind()` at the n-th moment of the clients that our code uses. A call has two
    moments: before it arrives, and before its answer does."""

    def __init__(self, *services: str, kind: Callable[[], BaseException] = Died) -> None:
        self._services = services
        self._left = -1
        self._kind = kind
        self.happened = False

    def at(self, moment: int) -> None:
        """The next death: after `moment` moments, counted from 0. The clients are those of now, so
        a world may begin with `cold_start.forget()`, as a new process does."""
        for service in self._services:
            events = client(service).meta.events
            for call in ("before-call", "after-call"):
                events.register(f"{call}.{service}", self._pass, unique_id=f"{call}-{id(self)}")
        self._left = moment
        self.happened = False

    def never(self) -> None:
        """No more deaths."""
        self._left = -1

    def _pass(self, **_: Any) -> None:
        if self._left == 0:
            self._left = -1
            self.happened = True
            raise self._kind()
        self._left = max(self._left - 1, -1)


def survive(deaths: Deaths, world: Callable[[], object], work: Callable[[], Any]) -> list[Any]:
    """Disturb `work` at each of its moments, each in a new world, and do it again if need be.

    world: makes a new world and returns a function that looks at it. work: returns False when it
    was not taken and is to be delivered again. The answer is what the looks saw, the last one of
    a world without any disturbance.
    """
    seen = []
    for moment in count():
        look: Any = world()
        deaths.at(moment)
        is_taken = _try(work)
        if not deaths.happened:
            deaths.never()
            assert is_taken, "refused without any disturbance"
            return [*seen, look()]
        if not is_taken:
            assert _try(work), f"refused after the disturbance at moment {moment}"
        seen.append(look())
    raise AssertionError


def _try(work: Callable[[], Any]) -> bool:
    try:
        return work() is not False
    except Died:
        return False
