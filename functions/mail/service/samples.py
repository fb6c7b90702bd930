"""Templates as staff see them, and a letter about an order that never was."""

from datetime import UTC, datetime

from common.errors import Conflict, NotFound
from common.events import Letter, LetterLine
from common.shops import Shop, ShopMail, Shops
from mail.domain.job import Kind
from mail.domain.letter import OrderReceivedLetter, variable_names
from mail.service.drafting import Source, letter_of
from mail.service.templates import NAMES, BlankVariable, render, source
from mail.service.views import Preview, Templates, TemplateView

_LETTERS = {Kind.ORDER_RECEIVED: OrderReceivedLetter}
_SHOP = Shop(
    id="sample",
    name="見本ショップ",
    channel="generic",
    currency="JPY",
    enabled=True,
    mail=ShopMail(
        from_address="shop@example.jp",
        from_name="見本ショップ",
        reply_to="",
        signature="見本ショップ\nhttps://shop.example.jp/\nshop@example.jp",
    ),
    webhook_secrets=(),
    version=1,
)
_ORDER = Source(
    letter=Letter(
        number="A-1001",
        buyer_name="見本 花子",
        email="hanako@example.jp",
        currency="JPY",
        lines=[
            LetterLine(title="青い湯のみ", quantity=2, unit_price=1980, line_total=3960),
            LetterLine(title="白い急須", quantity=1, unit_price=4500, line_total=4500),
        ],
        goods_total=8460,
        shipping_total=None,
        discount_total=500,
        total=None,
        payment_method="CARD",
        destination="〒100-0001\n東京都千代田区千代田1-1\n見本 花子 様",
    ),
    ordered_at=datetime(2026, 11, 21, 12, 0, tzinfo=UTC),
)


def templates() -> Templates:
    """Every template as it is written."""
    items = [
        TemplateView(
            kind=kind,
            name=NAMES[kind],
            subject=source(kind, "subject").strip(),
            text=source(kind, "txt"),
            variables=variable_names(_LETTERS[kind]),
        )
        for kind in Kind
    ]
    return Templates(items=items)


def preview(kind: Kind, shop_id: str, shops: Shops) -> Preview:
    """The sample order's letter from a shop, or from a sample shop for "".

    Raises NotFound for an unknown shop, Conflict when its settings lack something.
    """
    shop = shops.get(shop_id) if shop_id else _SHOP
    if shop is None:
        raise NotFound("There is no such shop.")
    try:
        rendered = render(kind, letter_of(kind, _ORDER, shop))
    except BlankVariable as blank:
        raise Conflict(f"Fill in {blank.name} in the shop's settings first.") from None
    return Preview(subject=rendered.subject, text=rendered.text)
