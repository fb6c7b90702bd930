"""A mall that answers as a test wrote it, and remembers what it was asked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from common.canonical import CanonicalOrder
from common.channels.port import (
    CancelReason,
    Cap,
    ChannelApi,
    ChannelError,
    ChannelInfo,
    Context,
    Cursor,
    Done,
    Limits,
    Page,
    ShipmentNotice,
    Unsupported,
)
from common.shops import Shop, ShopMail
from tests.builders import NOW

ALL_CAPS = Cap.POLL | Cap.CONFIRM | Cap.SHIP | Cap.CANCEL


class FakeMall(Unsupported):
    """`pages`: answers to polls, one after the other, then empty ones; an exception is raised.
    `orders`: what it has by number. `answers`: what becomes of what it is told."""

    def __init__(self, *, caps: Cap = ALL_CAPS, **limits: Any) -> None:
        self.info = ChannelInfo("tests", "試験モール", caps, Limits(**limits))
        self.pages: list[Page | Exception] = []
        self.orders: dict[str, CanonicalOrder] = {}
        self.unreadable: dict[str, str] = {}
        self.fetch_errors: list[Exception] = []
        self.answers: list[Done | Exception] = []
        self.polled: list[Cursor] = []
        self.fetched: list[list[str]] = []
        self.told: list[Any] = []
        # What has become of what was only accepted.
        self.given_up: ChannelError | None = None
        self.asked_after: list[str] = []
        self.on_poll: Callable[[], None] = lambda: None

    def of(self, shop: Shop) -> tuple[ChannelApi, Context]:
        """The port of services, too: every shop is at this mall."""
        return cast(ChannelApi, self), cast(Context, None)

    def limit(self, **limits: Any) -> None:
        self.info = replace(self.info, limits=replace(self.info.limits, **limits))

    def fetch_orders_since(self, ctx: Context, cursor: Cursor) -> Page:
        self.polled.append(cursor)
        self.on_poll()
        answer = self.pages.pop(0) if self.pages else Page()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def fetch_orders(self, ctx: Context, ids: Sequence[str]) -> Page:
        self.fetched.append(list(ids))
        if self.fetch_errors:
            raise self.fetch_errors.pop(0)
        failed = [(n, self.unreadable[n]) for n in ids if n in self.unreadable]
        return Page([self.orders[n] for n in ids if n in self.orders], failed=failed)

    def confirm_order(self, ctx: Context, channel_order_id: str) -> Done:
        return self._told(("confirm", channel_order_id))

    def notify_shipment(self, ctx: Context, notice: ShipmentNotice) -> Done:
        return self._told(notice)

    def cancel_order(self, ctx: Context, channel_order_id: str, reason: CancelReason) -> Done:
        return self._told(("cancel", channel_order_id, reason))

    def check_pending(self, ctx: Context, pending: str) -> None:
        self.asked_after.append(pending)
        if self.given_up is not None:
            raise self.given_up

    def _told(self, what: Any) -> Done:
        self.told.append(what)
        answer = self.answers.pop(0) if self.answers else Done()
        if isinstance(answer, Exception):
            raise answer
        return answer


class FakeTime:
    """A clock that a test moves."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


class FakeQueue:
    """What was sent, with its delay."""

    def __init__(self) -> None:
        self.sent: list[tuple[dict[str, Any], int]] = []

    def send(self, bodies: Iterable[Mapping[str, Any]], *, delay_seconds: int = 0) -> None:
        self.sent += [(dict(body), delay_seconds) for body in bodies]

    def taken(self) -> list[tuple[dict[str, Any], int]]:
        found, self.sent = self.sent, []
        return found


class FakeShops:
    """Shops by id; `demo` is there."""

    def __init__(self) -> None:
        self.shops = {"demo": a_shop()}

    def get(self, shop_id: str) -> Shop | None:
        return self.shops.get(shop_id)

    def all(self) -> list[Shop]:
        return list(self.shops.values())


def a_shop(shop_id: str = "demo", **given: Any) -> Shop:
    made = Shop(
        id=shop_id,
        name=shop_id,
        channel="tests",
        currency="JPY",
        enabled=True,
        mail=ShopMail("", "", "", ""),
        webhook_secrets=(),
        version=1,
    )
    return made._replace(**given)
