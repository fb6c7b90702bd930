"""From an order's letter data and the shop's settings to a stored letter."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from common.addresses import is_address
from common.clock import from_wire, to_wire
from common.events import Letter, OrderEvent
from common.shops import Shop, Shops
from mail.domain.address import mailbox
from mail.domain.job import BAD_ADDRESS, NO_ADDRESS, SHOP_UNKNOWN, TOO_LONG, Draft, Kind
from mail.domain.letter import OrderReceivedLetter, ShopNames, one_line, order_received_letter
from mail.domain.stored import Content
from mail.service.senders import sender_of
from mail.service.templates import NAMES, BlankVariable, Rendered, render

# Text and source are one DynamoDB item, which may hold 400 KB.
_CONTENT_MAX_BYTES = 350_000


@dataclass(frozen=True, slots=True)
class Source:
    """What a letter is written from; kept with the job, so that a retry can write it again."""

    letter: Letter
    ordered_at: datetime

    def to_json(self) -> str:
        return json.dumps(
            {"letter": self.letter.model_dump(), "ordered_at": to_wire(self.ordered_at)},
            ensure_ascii=False,
            sort_keys=True,
        )


def source_of(event: OrderEvent) -> Source:
    """What an order's event says for the letter."""
    return Source(event.letter, event.ordered_at)


def read_source(text: str) -> Source:
    """The stored form back. Raises ValueError when it is not one."""
    body = json.loads(text)
    return Source(Letter.model_validate(body["letter"]), from_wire(body["ordered_at"]))


class Drafter:
    """Writes letters."""

    def __init__(self, shops: Shops) -> None:
        self._shops = shops

    def draft(self, kind: Kind, source: Source, shop_id: str) -> tuple[Draft, Content]:
        """The letter and its content. A letter that may not go out has a reason and no text."""
        shop = self._shops.get(shop_id)
        to = (source.letter.email or "").strip()
        sender = mailbox(*sender_of(shop)) if shop else ""
        rendered = Rendered("", "", "")
        reason = self._obstacle(to, shop)
        if reason is None and shop is not None:
            try:
                rendered = render(kind, letter_of(kind, source, shop))
            except BlankVariable as blank:
                reason = f"variable:{blank.name}"
        content = _content(source, rendered)
        if len(content.text.encode()) + len(content.source.encode()) > _CONTENT_MAX_BYTES:
            reason, rendered = TOO_LONG, Rendered("", "", "")
            content = _content(source, rendered)
        subject = rendered.subject or _label(kind, source)
        return Draft(to, sender, subject, content.digest, reason), content

    @staticmethod
    def _obstacle(to: str, shop: Shop | None) -> str | None:
        if not to:
            return NO_ADDRESS
        if not is_address(to):
            return BAD_ADDRESS
        if shop is None:
            return SHOP_UNKNOWN
        if not shop.mail.from_address:
            return "variable:from_address"
        return None


def _label(kind: Kind, source: Source) -> str:
    # What the outbox calls a letter that could not be written.
    return f"{NAMES[kind]}（ご注文番号：{one_line(source.letter.number)}）"


def letter_of(kind: Kind, source: Source, shop: Shop) -> OrderReceivedLetter:
    """The variables of a letter. Every kind has its own; a new one is added here."""
    match kind:
        case Kind.ORDER_RECEIVED:
            names = ShopNames(shop.name, shop.mail.signature)
            return order_received_letter(source.letter, source.ordered_at, names)


def _content(source: Source, rendered: Rendered) -> Content:
    written = source.to_json()
    parts = [written, rendered.subject, rendered.text, rendered.html]
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:24]
    return Content(digest, written, rendered.text, rendered.html)
