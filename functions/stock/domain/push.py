"""Which listing is to show what next. Pure; whether it may is decided again when it is sent."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from stock.domain.apportion import Seat, everywhere, least, shares, speed
from stock.domain.exposure import growth, most_shown
from stock.domain.level import Level
from stock.domain.listing import Listing, MallRules, State

# Smaller numbers go out first.
LOWER, LAST_UNITS, RAISE = 0, 1, 2
_FEW = 3
# After this a listing whose answer was lost is published again without having been read back.
READ_BACK_WITHIN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Push:
    """A quantity for a listing. expected: what the mall must show now (it compares), None when it
    does not. priority: smaller first. send_by: when it has begun, the request must leave before."""

    listing: Listing
    quantity: int
    expected: int | None = None
    priority: int = RAISE
    send_by: datetime | None = None

    @property
    def key(self) -> str:
        """The same at every try; "" until it has begun."""
        return self.listing.push_key


def shown(listing: Listing, levels: Mapping[str, Level]) -> int | None:
    """What the mall shows as far as we know: what it certainly showed, less the sales and plus the
    cancellations charged since the publish. A guess, only for what is worth doing; None when
    nothing is known."""
    if listing.known is None:
        return None
    sku = min(strict_skus(listing, levels) or listing.units)
    level, step = levels[sku], listing.units[sku]
    sold = level.sold.get(listing.id, 0) - listing.basis.get(sku, 0)
    returned = level.returned.get(listing.id, 0) - listing.returned_basis.get(sku, 0)
    guess = listing.known + (returned - sold) // step
    # Below 0 only where the mall goes on selling without units.
    guess = guess if listing.known < 0 else max(0, guess)
    return min(guess, most_shown(level, listing)) if level.is_strict else guess


def speed_of(listing: Listing, levels: Mapping[str, Level], now: datetime) -> int:
    """Thousandths of units a day that the listing sells lately."""
    sku = min(listing.units)
    sold = levels[sku].sold.get(listing.id, 0) - listing.speed_basis
    return speed(listing.speed, listing.speed_at, sold // listing.units[sku], now)


def strict_skus(listing: Listing, levels: Mapping[str, Level]) -> list[str]:
    """The SKUs of a listing for which exposures are kept."""
    return [sku for sku in listing.units if levels[sku].is_strict]


def targets(
    levels: Mapping[str, Level],
    listings: Sequence[Listing],
    rules: Callable[[str], MallRules],
    now: datetime,
) -> dict[str, int]:
    """What each listing should show in the end, by listing id."""
    found: dict[str, dict[str, int]] = {listing.id: {} for listing in listings}
    for sku, level in levels.items():
        takers = [listing for listing in listings if sku in listing.units]
        if not level.is_strict:
            for one in takers:
                found[one.id][sku] = everywhere(level.free, one.units[sku])
            continue
        moving = [one for one in takers if _takes_part(one, rules)]
        ids = {one.id for one in moving}
        held = sum(units for one, units in level.exposures.items() if one not in ids)
        seats = [_seat(one, sku, levels, rules(one.shop_id), now) for one in moving]
        given = shares(level.free - held, seats) if seats else {}
        for one in takers:
            found[one.id][sku] = given.get(one.id, 0 if one.is_retired else most_shown(level, one))
    return {one.id: 0 if one.is_retired else least(found[one.id]) for one in listings}


def _seat(
    one: Listing, sku: str, levels: Mapping[str, Level], rules: MallRules, now: datetime
) -> Seat:
    return Seat(one.id, one.units[sku], speed_of(one, levels, now), has_cas=rules.has_cas)


def _takes_part(listing: Listing, rules: Callable[[str], MallRules]) -> bool:
    return not listing.is_retired and not listing.fault and rules(listing.shop_id).is_open


def pushes(
    levels: Mapping[str, Level],
    listings: Sequence[Listing],
    rules: Callable[[str], MallRules],
    now: datetime,
    *,
    moves_units: bool = False,
    forced: Container[str] = (),
) -> list[Push]:
    """What is to be sent now, the most urgent first.

    listings: all that take any of the levels. moves_units: also take units from shops that have
    more than their share for those that show 0, although they show 0 themselves for a while.
    forced: ids of listings that are sent their number even if it is not worth it.
    """
    known = [one for one in listings if all(sku in levels for sku in one.units)]
    wanted = targets(levels, known, rules, now)
    found = [
        push
        for one in known
        if not strict_skus(one, levels)
        and (push := _shared(one, wanted[one.id], rules(one.shop_id), forced)) is not None
    ]
    strict = [one for one in known if strict_skus(one, levels)]
    if strict:
        found += _Strict(levels, strict, wanted, rules, now, forced).run(moves_units=moves_units)
    return sorted(found, key=lambda push: (push.priority, push.listing.id))


def _shared(listing: Listing, target: int, rules: MallRules, forced: Container[str]) -> Push | None:
    is_done = listing.quantity == target and listing.state is not State.UNKNOWN
    is_done = is_done and listing.id not in forced
    is_refused = bool(listing.fault) and listing.id not in forced
    if is_done or is_refused or listing.state is State.SENT or not rules.is_open:
        return None
    return Push(listing, target, None, _priority(target, listing.quantity))


def _priority(target: int, before: int | None) -> int:
    if before is not None and target < before:
        return LOWER
    return LAST_UNITS if target <= _FEW else RAISE


class _Strict:
    """One decision about all listings whose exposures are kept."""

    def __init__(
        self,
        levels: Mapping[str, Level],
        listings: Sequence[Listing],
        wanted: Mapping[str, int],
        rules: Callable[[str], MallRules],
        now: datetime,
        forced: Container[str],
    ) -> None:
        self._levels = levels
        self._forced = forced
        self._listings = sorted(listings, key=lambda one: (-speed_of(one, levels, now), one.id))
        self._wanted = wanted
        self._rules = rules
        self._now = now
        self._pools = {sku: level.pool for sku, level in levels.items() if level.is_strict}
        self._found: dict[str, Push] = {}

    def run(self, *, moves_units: bool) -> list[Push]:
        for sku in self._pools:
            self._pay_back(sku)
        starving = [one for one in self._ready() if not self._raise(one)]
        self._retire()
        if starving:
            self._collect(starving, moves_units=moves_units)
        return list(self._found.values())

    def _ready(self) -> Iterator[Listing]:
        for one in self._listings:
            if self._may_send(one) and (not one.fault or one.id in self._forced):
                yield one

    def _may_send(self, one: Listing) -> bool:
        rules = self._rules(one.shop_id)
        # Read back, it is known again what it shows, and units come free; but nobody waits for it
        # for ever.
        waits = rules.can_read and one.state is State.UNKNOWN
        then = self._now - READ_BACK_WITHIN if waits else self._now
        return one.id not in self._found and rules.is_open and not one.may_be_late(then, rules)

    # -- raising

    def _raise(self, one: Listing) -> bool:
        """Show more, if it is worth it; False when there were too few units for a listing that
        needs some."""
        target, now = self._wanted[one.id], shown(one, self._levels)
        is_new = now is None or self._is_entering(one)
        if is_new and one.state is State.SETTLING:
            return True
        now = now or 0
        has_cas = self._rules(one.shop_id).has_cas and not is_new
        is_forced = one.id in self._forced and now != target
        if not (is_new or is_forced or self._is_worth_raising(one, now, target, has_cas=has_cas)):
            return True
        if is_forced and target < now:
            self._lower(one, strict_skus(one, self._levels)[0], target)
            return True
        most = min(self._pools[sku] // one.units[sku] for sku in strict_skus(one, self._levels))
        most = max(0, most)
        quantity = min(target, max(0, now) + most) if has_cas else min(target, most)
        if is_new or quantity > now:
            self._push(one, quantity, now if has_cas else None)
        return is_new or quantity > now

    @staticmethod
    def _is_worth_raising(one: Listing, now: int, target: int, *, has_cas: bool) -> bool:
        """Few left, or half of the share sold. A mall that compares needs no units for it; what is
        not settled yet is left alone until it is sold out."""
        if max(0, now) >= target:
            return False
        if one.state is State.SETTLING:
            return now == 0
        return now * 4 <= target * 3 if has_cas else now * 2 <= target

    def _is_entering(self, one: Listing) -> bool:
        kept = [self._levels[sku] for sku in strict_skus(one, self._levels)]
        return any(one.id in each.entering or one.id not in each.exposures for each in kept)

    def _push(self, one: Listing, quantity: int, expected: int | None) -> None:
        grow = growth(quantity, expected)
        for sku in strict_skus(one, self._levels):
            self._pools[sku] -= grow * one.units[sku]
        priority = _priority(quantity, shown(one, self._levels))
        self._found[one.id] = Push(one, quantity, expected, priority)

    # -- lowering

    def _pay_back(self, sku: str) -> None:
        """Lower until the debt is covered; what is on its way down already counts."""
        level = self._levels[sku]
        takers = [one for one in self._listings if sku in one.units]
        debt = level.debt - sum(self._coming_back(one, sku) for one in takers)
        takers.sort(key=lambda one: (-self._surplus(one, sku), one.id))
        for one in takers:
            if debt <= 0:
                return
            if level.exposures.get(one.id, 0) > 0 and self._may_send(one):
                debt -= self._lower(one, sku, self._wanted[one.id])

    def _coming_back(self, one: Listing, sku: str) -> int:
        """Units that the publish under way will free when it is settled."""
        if one.state not in (State.SENT, State.SETTLING) or one.quantity is None:
            return 0
        level = self._levels[sku]
        keeps = one.quantity * one.units[sku] + level.returned.get(one.id, 0)
        return max(0, level.exposures.get(one.id, 0) - keeps)

    def _surplus(self, one: Listing, sku: str) -> int:
        has = self._levels[sku].exposures.get(one.id, 0)
        return has - self._wanted[one.id] * one.units[sku]

    def _lower(self, one: Listing, sku: str, target: int) -> int:
        """Show fewer; the answer is how many units of the SKU come back in the end."""
        level, step = self._levels[sku], one.units[sku]
        exposure = level.exposures.get(one.id, 0)
        now = shown(one, self._levels)
        if self._rules(one.shop_id).has_cas and now is not None and target < now:
            self._push(one, target, now)
            return exposure - target * step
        affords = all(
            self._pools[each] >= target * one.units[each] for each in strict_skus(one, self._levels)
        )
        # A mall that cannot compare needs units in the pool even to be lowered; 0 needs none.
        quantity = target if affords else 0
        self._push(one, quantity, None)
        return exposure - quantity * step

    def _retire(self) -> None:
        for one in self._listings:
            if one.is_retired and (one.quantity or 0) > 0 and self._may_send(one):
                self._push(one, 0, None)

    def _collect(self, starving: Sequence[Listing], *, moves_units: bool) -> None:
        """Take units for listings that show next to nothing from those above their share."""
        for sku, level in self._levels.items():
            if not level.is_strict:
                continue
            takers = [one for one in self._listings if sku in one.units]
            missing = sum(
                self._wanted[one.id] * one.units[sku] for one in starving if one in takers
            )
            missing -= max(0, self._pools[sku])
            missing -= sum(self._coming_back(one, sku) for one in takers)
            donors = [
                one
                for one in self._ready()
                if one in takers and one not in starving and one.state is not State.SETTLING
            ]
            donors.sort(key=lambda one: (-self._surplus(one, sku), one.id))
            for one in donors:
                has_cas = self._rules(one.shop_id).has_cas
                surplus = self._surplus(one, sku)
                is_large = surplus >= max(1, self._wanted[one.id] * one.units[sku])
                if missing > 0 and surplus > 0 and (has_cas or (moves_units and is_large)):
                    missing -= self._lower(one, sku, self._wanted[one.id])
