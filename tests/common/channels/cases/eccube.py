"""EC-CUBE: signed webhooks that name orders, and the GraphQL API."""

import hashlib
import hmac
from random import Random
from typing import Any

from common.canonical import CanonicalOrder
from common.channels.base import ShopRef
from common.channels.eccube_order import read_order
from common.channels.payload import read_json
from malls.eccube.mall import EcCubeMall
from malls.eccube.orders import status_of
from malls.http_mall import HttpMall
from tests.common.channels.channel_cases import ApiCase, Case, Clock, Hook


def sign(body: bytes, secret: str) -> dict[str, str]:
    return {
        "content-type": "application/json",
        "x-eccube-url": "https://eccube.example.com/",
        "x-eccube-signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
    }


def _unknown_status(payload: dict[str, Any]) -> None:
    payload["OrderStatus"] = {"id": "teleported", "name": "escrowed"}


def _parse(body: bytes, shop: ShopRef) -> CanonicalOrder:
    return read_order(read_json(body), shop)


CASE = Case(
    sample="order.json",
    rename_status=_unknown_status,
    ignored=frozenset(),
    unread={
        # Said better elsewhere: by codes of places, by the sums of the items, by the day of the
        # order; only "with tax" is told from all else; what is not taxed has no rate.
        "order.json": [
            ("Country", "name"),
            ("Pref", "name"),
            ("subtotal",),
            ("discount",),
            ("create_date",),
            ("Shippings", 0, "Pref", "name"),
            ("Shippings", 1, "Pref", "name"),
            ("OrderItems", 0, "TaxDisplayType", "id"),
            ("OrderItems", 1, "TaxDisplayType", "id"),
            *(
                ("OrderItems", n, *path)
                for n in (5, 6)
                for path in (
                    ("id",),
                    ("tax",),
                    ("tax_rate",),
                    ("TaxType", "id"),
                    ("TaxDisplayType", "id"),
                )
            ),
        ],
    },
    hook=Hook(
        ("test-secret", "old-secret"),
        sign,
        "x-eccube-signature",
        thin="webhook.json",
        thin_id="95",
    ),
    parse=_parse,
    personal=(
        *("山田", "鈴木", "花子", "ヤマダ", "hanako", "09000000001", "渋谷", "神南", "道頓堀"),
        *("1500041", "玄関", "14:00～16:00", "お得意様", "宅配ボックス"),
    ),
    emoji="玄関の前に置いてください",
)


def _mall(clock: Clock) -> HttpMall:
    return EcCubeMall(rng=Random(7), clock=clock)


def _shop(mall: HttpMall) -> EcCubeMall:
    assert isinstance(mall, EcCubeMall)
    return mall


def _page(mall: HttpMall) -> None:
    _shop(mall).page_size = 2


def _strange(mall: HttpMall, order_id: str) -> None:
    _shop(mall).orders[order_id]["OrderStatus"] = status_of("77")


def _spoil(mall: HttpMall, order_id: str) -> None:
    _shop(mall).orders[order_id]["order_date"] = "someday"


def _shipments(mall: HttpMall, order_id: str) -> int:
    return sum(bool(row["shipping_date"]) for row in _shop(mall).orders[order_id]["Shippings"])


API_CASE = ApiCase(
    stem="eccube",
    mall=_mall,
    credentials={
        "client_id": "demo-client",
        "client_secret": "demo-secret",
        "refresh_token": "demo-refresh",
    },
    wrong={
        "client_id": "demo-client",
        "client_secret": "another-secret",
        "refresh_token": "demo-refresh",
    },
    page=_page,
    strange=_strange,
    spoil=_spoil,
    shipments=_shipments,
    renews=True,
    push="updateProductStock",
    ship="updateShipped",
)
