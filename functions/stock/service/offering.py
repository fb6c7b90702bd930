"""Putting products into shops: asked for on the page, done by a worker, seen on the page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, Protocol

from pydantic import BaseModel

from common.auth import Actor
from common.channels.port import Cap, ChannelApi, ChannelError, Context, ErrorKind
from common.clock import Clock
from common.errors import Contended, FieldError, Invalid, NotFound, Unavailable
from common.observability import logger
from common.shops import Shop
from stock.domain.offer import Offer, OfferState, draft_of
from stock.domain.views import WireTime
from stock.service.catalogue import Entry

_TRIES = 5


class OfferView(BaseModel):
    """A product in a shop. remote_id: what the mall calls it; message: for staff, why it failed."""

    shop_id: str
    state: Literal["QUEUED", "DONE", "ACCEPTED", "FAILED", "UNSUPPORTED"]
    at: WireTime
    remote_id: str
    code: str
    message: str


class OfferList(BaseModel):
    """The shops a product was put into."""

    items: list[OfferView]


class OfferStore(Protocol):
    """Port: offers. `save` raises Contended when it was asked for again meanwhile."""

    def of_sku(self, sku: str) -> list[Offer]: ...

    def get(self, sku: str, shop_id: str) -> Offer | None: ...

    def is_mapped(self, sku: str, shop_id: str) -> bool: ...

    def save(self, before: Offer | None, after: Offer) -> None: ...


class Entries(Protocol):
    """Port: products with their levels."""

    def entries(self, skus: Iterable[str]) -> Mapping[str, Entry]: ...


class Shops(Protocol):
    """Port: shops by id."""

    def get(self, shop_id: str) -> Shop | None: ...


class Malls(Protocol):
    """Port: a shop's channel, and the way to it."""

    def of(self, shop: Shop) -> tuple[ChannelApi, Context]: ...


class TakeOver(Protocol):
    """Port: service.importing_listings.ListingDesk."""

    def start(self, shop_id: str, caps: Cap, actor: Actor, key: str) -> str: ...


class Sender(Protocol):
    """Port: the queue of the worker."""

    def send(self, bodies: Iterable[Mapping[str, Any]]) -> None: ...


def list_offers(store: OfferStore, sku: str) -> OfferList:
    """By shop."""
    return OfferList(items=[_view(offer) for offer in store.of_sku(sku)])


def ask(
    sku: str,
    shop_ids: Sequence[str],
    extra: Mapping[str, str],
    actor: Actor,
    *,
    store: OfferStore,
    entries: Entries,
    shops: Shops,
    queue: Sender,
    clock: Clock,
) -> OfferList:
    """Have a product made or brought up to date in these shops. Asking again asks the malls again,
    and makes nothing there twice: they know products by their SKU.

    Raises NotFound, Invalid for a shop there is none of.
    """
    entry = entries.entries([sku]).get(sku)
    if entry is None:
        raise NotFound("There is no such SKU.")
    unknown = [shop_id for shop_id in shop_ids if shops.get(shop_id) is None]
    if unknown:
        raise Invalid("この店舗は登録されていません", [FieldError("body.shops", unknown[0])])
    for shop_id in shop_ids:
        before = store.get(sku, shop_id)
        wanted = Offer(sku, shop_id, OfferState.QUEUED, clock(), actor, extra=dict(extra))
        if before is not None:
            wanted = replace(wanted, number=before.number + 1, remote_id=before.remote_id)
        store.save(before, wanted)
    queue.send({"sku": sku, "shop_id": shop_id} for shop_id in shop_ids)
    return list_offers(store, sku)


class OfferWorker:
    """Tells one mall about one product, and has the shop's list taken over when the product is new
    there: only then is its stock told to the shop. Any step may be repeated."""

    def __init__(
        self,
        store: OfferStore,
        entries: Entries,
        shops: Shops,
        malls: Malls,
        desk: TakeOver,
        clock: Clock,
    ) -> None:
        self._store = store
        self._entries = entries
        self._shops = shops
        self._malls = malls
        self._desk = desk
        self._clock = clock

    def run(self, sku: str, shop_id: str, *, receive_count: int) -> None:
        """Raises Unavailable to be tried again; the last try leaves the failure to be seen."""
        offer = self._store.get(sku, shop_id)
        entry = self._entries.entries([sku]).get(sku)
        shop = self._shops.get(shop_id)
        if offer is None or offer.state is not OfferState.QUEUED or not entry or not shop:
            return
        after = self._told(offer, entry, shop, receive_count)
        if after.state is OfferState.DONE:
            self._connect(after, shop)
        try:
            self._store.save(offer, after)
        except Contended:
            # It was asked for again: that one has a message of its own.
            logger().info("asked again", extra={"sku": sku, "shop_id": shop_id})

    def _connect(self, offer: Offer, shop: Shop) -> None:
        caps = self._malls.of(shop)[0].info.caps
        if Cap.LIST_SKUS in caps and not self._store.is_mapped(offer.sku, shop.id):
            key = f"offer#{shop.id}#{offer.sku}#{offer.number}"
            self._desk.start(shop.id, caps, offer.actor, key)

    def _told(self, offer: Offer, entry: Entry, shop: Shop, receive_count: int) -> Offer:
        api, ctx = self._malls.of(shop)
        now = self._clock()
        if Cap.PRODUCT_UPSERT not in api.info.caps:
            return offer.settled(OfferState.UNSUPPORTED, now, code="unsupported")
        try:
            done = api.upsert_product(ctx, draft_of(entry.product, offer.extra))
        except ChannelError as error:
            if error.kind is ErrorKind.UNSUPPORTED:
                return offer.settled(
                    OfferState.UNSUPPORTED, now, code=error.code, message=error.detail
                )
            if error.is_temporary and receive_count < _TRIES:
                raise Unavailable("the mall did not answer") from error
            return offer.settled(OfferState.FAILED, now, code=error.code, message=error.detail)
        state = OfferState.ACCEPTED if done.pending else OfferState.DONE
        return offer.settled(state, now, remote_id=done.remote_id)


def _view(offer: Offer) -> OfferView:
    return OfferView(
        shop_id=offer.shop_id,
        state=offer.state.value,
        at=offer.at,
        remote_id=offer.remote_id,
        code=offer.code,
        message=offer.message,
    )
