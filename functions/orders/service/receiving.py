"""Taking a delivery in: known shop, genuine bytes, into the queue, nothing else.

The sender waits for our answer (Shopify: five seconds), so this path imports neither pydantic nor
the order model. Whatever fails before the queue took the message fails the request, and the
sender delivers again; what the queue took cannot be lost.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from common import channels
from common.channels.base import RawRequest
from common.clock import to_wire
from common.errors import NotFound, TooLarge, Unauthenticated
from common.shops import Shop
from orders.repository.deliveries import raw_key_of

# Larger bodies are refused before they are hashed. No mall sends orders near this size.
MAX_BODY = 1_000_000
# A queue message must stay below 256 KB in every region; base64 adds a third.
MAX_INLINE = 150_000
MAX_SHOP_ID = 100


class Directory(Protocol):
    def get(self, shop_id: str) -> Shop | None: ...


class Secrets(Protocol):
    def values(self, names: tuple[str, ...]) -> Sequence[str]: ...


class Archive(Protocol):
    def put(self, key: str, body: bytes) -> None: ...


class Outlet(Protocol):
    def send(self, bodies: Iterable[Mapping[str, Any]]) -> None: ...


def receive(
    shop_id: str,
    request: RawRequest,
    *,
    shops: Directory,
    secrets: Secrets,
    archive: Archive,
    inbound: Outlet,
) -> str:
    """Queue a genuine delivery; returns its delivery id, "" for a mall's trial of the address.

    Raises TooLarge, NotFound (unknown or switched-off shop), Unauthenticated (one answer for
    every reason a signature may be wrong), Unavailable.
    """
    if len(request.body) > MAX_BODY:
        raise TooLarge(f"A delivery may have at most {MAX_BODY} bytes.")
    # A longer name is no key of the settings table, and so of no shop.
    shop = shops.get(shop_id) if 0 < len(shop_id) <= MAX_SHOP_ID else None
    if shop is None or not shop.enabled:
        raise NotFound("There is no such address.")
    channel = channels.load(shop.channel)
    verdict = channel.verify_webhook(request, secrets.values(shop.webhook_secrets))
    if not verdict.ok:
        raise Unauthenticated("The signature is not valid.")
    if verdict.is_ping:
        return ""
    inbound.send([_message(shop, request, verdict.delivery_id, channel.kept_headers, archive)])
    return verdict.delivery_id


def _message(
    shop: Shop, request: RawRequest, delivery_id: str, kept: Sequence[str], archive: Archive
) -> dict[str, Any]:
    """What the importer needs; a body too large for a message waits in the archive."""
    message: dict[str, Any] = {
        "shop_id": shop.id,
        # It is read as it was verified, whatever becomes of the shop meanwhile.
        "channel": shop.channel,
        "headers": {name: request.headers[name] for name in kept if name in request.headers},
        "received_at": to_wire(request.received_at),
        "delivery_id": delivery_id,
    }
    if len(request.body) > MAX_INLINE:
        key = raw_key_of(shop.id, request.body, request.received_at)
        archive.put(key, request.body)
        message["raw_key"] = key
    else:
        message["body"] = base64.b64encode(request.body).decode()
    return message
