"""setStock and getStock. Known: codes of 99 bytes at most; 1000 a call; a code that is not there is
taken without a word; one code alone that is wrong gets an Error, one of several an ErrorCode."""

import re
from typing import TYPE_CHECKING, Any

from malls.http_server import Answer, Asked, Refused
from malls.yahoo.order_api import _is_store, xml_answer

if TYPE_CHECKING:
    from malls.yahoo.mall import YahooMall

MOST_CODES = 1000
MOST_UNITS = 999_999_999
_CODE = re.compile(r"[0-9A-Za-z_-]{1,99}(:[0-9A-Za-z_-]{1,99})?", re.ASCII)
_QUANTITY = re.compile(r"[+-]?[0-9]{1,9}", re.ASCII)


def set_stock(mall: "YahooMall", asked: Asked) -> Answer:
    form = asked.form()
    codes, quantities = _codes(mall, form), form.get("quantity", "").split(",")
    if len(codes) != len(quantities):
        raise Refused(400, "item_code and quantity differ in number", code="st-02103")
    rows = []
    for code, text in zip(codes, quantities, strict=True):
        error = None
        if not _CODE.fullmatch(code):
            error = "st-02101"
        elif not _QUANTITY.fullmatch(text):
            error = "st-02104"
        if error and len(codes) == 1:
            raise Refused(400, "Invalid Parameter", code=error)
        rows.append(_row(code, "" if error else str(_put(mall, code, text)), error))
    return _rows(rows)


def get_stock(mall: "YahooMall", asked: Asked) -> Answer:
    rows = []
    for code in _codes(mall, asked.form()):
        shown = mall.shelf.shown(code)
        rows.append(_row(code, "" if shown is None else str(shown), None))
    return _rows(rows)


def _put(mall: "YahooMall", code: str, text: str) -> int:
    base = (mall.shelf.shown(code) or 0) if text[0] in "+-" else 0
    quantity = base + int(text)
    if mall.shelf.shown(code) is None:
        mall.orphans[code] = quantity
    else:
        mall.shelf.put(code, quantity, mall.now())
    return quantity


def _codes(mall: "YahooMall", form: dict[str, str]) -> list[str]:
    if not form.get("seller_id"):
        raise Refused(400, '"seller_id" is not specified', code="px-04001")
    _is_store(mall, form["seller_id"])
    codes = form.get("item_code", "").split(",")
    if not 1 <= len(codes) <= MOST_CODES or not codes[0]:
        raise Refused(400, '"item_code" is not specified', code="st-02102")
    return codes


def _row(code: str, quantity: str, error: str | None) -> dict[str, Any]:
    item, _, sub = code.partition(":")
    row = {"ItemCode": item, "SubCode": sub, "Quantity": quantity}
    return row if error is None else row | {"ErrorCode": error}


def _rows(rows: list[dict[str, Any]]) -> Answer:
    attributes = f' totalResultsReturned="{len(rows)}"'
    return xml_answer("ResultSet", {"Result": rows}, attributes)
