"""Telling malls what became of their orders, once and with patience."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from common.canonical import SourceStatus
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
        """Tell the mall, unless it is told, given up, or being told by somebody else; look at what
        it has accepted.

        Raises Retryable for what is ours. A message may come any number of times.
        """
        order_id, tell_id = message["order_id"], message["tell_id"]
        tell, order = self._tells.get(order_id, tell_id), self._orders.get(order_id)
        if tell is None or order is None:
            return
        shop = self._shops.get(tell.shop_id)
        if shop is not None and shop.is_paused:
            self._again(tell, _PAUSED_SECONDS)
        elif tell.state is TellState.ACCEPTED:
            self._look(tell, order, shop)
        else:
            self._begin(tell, order, shop)

    def _begin(self, tell: Tell, order: Order, shop: Shop | None) -> None:
        now = self._clock()
        begun = rules.start(tell, now)
        if begun is None:
            if tell.state is TellState.SENDING and tell.lease_until is not None:
                # Perhaps whoever began it died: the next look is when nobody can be at it.
                self._again(tell, int((tell.lease_until - now).total_seconds()) + 1)
            return
        try:
            begun = self._tells.save(tell, begun, order_version=order.version)
        except Contended:
            # Whoever was faster tells it; if they die, their message comes again.
            return
        self._tell(begun, order, shop)

    def _tell(self, tell: Tell, order: Order, shop: Shop | None) -> None:
        try:
            api, ctx = self._mall_of(shop)
            result = _ask(api, ctx, tell, order.content.channel_order_id)
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
        # Of a cancellation the mall's promise is not enough: the goods would stay, or go twice.
        is_promise = bool(result.pending) and tell.kind is TellKind.CANCEL
        after = (rules.accepted if is_promise else rules.done)(tell, result, self._clock())
        self._tells.save(tell, after, order_version=order.version)
        if Cap.POLL in api.info.caps:
            message = {"shop_id": tell.shop_id, "order_ids": [order.content.channel_order_id]}
            self._pulls.send([message], delay_seconds=_READ_BACK_SECONDS)
        if is_promise:
            self._again(after, rules.look_again(after, self._clock()) or 0)

    def _look(self, tell: Tell, order: Order, shop: Shop | None) -> None:
        """Whether the mall did what it accepted, as the order there shows."""
        promise = Done(pending=tell.outcome.pending if tell.outcome else "")
        try:
            is_done = self._is_cancelled(shop, order.content.channel_order_id, promise.pending)
            why_not = ChannelError(ErrorKind.REMOTE, "The mall only accepted it.", code="undone")
        except ChannelError as error:
            is_done, why_not = False, error
        if is_done:
            done = rules.done(tell, promise, self._clock())
            self._tells.save(tell, done, order_version=order.version)
            return
        seconds = rules.look_again(tell, self._clock()) if why_not.is_temporary else None
        if seconds is not None:
            self._again(tell, seconds)
            return
        failed = rules.not_applied(tell, why_not, self._clock())
        self._tells.save(tell, failed, order_version=order.version)
        self._warn(tell, why_not)

    def _is_cancelled(self, shop: Shop | None, number: str, pending: str) -> bool:
        """Raises ChannelError, a final one when the mall has given it up."""
        api, ctx = self._mall_of(shop)
        for told in api.fetch_orders(ctx, [number]).orders:
            if told.channel_order_id == number and told.status is SourceStatus.CANCELLED:
                return True
        api.check_pending(ctx, pending)
        return False

    def _mall_of(self, shop: Shop | None) -> tuple[ChannelApi, Context]:
        if shop is None or not shop.enabled:
            raise ChannelError(ErrorKind.FORBIDDEN, "The shop is off.", code="shop_off")
        return self._malls.of(shop)

    def _refused(self, tell: Tell, order: Order, error: ChannelError) -> None:
        after, seconds = rules.refused(tell, error, self._clock())
        self._tells.save(tell, after, order_version=order.version)
        self._warn(tell, error)
        if seconds is not None:
            self._again(tell, seconds)

    def _again(self, tell: Tell, seconds: int) -> None:
        message = {"order_id": tell.order_id, "tell_id": tell.tell_id}
        self._queue.send([message], delay_seconds=seconds)

    @staticmethod
    def _warn(tell: Tell, error: ChannelError) -> None:
        fields = {"order_id": tell.order_id, "tell": tell.tell_id, "kind": error.kind}
        logger().warning("the mall did not do it", extra={**fields, "code": error.code})


def _ask(api: ChannelApi, ctx: Context, tell: Tell, number: str) -> Done:
    """Asking again is harmless: every channel looks first, or has a key that the mall knows."""
    if tell.kind is TellKind.CONFIRM:
        return api.confirm_order(ctx, number)
    if tell.shipment is not None:
        return api.notify_shipment(ctx, rules.notice_of(tell, tell.shipment, number))
    return api.cancel_order(ctx, number, tell.reason or CancelReason.OTHER)
