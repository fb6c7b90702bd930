"""Amazon: polled and told through a queue; orders of Orders API 2026-01-01."""

import random
from datetime import timedelta
from typing import Any

from common.canonical import CanonicalOrder
from common.channels.amazon_order import IGNORED, read_order
from common.channels.base import ShopRef
from common.channels.payload import read_json
from common.channels.port import Listing
from malls.amazon.mall import CREDENTIALS, SELLER, AmazonMall
from malls.http_mall import HttpMall
from tests.common.channels.channel_cases import ApiCase, Case, Clock


def _parse(body: bytes, shop: ShopRef) -> CanonicalOrder:
    return read_order(read_json(body), shop)


def _unknown_status(payload: dict[str, Any]) -> None:
    payload["fulfillment"]["fulfillmentStatus"] = "TELEPORTED"


def _found(file: dict[str, Any]) -> Any:
    return file["response"]["orders"][0]


def _got(file: dict[str, Any]) -> Any:
    return file["response"]["order"]


Path = tuple[str | int, ...]


def _units(item: int, *names: str) -> list[Path]:
    """More units shipped or waiting than were ordered are not more units."""
    return [("orderItems", item, "fulfillment", f"quantity{name}") for name in names]


CASE = Case(
    sample="order_every_field.json",
    rename_status=_unknown_status,
    words=frozenset({"teleported"}),
    ignored=IGNORED,
    unread={
        # Said better elsewhere: discounts one by one beside their sum.
        "order_every_field.json": [
            ("orderItems", 0, "proceeds", "breakdowns", 3, "subtotal", "amount"),
            *_units(0, "Unfulfilled"),
        ],
        "order_pending.json": _units(0, "Unfulfilled"),
        "order_cancel_requested.json": _units(0, "Unfulfilled"),
        "orders2026__searchOrders__200__0.json": [
            *_units(0, "Fulfilled", "Unfulfilled"),
            *_units(1, "Fulfilled", "Unfulfilled"),
        ],
        "orders2026__getOrder__200__0.json": _units(0, "Unfulfilled"),
        "orders2026__getOrder__200__1.json": _units(0, "Fulfilled", "Unfulfilled"),
    },
    parse=_parse,
    others={
        "order_pending.json": lambda file: file,
        "order_cancel_requested.json": lambda file: file,
        "orders2026__searchOrders__200__0.json": _found,
        "orders2026__getOrder__200__0.json": _got,
        "orders2026__getOrder__200__1.json": _got,
    },
    personal=(
        *("山田", "花子", "鈴木", "x1y2z3", "090-1234", "渋谷区", "神南1", "道頓堀", "150-0041"),
        *("玄関前", "はなこ", "箱に傷", "MON 09:00"),
    ),
)


def _mall(clock: Clock) -> AmazonMall:
    return AmazonMall(rng=random.Random(7), clock=clock, accept_late=timedelta(seconds=20))


def amazon(mall: HttpMall) -> AmazonMall:
    assert isinstance(mall, AmazonMall)
    return mall


def _listing(mall: HttpMall, sku: str) -> Listing:
    return Listing(sku, {"product_type": amazon(mall).goods.items[sku].product_type})


def _page(mall: HttpMall) -> None:
    amazon(mall).book.page_size = 2
    amazon(mall).goods.page_size = 2


def _strange(mall: HttpMall, order_id: str) -> None:
    amazon(mall).book.get(order_id)["fulfillment"]["fulfillmentStatus"] = "TELEPORTED"


def _spoil(mall: HttpMall, order_id: str) -> None:
    amazon(mall).book.get(order_id)["fulfillment"]["fulfilledBy"] = "SOMEBODY"


def _is_cancelled(mall: HttpMall, order_id: str) -> bool:
    order = amazon(mall).book.get(order_id)
    return bool(order["fulfillment"]["fulfillmentStatus"] == "CANCELLED")


API_CASE = ApiCase(
    stem="amazon",
    mall=_mall,
    credentials=CREDENTIALS,
    wrong={**CREDENTIALS, "client_secret": "wrong"},
    options={"seller_id": SELLER, "lwa_url": "{url}"},
    listing=_listing,
    page=_page,
    strange=_strange,
    spoil=_spoil,
    shipments=lambda mall, order_id: len(amazon(mall).book.get(order_id)["packages"]),
    is_cancelled=_is_cancelled,
    settle=lambda mall: amazon(mall).settle(),
    renews=True,
    push="patchListingsItem",
    ship="confirmShipment",
    cancel="createFeed",
    draft_extra={"product_type": "HOME"},
)
