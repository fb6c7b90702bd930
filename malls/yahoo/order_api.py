"""The order APIs: strict about fields, formats and what may follow what.

Answers are `Result` (orderList, changes) or `ResultSet/Result` (orderInfo), errors `Error` with
Code and Message. The codes of errors below are made up but for their first letters.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from malls.http_server import Answer, Asked, Refused, text_answer
from malls.yahoo.orders import JST, Order, changed, to_xml

if TYPE_CHECKING:
    from malls.yahoo.mall import YahooMall

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_TIME = re.compile(r"\d{14}", re.ASCII)
_DAY = re.compile(r"\d{8}", re.ASCII)
_CONDITIONS = {
    *("OrderId", "OrderStatus", "IsSeen", "PayStatus", "ShipStatus"),
    *(f"{name}{end}" for name in ("OrderTime", "LastUpdateTime") for end in ("From", "To")),
}
_LISTED = (
    *("OrderId", "Version", "ParentOrderId", "OrderTime", "LastUpdateTime"),
    *("OrderStatus", "IsSeen", "PayStatus", "ShipStatus"),
)
_FIELD = re.compile(r"[A-Z][A-Za-z0-9]+", re.ASCII)
_REASONS = (100, 110, 120, 130, 140, 150, 160, 170, 180, 200, 210, 220, 230)


def xml_answer(name: str, value: Any, attributes: str = "", status: int = 200) -> Answer:
    text = _DECLARATION + to_xml(name, value, attributes)
    return text_answer(text, status, kind="application/xml")


def count(mall: "YahooMall", asked: Asked) -> Answer:
    """orderCount: a GET with the store in the query."""
    _is_store(mall, asked.one("sellerId"))
    new = [order for order in mall.seen_orders() if not order["IsSeen"]]
    counts = {"NewOrder": len(new), "NewReserve": 0, "Holding": 0}
    return xml_answer("ResultSet", {"Result": {"Status": "OK", "Count": counts}})


def listing(mall: "YahooMall", asked: Asked) -> Answer:
    """orderList."""
    request = _request(mall, asked)
    search = _child(request, "Search")
    condition = {row.tag: row.text or "" for row in _child(search, "Condition")}
    fields = _fields(search)
    if not set(fields) <= set(_LISTED):
        raise _bad("Field")
    if not condition or not condition.keys() <= _CONDITIONS:
        raise _bad("Condition")
    rows, start = (
        _number(search, name, 10 if name == "Result" else 1) for name in ("Result", "Start")
    )
    hits = [order for order in mall.seen_orders() if _fits(order, condition)]
    hits.sort(key=lambda order: order["OrderTime"], reverse=_text(search, "Sort") == "-order_time")
    page = hits[start - 1 : start - 1 + min(rows, mall.page_rows)]
    found: dict[str, Any] = {
        "TotalCount": len(hits),
        "OrderInfo": [
            {"Index": n, **{name: _flat(order)[name] for name in fields}}
            for n, order in enumerate(page, start)
        ],
    }
    return xml_answer("Result", {"Status": "OK", "Search": found})


def info(mall: "YahooMall", asked: Asked) -> Answer:
    """orderInfo: one order."""
    request = _request(mall, asked)
    target = _child(request, "Target")
    _fields(target)
    order = _order(mall, target)
    attributes = ' totalResultsAvailable="1" totalResultsReturned="1" firstResultPosition="1"'
    return xml_answer("ResultSet", {"Result": {"Status": "OK", "OrderInfo": order}}, attributes)


def change_ship(mall: "YahooMall", asked: Asked) -> Answer:
    """orderShipStatusChange: replaces what was reported before."""
    request = _request(mall, asked)
    target, ship = _child(request, "Target"), _child(_child(request, "Order"), "Ship")
    order = _order(mall, target)
    _flag(target, "IsPointFix")
    sent = {row.tag: row.text or "" for row in ship}
    known = {
        "ShipStatus",
        "ShipCompanyCode",
        "ShipInvoiceNumber1",
        "ShipInvoiceNumber2",
        "ShipDate",
    }
    if not sent.keys() <= known or sent.get("ShipStatus") not in ("0", "1", "2", "3", "4"):
        raise _bad("Ship")
    if sent.get("ShipDate") and not _DAY.fullmatch(sent["ShipDate"]):
        raise _bad("ShipDate")
    if order["OrderStatus"] in ("4", "5"):
        raise Refused(400, "Cannot Be Operated : OrderStatus", code="od91201")
    if day := sent.get("ShipDate"):
        sent["ShipDate"] = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    mall.replace(changed(order, mall.now(), Ship=sent))
    mall.reports.append(str(order["OrderId"]))
    return xml_answer("ResultSet", {"Result": {"Status": "OK"}})


def change_status(mall: "YahooMall", asked: Asked) -> Answer:
    """orderStatusChange: running → held, completed, cancelled; the last two are for good."""
    request = _request(mall, asked)
    target, wanted = _child(request, "Target"), _child(request, "Order")
    order = _order(mall, target)
    _flag(target, "IsPointFix")
    status = _text(wanted, "OrderStatus")
    if status not in ("2", "3", "4", "5"):
        raise _bad("OrderStatus")
    if order["OrderStatus"] in ("4", "5"):
        raise Refused(400, "Cannot Be Operated : CancelOrder OrderStatus", code="od91202")
    fields: dict[str, Any] = {"OrderStatus": status}
    if status == "4":
        reason = _text(wanted, "CancelReason")
        if not reason.isdecimal() or int(reason) not in _REASONS:
            raise _bad("CancelReason")
        fields["CancelReason"] = reason
    mall.replace(changed(order, mall.now(), **fields))
    return xml_answer("ResultSet", {"Result": {"Status": "OK"}})


def _request(mall: "YahooMall", asked: Asked) -> ElementTree.Element:
    try:
        root = ElementTree.fromstring(asked.body)  # noqa: S314  (a loopback emulator)
    except ElementTree.ParseError:
        raise Refused(400, "The request is not XML", code="px-04002") from None
    if root.tag != "Req":
        raise Refused(400, "The request is no Req", code="px-04002")
    _is_store(mall, _text(root, "SellerId"))
    return root


def _is_store(mall: "YahooMall", seller_id: str) -> None:
    if not seller_id:
        raise Refused(400, '"SellerId" is not specified', code="px-04001")
    if seller_id != mall.seller_id:
        raise Refused(403, "The store cannot be used", code="px-04303")


def _order(mall: "YahooMall", target: ElementTree.Element) -> Order:
    order = mall.order(_text(target, "OrderId"))
    if order is None:
        raise Refused(400, "Order Not Found", code="od91001")
    return order


def _fields(parent: ElementTree.Element) -> list[str]:
    names = _text(parent, "Field").split(",")
    if not all(_FIELD.fullmatch(name) for name in names):
        raise _bad("Field")
    return names


def _fits(order: Order, condition: Mapping[str, str]) -> bool:
    flat = _flat(order)
    for name, value in condition.items():
        if name.endswith(("From", "To")):
            if not _TIME.fullmatch(value):
                raise _bad(name)
            limit = datetime.strptime(value, "%Y%m%d%H%M%S").replace(tzinfo=JST)
            at = datetime.fromisoformat(flat[name.removesuffix("From").removesuffix("To")])
            if at < limit if name.endswith("From") else at >= limit + timedelta(seconds=1):
                return False
        elif str(flat[name]).lower() != value.lower():
            return False
    return True


def _flat(order: Order) -> Mapping[str, Any]:
    return {**order, **order["Pay"], **order["Ship"]}


def _child(parent: ElementTree.Element, name: str) -> ElementTree.Element:
    found = parent.find(name)
    if found is None:
        raise _bad(name)
    return found


def _text(parent: ElementTree.Element, name: str) -> str:
    return (parent.findtext(name) or "").strip()


def _number(parent: ElementTree.Element, name: str, default: int) -> int:
    text = _text(parent, name)
    if text and (not text.isdecimal() or int(text) < 1):
        raise _bad(name)
    return int(text) if text else default


def _flag(parent: ElementTree.Element, name: str) -> None:
    if _text(parent, name) not in ("true", "false"):
        raise _bad(name)


def _bad(name: str) -> Refused:
    return Refused(400, f"Invalid Parameter : {name}", code="od90001")
