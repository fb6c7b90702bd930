"""Registering a product once and putting it into the shops whose API allows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from common.auth import Actor
from common.channels.port import ProductDraft
from stock.domain.product import Product


class OfferState(StrEnum):
    """Where putting a product into a shop stands. ACCEPTED: the mall will do it, or say later why
    not. UNSUPPORTED: its API has no way, so somebody does it on the mall's own screen."""

    QUEUED = "QUEUED"
    DONE = "DONE"
    ACCEPTED = "ACCEPTED"
    FAILED = "FAILED"
    UNSUPPORTED = "UNSUPPORTED"


@dataclass(frozen=True, slots=True)
class Offer:
    """One product in one shop. extra: what that channel needs besides, such as Amazon's product
    type. remote_id: what the mall calls it. code, message: why it failed. number: +1 each time it
    is asked for; the worker's answer counts for the number it was asked with."""

    sku: str
    shop_id: str
    state: OfferState
    at: datetime
    actor: Actor
    number: int = 1
    extra: Mapping[str, str] = field(default_factory=dict)
    remote_id: str = ""
    code: str = ""
    message: str = ""

    def settled(
        self,
        state: OfferState,
        at: datetime,
        *,
        remote_id: str = "",
        code: str = "",
        message: str = "",
    ) -> "Offer":
        """With the mall's answer. An id that is known stays known when a later try fails."""
        return replace(
            self,
            state=state,
            at=at,
            remote_id=remote_id or self.remote_id,
            code=code,
            message=message,
        )


def draft_of(product: Product, extra: Mapping[str, str]) -> ProductDraft:
    """What the mall is told. It is put there with no units: how many it may show is published
    afterwards, under the rules that keep anything from being sold twice."""
    return ProductDraft(
        sku=product.sku,
        name=product.name,
        jan=product.jan,
        price=product.price,
        quantity=0,
        extra=extra,
    )
