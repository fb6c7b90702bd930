"""A mall and our stock side by side, moved step by step: what must hold after each of them.

The mall decrements what it shows at each sale, restocks at each cancellation, and does what it is
asked now, late, or never. Stock is the pure rules: plan, exposure, listing.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from stock.domain import exposure, listing
from stock.domain.allocation import Allocation, OrderDemand, Sold
from stock.domain.exposure import NoBudget
from stock.domain.level import LastChange, Level, LevelMove, Reason, set_level
from stock.domain.listing import SEND_WITHIN, Listing, MallRules, Outcome, State
from stock.domain.plan import Stamp, plan
from tests.stock.builders import NOON

CHANGE = LastChange("change", Reason.EXPOSE, NOON)
LONGEST = timedelta(seconds=60)


@dataclass(frozen=True)
class Rules:
    """Rules that may be broken on purpose, to see that they are needed."""

    waits_for_watermark: bool = True
    waits_for_answers: bool = True
    budgets_old: bool = True
    doubts_lost_answers: bool = True
    waits_for_late_requests: bool = True
    keeps_returned: bool = True


@dataclass
class Sale:
    """One listing sold once. imported: what stock knows: nothing, the sale, its cancellation."""

    id: str
    at: datetime
    is_cancelled: bool = False
    imported: str = ""


@dataclass
class Request:
    """On its way to the mall. until: it arrives before that or not at all, None: undecided."""

    quantity: int
    expected: int | None
    until: datetime | None = None
    is_applied: bool = False
    observed: int | None = None


@dataclass
class Mall:
    """One shop with one listing of ours."""

    stored: Listing
    has_cas: bool
    shown: int = 0
    sales: list[Sale] = field(default_factory=list)
    request: Request | None = None
    late: list[Request] = field(default_factory=list)

    @property
    def rules(self) -> MallRules:
        return MallRules(has_cas=self.has_cas, longest_request=LONGEST)

    @property
    def step(self) -> int:
        return self.stored.units["TEA"]

    def apply(self, request: Request) -> None:
        request.is_applied = True
        request.observed = self.shown
        if request.expected is None or request.expected == self.shown:
            self.shown = request.quantity
        else:
            request.is_applied = False
            request.until = NOON

    @property
    def open_requests(self) -> list[Request]:
        mine = [self.request] if self.request else []
        return [one for one in [*mine, *self.late] if not one.is_applied]


class World:
    """Stock of one SKU, sold in several malls as single units or in pairs."""

    def __init__(self, on_hand: int = 12, rules: Rules | None = None) -> None:
        self.now = NOON
        self.rules = rules or Rules()
        self.malls = [
            Mall(Listing(f"shop-{n}", "tea", "TEA", {"TEA": step}), has_cas)
            for n, (step, has_cas) in enumerate([(1, False), (2, False), (1, True)])
        ]
        ids = [mall.stored.id for mall in self.malls]
        self.level = Level(
            "TEA",
            on_hand=on_hand,
            version=1,
            mode="strict",
            is_strict=True,
            exposures=dict.fromkeys(ids, 0),
        )
        self.allocations: dict[str, Allocation] = {}
        # Units that were lost or set by hand, for which nobody can vouch.
        self.excused = 0
        # A unit that came back was sold again, and we heard of the second sale first: a debt on
        # paper, until the next publish of that listing is settled.
        self.has_paper_debt = False
        self._count = 0

    # -- the malls

    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        for mall in self.malls:
            mall.late = [r for r in mall.late if r.until is None or r.until >= self.now]

    def buy(self, n: int) -> None:
        mall = self.malls[n]
        if mall.shown > 0:
            mall.shown -= 1
            self._count += 1
            mall.sales.append(Sale(f"o{self._count}", self.now))

    def cancel(self, n: int, which: int) -> None:
        """The mall cancels an order and puts it on sale again."""
        mall = self.malls[n]
        active = [sale for sale in mall.sales if not sale.is_cancelled]
        if active:
            active[which % len(active)].is_cancelled = True
            mall.shown += 1

    def edit(self, n: int, more: int) -> None:
        """Somebody sets a quantity by hand, and a read-back finds it before anything is sold."""
        mall = self.malls[n]
        mine = mall.stored
        # Orders that were cancelled there and not here yet explain some of what is shown.
        pending = sum(s.is_cancelled and s.imported == "sale" for s in mall.sales)
        most = exposure.most_shown(self.level, mine) + pending
        if listing.is_telling(mine, most + more, self.now, mall.rules):
            mall.shown = most + more
            self.observe(n)
            self.excused += mall.shown * mall.step

    # -- stock

    def import_order(self, n: int, which: int) -> None:
        mall = self.malls[n]
        news = [s for s in mall.sales if s.imported != ("cancel" if s.is_cancelled else "sale")]
        if not news:
            return
        sale = news[which % len(news)]
        one = mall.stored
        sold = Sold(0, mall.step) if sale.is_cancelled else Sold(mall.step)
        version = 1 if not sale.imported else 2
        sale.imported = "cancel" if sale.is_cancelled else "sale"
        is_beyond = not sale.is_cancelled and self.level.exposures[one.id] < mall.step
        if is_beyond and any(s.is_cancelled and s.imported == "sale" for s in mall.sales):
            self.has_paper_debt = True
        demand = {} if sale.is_cancelled else {"TEA": mall.step}
        order = OrderDemand(sale.id, one.shop_id, version, sale.at, demand, {"TEA": {one.id: sold}})
        made = plan({"TEA": self.level}, self.allocations, [order], Stamp("commit", self.now))
        for move in made.levels:
            self._write(move)
        for change in made.allocations:
            self.allocations[sale.id] = change.after
        if not self.rules.keeps_returned:
            self.level = replace(self.level, returned={})

    def begin(self, n: int, quantity: int, seen: int) -> None:
        mall = self.malls[n]
        one = mall.stored
        if mall.request and one.state is State.SENT and one.may_be_late(self.now, mall.rules):
            return
        if self.rules.waits_for_late_requests and one.may_be_late(self.now, mall.rules):
            return
        expected = max(0, mall.shown - seen) if mall.has_cas and one.known is not None else None
        budget = expected if self.rules.budgets_old or expected is not None else None
        if not self.rules.budgets_old and expected is None:
            # As if the mall could not have sold anything that did not reach us.
            budget = exposure.most_shown(self.level, one)
        try:
            move = exposure.begin(self.level, one, quantity, budget, CHANGE)
        except NoBudget:
            return
        self._write(move)
        if mall.request and not self.rules.waits_for_late_requests:
            mall.late.append(replace(mall.request, until=self.now))
        mall.request = Request(quantity, expected)
        mall.stored = listing.begun(
            one,
            quantity,
            expected=expected,
            charged=exposure.growth(quantity, budget),
            key=f"{n}-{self.now}",
            now=self.now,
            basis={},
            speed=0,
        )

    def arrive(self, n: int) -> None:
        """The request reaches the mall, in time or late."""
        mall = self.malls[n]
        for request in mall.open_requests:
            if request.until is None or request.until >= self.now:
                mall.apply(request)
                return

    def answer(self, n: int) -> None:
        """What the mall said reaches us; of a request that never arrives, that it was refused."""
        mall = self.malls[n]
        if mall.request is None or mall.stored.state is not State.SENT:
            return
        request = mall.request
        if request.is_applied:
            self._settle(mall, Outcome.APPLIED)
        elif request.observed is not None:
            self._settle(mall, Outcome.STALE, request.observed)
        else:
            self._settle(mall, Outcome.REFUSED)
        mall.request = None

    def lose(self, n: int) -> None:
        """The answer is lost; the request may still arrive."""
        mall = self.malls[n]
        if mall.request is None or mall.stored.state is not State.SENT:
            return
        if self.rules.doubts_lost_answers:
            self._settle(mall, Outcome.UNKNOWN)
        else:
            self._settle(mall, Outcome.APPLIED)
        if not mall.request.is_applied:
            mall.late.append(replace(mall.request, until=self.now + LONGEST))
        mall.request = None

    def die(self, n: int) -> None:
        """Nobody waits for the answer any more, and nobody knows."""
        mall = self.malls[n]
        if mall.request is not None and mall.stored.state is State.SENT:
            sent = mall.stored.sent_at or self.now
            if not mall.request.is_applied:
                mall.late.append(replace(mall.request, until=sent + SEND_WITHIN + LONGEST))
            mall.request = None

    def _settle(self, mall: Mall, outcome: Outcome, observed: int | None = None) -> None:
        one = mall.stored
        back = 0
        if outcome in (Outcome.REFUSED, Outcome.STALE):
            back = one.charged
        elif outcome is Outcome.APPLIED and one.expected is not None:
            back = max(0, one.expected - (one.quantity or 0))
        self._write(exposure.take_back(self.level, one, back, CHANGE))
        mall.stored = listing.settled(one, outcome, self.now, mall.rules, observed=observed)

    def watermark(self, n: int) -> None:
        """The newest moment before which every sale is charged."""
        mall = self.malls[n]
        unseen = [sale.at for sale in mall.sales if not sale.imported]
        if not self.rules.waits_for_answers:
            # One order was imported, and stock has not heard of it.
            unseen = unseen[1:]
        mark = min(unseen, default=self.now)
        one = mall.stored
        is_due = listing.is_passed(one, mark) or (
            not self.rules.waits_for_watermark and one.state is State.SETTLING
        )
        if is_due:
            self._write(exposure.release(self.level, one, one.known or 0, CHANGE))
            mall.stored = listing.released(one)

    def observe(self, n: int) -> None:
        mall = self.malls[n]
        one, quantity = mall.stored, mall.shown
        if not listing.is_telling(one, quantity, self.now, mall.rules):
            return
        drift = quantity - exposure.most_shown(self.level, one)
        if drift > 0:
            self._write(exposure.observe(self.level, one, quantity, CHANGE))
            self.excused += quantity * mall.step
        mall.stored = listing.observed(
            one,
            quantity,
            self.now,
            drift=drift if drift > 0 else None,
            basis={},
            returned={},
            waits=True,
        )
        mall.request = None

    def count(self, on_hand: int) -> None:
        """Units are lost or found in the storehouse."""
        self.excused += max(0, self.level.on_hand - on_hand)
        self._write(set_level(self.level, CHANGE, on_hand=on_hand, safety=self.level.safety))

    def _write(self, move: LevelMove | None) -> None:
        if move is None:
            return
        now, guard = self.level, move.guard
        assert guard.version is None or guard.version == now.version
        assert guard.pool is None or now.pool >= guard.pool
        assert all(now.exposures.get(one, -1) >= least for one, least in guard.exposures.items())
        assert all(now.exposures.get(one) == number for one, number in guard.exposed.items())
        self.level = move.after

    # -- what must hold

    def check(self) -> None:
        level = self.level
        assert min(level.exposures.values()) >= 0
        assert level.pool + level.exposed == level.free
        if level.pool >= 0:
            self.has_paper_debt = False
        elif not self.excused and not self.has_paper_debt:
            raise AssertionError("more is exposed than is free")
        for mall in self.malls:
            self._check_cover(mall)
        sold = sum(mall.step for mall in self.malls for sale in mall.sales if not sale.is_cancelled)
        assert sold <= level.on_hand + self.excused, f"{sold} sold, {level.on_hand} on hand"

    def _check_cover(self, mall: Mall) -> None:
        """The exposure covers the worst that can still happen."""
        unseen = sum(not sale.imported and not sale.is_cancelled for sale in mall.sales)
        coming_back = sum(sale.is_cancelled and sale.imported == "sale" for sale in mall.sales)
        possible = [mall.shown]
        for request in mall.open_requests:
            is_over = request.until is not None and request.until < self.now
            if not is_over and request.expected in (None, mall.shown):
                possible.append(request.quantity)
        exposed = self.level.exposures[mall.stored.id]
        assert mall.step * (unseen + max(possible) - coming_back) <= exposed, (
            f"{mall.stored.shop_id}: {unseen} unseen, {possible} possible, {coming_back} coming "
            f"back, {exposed} exposed"
        )
