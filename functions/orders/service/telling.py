"""Telling malls what became of their orders, once and with patience."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from common.channels.port import (
    CancelReason,
    Cap,
    ChannelApi,
    ChannelError,
    Context,
    Done,
    ErrorKind,
)
from common.clock import Clock
from common.errors import Contended, Retryable
from common.observability import logger
from common.shops import Shop
from orders.domain import tell as rules
from orders.domain.order import Order
from orders.domain.tell import Tell, TellKind, TellState

# Nothing is sent to the mall of a paused shop; it is looked at again as often.
_PAUSED_SECONDS = 900
# The mall's own word for what it was told comes a little later.
_READ_BACK_SECONDS = 5


class Malls(Protocol):
    """Port: `common.channels.contexts.Contexts`."""

    def of(self, shop: Shop) -> tuple[ChannelApi, Context]: ...


class Directory(Protocol):
    def get(self, shop_id: str) -> Shop | None: ...


class OrderStore(Protocol):
    def get(self, order_id: str) -> Order | None: ...


class TellStore(Protocol):
    def get(self, order_id: str, tell_id: str) -> Tell | None: ...

    def save(self, before: Tell | None, after: Tell, *, order_version: int) -> Tell: ...


class Outlet(Protocol):
    def send(self, bodies: Iterable[Mapping[str, Any]], *, delay_seconds: int = 0) -> None: ...


class Telling:
    """Works off messages `{"order_id", "tell_id"}`."""

    def __init__(
        self,
        *,
        malls: Malls,
        shops: Directory,
        orders: OrderStore,
        tells: TellStore,
        queue: Outlet,
        pulls: Outlet,
        clock: Clock,
    ) -> None:
        self._malls = malls
        self._shops = shops
        self._orders = orders
        self._tells = tells
        self._queue = queue
        self._pulls = pulls
        self._clock = clock

    def take(self, message: Mapping[str, Any]) -> None:
        """Tell the mall, unless it is told, given up, or being told by somebody else.

        Raises Retryable for what is ours. A message may come any number of times.
        """
        order_id, tell_id = message["order_id"], message["tell_id"]
        tell, order = self._tells.get(order_id, tell_id), self._orders.get(order_id)
        if tell is None or order is None:
            return
        shop = self._shops.get(tell.shop_id)
        if shop is not None and shop.is_paused:
            self._queue.send([dict(message)], delay_seconds=_PAUSED_SECONDS)
            return
        now = self._clock()
        begun = rules.start(tell, now)
        if begun is None:
            if tell.state is TellState.SENDING and tell.lease_until is not None:
                # Perhaps whoever began it died: the next look is when nobody can be at it.
                left = int((tell.lease_until - now).total_seconds()) + 1
                self._queue.send([dict(message)], delay_seconds=left)
            return
        try:
            begun = self._tells.save(tell, begun, order_version=order.version)
        except Contended:
            # Whoever was faster tells it; if they die, their message comes again.
            return
        self._tell(begun, order, shop)

    def _tell(self, tell: Tell, order: Order, shop: Shop | None) -> None:
        try:
            if shop is None or not shop.enabled:
                raise ChannelError(ErrorKind.FORBIDDEN, "The shop is off.", code="shop_off")
            api, ctx = self._malls.of(shop)
            result = self._ask(api, ctx, tell, order.content.channel_order_id)
        except ChannelError as error:
            self._refused(tell, order, error)
            return
        except Retryable:
            raise
        except Exception as error:  # noqa: BLE001 - a mistake in an adapter must end where staff see it
            logger().exception("adapter failed", extra={"shop_id": tell.shop_id})
            code = type(error).__name__
            self._refused(
                tell, order, ChannelError(ErrorKind.REMOTE, "A mistake of ours.", code=code)
            )
            return
        self._tells.save(tell, rules.done(tell, result, self._clock()), order_version=order.version)
        if Cap.POLL in api.info.caps:
            message = {"shop_id": tell.shop_id, "order_ids": [order.content.channel_order_id]}
            self._pulls.send([message], delay_seconds=_READ_BACK_SECONDS)

    def _ask(self, api: ChannelApi, ctx: Context, tell: Tell, number: str) -> Done:
        if tell.attempts > 1 and self._is_told(api, ctx, tell, number):
            return Done(already=True)
        if tell.kind is TellKind.CONFIRM:
            return api.confirm_order(ctx, number)
        if tell.shipment is not None:
            return api.notify_shipment(ctx, rules.notice_of(tell, tell.shipment, number))
        return api.cancel_order(ctx, number, tell.reason or CancelReason.OTHER)

    @staticmethod
    def _is_told(api: ChannelApi, ctx: Context, tell: Tell, number: str) -> bool:
        """An earlier try may have been applied although its answer was lost."""
        try:
            page = api.fetch_orders(ctx, [number])
        except ChannelError as error:
            if error.kind is ErrorKind.UNSUPPORTED:
                return False
            raise
        return any(
            rules.is_told(tell, told) for told in page.orders if told.channel_order_id == number
        )

    def _refused(self, tell: Tell, order: Order, error: ChannelError) -> None:
        after, seconds = rules.refused(tell, error, self._clock())
        self._tells.save(tell, after, order_version=order.version)
        fields = {"order_id": tell.order_id, "tell": tell.tell_id, "kind": error.kind}
        logger().warning("the mall did not do it", extra={**fields, "code": error.code})
        if seconds is not None:
            message = {"order_id": tell.order_id, "tell_id": tell.tell_id}
            self._queue.send([message], delay_seconds=seconds)
