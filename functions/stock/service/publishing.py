"""Publishing quantities: decided here, kept safe by the exposures, sent by somebody else.

    for push in publisher.plan(["TEA"]):
        if begun := publisher.begin(push):          # exposure raised, publish remembered
            result = api.push_stock(ctx, [update_of(begun)])[0]   # before begun.send_by
            publisher.settle(begun, result)
    publisher.release(shop_id, watermark)            # when ShopWatermarkAdvanced arrives
    publisher.observe(ref, quantity, began, ended)   # what a read-back saw

A process may die anywhere between these lines: what is stored is always on the safe side.
"""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from common.channels.port import Listing as MallListing
from common.channels.port import StockOutcome, StockResult, StockUpdate
from common.errors import Contended
from stock.domain import exposure
from stock.domain import listing as listings
from stock.domain.exposure import NoBudget
from stock.domain.level import Level, LevelMove, Reason
from stock.domain.listing import MOST_SKEW, Listing, Outcome, Ref, State
from stock.domain.push import Push, pushes, speed_of, strict_skus
from stock.service.listed import TRIES, Listed


class Observation(NamedTuple):
    """What a read-back meant. drift: how many more listings the mall shows than it can by what we
    sent, or, below 0, how many fewer than sales explain; None for no difference."""

    listing: Listing
    drift: int | None


def update_of(push: Push) -> StockUpdate:
    """What to ask the mall for. The push must have begun."""
    one = push.listing
    return StockUpdate(MallListing(one.code, one.keys), push.quantity, push.key, push.expected)


def outcome_of(result: StockResult) -> Outcome:
    """accepted is not applied: until a read-back it is not known what the mall shows."""
    match result.outcome:
        case StockOutcome.APPLIED:
            return Outcome.APPLIED
        case StockOutcome.STALE:
            return Outcome.STALE
        case StockOutcome.UNKNOWN | StockOutcome.ACCEPTED:
            return Outcome.UNKNOWN
        case _:
            return Outcome.REFUSED


class Publisher(Listed):
    """Decides what shops show, and keeps what they may sell. rules: by shop id."""

    def plan(
        self, skus: Iterable[str], *, moves_units: bool = False, forced: Container[str] = ()
    ) -> list[Push]:
        """What is to be sent now about these SKUs (and those that sets join to them), the most
        urgent first. Writes nothing but the beginning or end of strict mode for the last n.

        moves_units: also from shops above their share to those that show nothing. forced: ids of
        listings to be sent their number in any case.
        """
        stand = self._shelf.stand(skus)
        levels = dict(stand.levels)
        for sku, level in stand.levels.items():
            takers = [one.id for one in stand.listings if sku in one.units]
            move = exposure.follow_mode(level, takers, self._change(Reason.MODE))
            if move:
                try:
                    self._shelf.save_level(move)
                except Contended:
                    return []  # the change that was faster asks for a plan of its own
                levels[sku] = move.after
        return pushes(
            levels,
            stand.listings,
            self._rules,
            self._clock(),
            moves_units=moves_units,
            forced=forced,
        )

    def begin(self, push: Push) -> Push | None:
        """Remember that a quantity is about to be sent, and charge for it. None when it is not to
        be sent (any more): somebody else began, or there are not enough units. Raises Contended.
        """
        for _ in range(TRIES):
            found = self._shelf.get(push.listing.ref)
            if found is None:
                return None
            one, levels = found
            now = self._clock()
            if one.version != push.listing.version or not self._may_begin(one, levels, now):
                return None
            change = self._change(Reason.EXPOSE, one)
            strict = strict_skus(one, levels)
            quantity, expected = push.quantity, push.expected
            try:
                moves = [
                    exposure.begin(levels[sku], one, quantity, expected, change) for sku in strict
                ]
            except NoBudget:
                return None
            after = listings.begun(
                one,
                quantity,
                expected=expected,
                charged=exposure.growth(quantity, expected) if strict else 0,
                key=change.id,
                now=now,
                basis=_sold(one, levels),
                speed=speed_of(one, levels, now),
            )
            try:
                self._shelf.save(one, after, [move for move in moves if move])
            except Contended:
                continue
            return Push(after, quantity, expected, push.priority, now + listings.SEND_WITHIN)
        raise Contended("others kept changing the level")

    def _may_begin(self, one: Listing, levels: Mapping[str, Level], now: datetime) -> bool:
        if set(levels) != set(one.units):
            return False
        rules = self._rules(one.shop_id)
        if one.state is State.SENT and one.may_be_late(now, rules):
            return False
        return not strict_skus(one, levels) or not one.may_be_late(now, rules)

    def settle(self, push: Push, result: StockResult) -> Listing | None:
        """The mall's answer to a push that has begun. None when the publish is no longer the last
        one: it was given up as lost meanwhile. Raises Contended."""
        outcome = outcome_of(result)

        def decide(one: Listing, levels: Mapping[str, Level]) -> tuple[Listing, list[LevelMove]]:
            now = self._clock()
            strict = strict_skus(one, levels)
            fault = (
                (result.message or result.outcome)
                if result.outcome in (StockOutcome.UNKNOWN_SKU, StockOutcome.REJECTED)
                else ""
            )
            after = listings.settled(
                one,
                outcome,
                now,
                self._rules(one.shop_id),
                observed=result.observed,
                fault=fault,
                waits=_is_kept(one, levels, strict),
            )
            back = 0
            if outcome in (Outcome.REFUSED, Outcome.STALE):
                back = one.charged
            elif outcome is Outcome.APPLIED and one.expected is not None:
                back = max(0, one.expected - push.quantity)
            change = self._change(Reason.WITHDRAW, one)
            moves = [exposure.take_back(levels[sku], one, back, change) for sku in strict]
            return after, [move for move in moves if move]

        return self._change_listing(
            push.listing.ref,
            lambda one: one.state is State.SENT and one.push_key == push.key,
            decide,
        )

    def release(self, shop_id: str, watermark: datetime) -> list[str]:
        """Every sale that the shop took before the watermark is charged: free what its settled
        listings cannot sell any more. Returns the SKUs that changed. Raises Contended."""
        self._shelf.save_watermark(shop_id, watermark)
        found: list[str] = []

        def decide(one: Listing, levels: Mapping[str, Level]) -> tuple[Listing, list[LevelMove]]:
            change = self._change(Reason.WITHDRAW, one)
            known = one.known or 0
            moves = [
                exposure.release(levels[sku], one, known, change)
                for sku in strict_skus(one, levels)
            ]
            return listings.released(one), [move for move in moves if move]

        for ref in list(self._shelf.settling(shop_id, watermark - MOST_SKEW)):
            after = self._change_listing(
                ref, lambda one: listings.is_passed(one, watermark), decide
            )
            found += list(after.units) if after else []
        return list(dict.fromkeys(found))

    def doubtful(self, shop_id: str) -> list[Ref]:
        """Listings to read back now: their answers were lost, and cannot be applied any more."""
        # Before that a reading would not tell (`listing.is_telling`).
        return list(self._shelf.doubtful(shop_id, self._clock() - MOST_SKEW))

    def observe(
        self, ref: Ref, quantity: int, began: datetime, ended: datetime
    ) -> Observation | None:
        """What the mall showed, read between two moments of our clock. None when that says
        nothing: a publish was under way, or may still be applied. Raises Contended."""
        drift: list[int | None] = []

        def decide(one: Listing, levels: Mapping[str, Level]) -> tuple[Listing, list[LevelMove]]:
            strict = strict_skus(one, levels)
            drift[:] = [self._drift(one, levels, quantity)]
            change = self._change(Reason.DRIFT, one)
            is_more = drift[0] is not None
            moves = [
                exposure.observe(levels[sku], one, quantity, change) for sku in strict if is_more
            ]
            after = listings.observed(
                one,
                quantity,
                ended,
                drift=drift[0],
                basis=_sold(one, levels),
                returned={sku: level.returned.get(one.id, 0) for sku, level in levels.items()},
                waits=_is_kept(one, levels, strict),
            )
            return after, [move for move in moves if move]

        rules = self._rules(ref.shop_id)
        after = self._change_listing(
            ref, lambda one: listings.is_telling(one, quantity, began, rules), decide
        )
        return Observation(after, drift[0]) if after else None

    def _drift(self, one: Listing, levels: Mapping[str, Level], quantity: int) -> int | None:
        strict = strict_skus(one, levels)
        if strict:
            kept = [sku for sku in strict if one.id in levels[sku].exposures]
            sure = [sku for sku in kept if one.id not in levels[sku].entering]
            most = min((exposure.most_shown(levels[sku], one) for sku in sure), default=quantity)
            # Fewer is on the safe side, and the next publish puts it right.
            return quantity - most if quantity > most else None
        if one.quantity is None or one.state is not State.IDLE or quantity == one.quantity:
            return None
        if quantity > one.quantity:
            return quantity - one.quantity
        sold = levels[min(one.units)].sold.get(one.id, 0)
        watermark = self._shelf.watermark(one.shop_id)
        return listings.missing(one, sold, quantity, watermark)

    def overwrite(self, ref: Ref) -> list[Push]:
        """Staff want our number back: the drift is forgotten, and what is to be sent returned."""
        self.adopt(ref)
        found = self.plan([ref.sku], forced={ref.id})
        return [push for push in found if push.listing.id == ref.id]


def _is_kept(one: Listing, levels: Mapping[str, Level], skus: Iterable[str]) -> bool:
    """Whether exposures wait for the watermark; not before the first publish in strict mode."""
    return any(one.id in levels[sku].exposures for sku in skus)


def _sold(one: Listing, levels: Mapping[str, Level]) -> dict[str, int]:
    return {sku: level.sold.get(one.id, 0) for sku, level in levels.items()}
