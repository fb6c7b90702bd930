"""The fake API answers what docs/openapi.json says: a page that works with it works with ours."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.browser.fake_api import FakeApi, Request
from tests.browser.fake_sign_in import PEOPLE
from tests.browser.screens import mail_in, order_in

API = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text("utf-8"))
TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
    "array": (list,),
    "object": (dict,),
}
GETS = (
    "/orders|/orders/counts|/orders/search|/orders/health|/orders/failed-imports"
    "|/orders/failed-imports/{parked_id}/raw|/orders/{order_id}|/orders/{order_id}/timeline"
    "|/stock/items|/stock/items/{sku}|/stock/items/{sku}/moves|/stock/items/{sku}/waiting"
    "|/stock/items/{sku}/moves/{version}/orders|/stock/imports/{import_id}|/stock/health"
    "|/mail/jobs|/mail/counts|/mail/health|/mail/jobs/{job_id}|/mail/jobs/{job_id}/html"
    "|/settings/me|/settings/shops|/settings/shops/{shop_id}"
).split("|")


def faults(value: Any, schema: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """What does not fit, by its place."""
    if "$ref" in schema:
        yield from faults(value, API["components"]["schemas"][schema["$ref"].split("/")[-1]], where)
    elif "anyOf" in schema:
        if all(any(faults(value, one, where)) for one in schema["anyOf"]):
            yield f"{where}: fits none"
    elif "enum" in schema or "const" in schema:
        if value not in schema.get("enum", [schema.get("const")]):
            yield f"{where}: {value!r}"
    elif "type" in schema and not isinstance(value, TYPES[schema["type"]]):
        yield f"{where}: {value!r} is no {schema['type']}"
    elif isinstance(value, list):
        for n, item in enumerate(value):
            yield from faults(item, schema.get("items", {}), f"{where}.{n}")
    elif isinstance(value, dict):
        yield from member_faults(value, schema, where)


def member_faults(value: dict[str, Any], schema: Mapping[str, Any], where: str) -> Iterator[str]:
    known = schema.get("properties", {})
    yield from (
        f"{where}: lacks {name}" for name in schema.get("required", ()) if name not in value
    )
    for name, member in value.items():
        more = schema.get("additionalProperties", not known)
        if name in known:
            yield from faults(member, known[name], f"{where}.{name}")
        elif isinstance(more, dict):
            yield from faults(member, more, f"{where}.{name}")
        elif not more:
            yield f"{where}: {name} is unknown"


def answered(method: str, path: str) -> Mapping[str, Any]:
    """The schema of the good answer."""
    replies = API["paths"][f"/api{path}"][method.lower()]["responses"]
    good = next(replies[status] for status in ("200", "201", "202") if status in replies)
    return dict(good["content"]["application/json"]["schema"])


def ask(api: FakeApi, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """The fake's answer, as an administrator gets it."""
    query = {"q": "52", "state": "BLOCKED", "queue": "ALL"}
    raw = b"" if body is None else json.dumps(body).encode()
    request = Request(method, path, query, headers, raw, PEOPLE["admin"])
    return api.areas.answer(request)[1]


@pytest.mark.parametrize("path", GETS)
def test_what_is_read_has_the_shape_of_the_api(api: FakeApi, path: str) -> None:
    api.areas.upload(Request("POST", "", {}, {"x-file-name": "a.csv"}, b""))
    ids = {
        "order_id": order_in(api, "INCOMPLETE"),
        "job_id": mail_in(api, "DELIVERED"),
        "parked_id": api.areas.failed[0]["id"],
        "sku": "FUROSHIKI-L",
        "version": "8",
        "import_id": "imp-1",
        "shop_id": "honten",
    }
    filled = path.format(**{name: quote(value, safe="") for name, value in ids.items()})
    assert list(faults(ask(api, "GET", filled), answered("GET", path))) == []


def test_every_order_and_mail_has_the_shape_of_the_api(api: FakeApi) -> None:
    order, mail = answered("GET", "/orders/{order_id}"), answered("GET", "/mail/jobs/{job_id}")
    wrong = [f for o in api.areas.orders.values() for f in faults(o, order)]
    wrong += [f for m in api.areas.mails.values() for f in faults(m, mail)]
    assert wrong == []


@pytest.mark.parametrize("name", ["clean", "errors"])
def test_an_import_has_the_shape_of_the_api_at_every_step(api: FakeApi, name: str) -> None:
    api.areas.next_import = name
    api.areas.upload(Request("POST", "", {}, {"x-file-name": "a.csv"}, b""))
    schema = answered("GET", "/stock/imports/{import_id}")
    for _ in range(3):
        assert list(faults(ask(api, "GET", "/stock/imports/imp-1"), schema)) == []


def test_what_is_changed_has_the_shape_of_the_api(api: FakeApi) -> None:
    order, mail = quote(order_in(api, "REVIEW"), safe=""), mail_in(api, "BLOCKED")
    changes: list[tuple[str, str, str, Any, dict[str, str]]] = [
        ("PATCH", f"/orders/{order}", "/orders/{order_id}", {"memo": "x"}, {"if-match": '"3"'}),
        (
            "POST",
            "/stock/items/MISO-500/receive",
            "/stock/items/{sku}/receive",
            {"quantity": 1, "reference": None, "note": None},
            {"idempotency-key": "1"},
        ),
        (
            "POST",
            f"/mail/jobs/{mail}/retry",
            "/mail/jobs/{job_id}/retry",
            None,
            {"idempotency-key": "2", "if-match": '"2"'},
        ),
        (
            "PUT",
            "/settings/shops/honten/webhook-secret",
            "/settings/shops/{shop_id}/webhook-secret",
            {"secret": "0123456789abcdef"},
            {},
        ),
    ]
    for method, path, template, body, headers in changes:
        answer = ask(api, method, path, body, **headers)
        assert list(faults(answer, answered(method, template))) == []
