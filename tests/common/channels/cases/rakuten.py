"""Rakuten's orders and API for the contract tests."""

import random
from typing import Any

from common.channels.port import Listing
from common.channels.rakuten_order import _IGNORED, read_order
from malls.http_mall import HttpMall
from malls.rakuten.mall import RakutenMall
from tests.common.channels.channel_cases import ApiCase, Case, Clock

SECRET, KEY = "SP999999_test", "SL999999_test"


def _unknown_status(order: Any) -> None:
    order["orderProgress"] = "teleported"
    order["SettlementModel"]["settlementMethodCode"] = "escrowed"


def _order(file: Any) -> Any:
    return file["OrderModelList"][0]


CASE = Case(
    sample="transcribed_getOrder_v10_response.json",
    unwrap=_order,
    parse=read_order,
    rename_status=_unknown_status,
    ignored=_IGNORED,
    unread={
        # Whatever is not 0 says yes; only a 0 says that the price is without tax.
        "transcribed_getOrder_v10_response.json": [
            ("giftCheckFlag",),
            ("WrappingModel1", "includeTaxFlag"),
        ],
    },
    personal=("見本 花子", "ミホン", "千代田", "0000-0000", "pc.fw.rakuten", "内のし"),
    emoji="熨斗は内のしでお願いします。",
)


def _mall(clock: Clock) -> HttpMall:
    return RakutenMall(rng=random.Random(1), clock=clock, secret=SECRET, license_key=KEY)


def _shop(mall: HttpMall) -> RakutenMall:
    assert isinstance(mall, RakutenMall)
    return mall


def _order_of(mall: HttpMall, order_id: str) -> dict[str, Any]:
    order = _shop(mall).order(order_id)
    assert order is not None
    return order


def _page(mall: HttpMall) -> None:
    _shop(mall).page_rows = _shop(mall).page_hits = 2


def _strange(mall: HttpMall, order_id: str) -> None:
    _shop(mall).replace(_order_of(mall, order_id) | {"orderProgress": 150})


def _spoil(mall: HttpMall, order_id: str) -> None:
    order = _order_of(mall, order_id)
    order["PackageModelList"][0]["ItemModelList"][0]["units"] = None
    _shop(mall).replace(order)


def _shipments(mall: HttpMall, order_id: str) -> int:
    packages = _order_of(mall, order_id)["PackageModelList"]
    return sum(len(package["ShippingModelList"]) for package in packages)


API_CASE = ApiCase(
    stem="rakuten",
    mall=_mall,
    credentials={"service_secret": SECRET, "license_key": KEY},
    wrong={"service_secret": SECRET, "license_key": "SL999999_old"},
    unknown=Listing("no-such/normal-inventory"),
    page=_page,
    strange=_strange,
    spoil=_spoil,
    shipments=_shipments,
    is_confirmed=lambda mall, order_id: _order_of(mall, order_id)["orderProgress"] in (200, 300),
    is_cancelled=lambda mall, order_id: _order_of(mall, order_id)["orderProgress"] == 900,
    silent=True,
    push="bulk-upsert",
    ship="updateOrderShipping",
    confirm="confirmOrder",
    cancel="cancelOrder",
    draft_extra={"genre_id": "100000"},
)
