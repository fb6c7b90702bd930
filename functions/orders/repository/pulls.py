"""How far shops are polled, in DynamoDB.

Keys
    SHOP#<shop>   PULL               cursor, candidates and trouble of its polls
    SHOP#<shop>   WATERMARK          {shop_id, at}: told to others from the stream
    SHOP#<shop>   FAILED#<order id>  an order that could not be read {parked_id}
    LOCK#pull#<shop>   LOCK          somebody reads its orders
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from common.clock import from_wire, to_wire
from common.dynamo import ConditionFailed, Item, Key, Table
from common.errors import Contended
from common.events import ShopWatermarkAdvanced
from orders.domain.polling import PullState
from orders.domain.views import UNANSWERED, UNMATCHED, list_name

WATERMARK_SK = "WATERMARK"
_FAILED = "FAILED#"


class ShopPoll(NamedTuple):
    """What staff are told of the polls of a shop."""

    state: PullState | None
    watermark: datetime | None


class PullRepository:
    """Cursors, watermarks and what keeps them back."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def state(self, shop_id: str) -> PullState:
        """As last saved, or that of a shop that was never polled."""
        item = self._table.get(*_pull_key(shop_id))
        return _state_of(item) if item else PullState(shop_id=shop_id)

    def save(self, before: PullState, after: PullState) -> PullState:
        """Write the next version. Raises Contended when somebody else wrote one."""
        stored = after.model_copy(update={"version": before.version + 1})
        item: Item = {
            **_pull_key(stored.shop_id)._asdict(),
            "version": stored.version,
            "pull": stored.model_dump(mode="json", exclude_none=True),
        }
        put = (
            self._table.put(item, if_equals={"version": before.version})
            if before.version
            else self._table.put(item, if_absent=True)
        )
        try:
            self._table.commit(put)
        except ConditionFailed:
            raise Contended("somebody else reads the orders of this shop") from None
        return stored

    def polls(self, shop_ids: Iterable[str]) -> dict[str, ShopPoll]:
        """What there is of each shop."""
        ids = list(shop_ids)
        keys = [key for n in ids for key in (_pull_key(n), _watermark_key(n))]
        found = self._table.get_many(keys)
        polls = {}
        for shop_id in ids:
            pull, mark = found.get(_pull_key(shop_id)), found.get(_watermark_key(shop_id))
            polls[shop_id] = ShopPoll(
                _state_of(pull) if pull else None, from_wire(mark["at"]) if mark else None
            )
        return polls

    def raise_watermark(self, shop_id: str, at: datetime) -> bool:
        """Never lowered; False when it is as high already. Raises Contended."""
        key = _watermark_key(shop_id)
        before = self._table.get(*key)
        if before and before["at"] >= to_wire(at):
            return False
        item = {**key._asdict(), "shop_id": shop_id, "at": to_wire(at)}
        same = {"at": before["at"]} if before else None
        try:
            self._table.commit(self._table.put(item, if_absent=not before, if_equals=same))
        except ConditionFailed:
            raise Contended("somebody else raised the watermark") from None
        return True

    def oldest_open(self, shop_id: str, unmatched_since: datetime) -> datetime | None:
        """When the oldest order of the shop came in that keeps its watermark back: not answered
        by stock; with unknown goods and not older than `unmatched_since`; or not readable, so
        that its units are charged nowhere."""
        found = [*self._times(shop_id, UNANSWERED), *self._late(shop_id, unmatched_since)]
        found += (_time_of({"sk": parked_id}) for parked_id in self.failed(shop_id).values())
        return min(found, default=None)

    def _times(self, shop_id: str, name: str) -> Iterator[datetime]:
        for item in self._table.query(_list(name, shop_id), limit=1).items:
            yield _time_of(item)

    def _late(self, shop_id: str, since: datetime) -> Iterator[datetime]:
        token: str | None = None
        while True:
            page = self._table.query(
                _list(UNMATCHED, shop_id), limit=50, token=token, newest_first=True
            )
            for item in page.items:
                if _time_of(item) < since:
                    return
                yield _time_of(item)
            token = page.next
            if token is None:
                return

    def failed(self, shop_id: str) -> dict[str, str]:
        """Parked id by the mall's order id, of orders that could not be read."""
        items = self._table.every(f"SHOP#{shop_id}", begins_with=_FAILED)
        return {item["sk"].removeprefix(_FAILED): item["parked_id"] for item in items}

    def note_failed(self, shop_id: str, order_id: str, parked_id: str) -> None:
        key = _failed_key(shop_id, order_id)
        self._table.commit(self._table.put({**key._asdict(), "parked_id": parked_id}))

    def forget_failed(self, shop_id: str, order_id: str) -> None:
        self._table.commit(self._table.delete(_failed_key(shop_id, order_id)))


def watermark_event(item: Item) -> ShopWatermarkAdvanced:
    """What others are told of a WATERMARK item."""
    at = from_wire(item["at"])
    return ShopWatermarkAdvanced(
        event_id=f"watermark#{item['shop_id']}#{item['at']}",
        at=at,
        shop_id=item["shop_id"],
        watermark=at,
    )


def _pull_key(shop_id: str) -> Key:
    return Key(f"SHOP#{shop_id}", "PULL")


def _watermark_key(shop_id: str) -> Key:
    return Key(f"SHOP#{shop_id}", WATERMARK_SK)


def _failed_key(shop_id: str, order_id: str) -> Key:
    return Key(f"SHOP#{shop_id}", f"{_FAILED}{order_id}")


def _state_of(item: Item) -> PullState:
    return PullState.model_validate(item["pull"])


def _list(name: str, shop_id: str) -> str:
    return f"LIST#{list_name(name, shop_id)}"


def _time_of(item: Item) -> datetime:
    return from_wire(str(item["sk"]).split("#", 1)[0])
