"""The controls that every emulator has at `/_mall`; malls/http_mall.py lists them."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from malls.courier import Faults as HookFaults
from malls.faults import Faults
from malls.http_server import Answer, Asked, Refused, json_answer
from malls.shelf import NotOnSale, SoldOut

if TYPE_CHECKING:
    from malls.http_mall import HttpMall

MOST_AT_ONCE = 500
CONTROL = "/_mall"


def control(mall: "HttpMall", asked: Asked) -> Answer:
    """The answer to a request below `CONTROL`. Raises Refused."""
    rest = asked.path.removeprefix(CONTROL).removeprefix("/")
    match asked.method, rest.split("/"):
        case "GET", [""]:
            return json_answer(mall.state())
        case "POST", ["orders"]:
            return _sell_now(mall, asked)
        case "POST", ["orders", order_id, "cancel"]:
            try:
                mall.cancel(unquote(order_id))
            except KeyError:
                raise Refused(HTTPStatus.NOT_FOUND, "no such order") from None
            return json_answer({"cancelled": unquote(order_id)})
        case "PUT", ["stock", *_]:
            return _edit(mall, unquote(rest.removeprefix("stock/")), asked)
        case "PUT", ["faults"]:
            return _set_faults(mall, asked)
    raise Refused(HTTPStatus.NOT_FOUND, "Not Found")


def _sell_now(mall: "HttpMall", asked: Asked) -> Answer:
    wanted = asked.object() if asked.body else {}
    try:
        count = int(wanted.get("count", asked.one("count", "1")))
        at = datetime.fromisoformat(wanted["at"]) if "at" in wanted else mall.now()
        lines = [(str(sku), int(n)) for sku, n in wanted["lines"]] if "lines" in wanted else None
    except (TypeError, ValueError):
        raise Refused(HTTPStatus.BAD_REQUEST, "lines, count and at cannot be read") from None
    if not 1 <= count <= MOST_AT_ONCE:
        raise Refused(HTTPStatus.BAD_REQUEST, f"count is 1 to {MOST_AT_ONCE}")
    if at.tzinfo is None:
        raise Refused(HTTPStatus.BAD_REQUEST, "at has no offset")
    try:
        return json_answer({"orders": list(mall.sell(lines, count, at))})
    except SoldOut as sold_out:
        raise Refused(HTTPStatus.CONFLICT, f"sold out: {sold_out}") from None
    except NotOnSale as unknown:
        raise Refused(HTTPStatus.NOT_FOUND, f"not on sale: {unknown}") from None


def _edit(mall: "HttpMall", code: str, asked: Asked) -> Answer:
    """code: of the listing, or its SKU."""
    quantity = asked.object().get("quantity")
    if not isinstance(quantity, int) or isinstance(quantity, bool):
        raise Refused(HTTPStatus.BAD_REQUEST, "quantity is a whole number")
    listing = code if mall.shelf.shown(code) is not None else mall.codes.get(code, code)
    try:
        mall.shelf.put(listing, quantity, mall.now(), by="hand")
    except NotOnSale:
        raise Refused(HTTPStatus.NOT_FOUND, "no such listing") from None
    return json_answer({"code": listing, "quantity": quantity})


def _set_faults(mall: "HttpMall", asked: Asked) -> Answer:
    wanted = asked.object()
    hooks = {f.name for f in fields(HookFaults)} if mall.courier else set()
    ours = {f.name for f in fields(Faults)}
    if not wanted.keys() <= hooks | ours:
        raise Refused(HTTPStatus.BAD_REQUEST, f"faults are {sorted(hooks | ours)}")
    api = Faults(**{name: value for name, value in wanted.items() if name in ours})
    if not _is_sane(api, wanted):
        raise Refused(HTTPStatus.BAD_REQUEST, "chances are numbers from 0 to 1")
    mall.faults = api
    if mall.courier is not None:
        # `slow` is one word for both sides of the mall.
        mall.courier.faults = HookFaults(
            **{name: value for name, value in wanted.items() if name in hooks}
        )
    return json_answer(mall.state())


_CHANCES = ("slow", "error_500", "rate_429", "lose_answer", "duplicate", "reorder", "lose")


def _is_sane(faults: Faults, wanted: Mapping[str, Any]) -> bool:
    try:
        chances = [float(wanted.get(name, 0)) for name in _CHANCES]
        return (
            all(0 <= chance <= 1 for chance in chances)
            and 0 <= faults.seconds <= 60
            and (faults.retry_after is None or faults.retry_after >= 0)
            and (faults.times is None or faults.times >= 0)
            and isinstance(faults.only, str)
        )
    except (TypeError, ValueError):
        return False
