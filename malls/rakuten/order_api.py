"""The Order API of RMS (es/2.0/order/…): strict about fields, formats and limits.

Answers have MessageModelList; errors come with HTTP 400, or inside 200 for one order of several.
Codes that are known: …_009 a field is missing, …_010 empty, …_011 badly written; getOrder 101/102
all/some; confirmOrder ERROR_102 cancelled, _103 moved on, _105 amounts not set; updateOrderShipping
INFO_101 added, _102 updated, _103 deleted, ERROR_102 cancelled. The others are made up.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from malls.http_server import Answer, Asked, json_answer
from malls.rakuten.orders import Order, cancelled, stamp

if TYPE_CHECKING:
    from malls.rakuten.mall import RakutenMall

PROGRESS = (100, 200, 300, 400, 500, 600, 700, 800, 900)
VERSIONS = range(7, 11)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0900", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATES = {1: "orderDatetime", 5: "shippingCmplRptDatetime"}
_NAMES = {
    "searchOrder": "SEARCH_ORDER",
    "getOrder": "GET_ORDER",
    "confirmOrder": "CONFIRM_ORDER",
    "updateOrderShipping": "UPDATE_ORDERSHIPPING",
    "cancelOrder": "CANCEL_ORDER",
    "cancelOrderAfterShipping": "CANCEL_ORDER_AFTER_SHIPPING",
}


class Bad(Exception):
    """A request that the function refuses. number: 009, 010, 011 …"""

    def __init__(self, number: str, message: str) -> None:
        super().__init__(message)
        self.number = number


def serve(mall: "RakutenMall", asked: Asked) -> Answer:
    """One function, by the last part of the path."""
    name = asked.params["name"]
    functions: Mapping[str, Callable[[RakutenMall, dict[str, Any]], Answer]] = {
        "searchOrder": _search,
        "getOrder": _get,
        "confirmOrder": _confirm,
        "updateOrderShipping": _ship,
        "cancelOrder": lambda m, b: _cancel(m, b, (100, 200, 300)),
        "cancelOrderAfterShipping": lambda m, b: _cancel(m, b, (500, 600, 700, 800)),
    }
    if name not in functions:
        return json_answer({"errors": [{"code": "GE0001", "message": "Not Found"}]}, 404)
    try:
        return functions[name](mall, asked.object())
    except Bad as bad:
        found = [_message(name, "ERROR", bad.number, str(bad))]
        empty: dict[str, Any] = {"searchOrder": {"orderNumberList": None}}.get(name, {})
        if name == "getOrder":
            empty = {"OrderModelList": []}
        return json_answer({"MessageModelList": found} | empty, 400)


def _search(mall: "RakutenMall", body: dict[str, Any]) -> Answer:
    _only(
        body,
        *(
            "dateType",
            "startDatetime",
            "endDatetime",
            "orderProgressList",
            "PaginationRequestModel",
        ),
    )
    date_type = _need(body, "dateType", int)
    if date_type not in range(1, 7):
        raise Bad("011", "dateTypeの値が不正です。")
    start, end = (_time(body, name) for name in ("startDatetime", "endDatetime"))
    if end < start or end - start > timedelta(days=63):
        raise Bad("021", "検索期間は63日以内で指定して下さい。")
    if mall.now() - start > timedelta(days=730):
        raise Bad("022", "startDatetimeは過去730日以内で指定して下さい。")
    progress = body.get("orderProgressList", [])
    if not isinstance(progress, list) or not set(progress) <= set(PROGRESS):
        raise Bad("011", "orderProgressListの値が不正です。")
    rows, page = _paging(body.get("PaginationRequestModel") or {})
    field = _DATES.get(date_type)
    hits = [
        str(order["orderNumber"])
        for order in mall.all_orders()
        if field and order[field] and start <= datetime.fromisoformat(order[field]) <= end
        if not progress or order["orderProgress"] in progress
    ][: mall.most_hits]
    rows = min(rows, mall.page_rows)
    pages = -(-len(hits) // rows)
    found = hits[(page - 1) * rows : page * rows]
    return json_answer(
        {
            "orderNumberList": found,
            "MessageModelList": [
                _message(
                    "searchOrder", "INFO", "101" if hits else "102", "注文検索に成功しました。"
                )
            ],
            "PaginationResponseModel": {
                "totalRecordsAmount": len(hits) or None,
                "totalPages": pages or None,
                "requestPage": page if hits else None,
            },
        }
    )


def _get(mall: "RakutenMall", body: dict[str, Any]) -> Answer:
    _only(body, "orderNumberList", "version")
    numbers = _numbers(body)
    if body.get("version") not in VERSIONS:
        raise Bad("009", "versionの項目を指定してください。")
    found, messages = [], []
    for number in numbers:
        order = mall.order(number)
        if order is None:
            text = "該当する受注情報がありません。"
            messages.append(_message("getOrder", "ERROR", "102", text, number))
        else:
            found.append(order)
    info = "102" if messages else "101"
    messages.insert(0, _message("getOrder", "INFO", info, "受注情報取得に成功しました。"))
    return json_answer(
        {"MessageModelList": messages, "OrderModelList": found, "version": body["version"]}
    )


def _confirm(mall: "RakutenMall", body: dict[str, Any]) -> Answer:
    _only(body, "orderNumberList")
    messages = []
    for number in _numbers(body):
        order = mall.order(number)
        if order is None:
            error = ("101", "該当する受注情報がありません。")
        elif order["orderProgress"] == 900:
            error = ("102", "既にキャンセルされています。")
        elif order["orderProgress"] != 100:
            error = ("103", "既にステータスが移動しています。")
        elif order["totalPrice"] < 0:
            error = ("105", "金額が未設定です。")
        else:
            mall.replace(order | _confirmed(order, mall.now()))
            messages.append(_message("confirmOrder", "INFO", "101", "注文確認しました。", number))
            continue
        messages.append(_message("confirmOrder", "ERROR", *error, number))
    is_bad = all(message["messageType"] == "ERROR" for message in messages)
    return json_answer({"MessageModelList": messages}, 400 if is_bad else 200)


def _confirmed(order: Order, at: datetime) -> Order:
    fixed = {"shopOrderCfmDatetime": stamp(at)}
    if order["SettlementModel"]["settlementMethodCode"] in (9, 13, 14):
        return fixed | {"orderProgress": 200}
    times = dict.fromkeys(("orderFixDatetime", "shippingInstDatetime"), stamp(at))
    return fixed | times | {"orderProgress": 300}


def _ship(mall: "RakutenMall", body: dict[str, Any]) -> Answer:
    name = "updateOrderShipping"
    _only(body, "orderNumber", "BasketidModelList")
    order = mall.order(str(_need(body, "orderNumber", str)))
    if order is None:
        raise Bad("101", "該当する受注情報がありません。")
    if order["orderProgress"] == 900:
        raise Bad("102", "既にキャンセルされているため、発送完了報告が出来ません。")
    packages = {package["basketId"]: package for package in order["PackageModelList"]}
    messages: list[dict[str, Any]] = []
    for basket in _need(body, "BasketidModelList", list):
        _only(basket, "basketId", "ShippingModelList")
        if basket.get("basketId") not in packages:
            raise Bad("103", "basketIdが存在しません。")
        package = packages[basket["basketId"]]
        rows = list(package["ShippingModelList"])
        for row in _need(basket, "ShippingModelList", list):
            number, detail_id = _report(rows, row, mall)
            text = "発送情報の更新設定が完了しました。"
            message = _message(name, "INFO", number, text)
            place = {"dataNumber": len(messages) + 1, "shippingDetailId": detail_id}
            messages.append(message | place)
        if len(rows) > 20:
            raise Bad("104", "発送情報は20件までです。")
        packages[basket["basketId"]] = package | {"ShippingModelList": rows}
    after = order | {"PackageModelList": list(packages.values())}
    if all(any(row["shippingDate"] for row in p["ShippingModelList"]) for p in packages.values()):
        after |= {"orderProgress": 500, "shippingCmplRptDatetime": stamp(mall.now())}
    mall.replace(after)
    return json_answer({"MessageModelList": messages})


def _report(
    rows: list[dict[str, Any]], row: dict[str, Any], mall: "RakutenMall"
) -> tuple[str, int]:
    """Add, update or delete one parcel in `rows`. (message number, its id)."""
    fields = ("deliveryCompany", "shippingNumber", "shippingDate")
    _only(row, "shippingDetailId", "shippingDeleteFlag", *fields)
    if not re.fullmatch(r"10(0\d|1\d|2\d|3[01])", str(row.get("deliveryCompany", "1000"))):
        raise Bad("011", "deliveryCompanyの書式が不正です。")
    if len(str(row.get("shippingNumber") or "")) > 120:
        raise Bad("011", "shippingNumberの書式が不正です。")
    if row.get("shippingDate") and not _DAY.fullmatch(str(row["shippingDate"])):
        raise Bad("011", "shippingDateの書式が不正です。")
    detail_id = row.get("shippingDetailId")
    given = {name: row[name] for name in fields if name in row}
    if detail_id is None:
        added = {"shippingDetailId": mall.next_detail(), **dict.fromkeys(fields), **given}
        rows.append(added)
        return "101", int(added["shippingDetailId"])
    for n, there in enumerate(rows):
        if there["shippingDetailId"] == detail_id:
            if row.get("shippingDeleteFlag") == 1:
                del rows[n]
                return "103", int(detail_id)
            rows[n] = there | given
            return "102", int(detail_id)
    raise Bad("011", "shippingDetailIdの書式が不正です。")


def _cancel(mall: "RakutenMall", body: dict[str, Any], allowed: Sequence[int]) -> Answer:
    _only(body, "orderNumber", "inventoryRestoreType", "changeReasonDetailApply")
    order = mall.order(str(_need(body, "orderNumber", str)))
    if order is None:
        raise Bad("101", "該当する受注情報がありません。")
    if order["orderProgress"] not in allowed:
        raise Bad("102", "キャンセルできるステータスではありません。")
    restore = _need(body, "inventoryRestoreType", int)
    detail = _need(body, "changeReasonDetailApply", int)
    if restore not in (0, 1, 2) or detail not in (1, 2, 3, 4, 5, 6, 8, 10, 13, 14, 15):
        raise Bad("011", "値が不正です。")
    mall.replace(cancelled(order, mall.now(), by_buyer=detail <= 6, detail=detail))
    if restore != 2:
        mall.give_back(order)
    return json_answer(
        {"MessageModelList": [_message("cancelOrder", "INFO", "101", "キャンセルしました。")]}
    )


def _message(
    name: str, kind: str, number: str, text: str, order_number: str | None = None
) -> dict[str, Any]:
    message = {
        "messageType": kind,
        "messageCode": f"ORDER_EXT_API_{_NAMES[name]}_{kind}_{number}",
        "message": text,
    }
    return message if order_number is None else message | {"orderNumber": order_number}


def _only(body: Mapping[str, Any], *names: str) -> None:
    for name in body:
        if name not in names:
            raise Bad("011", f"{name}の項目は指定できません。")


def _need(body: Mapping[str, Any], name: str, kind: type) -> Any:
    value = body.get(name)
    if value is None:
        raise Bad("009", f"{name}の項目を指定して下さい。")
    if not isinstance(value, kind) or isinstance(value, bool):
        raise Bad("011", f"{name}の書式が不正です。")
    return value


def _numbers(body: Mapping[str, Any]) -> list[str]:
    numbers = _need(body, "orderNumberList", list)
    if not 1 <= len(numbers) <= 100 or not all(isinstance(number, str) for number in numbers):
        raise Bad("011", "orderNumberListは100件以内で指定して下さい。")
    return list(numbers)


def _time(body: Mapping[str, Any], name: str) -> datetime:
    text = _need(body, name, str)
    if not text:
        raise Bad("010", f"{name}の値を指定して下さい。")
    if not _TIME.fullmatch(text):
        raise Bad("011", f"{name}の書式が不正です。")
    return datetime.fromisoformat(text)


def _paging(model: Mapping[str, Any]) -> tuple[int, int]:
    _only(model, "requestRecordsAmount", "requestPage", "SortModelList")
    rows, page = model.get("requestRecordsAmount", 30), model.get("requestPage", 1)
    if not isinstance(rows, int) or not 1 <= rows <= 1000:
        raise Bad("011", "requestRecordsAmountの値が不正です。")
    if not isinstance(page, int) or page < 1:
        raise Bad("011", "requestPageの値が不正です。")
    for sort in model.get("SortModelList", ()):
        _only(sort, "sortColumn", "sortDirection")
    return rows, page
