"""The emulated cart of the owner's own."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from common.channels.base import RawRequest, ShopRef
from common.channels.generic import CHANNEL
from malls import own_cart

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_signature_satisfies_the_reference_library() -> None:
    at = datetime.now(UTC)
    order = own_cart.build_order("A-1", [("TEA", 2)], at)
    sent = own_cart.delivery(SECRET, order, id_="msg_1", at=at, kind="order.created")
    read = Webhook(SECRET).verify(sent.body, dict(sent.headers))
    assert read == {"type": "order.created", "timestamp": own_cart.stamp(at), "data": order}


def test_the_reference_library_refuses_changed_bytes() -> None:
    sent = own_cart.sign(SECRET, b'{"a":1}', id_="msg_1", at=datetime.now(UTC))
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(b'{"a":2}', dict(sent.headers))


def test_the_generic_channel_takes_the_order_with_its_amounts() -> None:
    at = datetime(2026, 11, 21, 12, tzinfo=UTC)
    order = own_cart.build_order("A-1", [("TEA", 2), ("CUP", 1)], at)
    sent = own_cart.delivery(SECRET, order, id_="msg_1", at=at)
    request = RawRequest({n.lower(): v for n, v in sent.headers.items()}, sent.body, at)
    assert CHANNEL.verify_webhook(request, [SECRET]).ok
    (read,) = CHANNEL.parse_webhook(request, ShopRef("cart", "JPY"))
    assert read.channel_order_id == "A-1"
    assert [(line.sku_candidates, line.quantity) for line in read.lines] == [
        (("TEA",), 2),
        (("CUP",), 1),
    ]
    assert (read.money.goods_total, read.money.total) == (3000, 3500)


def test_a_change_is_newer_and_changes_nothing_else() -> None:
    at = datetime(2026, 11, 21, 12, tzinfo=UTC)
    order = own_cart.build_order("A-1", [("TEA", 1)], at)
    later = own_cart.changed(order, at + timedelta(seconds=1), remarks="急ぎ")
    assert later.pop("source_version") > order.pop("source_version")
    assert later.pop("remarks") == "急ぎ"
    assert json.dumps(later) == json.dumps(order)
