"""Telling Amazon what left the house, and what will not.

A shipment is confirmed package by package (Orders API v0, confirmShipment). The package's number is
ours: asking again with the same number edits that package, so a repeat makes no second one. It must
be a positive number, and is made of the notice's key.

There is no operation that cancels. A feed does (POST_FLAT_FILE_ORDER_ACKNOWLEDGEMENT_DATA, Feeds
API 2021-06-30): a document of tab-separated lines is stored, then processed; its columns and
reasons are those of Amazon's template "OrderCancellation".
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from common.channels.amazon_calls import call, refusal
from common.channels.amazon_listings import marketplace, rows_of
from common.channels.port import (
    CancelReason,
    ChannelError,
    Context,
    Done,
    ErrorKind,
    Request,
    ShipmentNotice,
)
from common.clock import JST, to_wire

# Amazon's carrier codes; any other carrier is `Other` with its name.
_CARRIERS: Final = {
    "yamato": "YAMATO",
    "sagawa": "SAGAWA",
    "jp_post": "Japan Post",
    "seino": "Seino",
}
_NAMES: Final = {"fukuyama": "福山通運"}
_REASONS: Final = {
    CancelReason.CUSTOMER: "BuyerCanceled",
    CancelReason.OUT_OF_STOCK: "NoInventory",
    CancelReason.UNPAID: "GeneralAdjustment",
    CancelReason.OTHER: "GeneralAdjustment",
}
_FEED: Final = "POST_FLAT_FILE_ORDER_ACKNOWLEDGEMENT_DATA"
_FEED_TYPE: Final = "text/tab-separated-values; charset=UTF-8"
_FEED_HEAD: Final = (
    ("TemplateType=OrderCancellation", "Version=1.0/1.0.3"),
    ("order-id", "cancellation-reason-code", "amazon-order-item-code"),
)
_DROPPED: Final = ("CANCELLED", "FATAL")
_NEEDED: Final = "FULFILLMENT,PACKAGES,PAYMENT,CANCELLATION"


def get_order(ctx: Context, order_id: str, included: str) -> dict[str, Any]:
    """An order as Amazon has it. Raises ChannelError."""
    answer = call(
        ctx,
        "getOrder",
        "GET",
        f"/orders/2026-01-01/orders/{quote(order_id, safe='')}",
        query={"includedData": included},
        repeatable=True,
    )
    order = answer.get("order")
    if not isinstance(order, dict):
        raise ChannelError(ErrorKind.REMOTE, "Amazon's answer has no order.", code="unreadable")
    return order


def package_number(key: str) -> str:
    """The number of the package that a notice is about: the same for the same key."""
    return str(int(hashlib.sha256(key.encode()).hexdigest()[:12], 16) % 10**9 + 1)


def ship(ctx: Context, notice: ShipmentNotice) -> Done:
    """Confirm a package. Amazon takes one tracking number a package: the first counts; parcels
    with lines of their own are notices of their own.

    Already done: the package is there, or nothing of the order is left to ship.
    """
    if not notice.tracking_numbers:
        raise ChannelError(
            ErrorKind.INVALID, "Amazon needs a tracking number.", code="no_tracking_number"
        )
    order = get_order(ctx, notice.channel_order_id, _NEEDED)
    number, tracking = package_number(notice.key), notice.tracking_numbers[0]
    for package in rows_of(order, "packages"):
        if (
            package.get("packageReferenceId") == number
            and package.get("trackingNumber") == tracking
        ):
            return Done(already=True, remote_id=number)
    lines = notice.lines or _unshipped(order)
    if not lines:
        return Done(already=True)
    body: dict[str, Any] = {
        "marketplaceId": marketplace(ctx),
        "packageDetail": {
            "packageReferenceId": number,
            **_carrier(notice),
            "trackingNumber": tracking,
            "shipDate": _ship_date(notice.shipped_on, ctx.now()),
            "orderItems": [{"orderItemId": line, "quantity": units} for line, units in lines],
        },
    }
    if _is_cod(order):
        body["codCollectionMethod"] = "DirectPayment"
    call(
        ctx,
        "confirmShipment",
        "POST",
        f"/orders/v0/orders/{quote(notice.channel_order_id, safe='')}/shipmentConfirmation",
        body=body,
        repeatable=True,
    )
    return Done(remote_id=number)


def _carrier(notice: ShipmentNotice) -> dict[str, str]:
    code = _CARRIERS.get(notice.carrier)
    if code:
        return {"carrierCode": code}
    name = notice.carrier_name or _NAMES.get(notice.carrier) or notice.carrier
    return {"carrierCode": "Other", "carrierName": name}


def _ship_date(day: dt.date, now: dt.datetime) -> str:
    """An instant of that day in Japan, and none that is yet to come, which Amazon refuses."""
    ends = dt.datetime.combine(day, dt.time(23, 59, 59), JST)
    return to_wire(min(ends, now))


def _status_of(order: dict[str, Any]) -> str:
    fulfillment = order.get("fulfillment")
    return str(fulfillment.get("fulfillmentStatus")) if isinstance(fulfillment, dict) else ""


def _unshipped(order: dict[str, Any]) -> Sequence[tuple[str, int]]:
    found = []
    for item in rows_of(order, "orderItems"):
        fulfillment = item.get("fulfillment")
        told = fulfillment.get("quantityUnfulfilled") if isinstance(fulfillment, dict) else None
        units = told if isinstance(told, int) else item.get("quantityOrdered")
        if isinstance(units, int) and units > 0:
            found.append((str(item.get("orderItemId")), units))
    return found


def _is_cod(order: dict[str, Any]) -> bool:
    payment = order.get("payment")
    rows = rows_of(payment, "paymentExecutions") if isinstance(payment, dict) else []
    return any(row.get("paymentMethod") in ("CashOnDelivery", "COD") for row in rows)


def cancel(ctx: Context, order_id: str, reason: CancelReason) -> Done:
    """Ask for the cancellation of a whole order. pending: the feed, see `check_feed`."""
    if _status_of(get_order(ctx, order_id, _NEEDED)) == "CANCELLED":
        return Done(already=True)
    rows = (*_FEED_HEAD, (order_id, _REASONS[reason], ""))
    content = "".join("\t".join(row) + "\r\n" for row in rows).encode()
    document = call(
        ctx,
        "createFeedDocument",
        "POST",
        "/feeds/2021-06-30/documents",
        body={"contentType": _FEED_TYPE},
        repeatable=True,
    )
    # The address is signed for this one upload and has no token in its header.
    upload = Request("PUT", str(document.get("url")), {"content-type": _FEED_TYPE}, content)
    response = ctx.send("uploadFeedDocument", upload, repeatable=True)
    if response.status >= 300:
        raise refusal("uploadFeedDocument", response)
    feed = call(
        ctx,
        "createFeed",
        "POST",
        "/feeds/2021-06-30/feeds",
        body={
            "feedType": _FEED,
            "marketplaceIds": [marketplace(ctx)],
            "inputFeedDocumentId": document.get("feedDocumentId"),
        },
    )
    return Done(pending=str(feed.get("feedId") or ""))


def check_feed(ctx: Context, feed_id: str) -> None:
    """Nothing for a feed that waits, runs or was read: whether the order is cancelled then is seen
    from the order. Raises ChannelError CONFLICT for one that Amazon has dropped."""
    path = f"/feeds/2021-06-30/feeds/{quote(feed_id, safe='')}"
    status = str(call(ctx, "getFeed", "GET", path, repeatable=True).get("processingStatus") or "")
    if status in _DROPPED:
        raise ChannelError(
            ErrorKind.CONFLICT, "Amazon has not processed the cancellation.", code=status
        )
