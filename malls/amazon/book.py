"""The orders of an emulated seller, and what is done to them."""

import base64
import hashlib
import json
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from malls.amazon.orders import PENDING, Order, shown, stamp
from malls.amazon.wire import MARKETPLACE, fields_of, instant, invalid, listed, missing
from malls.http_server import Answer, Asked, Refused, empty_answer, json_answer

MOST = 100
TWO_MINUTES = timedelta(minutes=2)
TOKEN_LIFE = timedelta(hours=24)
OPEN = (*PENDING, "UNSHIPPED", "PARTIALLY_SHIPPED")


class Book:
    """Orders by id. page_size: orders a page at most. hidden_for: how long an order cannot be
    found by a search."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.page_size = MOST
        self.hidden_for = timedelta(0)

    def get(self, order_id: str) -> Order:
        """Raises KeyError."""
        return self.orders[order_id]

    def touch(self, order: Order, at: datetime) -> None:
        """Something about it changed: its time of change moves on."""
        before = datetime.fromisoformat(order["lastUpdatedTime"])
        order["lastUpdatedTime"] = stamp(max(at, before + timedelta(milliseconds=1)))

    # -- operations

    def get_order(self, asked: Asked) -> Answer:
        order = self._known(asked)
        return json_answer({"order": shown(order, listed(asked, "includedData"))})

    def _known(self, asked: Asked) -> Order:
        order = self.orders.get(asked.params["orderId"])
        if order is None:
            number = asked.params["orderId"]
            parts = [part for part in number.split("-") if part.isdigit()]
            if [len(part) for part in parts] != [3, 7, 7]:
                raise invalid("orderId is not valid")
            raise missing("the order was not found")
        return order

    def search(self, asked: Asked, now: datetime) -> Answer:
        """A page, oldest change first."""
        key, after, before = self._span(asked, now)
        if listed(asked, "marketplaceIds") not in ([], [MARKETPLACE]):
            raise Refused(HTTPStatus.FORBIDDEN, "marketplaceIds")
        statuses, by = listed(asked, "fulfillmentStatuses"), listed(asked, "fulfilledBy")
        found = [
            order
            for order in self.orders.values()
            if after <= datetime.fromisoformat(order[key]) <= before
            and datetime.fromisoformat(order["createdTime"]) + self.hidden_for <= now
            and (not statuses or order["fulfillment"]["fulfillmentStatus"] in statuses)
            and (not by or order["fulfillment"]["fulfilledBy"] in by)
        ]
        found.sort(key=lambda order: (order[key], order["orderId"]))
        size = asked.one("maxResultsPerPage", str(MOST))
        if not size.isdigit() or not 1 <= int(size) <= MOST:
            raise invalid("maxResultsPerPage is 1 to 100")
        start, step = self._start(asked, now), min(int(size), self.page_size)
        included = listed(asked, "includedData")
        answer: dict[str, Any] = {
            "orders": [shown(order, included) for order in found[start : start + step]],
            "createdBefore" if key == "createdTime" else "lastUpdatedBefore": stamp(before),
        }
        if start + step < len(found):
            token = _token({"at": start + step, "of": _digest(asked), "made": stamp(now)})
            answer["pagination"] = {"nextToken": token}
        return json_answer(answer)

    def _span(self, asked: Asked, now: datetime) -> tuple[str, datetime, datetime]:
        created, updated = instant(asked, "createdAfter"), instant(asked, "lastUpdatedAfter")
        created_to, updated_to = (
            instant(asked, "createdBefore"),
            instant(asked, "lastUpdatedBefore"),
        )
        if (created is None) == (updated is None):
            raise invalid("exactly one of createdAfter and lastUpdatedAfter is needed")
        if (created and updated_to) or (updated and created_to):
            raise invalid("created and lastUpdated times cannot be mixed")
        after = created or updated or now
        before = created_to or updated_to or now - TWO_MINUTES
        if before > now - TWO_MINUTES:
            raise invalid("the end must be at least two minutes before the request")
        if before < after:
            raise invalid("the end is before the beginning")
        return ("createdTime" if created else "lastUpdatedTime"), after, before

    def _start(self, asked: Asked, now: datetime) -> int:
        token = asked.one("paginationToken")
        if not token:
            return 0
        try:
            told = json.loads(base64.b64decode(token))
            start, of, made = int(told["at"]), told["of"], datetime.fromisoformat(told["made"])
        except (ValueError, KeyError, TypeError):
            raise invalid("paginationToken is not valid") from None
        if of != _digest(asked) or now - made > TOKEN_LIFE:
            raise invalid("paginationToken is of another search, or has expired")
        return start

    def confirm(self, asked: Asked, now: datetime) -> tuple[Order, Answer]:
        """A package left. The same packageReferenceId again edits that package."""
        order = self._known(asked)
        body = fields_of(asked.json(), marketplaceId=str, packageDetail=dict)
        detail = fields_of(
            body["packageDetail"],
            packageReferenceId=str,
            carrierCode=str,
            trackingNumber=str,
            shipDate=str,
            orderItems=list,
        )
        self._check_package(order, body, detail, now)
        packages = [
            package
            for package in order["packages"]
            if package["packageReferenceId"] != detail["packageReferenceId"]
        ]
        made = _package(detail, now)
        shipped: dict[str, int] = {}
        for package in (*packages, made):
            for row in package["packageItems"]:
                shipped[row["orderItemId"]] = shipped.get(row["orderItemId"], 0) + row["quantity"]
        for item in order["orderItems"]:
            if shipped.get(item["orderItemId"], 0) > item["quantityOrdered"]:
                raise invalid("more units than were ordered", "Invalid Input")
        for item in order["orderItems"]:
            units = shipped.get(item["orderItemId"], 0)
            item["fulfillment"]["quantityFulfilled"] = units
            item["fulfillment"]["quantityUnfulfilled"] = item["quantityOrdered"] - units
        order["packages"] = [*packages, made]
        whole = all(i["fulfillment"]["quantityUnfulfilled"] == 0 for i in order["orderItems"])
        order["fulfillment"]["fulfillmentStatus"] = "SHIPPED" if whole else "PARTIALLY_SHIPPED"
        self.touch(order, now)
        return order, empty_answer()

    def _check_package(
        self, order: Order, body: dict[str, Any], detail: dict[str, Any], now: datetime
    ) -> None:
        known = {package["packageReferenceId"] for package in order["packages"]}
        status = order["fulfillment"]["fulfillmentStatus"]
        number = detail["packageReferenceId"]
        try:
            shipped_at = datetime.fromisoformat(detail["shipDate"])
        except ValueError:
            raise invalid("shipDate", "Invalid Input") from None
        items = {item["orderItemId"] for item in order["orderItems"]}
        rows = [fields_of(row, orderItemId=str, quantity=int) for row in detail["orderItems"]]
        problems = {
            "marketplaceId": body["marketplaceId"] != MARKETPLACE,
            "codCollectionMethod": body.get("codCollectionMethod") not in (None, "DirectPayment"),
            "packageReferenceId is a positive number": not number.isdigit() or int(number) < 1,
            "fulfilled by Amazon": order["fulfillment"]["fulfilledBy"] != "MERCHANT",
            "the order cannot be shipped": status not in ("UNSHIPPED", "PARTIALLY_SHIPPED")
            and not (status == "SHIPPED" and number in known),
            "carrierName is needed for Other": detail["carrierCode"] == "Other"
            and not detail.get("carrierName"),
            "carrierCode": not detail["carrierCode"],
            "trackingNumber": not detail["trackingNumber"],
            "shipDate has no offset": shipped_at.tzinfo is None,
            "orderItems": not rows
            or any(row["orderItemId"] not in items or row["quantity"] < 1 for row in rows),
        }
        for problem, is_there in problems.items():
            if is_there:
                raise invalid(problem, "Invalid Input")
        if shipped_at > now:
            raise invalid("shipDate is in the future", "Invalid Input")


def _package(detail: dict[str, Any], now: datetime) -> dict[str, Any]:
    carrier = detail["carrierCode"]
    return {
        "packageReferenceId": detail["packageReferenceId"],
        "createdTime": stamp(now),
        "packageStatus": {"status": "SHIPPED"},
        "carrier": detail.get("carrierName", carrier) if carrier == "Other" else carrier,
        "shipTime": stamp(datetime.fromisoformat(detail["shipDate"])),
        "shippingService": detail.get("shippingMethod", ""),
        "trackingNumber": detail["trackingNumber"],
        "packageItems": [
            {"orderItemId": row["orderItemId"], "quantity": row["quantity"]}
            for row in detail["orderItems"]
        ],
    }


def _digest(asked: Asked) -> str:
    """What a page token is good for: everything that was asked but the token."""
    rest = {name: v for name, v in asked.query.items() if name != "paginationToken"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()[:16]


def _token(value: dict[str, Any]) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()
