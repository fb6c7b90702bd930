"""The state of the way to each shop, and who works for it at the moment."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from common.clock import from_wire, to_wire
from common.dynamo import ConditionFailed, Item, Key, Table
from stock.domain.sync_state import OPEN, Lease, Outlook, SyncState
from stock.repository import keys


class SyncBook:
    """States and leases by shop."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def state(self, shop_id: str) -> SyncState:
        """An unknown shop's way is open."""
        item = self._table.get(*_state(shop_id))
        return _state_of(item) if item else OPEN

    def look(self, shop_ids: Iterable[str]) -> dict[str, Outlook]:
        """All that is to be known of some shops before anything is sent, in one call."""
        shops = list(shop_ids)
        places = (_state, _lease, keys.watermark)
        found = self._table.get_many(place(shop) for shop in shops for place in places)
        outlooks = {}
        for shop in shops:
            state, lease, watermark = (found.get(place(shop)) for place in places)
            outlooks[shop] = Outlook(
                _state_of(state) if state else OPEN,
                Lease(lease["owner"], from_wire(lease["until"])) if lease else None,
                from_wire(watermark["at"]) if watermark else None,
            )
        return outlooks

    def save(self, shop_id: str, state: SyncState) -> None:
        """Written by the holder of the lease only."""
        key = _state(shop_id)
        if not state.is_failing:
            self._table.commit(self._table.delete(key))
            return
        item = {
            **key._asdict(),
            "since": to_wire(state.since) if state.since else None,
            "error": state.error,
            "detail": state.detail,
            "attempts": state.attempts,
            "next_try": to_wire(state.next_try) if state.next_try else None,
        }
        self._table.commit(self._table.put(item))

    def take(
        self,
        shop_id: str,
        owner: str,
        now: datetime,
        life: timedelta,
        outlook: Outlook | None = None,
    ) -> bool:
        """Take the lease of a shop, which ends by itself after `life`; False while another holds
        it. It saves work and keeps calls in order; what it does not have to be is safe, because
        every write that matters has a condition of its own. outlook: as just seen, which saves
        reading it."""
        held = (outlook or self.look([shop_id])[shop_id]).lease
        if held and held.until > now:
            return False
        write = self._table.put(
            {**_lease(shop_id)._asdict(), "owner": owner, "until": to_wire(now + life)},
            if_absent=held is None,
            if_equals={"owner": held.owner, "until": to_wire(held.until)} if held else None,
        )
        try:
            self._table.commit(write)
        except ConditionFailed:
            return False
        return True

    def give_back(self, shop_id: str, owner: str) -> None:
        """End a lease; one that another has taken since is left alone."""
        try:
            self._table.commit(self._table.delete(_lease(shop_id), if_equals={"owner": owner}))
        except ConditionFailed:
            return


def _state(shop_id: str) -> Key:
    return Key(f"SYNC#{shop_id}", "STATE")


def _lease(shop_id: str) -> Key:
    return Key(f"SYNC#{shop_id}", "LEASE")


def _state_of(item: Item) -> SyncState:
    return SyncState(
        since=from_wire(item["since"]),
        error=item["error"],
        detail=item["detail"],
        attempts=item["attempts"],
        next_try=from_wire(item["next_try"]) if "next_try" in item else None,
    )
