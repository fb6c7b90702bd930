"""Time, processes and chance of the simulator: what happens when, and what goes wrong.

Everything is decided by the seed. Time is simulated; each function has a clock of its own, which
is a little wrong; a process may die at any of its calls. While a function waits for a mall the
world goes on: buyers buy, and other functions run.
"""

import heapq
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from benchmarks._memory_table import Hook, MemoryTable
from benchmarks._oversell_malls import Kind
from common.errors import Contended, Unavailable

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
# Half of what `orders.domain.watermark` and `stock.domain.listing` allow for.
SKEW = 2.4
AGAIN = 30.0
# So many functions wait for malls at a time; further ones begin when one of them is done.
MOST_AT_ONCE = 4


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
    tells_cancelled: bool = True
    counts_packs: bool = True
    skew: float = SKEW


@dataclass(frozen=True)
class Scene:
    """What a run is like. buyers_every: seconds between two buyers of one shop, on average.
    trouble: how likely a call is lost, late or refused, a delivery repeated, a process killed.
    unheard: how likely no webhook comes. edited: how likely somebody lowers a number in a mall by
    hand, after a buyer."""

    kinds: Sequence[Kind]
    on_hand: tuple[int, int]
    buyers_every: float
    hours: float
    events: int | None = None
    trouble: float = 0.08
    cancelled: float = 0.08
    unheard: float = 0.25
    edited: float = 0.01
    poll_every: float = 60.0
    reconcile_every: float = 900.0
    rebalance_every: float = 60.0


@dataclass
class Tally:
    """What came of a run. lost: units that buyers wanted, did not find, and were there. left: units
    that nobody bought. minutes: in which a listing showed 0 while another one had units. deaths:
    processes that were killed."""

    oversold: int = 0
    shipped: int = 0
    sold: int = 0
    lost: int = 0
    left: int = 0
    pushes: int = 0
    minutes: float = 0.0
    events: int = 0
    orders: int = 0
    deaths: int = 0


@dataclass(frozen=True)
class Job:
    """A run of a function."""

    run: Callable[[], None]

    def __call__(self) -> None:
        self.run()


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
        self._depth = 0
        self._skews: dict[str, float] = {}
        self.t = 0.0
        self.tally = Tally()
        self.trace: list[str] = []
        self.table = MemoryTable("stock")
        self.orders = MemoryTable("orders")

    def _at(self, seconds: float, work: Callable[[], None]) -> None:
        self._n += 1
        heapq.heappush(self._steps, Step(self.t + seconds, self._n, work))

    def _soon(self) -> float:
        """Seconds until what was told is heard: two or so, now and then many more."""
        is_late = self._luck.random() < self._scene.trouble * 2
        return self._luck.expovariate(1 / (20 if is_late else 2))

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

    # -- time

    @property
    def is_over(self) -> bool:
        """The events of the scene are used up, or its time."""
        events = self._scene.events
        return (events is not None and self.tally.events >= events) or (
            self.t >= self._scene.hours * 3600
        )

    def _live(self, until: float) -> None:
        """All that happens by then. Steps are checked one by one."""
        put_off: list[Step] = []
        while self._steps and self._steps[0].at <= until and not self.is_over:
            step = heapq.heappop(self._steps)
            if isinstance(step.work, Job) and self._depth >= MOST_AT_ONCE:
                put_off.append(step)
                continue
            self._pass_time(step.at)
            self.tally.events += 1
            step.work()
            self._after_step()
        for step in put_off:
            self._at(max(0.0, until - self.t), step.work)

    def meanwhile(self, seconds: float) -> None:
        """A function waits so long; the world goes on."""
        until = self.t + seconds
        if self.is_over:
            self._pass_time(until)
            return
        self._depth += 1
        try:
            self._live(until)
        finally:
            self._depth -= 1
        if self.t < until:
            self._pass_time(until)

    def _pass_time(self, at: float) -> None:
        raise NotImplementedError

    def _after_step(self) -> None:
        raise NotImplementedError

    # -- processes

    def _job(self, name: str, work: Callable[[], None]) -> Job:
        """Work of a queue: it may die at any of its calls, and is done again later."""

        def run() -> None:
            try:
                with self._disturbed():
                    work()
            except (Died, Contended, Unavailable) as error:
                self._note(f"{name} {type(error).__name__}")
                self.tally.deaths += isinstance(error, Died)
                self._skews.pop(name, None)
                self._at(AGAIN * self._luck.uniform(0.5, 1.5), self._job(name, work))

        return Job(run)

    @contextmanager
    def _disturbed(self) -> Iterator[None]:
        """What runs in here may die before or after one of its calls, lose an answer, or find that
        another one was faster between its reading and its writing."""
        tables = (self.table, self.orders)
        saved = [(table.before, table.after) for table in tables]
        before, after = self._hooks()
        for table in tables:
            table.before, table.after = before, after
        try:
            yield
        finally:
            for table, hooks in zip(tables, saved, strict=True):
                table.before, table.after = hooks

    def _hooks(self) -> tuple[Hook, Hook]:
        if self._luck.random() >= self._scene.trouble:
            return _calm, _calm
        moment = self._luck.randrange(24)
        kind = self._luck.choice([Died, Died, Unavailable, Contended, Overtaken])

        def strike(operation: str, *, is_after: bool) -> None:
            nonlocal moment
            moment -= 1
            is_early = not is_after and operation == "commit"
            if moment != 0 or (kind in (Contended, Overtaken) and not is_early):
                return
            if kind is Overtaken:
                self._overtake()
                return
            raise kind()

        return (
            lambda operation: strike(operation, is_after=False),
            lambda operation: strike(operation, is_after=True),
        )

    def _overtake(self) -> None:
        """Somebody else writes now."""
        raise NotImplementedError


def _calm(_operation: str) -> None:
    """No disturbance."""
