"""The order desk: lists, search, one order, what staff change, deliveries to try again."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from common.auth import Actor
from common.clock import Clock, jst_date, to_wire
from common.dynamo import Item
from common.errors import Changed, Contended, FieldError, Invalid, NotFound
from common.shops import Shop
from orders.domain import changes
from orders.domain.detail import Detail, detail_of
from orders.domain.facets import Hold
from orders.domain.order import Order
from orders.domain.queues import Queue
from orders.domain.views import ALL, UNANSWERED, has_word, row_of
from orders.repository.deliveries import Parked, ParkedPage, ShopImport
from orders.repository.orders import Rows
from orders.repository.pulls import ShopPoll
from orders.service.pages import ORDER_HEADER
from orders.service.requests import (
    Backlog,
    Count,
    Counts,
    FailedImport,
    FailedImports,
    FieldChange,
    Health,
    OrderChange,
    QueueHealth,
    RowPage,
    ShopHealth,
    Timeline,
    TimelineActor,
    TimelineItem,
)

LISTS = (ALL, *(queue.value for queue in Queue))
# Queues that empty as work is done; the others only grow, and counting them says little.
_COUNTED = tuple(q for q in Queue if q not in (Queue.SHIPPED, Queue.COMPLETED, Queue.CANCELLED))


class OrderStore(Protocol):
    """Port: orders, their lists and history."""

    def get(self, order_id: str) -> Order | None: ...

    def get_many(self, order_ids: Sequence[str]) -> list[Order]: ...

    def save(self, before: Order | None, after: Order, now: datetime) -> Order: ...

    def rows(
        self, name: str, *, shop_id: str, newest_first: bool, token: str | None, limit: int
    ) -> Rows: ...

    def count(self, name: str) -> tuple[int, bool]: ...

    def oldest(self, name: str) -> str | None: ...

    def find(self, text: str, *, token: str | None, limit: int) -> tuple[list[str], str | None]: ...

    def history(
        self, order_id: str, *, token: str | None, limit: int
    ) -> tuple[list[Item], str | None]: ...


class DeliveryStore(Protocol):
    """Port: deliveries that could not be read, and import times."""

    def parked(self, parked_id: str) -> Parked: ...

    def parked_page(self, *, token: str | None, limit: int) -> ParkedPage: ...

    def parked_count(self) -> tuple[int, bool]: ...

    def imports(self, shop_ids: list[str]) -> Iterable[ShopImport]: ...


class Archive(Protocol):
    def get(self, key: str) -> bytes: ...


class Outlet(Protocol):
    def send(self, bodies: Iterable[Mapping[str, Any]]) -> None: ...


class PollStore(Protocol):
    """Port: how far shops are polled."""

    def polls(self, shop_ids: Iterable[str]) -> Mapping[str, ShopPoll]: ...


class Directory(Protocol):
    def all(self) -> Sequence[Shop]: ...


class Desk:
    """What staff do with orders. Amounts are minor units, times as on the wire."""

    def __init__(
        self,
        *,
        orders: OrderStore,
        deliveries: DeliveryStore,
        archive: Archive,
        inbound: Outlet,
        pulls: Outlet,
        polls: PollStore,
        shops: Directory,
        clock: Clock,
    ) -> None:
        self._orders = orders
        self._deliveries = deliveries
        self._archive = archive
        self._inbound = inbound
        self._pulls = pulls
        self._polls = polls
        self._shops = shops
        self._clock = clock

    def list(
        self, name: str, *, shop_id: str, newest_first: bool, token: str | None, limit: int
    ) -> RowPage:
        """A page of one queue, or of all orders. Raises Invalid for an unknown list."""
        if name not in LISTS:
            raise Invalid(errors=[FieldError("queue", f"one of {', '.join(LISTS)}")])
        page = self._orders.rows(
            name, shop_id=shop_id, newest_first=newest_first, token=token, limit=limit
        )
        return RowPage(items=page.rows, next=page.next)

    def counts(self) -> Counts:
        """How many orders stand in each queue that is worked off."""
        return Counts(
            counts={queue.value: _count(self._orders.count(queue.value)) for queue in _COUNTED},
            failed_imports=_count(self._deliveries.parked_count()),
        )

    def search(self, text: str, *, token: str | None, limit: int) -> RowPage:
        """Orders with a word beginning with the text; folded, over all shops."""
        ids, following = self._orders.find(text, token=token, limit=limit)
        today = jst_date(self._clock())
        # A word may outlive, by a crash, the version that had it.
        found = [order for order in self._orders.get_many(ids) if has_word(order, text)]
        return RowPage(items=[row_of(order, today) for order in found], next=following)

    def get(self, order_id: str) -> Detail:
        """One order. Raises NotFound."""
        return self._answer(self._order(order_id))

    def _order(self, order_id: str) -> Order:
        order = self._orders.get(order_id)
        if order is None:
            raise NotFound("There is no such order.")
        return order

    def _answer(self, order: Order) -> Detail:
        row = row_of(order, jst_date(self._clock()))
        return detail_of(order, row)

    def timeline(self, order_id: str, *, token: str | None, limit: int) -> Timeline:
        """What happened to an order, newest first."""
        items, following = self._orders.history(order_id, token=token, limit=limit)
        return Timeline(items=[_timeline_item(item) for item in items], next=following)

    def change(self, order_id: str, wanted: OrderChange, *, version: int, actor: Actor) -> Detail:
        """Change an order that is as the person saw it.

        Raises NotFound; Changed with the order as it is now; Invalid for a hold in the past or
        a destination the order does not have.
        """
        now = self._clock()
        before = self._order(order_id)
        if before.version != version:
            raise self._changed(before)
        self._check(before, wanted, now)
        hold = wanted.hold
        after = changes.edit(
            before,
            actor=actor,
            now=now,
            reason=wanted.reason,
            memo=wanted.memo,
            review=wanted.review,
            hold=Hold(until=hold.until, reason=hold.reason) if hold else None,
            release_hold="hold" in wanted.model_fields_set and hold is None,
            fix=(wanted.destination.id, wanted.destination.fix()) if wanted.destination else None,
        )
        if after is None:
            return self._answer(before)
        try:
            return self._answer(self._orders.save(before, after, now))
        except Contended:
            raise self._changed(self._order(order_id)) from None

    def _changed(self, order: Order) -> Changed:
        current = self._answer(order).model_dump(mode="json")
        return Changed("Somebody changed this order since you opened it.", current)

    @staticmethod
    def _check(order: Order, wanted: OrderChange, now: datetime) -> None:
        hold = wanted.hold
        if hold is not None and hold.until is not None and hold.until <= jst_date(now):
            raise Invalid(errors=[FieldError("body.hold.until", "a day after today")])
        ids = {destination.id for destination in order.content.destinations}
        if wanted.destination is not None and wanted.destination.id not in ids:
            raise Invalid(errors=[FieldError("body.destination.id", "one of the order's")])

    def failed_imports(self, *, token: str | None, limit: int) -> FailedImports:
        """Deliveries that could not be read, newest first."""
        page = self._deliveries.parked_page(token=token, limit=limit)
        shown = FailedImport.model_fields
        return FailedImports(
            items=[
                FailedImport(**{n: v for n, v in parked._asdict().items() if n in shown})
                for parked in page.items
            ],
            next=page.next,
        )

    def raw(self, parked_id: str) -> str:
        """The bytes of a parked delivery as text; what is not UTF-8 shows as �. Raises NotFound
        when it is not parked, or nothing was delivered: the order was read from the mall."""
        parked = self._deliveries.parked(parked_id)
        if not parked.raw_key:
            raise NotFound("This order was read from the mall, and no bytes of it are kept.")
        return self._archive.get(parked.raw_key).decode("utf-8", "replace")

    def retry(self, parked_id: str) -> None:
        """Send a parked delivery through the import again. Harmless when repeated.

        Raises NotFound when it is not parked any more, or its bytes are no longer kept.
        """
        parked = self._deliveries.parked(parked_id)
        if not parked.raw_key:
            wanted = {"shop_id": parked.shop_id, "order_ids": [parked.headers[ORDER_HEADER]]}
            self._pulls.send([wanted])
            return
        self._archive.get(parked.raw_key)
        message = {
            "shop_id": parked.shop_id,
            "channel": parked.channel,
            "headers": parked.headers,
            "received_at": parked.received_at,
            "delivery_id": "",
            "raw_key": parked.raw_key,
            "parked_id": parked.id,
        }
        self._inbound.send([message])

    def health(self, queues: Sequence[Mapping[str, Any]]) -> Health:
        """What staff look at in the morning. queues: rows of `common.queues.watched`."""
        ids = [shop.id for shop in self._shops.all()]
        seen = {found.shop_id: found for found in self._deliveries.imports(ids)}
        polls = self._polls.polls(ids)
        count, capped = self._orders.count(UNANSWERED)
        return Health(
            shops=[_shop_health(shop_id, seen.get(shop_id), polls.get(shop_id)) for shop_id in ids],
            failed_imports=_count(self._deliveries.parked_count()),
            awaiting_stock=Backlog(
                count=count, capped=capped, oldest_at=self._orders.oldest(UNANSWERED)
            ),
            queues=[QueueHealth(**row) for row in queues],
        )


def _shop_health(shop_id: str, seen: ShopImport | None, poll: ShopPoll | None) -> ShopHealth:
    state = poll.state if poll else None
    mark = poll.watermark if poll else None
    return ShopHealth(
        shop_id=shop_id,
        last_import_at=seen.last_import_at if seen else None,
        last_order_at=seen.last_order_at if seen else None,
        last_poll_at=to_wire(state.last_end) if state and state.last_end else None,
        watermark=to_wire(mark) if mark else None,
        poll_error=state.error if state else None,
    )


def _count(counted: tuple[int, bool]) -> Count:
    return Count(count=counted[0], capped=counted[1])


def _timeline_item(item: Item) -> TimelineItem:
    return TimelineItem(
        seq=item["seq"],
        at=item["at"],
        kind=item["kind"],
        actor=TimelineActor(**item["actor"]),
        reason=item["reason"],
        changes=[FieldChange(**change) for change in item["changes"]],
    )
