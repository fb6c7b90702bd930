"""Orders to test with: complete, unremarkable, and the same at every run.

Each builder takes what a test is about by keyword; all the rest is filled in. People are made up,
their mail addresses and phone numbers reserved for examples.
"""

import base64
import hashlib
import hmac
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from pydantic import TypeAdapter
from standardwebhooks.webhooks import Webhook

from common.canonical import (
    Address,
    CanonicalOrder,
    Contact,
    Destination,
    Line,
    Money,
    Payment,
    PaymentMethod,
    PaymentStatus,
    SourceStatus,
)
from common.clock import to_wire
from orders.domain import changes
from orders.domain.matching import Known
from orders.domain.order import Order

# Noon of a Saturday in Japan.
NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
SHOP = "demo"
SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four.").decode()
SHOPIFY_SECRET = "shpss_example"

_FAMILY = ("山田", "佐藤", "鈴木", "高橋", "田中", "渡辺")
_GIVEN = ("太郎", "花子", "健", "美咲", "翔", "葵")
_KANA = {"山田": "ヤマダ", "佐藤": "サトウ", "鈴木": "スズキ", "高橋": "タカハシ"}
_TITLES = {"MUG-WHITE": "白いマグカップ", "TOTE-NAT": "帆布トート", "KOMPEITO-5": "金平糖 五色"}


def address(**given: Any) -> Address:
    """A complete Japanese address."""
    return replace(
        Address(
            country="JP",
            postal="100-0001",
            prefecture="東京都",
            city="千代田区",
            line1="千代田1-1",
            line2="101号室",
        ),
        **given,
    )


def contact(seed: int = 1, **given: Any) -> Contact:
    """A person who can be written to and delivered to."""
    rng = random.Random(seed)
    family, first = rng.choice(_FAMILY), rng.choice(_GIVEN)
    made = Contact(
        name=f"{family} {first}",
        kana=f"{_KANA.get(family, 'ワタナベ')} タロウ",
        email=f"buyer{seed}@example.com",
        phone=f"090-0000-{seed:04d}",
        address=address(),
    )
    return replace(made, **given)


def place(id: str = "1", *, seed: int = 1, **given: Any) -> Destination:
    """A destination; `given` are fields of its contact or of its address."""
    fields = {name: given.pop(name) for name in [*given] if name in Address.__dataclass_fields__}
    return Destination(id, contact(seed, address=address(**fields), **given))


def goods(sku: str = "MUG-WHITE", quantity: int = 1, line_id: str = "1", **given: Any) -> Line:
    """A line of a product at 1,500 yen a piece."""
    made = Line(
        line_id=line_id,
        title=_TITLES.get(sku, f"商品 {sku}"),
        quantity=quantity,
        destination_id="1",
        sku_candidates=(sku,) if sku else (),
        unit_price=1500,
        line_total=1500 * quantity,
    )
    return replace(made, **given)


def report(seed: int = 1, **given: Any) -> CanonicalOrder:
    """A paid order of one mug, as a mall reports it."""
    lines: Sequence[Line] = given.pop("lines", (goods(),))
    total = sum(line.line_total or 0 for line in lines)
    made = CanonicalOrder(
        channel_order_id=str(5000 + seed),
        display_no=f"#{1000 + seed}",
        source_version=to_wire(NOW),
        ordered_at=NOW,
        status=SourceStatus.READY,
        buyer=contact(seed),
        destinations=(place(seed=seed),),
        lines=tuple(lines),
        money=Money(
            goods_total=total, shipping_total=550, total=total + 550, amount_due=total + 550
        ),
        payment=Payment(PaymentMethod.CARD, PaymentStatus.PAID),
    )
    return replace(made, **given)


def version(minute: int) -> str:
    """The mall's version that many minutes after NOW."""
    return to_wire(NOW.replace(hour=NOW.hour + minute // 60, minute=minute % 60))


def order(
    content: CanonicalOrder | None = None,
    *,
    known: Iterable[str] = ("MUG-WHITE", "TOTE-NAT", "KOMPEITO-5"),
    now: datetime = NOW,
    **given: Any,
) -> Order:
    """An order of ours, just received; `given` are fields of the order afterwards."""
    made = changes.receive(
        content or report(),
        shop_id=SHOP,
        channel="generic",
        known=Known(frozenset(known)),
        raw_key="deliveries/demo/1",
        now=now,
    )
    return made.model_copy(update=given)


def generic_body(content: CanonicalOrder, kind: str = "order.updated") -> bytes:
    """The envelope of the generic channel around an order."""
    data = TypeAdapter(CanonicalOrder).dump_python(content, mode="json", exclude_none=True)
    envelope = {"type": kind, "timestamp": content.source_version, "data": data}
    return json.dumps(envelope, ensure_ascii=False).encode()


def generic_headers(
    body: bytes, *, at: datetime = NOW, id: str = "msg_1", secret: str = SECRET
) -> dict[str, str]:
    """Headers as the public Standard Webhooks library signs them."""
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(id, at, body.decode()),
    }


def shopify_headers(
    body: bytes, *, topic: str = "orders/updated", secret: str = SHOPIFY_SECRET
) -> dict[str, str]:
    """Headers as Shopify signs them."""
    digest = hmac.digest(secret.encode(), body, hashlib.sha256)
    return {
        "x-shopify-topic": topic,
        "x-shopify-webhook-id": "delivery-1",
        "x-shopify-hmac-sha256": base64.b64encode(digest).decode(),
    }


def message(
    body: bytes,
    *,
    shop_id: str = SHOP,
    at: datetime = NOW,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What the receiver queues for the importer."""
    return {
        "shop_id": shop_id,
        "headers": dict(headers or {"webhook-id": "msg_1"}),
        "received_at": to_wire(at),
        "delivery_id": "msg_1",
        "body": base64.b64encode(body).decode(),
    }
