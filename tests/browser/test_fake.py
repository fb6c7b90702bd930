"""The fake API answers what docs/openapi.json says: a page that works with it works with ours."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.browser.fake_api import FakeApi, Request
from tests.browser.fake_reply import Problem
from tests.browser.fake_sign_in import PEOPLE
from tests.browser.schema import answered, faults, operation
from tests.browser.screens import mail_in, order_in

GETS = (
    "/orders|/orders/mall-failures|/orders/counts|/orders/search|/orders/health|/orders/failed-imports"
    "|/orders/failed-imports/{parked_id}/raw|/orders/{order_id}|/orders/{order_id}/timeline"
    "|/stock/items|/stock/items/{sku}|/stock/items/{sku}/moves|/stock/items/{sku}/waiting"
    "|/stock/items/{sku}/moves/{version}/orders|/stock/imports/{import_id}|/stock/health"
    "|/stock/purchases|/stock/purchases/{purchase_id}|/stock/items/{sku}/coming|/stock/proposals"
    "|/stock/places|/stock/items/{sku}/places|/stock/stocktakes|/stock/stocktakes/{take_id}"
    "|/stock/stocktakes/{take_id}/counts|/stock/items/{sku}/offers|/stock/items/{sku}/at"
    "|/orders/unmapped|/stock/listings|/stock/listings/{shop}/import|/stock/listings/{shop}/history"
    "|/mail/jobs|/mail/counts|/mail/health|/mail/jobs/{job_id}|/mail/jobs/{job_id}/html"
    "|/settings/me|/settings/shops|/settings/shops/{shop_id}|/settings/channels|/settings/credentials"
    "|/stock/sync|/stock/sync/{shop}|/stock/drift|/stock/items/{sku}/listings"
).split("|")


def ask(api: FakeApi, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """The fake's answer, as an administrator gets it."""
    query = {"q": "52", "state": "BLOCKED", "queue": "ALL"}
    query |= {"shop": "honten", "at": "2026-11-21T09:30:00+09:00"}
    raw = b"" if body is None else json.dumps(body).encode()
    request = Request(method, path, query, headers, raw, PEOPLE["admin"])
    return api.areas.answer(request)[1]


@pytest.mark.parametrize("path", GETS)
def test_what_is_read_has_the_shape_of_the_api(api: FakeApi, path: str) -> None:
    api.areas.upload(Request("POST", "", {}, {"x-file-name": "a.csv"}, b""))
    api.areas.refuse("honten:5012", "ship", "ORDER_EXT_API")
    ids = {
        "order_id": order_in(api, "INCOMPLETE"),
        "job_id": mail_in(api, "DELIVERED"),
        "parked_id": api.areas.failed[0]["id"],
        "sku": "FUROSHIKI-L",
        "version": "8",
        "import_id": "imp-1",
        "shop_id": "honten",
        "shop": "honten",
        "purchase_id": "01KAJ000000000000000000002",
        "take_id": "01KAT1",
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
            {"quantity": 1, "reference": "", "note": ""},
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


def test_every_address_the_fake_knows_is_one_of_the_api(api: FakeApi) -> None:
    routes = [*api.areas.orders_routes(), *api.areas.stock_routes(), *api.areas.imports_routes()]
    routes += [*api.areas.mails_routes(), *api.areas.settings_routes()]
    routes += api.areas.sync_routes()
    unknown = [
        (method, pattern)
        for method, pattern, *_ in routes
        if not operation(method, pattern.replace("([^/]+)", "x").replace(r"(\d+)", "1"))
        and "(cancel|retry)" not in pattern
    ]
    assert unknown == []


def test_a_body_of_another_shape_is_refused_as_the_api_refuses_it(api: FakeApi) -> None:
    wrong = {"quantity": 0, "reference": None, "colour": "red"}
    with pytest.raises(Problem) as refused:
        ask(api, "POST", "/stock/items/MISO-500/receive", wrong)
    found = {error["field"] for error in refused.value.more["errors"]}
    assert (refused.value.status, found) == (
        422,
        {"body.quantity", "body.reference", "body.colour"},
    )
