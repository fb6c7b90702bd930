"""The Inventory API 2.1 and the Item API 2.0 of RMS.

Known: `errors` with code, message and metadata.propertyPath; bulk-upsert answers 204 and takes rows
of items that are not there, which are thrown away after a day; manageNumber is written small.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from malls.http_server import Answer, Asked, Refused, empty_answer, json_answer

if TYPE_CHECKING:
    from malls.rakuten.mall import RakutenMall

MOST_UPSERTS = 400
MOST_READ = 1000
MOST_UNITS = 99_999
_ORPHAN_LIVES = timedelta(hours=24)


def code_of(row: Mapping[str, Any]) -> str:
    return f"{str(row['manageNumber']).lower()}/{row['variantId']}"


def bulk_upsert(mall: "RakutenMall", asked: Asked) -> Answer:
    """All rows or none."""
    rows = _rows(asked, MOST_UPSERTS)
    for n, row in enumerate(rows):
        quantity = row.get("quantity")
        if row.get("mode") not in ("ABSOLUTE", "RELATIVE"):
            return _error("IE0002", "mode is invalid", f"inventories[{n}].mode")
        low = 0 if row["mode"] == "ABSOLUTE" else -MOST_UNITS
        if not isinstance(quantity, int) or not low <= quantity <= MOST_UNITS:
            path = f"inventories[{n}].quantity" if mall.names_bad_rows else None
            return _error("IE0002", "quantity is invalid", path)
        if row.keys() - {"manageNumber", "variantId", "mode", "quantity"}:
            return _error("GE0014", "unknown property", f"inventories[{n}]")
    with mall.shelf.held():
        for row in rows:
            code = code_of(row)
            shown = mall.shelf.shown(code)
            base = (shown or 0) if row["mode"] == "RELATIVE" else 0
            if shown is None:
                mall.orphans[code] = (base + row["quantity"], mall.now())
            else:
                mall.shelf.put(code, base + row["quantity"], mall.now())
    return empty_answer()


def bulk_get(mall: "RakutenMall", asked: Asked) -> Answer:
    """What there is of the rows; nothing is said of the others."""
    found = []
    for row in _rows(asked, MOST_READ):
        quantity = mall.shelf.shown(code_of(row))
        if quantity is not None:
            found.append(
                {
                    "manageNumber": str(row["manageNumber"]).lower(),
                    "variantId": row["variantId"],
                    "quantity": quantity,
                    "operationLeadTime": {"normalDeliveryTimeId": 1},
                    "shipFromIds": [1],
                }
            )
    return json_answer({"inventories": found})


def sweep_orphans(mall: "RakutenMall") -> None:
    """Throw away rows that waited a day for their item."""
    now = mall.now()
    mall.orphans = {
        code: (quantity, at)
        for code, (quantity, at) in mall.orphans.items()
        if now - at < _ORPHAN_LIVES
    }


def search_items(mall: "RakutenMall", asked: Asked) -> Answer:
    """By cursorMark: `*` first, then the place of the next item; the same mark at the end."""
    hits = asked.one("hits", "10")
    if not hits.isdigit() or not 1 <= int(hits) <= 100:
        return _error("IE0002", "hits is invalid", "hits")
    mark = asked.one("cursorMark", "*")
    place = 0 if mark == "*" else int(mark)
    items = list(mall.items.values())
    rows = items[place : place + min(int(hits), mall.page_hits)]
    following = str(place + len(rows)) if rows else mark
    return json_answer(
        {
            "numFound": len(items),
            "offset": place,
            "results": [{"item": item} for item in rows],
            "nextCursorMark": following,
        }
    )


def get_item(mall: "RakutenMall", asked: Asked) -> Answer:
    item = mall.items.get(asked.params["number"].lower())
    if item is None:
        raise Refused(404, "Not Found", code="GE0001")
    return json_answer(item)


def put_item(mall: "RakutenMall", asked: Asked) -> Answer:
    """A whole item. Rows of its variants that waited get their item."""
    body = asked.object()
    number = asked.params["number"].lower()
    for name in ("itemNumber", "title", "itemType", "genreId", "variants"):
        if not body.get(name):
            return _error("IE0014", f"{name} is required", name)
    for variant_id, variant in body["variants"].items():
        if not str(variant.get("standardPrice") or "").isdigit():
            return _error("IE0002", "standardPrice is invalid", f"variants.{variant_id}")
    is_new = number not in mall.items
    mall.add_item(body | {"manageNumber": number})
    return empty_answer(201 if is_new else 204)


def patch_item(mall: "RakutenMall", asked: Asked) -> Answer:
    number = asked.params["number"].lower()
    item = mall.items.get(number)
    if item is None:
        raise Refused(404, "Not Found", code="GE0001")
    body = asked.object()
    variants = {
        key: item["variants"].get(key, {}) | value
        for key, value in body.pop("variants", {}).items()
    }
    mall.add_item(item | body | {"variants": item["variants"] | variants})
    return empty_answer()


def _rows(asked: Asked, most: int) -> list[dict[str, Any]]:
    rows = asked.object().get("inventories")
    if not isinstance(rows, list) or not 1 <= len(rows) <= most:
        raise Refused(400, f"inventories has 1 to {most} rows", code="IE0002")
    for row in rows:
        if not str(row.get("manageNumber") or "") or "variantId" not in row:
            raise Refused(400, "manageNumber and variantId are required", code="IE0014")
    return rows


def _error(code: str, message: str, path: str | None) -> Answer:
    error: dict[str, Any] = {"code": code, "message": message}
    if path is not None:
        error["metadata"] = {"propertyPath": path}
    return json_answer({"errors": [error]}, 400)
