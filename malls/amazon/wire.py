"""SP-API on the wire: its operations, which parameters they take, how often, and refusals."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from malls.http_server import Answer, Asked, Refused, json_answer

MARKETPLACE = "A1VC38T7YXB528"
ANY: frozenset[str] = frozenset()
_STATUSES = frozenset(
    "PENDING_AVAILABILITY PENDING UNSHIPPED PARTIALLY_SHIPPED SHIPPED CANCELLED "
    "UNFULFILLABLE".split()
)
_INCLUDED = frozenset(
    "BUYER RECIPIENT PROCEEDS EXPENSE PROMOTION CANCELLATION FULFILLMENT PACKAGES TAX PAYMENT "
    "FULFILLMENT_ORDERS".split()
)
_SETS = frozenset(
    "summaries attributes issues offers fulfillmentAvailability procurement relationships "
    "productTypes".split()
)
_WRITE = {
    "marketplaceIds": ANY,
    "includedData": frozenset({"identifiers", "issues"}),
    "mode": frozenset({"VALIDATION_PREVIEW"}),
    "issueLocale": ANY,
}
_ITEM = "/listings/2021-08-01/items/{sellerId}/{sku}"
_SUBSCRIPTION = "/notifications/v1/subscriptions/{notificationType}"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. query: legal values of each parameter, ANY for whatever. rate, burst: as
    published. is_grantless: needs the application's own token."""

    name: str
    method: str
    path: str
    rate: float
    burst: int
    query: Mapping[str, frozenset[str]] = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    is_grantless: bool = False

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path))


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        *("searchOrders", "GET", "/orders/2026-01-01/orders", 0.0056, 20),
        {
            **dict.fromkeys(("createdAfter", "createdBefore"), ANY),
            **dict.fromkeys(("lastUpdatedAfter", "lastUpdatedBefore"), ANY),
            **dict.fromkeys(("marketplaceIds", "maxResultsPerPage", "paginationToken"), ANY),
            "fulfillmentStatuses": _STATUSES,
            "fulfilledBy": frozenset({"MERCHANT", "AMAZON"}),
            "includedData": _INCLUDED,
        },
    ),
    Operation(
        *("getOrder", "GET", "/orders/2026-01-01/orders/{orderId}", 0.5, 30),
        {"includedData": _INCLUDED},
    ),
    Operation("confirmShipment", "POST", "/orders/v0/orders/{orderId}/shipmentConfirmation", 2, 10),
    Operation(
        *("getListingsItem", "GET", _ITEM, 5, 10),
        {"marketplaceIds": ANY, "issueLocale": ANY, "includedData": _SETS},
        ("marketplaceIds",),
    ),
    Operation("patchListingsItem", "PATCH", _ITEM, 5, 5, _WRITE, ("marketplaceIds",)),
    Operation("putListingsItem", "PUT", _ITEM, 5, 10, _WRITE, ("marketplaceIds",)),
    Operation(
        *("searchListingsItems", "GET", "/listings/2021-08-01/items/{sellerId}", 5, 5),
        {
            **dict.fromkeys(("marketplaceIds", "issueLocale", "identifiers", "pageSize"), ANY),
            **dict.fromkeys(("createdAfter", "createdBefore", "pageToken"), ANY),
            **dict.fromkeys(("lastUpdatedAfter", "lastUpdatedBefore"), ANY),
            "includedData": _SETS,
            "identifiersType": frozenset({"ASIN", "EAN", "FNSKU", "GTIN", "JAN", "SKU", "UPC"}),
            "sortBy": frozenset({"sku", "createdDate", "lastUpdatedDate"}),
            "sortOrder": frozenset({"ASC", "DESC"}),
        },
        ("marketplaceIds",),
    ),
    Operation("createFeedDocument", "POST", "/feeds/2021-06-30/documents", 0.5, 15),
    Operation(
        *("getFeedDocument", "GET", "/feeds/2021-06-30/documents/{feedDocumentId}", 0.0222, 10),
        {"enableContentEncodingUrlHeader": frozenset({"true", "false"})},
    ),
    Operation("createFeed", "POST", "/feeds/2021-06-30/feeds", 0.0083, 15),
    Operation("getFeed", "GET", "/feeds/2021-06-30/feeds/{feedId}", 2, 15),
    Operation(
        *("getDestinations", "GET", "/notifications/v1/destinations", 1, 5), is_grantless=True
    ),
    Operation(
        *("createDestination", "POST", "/notifications/v1/destinations", 1, 5), is_grantless=True
    ),
    Operation("getSubscription", "GET", _SUBSCRIPTION, 1, 5, {"payloadVersion": ANY}),
    Operation("createSubscription", "POST", _SUBSCRIPTION, 1, 5),
)
_CODES = {
    HTTPStatus.BAD_REQUEST: "InvalidInput",
    HTTPStatus.UNAUTHORIZED: "Unauthorized",
    HTTPStatus.FORBIDDEN: "Unauthorized",
    HTTPStatus.NOT_FOUND: "NotFound",
    HTTPStatus.METHOD_NOT_ALLOWED: "NotFound",
    HTTPStatus.CONFLICT: "Conflict",
    HTTPStatus.TOO_MANY_REQUESTS: "QuotaExceeded",
    HTTPStatus.INTERNAL_SERVER_ERROR: "InternalFailure",
}


def find(asked: Asked) -> tuple[Operation, re.Match[str]] | None:
    """The operation that a request is for."""
    for operation in OPERATIONS:
        found = operation.pattern.fullmatch(asked.path)
        if found is not None and operation.method == asked.method:
            return operation, found
    return None


def check_query(operation: Operation, asked: Asked) -> None:
    """Unknown parameters, unknown values and missing ones are refused."""
    for name, values in asked.query.items():
        if name not in operation.query:
            raise invalid(f"{name} is no parameter of {operation.name}")
        legal = operation.query[name]
        if legal and not set(",".join(values).split(",")) <= legal:
            raise invalid(f"{name} has a value that is not allowed")
    for name in operation.needed:
        if not asked.one(name):
            raise invalid(f"{name} is missing")


def invalid(details: str, code: str = "InvalidInput") -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, details, code=code)


def missing(details: str) -> Refused:
    return Refused(HTTPStatus.NOT_FOUND, details)


def error_answer(refused: Refused) -> Answer:
    """`{"errors": [{code, message, details}]}`"""
    status = HTTPStatus(refused.status)
    code = refused.code or _CODES.get(status, status.phrase.replace(" ", ""))
    error = {"code": code, "message": status.phrase, "details": str(refused)}
    if status is HTTPStatus.FORBIDDEN:
        error["message"] = "Access to requested resource is denied."
    if status is HTTPStatus.TOO_MANY_REQUESTS:
        error["message"] = "You exceeded your quota for the requested resource."
    return json_answer({"errors": [error]}, refused.status, refused.headers)


def listed(asked: Asked, name: str) -> list[str]:
    """The values of a list parameter, separated by commas or sent several times."""
    return [value for value in ",".join(asked.query.get(name, [])).split(",") if value]


def instant(asked: Asked, name: str) -> datetime | None:
    """A parameter that is an instant. Raises Refused."""
    text = asked.one(name)
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(f"{name} is not in ISO 8601 format") from None
    if at.tzinfo is None:
        raise invalid(f"{name} is not in ISO 8601 format")
    return at


def fields_of(value: Any, /, **kinds: type | tuple[type, ...]) -> dict[str, Any]:
    """An object whose named fields are there and of these kinds. Raises Refused."""
    if not isinstance(value, dict):
        raise invalid("the body is not an object")
    for name, kind in kinds.items():
        if not isinstance(value.get(name), kind):
            raise invalid(f"{name} is missing or of the wrong type")
    return value
