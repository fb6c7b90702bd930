"""The port of every channel. Adapters translate; they decide nothing.

This module, and the part of an adapter that verifies, import nothing heavy: the webhook receiver
uses them on a cold start.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol

from common.errors import Terminal

if TYPE_CHECKING:
    from common.canonical import CanonicalOrder


class RawRequest(NamedTuple):
    """A delivery as it came over the wire: header names in lower case, the body's bytes."""

    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


class Verdict(NamedTuple):
    """Whether a delivery is genuine.

    reason: why not, for our log, never for the sender. delivery_id: the same on each retry of
    one delivery. is_ping: genuine, and nothing to import.
    """

    ok: bool
    reason: str = ""
    delivery_id: str = ""
    topic: str = ""
    is_ping: bool = False


def refused(reason: str) -> Verdict:
    """Not genuine, or too old."""
    return Verdict(ok=False, reason=reason)


def genuine(delivery_id: str, topic: str = "") -> Verdict:
    """Signed by somebody who knows the secret."""
    return Verdict(ok=True, delivery_id=delivery_id, topic=topic)


class ShopRef(NamedTuple):
    """What an adapter may know of the shop it reads for."""

    id: str
    currency: str


class OrderRef(NamedTuple):
    """An order that a thin delivery or a list of a mall speaks of; it is fetched before anything
    else is done.

    version: its `source_version`, as far as a list tells it, else "". words: some of its
    `raw_status`. An order that we have in this version and with these words is not fetched again.
    """

    channel_order_id: str
    version: str = ""
    words: Mapping[str, str] = {}


class UnreadableDelivery(Terminal):
    """A genuine delivery that cannot be read. It is parked with its bytes, not lost.

    `reason` is a code: not_json, wrong_shape, no_order_id, too_large. `detail` names the place,
    never the value, which may be personal.
    """

    status = 422
    code = "unreadable"
    title = "The delivery could not be read"

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Channel(Protocol):
    """One mall or cart system."""

    code: ClassVar[str]
    name: ClassVar[str]
    # Headers that are handed on to the importer with the body; all others are dropped.
    kept_headers: ClassVar[tuple[str, ...]]

    def verify_webhook(self, request: RawRequest, secrets: Sequence[str]) -> Verdict:
        """Check a delivery over its raw bytes. Pure, constant-time comparisons.

        secrets: those in force, newest first; more than one while a secret is being changed.
        """
        ...

    def parse_webhook(
        self, request: RawRequest, shop: ShopRef
    ) -> "Sequence[CanonicalOrder | OrderRef]":
        """The orders in a verified delivery, or references to orders of a mall that sends no more;
        none for topics that carry no order.

        Raises UnreadableDelivery.
        """
        ...


class NoWebhooks:
    """Base of a channel whose mall sends nothing: orders come by polling."""

    kept_headers: ClassVar[tuple[str, ...]] = ()

    def verify_webhook(self, request: RawRequest, secrets: Sequence[str]) -> Verdict:
        return refused("this mall sends no webhooks")

    def parse_webhook(
        self, request: RawRequest, shop: ShopRef
    ) -> "Sequence[CanonicalOrder | OrderRef]":
        return ()
