"""What staff do with malls: tell them of orders, have them read, see what they refused and which
goods nobody has mapped."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from common.auth import Actor
from common.channels.port import CancelReason, Cap, ChannelApi
from common.clock import Clock, to_wire
from common.errors import Conflict, NotFound, UnsupportedByChannel
from common.shops import Shop
from orders.domain import tell as rules
from orders.domain.order import Order
from orders.domain.tell import CAPS, Shipment, Tell, TellKind, TellState
from orders.repository.products import UnmappedPage
from orders.repository.tells import FailedPage
from orders.service.mall_requests import (
    FailedTellView,
    MallFailures,
    Tells,
    TellView,
    UnmappedList,
    UnmappedView,
)
from orders.service.scheduling import is_connected


class OrderStore(Protocol):
    def get(self, order_id: str) -> Order | None: ...

    def unmapped(self, shop_id: str, *, token: str | None, limit: int) -> UnmappedPage: ...


class TellStore(Protocol):
    def get(self, order_id: str, tell_id: str) -> Tell | None: ...

    def of_order(self, order_id: str) -> list[Tell]: ...

    def save(self, before: Tell | None, after: Tell, *, order_version: int) -> Tell: ...

    def failures(self, *, token: str | None, limit: int) -> FailedPage: ...

    def failure(self, failure_id: str) -> Tell: ...


class Directory(Protocol):
    def get(self, shop_id: str) -> Shop | None: ...


class Outlet(Protocol):
    def send(self, bodies: Iterable[Mapping[str, Any]]) -> None: ...


class MallDesk:
    """What staff do with malls. Nothing here asks a mall: it is queued, or it is refused."""

    def __init__(
        self,
        *,
        orders: OrderStore,
        tells: TellStore,
        shops: Directory,
        apis: Callable[[str], ChannelApi],
        queue: Outlet,
        pulls: Outlet,
        clock: Clock,
    ) -> None:
        self._orders = orders
        self._tells = tells
        self._shops = shops
        self._apis = apis
        self._queue = queue
        self._pulls = pulls
        self._clock = clock

    def tell(
        self,
        order_id: str,
        kind: TellKind,
        *,
        actor: Actor,
        shipment: Shipment | None = None,
        reason: CancelReason | None = None,
    ) -> TellView:
        """Queue what the mall is to be told. Asking for the same again is the same: what is done
        stays done, what was given up is tried again.

        Raises NotFound, UnsupportedByChannel, Conflict.
        """
        order = self._order(order_id)
        self._check_caps(order.shop_id, CAPS[kind])
        objection = rules.objection(order, kind, shipment)
        if objection:
            raise Conflict(objection)
        wanted = rules.make(
            order, kind, actor=actor, now=self._clock(), shipment=shipment, reason=reason
        )
        before = self._tells.get(order_id, wanted.tell_id)
        if before is not None:
            return view_of(self._again(before, order))
        stored = self._tells.save(None, wanted, order_version=order.version)
        self._send(stored)
        return view_of(stored)

    def told(self, order_id: str) -> Tells:
        """Everything the mall was to be told of an order. Raises NotFound."""
        self._order(order_id)
        return Tells(items=[view_of(tell) for tell in self._tells.of_order(order_id)])

    def failures(self, *, token: str | None, limit: int) -> MallFailures:
        """What malls refused, newest first."""
        page = self._tells.failures(token=token, limit=limit)
        items = [FailedTellView(id=row.id, **dict(view_of(row.tell))) for row in page.items]
        return MallFailures(items=items, next=page.next)

    def retry(self, failure_id: str) -> TellView:
        """Tell a mall again what it refused. Raises NotFound."""
        tell = self._tells.failure(failure_id)
        return view_of(self._again(tell, self._order(tell.order_id)))

    def pull(self, shop_id: str) -> None:
        """Have the orders of a shop read now. Raises NotFound, UnsupportedByChannel, Conflict."""
        shop = self._check_caps(shop_id, Cap.POLL)
        if not shop.enabled:
            raise Conflict("The shop is switched off.")
        if not is_connected(shop, self._apis(shop.channel).info):
            raise Conflict("The shop's way to its mall is not set up: address or credentials.")
        self._pulls.send([{"shop_id": shop_id, "now": True}])

    def unmapped(self, shop_id: str, *, token: str | None, limit: int) -> UnmappedList:
        """Goods that orders wait for because nobody knows which product they are."""
        page = self._orders.unmapped(shop_id, token=token, limit=limit)
        shown = UnmappedView.model_fields
        rows = ({n: v for n, v in row._asdict().items() if n in shown} for row in page.rows)
        return UnmappedList(items=[UnmappedView(**row) for row in rows], next=page.next)

    def _again(self, tell: Tell, order: Order) -> Tell:
        if tell.state is TellState.DONE:
            return tell
        if tell.state is TellState.FAILED:
            tell = self._tells.save(tell, rules.queued(tell), order_version=order.version)
        # Also what is queued already: a message may have been lost after the item was written.
        self._send(tell)
        return tell

    def _send(self, tell: Tell) -> None:
        self._queue.send([{"order_id": tell.order_id, "tell_id": tell.tell_id}])

    def _order(self, order_id: str) -> Order:
        order = self._orders.get(order_id)
        if order is None:
            raise NotFound("There is no such order.")
        return order

    def _check_caps(self, shop_id: str, needed: Cap) -> Shop:
        shop = self._shops.get(shop_id)
        if shop is None:
            raise NotFound("There is no such shop.")
        info = self._apis(shop.channel).info
        if needed not in info.caps:
            raise UnsupportedByChannel(f"{info.name} has no way to do this.")
        return shop


def view_of(tell: Tell) -> TellView:
    """As the page shows it."""
    return TellView(
        order_id=tell.order_id,
        tell_id=tell.tell_id,
        shop_id=tell.shop_id,
        kind=tell.kind,
        state=tell.state,
        at=to_wire(tell.at),
        by=tell.actor.name or tell.actor.id,
        attempts=tell.attempts,
        shipment=tell.shipment,
        reason=tell.reason,
        refusal=tell.refusal,
        outcome=tell.outcome,
        changed_at=to_wire(tell.changed_at) if tell.changed_at else None,
    )
