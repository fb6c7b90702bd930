"""What a mall can be asked to do: the outgoing half of a channel.

`<stem>.py` verifies and reads deliveries (base.Channel); `<stem>_api.py` beside it has `API`, which
talks to the mall. An adapter translates and decides nothing: it asks through a Context, which has
the addresses, the credentials, the clock and the rate limits of one shop, so that no adapter
imports boto3 or urllib3, or reads the time by itself.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from common.channels.base import OrderRef
from common.channels.info import Cap as Cap
from common.channels.info import ChannelInfo as ChannelInfo
from common.channels.info import CredentialField as CredentialField
from common.channels.info import Limits as Limits
from common.channels.info import OptionField as OptionField
from common.channels.trouble import ChannelError as ChannelError
from common.channels.trouble import ErrorKind as ErrorKind
from common.channels.wire import Request as Request
from common.channels.wire import Response as Response

if TYPE_CHECKING:
    from common.canonical import CanonicalOrder


class Token(NamedTuple):
    """An access token. refresh: a new refresh token, "" when the old one stays good."""

    value: str
    expires_at: datetime
    refresh: str = ""


class ShopAccess(NamedTuple):
    """What an adapter may know of the shop it works for. url: base address, no slash at its end."""

    id: str
    currency: str
    url: str
    options: Mapping[str, str]


class Context(Protocol):
    """One shop's way to its mall."""

    @property
    def shop(self) -> ShopAccess: ...

    def now(self) -> datetime: ...

    def send(self, operation: str, request: Request, *, repeatable: bool = False) -> Response:
        """Ask the mall. Waits a little for the shop's rate limit of `operation`.

        repeatable: asking twice does what asking once does (reads, writes with a key or that
        compare first), so a lost answer or a 5xx is asked again, twice at most. Setting a quantity
        is not: set again, it puts on sale once more what was sold in between. Answers of any
        status below 500 but 429 are returned; the adapter reads them. Raises ChannelError: RATE
        (429, also our own limit; with retry_after), TRANSIENT (5xx, time-out, broken connection;
        may_be_applied unless it was never sent).
        """
        ...

    def throttled(self, operation: str, seconds: float) -> None:
        """The mall said in its own way that this operation must rest for so long."""
        ...

    def credential(self, name: str) -> str:
        """A credential that a person entered. Raises ChannelError AUTH when it is not there."""
        ...

    def token(self, renew: Callable[[str], Token], *, refresh: str = "") -> str:
        """The shop's access token; `renew` is called with the newest refresh token when there is
        none or it ends within a minute.

        refresh: name of the credential with the first refresh token, "" when none is needed. Of
        all functions only one renews at a time, under a lock, because a rotating refresh token is
        good for one use.
        """
        ...

    def forget_token(self) -> None:
        """The mall refused the access token: the next `token` renews it."""
        ...


class Cursor(NamedTuple):
    """A stretch of time to read orders of. phase: `new` (created or updated since), `open` (a
    sweep of orders that are open). token: the mall's own page, as the adapter writes it.

    until: may lie ahead of now, and then nothing is left out for being too new."""

    since: datetime
    until: datetime
    phase: str = "new"
    token: str = ""


class Page(NamedTuple):
    """Orders, or references that `fetch_orders` turns into orders. next: None at the end.

    failed: (channel order id, reason) of orders that could not be read; they are parked.
    """

    orders: "Sequence[CanonicalOrder]" = ()
    refs: Sequence[OrderRef] = ()
    next: Cursor | None = None
    failed: Sequence[tuple[str, str]] = ()


class Listing(NamedTuple):
    """One thing on sale in one shop. code: what lines of orders call it by (`Line.listing`).

    keys: other names the API needs, such as Shopify's inventory item.
    """

    code: str
    keys: Mapping[str, str] = {}


class StockUpdate(NamedTuple):
    """An absolute quantity. expected: what the mall must show now (STOCK_CAS only), None for
    whatever it shows. key: the same at every try of the same update."""

    listing: Listing
    quantity: int
    key: str
    expected: int | None = None


class StockOutcome(StrEnum):
    """applied: it shows. accepted: it will, or not. stale: not what was expected; `observed` says
    what is. unknown: the answer was lost."""

    APPLIED = "applied"
    ACCEPTED = "accepted"
    STALE = "stale"
    UNKNOWN_SKU = "unknown_sku"
    REJECTED = "rejected"
    RETRY = "retry"
    UNKNOWN = "unknown"


class StockResult(NamedTuple):
    """What became of one update. message: for staff; never quotes more than codes."""

    code: str
    outcome: StockOutcome
    observed: int | None = None
    message: str = ""


class ShipmentNotice(NamedTuple):
    """What left the house. lines: (line id, quantity), empty for all. carrier: yamato, sagawa,
    jp_post, seino, fukuyama or other, with its name. key: the same at every try."""

    channel_order_id: str
    carrier: str
    tracking_numbers: Sequence[str]
    shipped_on: date
    key: str
    destination_id: str = ""
    lines: Sequence[tuple[str, int]] = ()
    carrier_name: str = ""
    notify_customer: bool = False


class CancelReason(StrEnum):
    CUSTOMER = "customer"
    OUT_OF_STOCK = "out_of_stock"
    UNPAID = "unpaid"
    OTHER = "other"


class Done(NamedTuple):
    """The mall did it. already: it had been done before. pending: accepted, and to be looked at
    later by this token."""

    already: bool = False
    remote_id: str = ""
    pending: str = ""


class SkuRow(NamedTuple):
    """One listing as the mall has it."""

    listing: Listing
    sku: str
    jan: str
    title: str
    quantity: int | None


class SkuPage(NamedTuple):
    rows: Sequence[SkuRow]
    next: str | None


class ProductDraft(NamedTuple):
    """A product to create or update in a shop. price: minor units. extra: what that channel needs
    besides, such as Amazon's product type."""

    sku: str
    name: str
    jan: str
    price: int | None
    quantity: int
    extra: Mapping[str, str] = {}


@runtime_checkable
class ChannelApi(Protocol):
    """Every channel. What `info.caps` does not name raises ChannelError UNSUPPORTED; `Unsupported`
    has all of these to inherit."""

    @property
    def info(self) -> ChannelInfo: ...

    def check(self, ctx: Context) -> None:
        """The connection test: one harmless call that needs the credentials."""
        ...

    def fetch_orders_since(self, ctx: Context, cursor: Cursor) -> Page: ...

    def fetch_orders(self, ctx: Context, ids: Sequence[str]) -> Page:
        """Orders by id, `limits.order_batch` at most; `next` is None."""
        ...

    def push_stock(self, ctx: Context, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        """At most `limits.stock_batch`. One result an update, also when one is refused; raises
        ChannelError only for the call as a whole."""
        ...

    def read_stock(self, ctx: Context, listings: Sequence[Listing]) -> Mapping[str, int | None]:
        """What the mall shows, by listing code; None for what it does not know."""
        ...

    # The next three may be asked any number of times, also after a lost answer: nothing is done
    # twice, and what was done before is `already`.
    def confirm_order(self, ctx: Context, channel_order_id: str) -> Done: ...

    def notify_shipment(self, ctx: Context, notice: ShipmentNotice) -> Done: ...

    def cancel_order(self, ctx: Context, channel_order_id: str, reason: CancelReason) -> Done: ...

    def check_pending(self, ctx: Context, pending: str) -> None:
        """How something is that was only accepted (`Done.pending`). Raises ChannelError CONFLICT
        when the mall has given it up; where the mall cannot be asked, nothing happens."""
        ...

    def list_skus(self, ctx: Context, token: str = "") -> SkuPage: ...

    def upsert_product(self, ctx: Context, product: ProductDraft) -> Done: ...


class Unsupported:
    """Base of every API: a channel overrides what its mall can do."""

    info: ChannelInfo

    def check(self, ctx: Context) -> None:
        raise self._no("check")

    def fetch_orders_since(self, ctx: Context, cursor: Cursor) -> Page:
        raise self._no("fetch_orders_since")

    def fetch_orders(self, ctx: Context, ids: Sequence[str]) -> Page:
        raise self._no("fetch_orders")

    def push_stock(self, ctx: Context, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        raise self._no("push_stock")

    def read_stock(self, ctx: Context, listings: Sequence[Listing]) -> Mapping[str, int | None]:
        raise self._no("read_stock")

    def confirm_order(self, ctx: Context, channel_order_id: str) -> Done:
        raise self._no("confirm_order")

    def notify_shipment(self, ctx: Context, notice: ShipmentNotice) -> Done:
        raise self._no("notify_shipment")

    def cancel_order(self, ctx: Context, channel_order_id: str, reason: CancelReason) -> Done:
        raise self._no("cancel_order")

    def check_pending(self, ctx: Context, pending: str) -> None:
        """Nobody to ask: the order itself will show it."""

    def list_skus(self, ctx: Context, token: str = "") -> SkuPage:
        raise self._no("list_skus")

    def upsert_product(self, ctx: Context, product: ProductDraft) -> Done:
        raise self._no("upsert_product")

    def _no(self, what: str) -> ChannelError:
        return ChannelError(
            ErrorKind.UNSUPPORTED, f"{self.info.name} has no way to do this: {what}.", code=what
        )
