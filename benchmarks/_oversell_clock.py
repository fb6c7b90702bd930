"""Time, processes and chance of the simulator: what happens when, and what goes wrong.

Everything is decided by the seed. Time is simulated; each function has a clock of its own, which
is a little wrong; a process may die at any of its calls.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from benchmarks._memory_table import MemoryTable
from benchmarks._oversell_malls import Kind
from common.errors import Contended, Unavailable

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
# Half of what `orders.domain.watermark` and `stock.domain.listing` allow for.
SKEW = 2.4
AGAIN = 30.0


class Died(BaseException):
    """The process is gone at this call."""


class Overtaken(BaseException):
    """Never raised: stands for a rival between reading and writing."""


@dataclass(frozen=True)
class Policy:
    """How shops are kept up to date. every: seconds between pushes of the full quantity to all
    shops, 0 for as soon as something changes."""

    name: str
    mode: str
    every: float = 0.0


@dataclass(frozen=True)
class Broken:
    """Rules that are left out on purpose; the checks must notice."""

    name: str = ""
    waits_for_watermark: bool = True
    waits_for_answers: bool = True
    budgets_old: bool = True
    doubts_lost_answers: bool = True
    skew: float = SKEW


@dataclass(frozen=True)
class Scene:
    """What a run is like. buyers_every: seconds between two buyers of one shop, on average.
    trouble: how likely a call is lost, late or refused, a delivery repeated, a process killed."""

    kinds: Sequence[Kind]
    on_hand: tuple[int, int]
    buyers_every: float
    hours: float
    events: int | None = None
    trouble: float = 0.08
    cancelled: float = 0.08
    poll_every: float = 60.0
    reconcile_every: float = 900.0
    rebalance_every: float = 120.0


@dataclass
class Tally:
    """What came of a run. lost: units that buyers wanted, did not find, and were there. left: units
    that nobody bought. minutes: in which a listing showed 0 while another one had units."""

    oversold: int = 0
    shipped: int = 0
    sold: int = 0
    lost: int = 0
    left: int = 0
    pushes: int = 0
    minutes: float = 0.0
    events: int = 0
    orders: int = 0


@dataclass(order=True)
class Step:
    at: float
    n: int
    work: Callable[[], None] = field(compare=False)


class Clockwork:
    """Steps in order of time."""

    def __init__(self, seed: int, scene: Scene, policy: Policy, broken: Broken) -> None:
        # What buyers want is the same for every policy.
        self._wants = Random(f"{seed} buyers")
        self._luck = Random(f"{seed} {policy.name}")
        self._scene = scene
        self._policy = policy
        self._broken = broken
        self._steps: list[Step] = []
        self._n = 0
        self._moment = -1
        self._skews: dict[str, float] = {}
        self.t = 0.0
        self.tally = Tally()
        self.trace: list[str] = []
        self.table = MemoryTable()

    def _at(self, seconds: float, work: Callable[[], None]) -> None:
        self._n += 1
        heapq.heappush(self._steps, Step(self.t + seconds, self._n, work))

    @property
    def _true(self) -> datetime:
        return START + timedelta(seconds=self.t)

    def _clock(self, function: str) -> Callable[[], datetime]:
        def now() -> datetime:
            if function not in self._skews:
                self._skews[function] = self._luck.uniform(-self._broken.skew, self._broken.skew)
            return self._true + timedelta(seconds=self._skews[function])

        return now

    def _note(self, text: str) -> None:
        self.trace.append(f"{self.t:.3f} {text}")

    # -- processes

    def _job(self, name: str, work: Callable[[], None]) -> Callable[[], None]:
        """Work of a queue: it may die at any of its calls, and is done again later."""

        def run() -> None:
            self._disturb()
            try:
                work()
            except (Died, Contended, Unavailable) as error:
                self._note(f"{name} {type(error).__name__}")
                self._skews.pop(name, None)
                self._at(AGAIN * self._luck.uniform(0.5, 1.5), self._job(name, work))
            finally:
                self._moment = -1

        return run

    def _disturb(self) -> None:
        """The next job may die before or after one of its next calls, lose an answer, or find that
        another one was faster between its reading and its writing."""
        if self._luck.random() >= self._scene.trouble:
            return
        self._moment = self._luck.randrange(24)
        kind = self._luck.choice([Died, Died, Unavailable, Contended, Overtaken])

        def strike(operation: str, *, is_after: bool) -> None:
            self._moment -= 1
            is_early = not is_after and operation == "commit"
            if self._moment != 0 or (kind in (Contended, Overtaken) and not is_early):
                return
            if kind is Overtaken:
                self._overtake()
                return
            raise kind()

        self.table.before = lambda operation: strike(operation, is_after=False)
        self.table.after = lambda operation: strike(operation, is_after=True)

    def _overtake(self) -> None:
        """Somebody else writes now."""
        raise NotImplementedError
