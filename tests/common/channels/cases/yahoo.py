"""Yahoo's orders and API for the contract tests."""

import random
from typing import Any

from common.channels.port import Listing
from common.channels.xml import read_xml, write_xml
from common.channels.yahoo_order import _IGNORED, LISTS, read_order
from malls.http_mall import HttpMall
from malls.yahoo.keys import PUBLIC_PEM
from malls.yahoo.mall import YahooMall
from tests.common.channels.channel_cases import ApiCase, Case, Clock

SELLER, CLIENT, SECRET, REFRESH = "snbx-example", "client-1", "client-secret", "refresh-1"


def _decode(body: bytes) -> Any:
    return read_xml(body, lists=LISTS)[1]


def _encode(order: Any) -> bytes:
    return write_xml("OrderInfo", order)


def _order(file: Any) -> Any:
    return file["Result"]["OrderInfo"][0]


def _unknown_status(order: Any) -> None:
    order["OrderStatus"] = "teleported"
    order["Pay"]["PayStatus"] = "escrowed"


CASE = Case(
    sample="order_info.xml",
    unwrap=_order,
    parse=read_order,
    decode=_decode,
    encode=_encode,
    rename_status=_unknown_status,
    ignored=_IGNORED,
    # Whatever is not `true` is a no; the kinds of wrapping say that there is one.
    unread={
        "order_info.xml": [
            ("IsSubscription",),
            ("IsYahooAuctionOrder",),
            ("Ship", "NeedGiftWrap"),
            ("Ship", "NeedGiftWrapPaper"),
            ("Buyer", "IsLogin"),
        ]
    },
    personal=("見本 花子", "ミホン", "渋谷", "0300000001", "hanako", "玄関前", "見本2-2", "お得意"),
)


def _mall(clock: Clock) -> HttpMall:
    return YahooMall(
        rng=random.Random(1),
        clock=clock,
        seller_id=SELLER,
        client_id=CLIENT,
        client_secret=SECRET,
        refresh=REFRESH,
    )


def _shop(mall: HttpMall) -> YahooMall:
    assert isinstance(mall, YahooMall)
    return mall


def _order_of(mall: HttpMall, order_id: str) -> dict[str, Any]:
    order = _shop(mall).order(order_id)
    assert order is not None
    return order


def _page(mall: HttpMall) -> None:
    _shop(mall).page_rows = 2


def _strange(mall: HttpMall, order_id: str) -> None:
    _shop(mall).replace(_order_of(mall, order_id) | {"OrderStatus": "9"})


def _spoil(mall: HttpMall, order_id: str) -> None:
    _shop(mall).replace(_order_of(mall, order_id) | {"Version": "one"})


API_CASE = ApiCase(
    stem="yahoo",
    mall=_mall,
    credentials={
        "client_id": CLIENT,
        "client_secret": SECRET,
        "refresh_token": REFRESH,
        "public_key": PUBLIC_PEM,
    },
    wrong={
        "client_id": CLIENT,
        "client_secret": SECRET,
        "refresh_token": "refresh-0",
        "public_key": PUBLIC_PEM,
    },
    options={"seller_id": SELLER},
    unknown=Listing("no-such-item:red"),
    page=_page,
    strange=_strange,
    spoil=_spoil,
    shipments=lambda mall, order_id: _shop(mall).reports.count(order_id),
    is_cancelled=lambda mall, order_id: _order_of(mall, order_id)["OrderStatus"] == "4",
    renews=True,
    silent=True,
    push="setStock",
    ship="orderShipStatusChange",
    cancel="orderStatusChange",
)
