"""/api/orders, from API Gateway's event to the answer."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from common.auth import Group
from common.aws import client
from common.canonical import Money
from common.dynamo import Item, Table
from orders.handlers.api import app, handler
from orders.handlers.import_orders import handler as import_orders
from orders.repository.deliveries import DeliveryRepository, Parked
from orders.repository.orders import OrderRepository
from tests.builders import NOW, contact, goods, order, place, report
from tests.conftest import FakeContext
from tests.http import body_of, http_event
from tests.orders.handlers.shop_world import BUCKET, ShopWorld
from tests.orders.items import everything

READS = (
    "/",
    "/counts",
    "/search?q=1001",
    "/health",
    "/failed-imports",
    "/demo%3A5001",
    "/demo%3A5001/timeline",
)
Answer = dict[str, Any]


def call(
    method: str,
    path: str,
    body: Any = None,
    *,
    groups: tuple[str, ...] = ("staff",),
    **headers: str,
) -> Answer:
    """An answer of the API; `path` as the page writes it, with a query. Header names are given
    with underscores."""
    plain, _, query = path.partition("?")
    event = http_event(
        method,
        "/api/orders" + (plain if plain != "/" else ""),
        body=body,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        query=dict(part.split("=", 1) for part in query.split("&") if part),
        groups=groups,
    )
    return handler(event, FakeContext())


def problem(answer: Answer) -> tuple[int, str, str]:
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    body = body_of(answer)
    assert body["request_id"] == "test-request"
    assert body["status"] == answer["statusCode"]
    return answer["statusCode"], body["code"], body["detail"]


def url_of(order_id: str) -> str:
    """Encoded twice by the page, decoded once by API Gateway."""
    return f"/{quote(order_id, safe='')}"


NOT_POLLED = {"last_poll_at": None, "watermark": None, "poll_error": None}
# Items of the five orders, written once: moto copies its whole table for every transaction.
FIVE: list[Item] = []


@pytest.fixture
def desk(world: ShopWorld, orders: OrderRepository, orders_table: Table) -> OrderRepository:
    """Five orders, a minute apart; the third of another shop, the last one with remarks."""
    if FIVE:
        orders_table.put_many(FIVE)
        return orders
    for seed in range(1, 6):
        content = report(
            seed,
            ordered_at=NOW - timedelta(minutes=seed),
            remarks="急ぎ" if seed == 5 else "",
        )
        made = order(content, now=NOW + timedelta(minutes=seed))
        if seed == 3:
            made = made.model_copy(update={"order_id": "cart:5003", "shop_id": "cart"})
        orders.save(None, made, NOW)
    FIVE.extend(everything(orders_table))
    return orders


def numbers(answer: Answer) -> list[str]:
    assert answer["statusCode"] == 200
    return [row["number"] for row in body_of(answer)["items"]]


def test_all_orders_come_newest_arrival_first(desk: OrderRepository) -> None:
    answer = call("GET", "/")

    assert numbers(answer) == ["#1005", "#1004", "#1003", "#1002", "#1001"]
    assert body_of(answer)["next"] is None
    assert answer["headers"]["cache-control"] == "no-store"
    assert body_of(answer)["items"][4] == {
        "id": "demo:5001",
        "number": "#1001",
        "shop_id": "demo",
        "channel": "generic",
        "ordered_at": "2026-11-21T02:59:00.000Z",
        "received_at": "2026-11-21T03:01:00.000Z",
        "buyer_name": "佐藤 翔",
        "summary": "白いマグカップ",
        "line_count": 1,
        "unit_count": 1,
        "total": 2050,
        "currency": "JPY",
        "badge": "ALLOCATION",
        "queues": ["ALLOCATION"],
        "reasons": [{"code": "short", "detail": "MUG-WHITE ×1"}],
        "version": 1,
    }


def test_a_list_is_asked_for_by_queue_shop_order_and_page(desk: OrderRepository) -> None:
    assert numbers(call("GET", "/?queue=REVIEW")) == ["#1005"]
    assert numbers(call("GET", "/?queue=PRINT")) == []
    assert numbers(call("GET", "/?shop=cart")) == ["#1003"]
    oldest_first = "/?queue=ALLOCATION&order=asc&shop=demo&limit=3"
    first = call("GET", oldest_first)
    assert numbers(first) == ["#1005", "#1004", "#1002"]
    second = call("GET", f"{oldest_first}&next={body_of(first)['next']}")
    assert numbers(second) == ["#1001"]
    assert body_of(second)["next"] is None


WRONG_QUESTIONS = {
    "queue=UNANSWERED": "queue",
    "queue=nonsense": "queue",
    "order=sideways": "query.order",
    "limit=0": "query.limit",
    "limit=301": "query.limit",
    "limit=many": "query.limit",
}


def test_a_wrong_question_is_told_which_field(world: ShopWorld) -> None:
    for query, field in WRONG_QUESTIONS.items():
        answer = call("GET", f"/?{query}")
        assert problem(answer)[:2] == (422, "invalid")
        assert [error["field"] for error in body_of(answer)["errors"]] == [field]


def test_a_token_of_another_list_is_refused(desk: OrderRepository) -> None:
    token = body_of(call("GET", "/?limit=2"))["next"]

    assert problem(call("GET", f"/?queue=REVIEW&next={token}"))[0] == 422
    assert problem(call("GET", "/?next=nonsense"))[0] == 422


def test_counts_tell_how_much_there_is_to_do(desk: OrderRepository) -> None:
    zero = {"count": 0, "capped": False}
    working = (
        *("INCOMPLETE", "CANCEL_REQUESTED", "HOLD", "REVIEW", "PAYMENT", "ALLOCATION"),
        *("RELEASE_DATE", "COMBINE", "SHIP_DATE", "PRINT", "PRINTED"),
    )

    assert body_of(call("GET", "/counts")) == {
        "counts": dict.fromkeys(working, zero)
        | {"REVIEW": {"count": 1, "capped": False}, "ALLOCATION": {"count": 5, "capped": False}},
        "failed_imports": zero,
    }


def test_orders_are_searched_over_all_shops(desk: OrderRepository) -> None:
    for text in ("#1003", "1003", "１００３"):
        assert numbers(call("GET", f"/search?q={text}")) == ["#1003"]
    # In the order of the ids.
    assert numbers(call("GET", "/search?q=MUG")) == ["#1003", "#1001", "#1002", "#1004", "#1005"]


def test_search_comes_in_pages_and_needs_a_text(desk: OrderRepository) -> None:
    first = call("GET", "/search?q=MUG&limit=3")
    second = call("GET", f"/search?q=MUG&limit=3&next={body_of(first)['next']}")

    assert len(numbers(first)) == 3
    assert sorted(numbers(first) + numbers(second)) == [f"#100{n}" for n in range(1, 6)]
    assert problem(call("GET", "/search"))[0] == 422
    assert problem(call("GET", "/search?q="))[0] == 422
    assert problem(call("GET", f"/search?q={'x' * 201}"))[0] == 422


def test_a_word_that_outlived_its_order_s_change_finds_nothing(
    desk: OrderRepository, orders_table: Table
) -> None:
    key = {"pk": "TOKEN#昔の", "sk": "昔の名#demo:5001", "order_id": "demo:5001"}
    orders_table.commit(orders_table.put(key))

    assert numbers(call("GET", "/search?q=昔の名")) == []


def test_one_order_is_read_with_its_version(desk: OrderRepository) -> None:
    answer = call("GET", url_of("demo:5001"))

    assert answer["statusCode"] == 200
    assert answer["headers"]["etag"] == '"1"'
    body = body_of(answer)
    assert (body["id"], body["number"], body["version"]) == ("demo:5001", "#1001", 1)
    assert body["lines"][0]["sku"] == "MUG-WHITE"
    assert body["destinations"][0]["address"]["postal"] == "100-0001"
    assert body["facets"]["lifecycle"] == "ACTIVE"
    assert body["memo"] == ""


def test_an_order_is_read_whatever_its_number_is_made_of(
    world: ShopWorld, orders: OrderRepository
) -> None:
    for number in ("a/b", "#1001", "x y?&=+", "注文-1", "A.b_c~1"):
        orders.save(None, order(report(channel_order_id=number)), NOW)
        encoded = quote(f"demo:{number}", safe="")

        assert body_of(call("GET", f"/{encoded}"))["id"] == f"demo:{number}"
        assert body_of(call("GET", f"/{encoded}/timeline"))["items"][0]["seq"] == 1


def test_what_is_not_there_is_not_found(world: ShopWorld) -> None:
    for path in ("/demo%3A404", "/nothing", "/demo%3A404/lines"):
        assert problem(call("GET", path))[:2] == (404, "not_found")


def test_an_order_that_is_not_there_cannot_be_changed(desk: OrderRepository) -> None:
    answer = call("PATCH", url_of("demo:404"), {"memo": "x"}, if_match='"1"')

    assert problem(answer) == (404, "not_found", "There is no such order.")


def test_the_timeline_tells_what_happened_newest_first(desk: OrderRepository) -> None:
    call("PATCH", url_of("demo:5001"), {"memo": "電話済み", "reason": "折り返し"}, if_match='"1"')
    first = body_of(call("GET", url_of("demo:5001") + "/timeline?limit=1"))
    rest = body_of(call("GET", url_of("demo:5001") + f"/timeline?limit=1&next={first['next']}"))

    (change,) = first["items"]
    assert change.pop("at").endswith("Z")
    assert change == {
        "seq": 2,
        "kind": "edited",
        "actor": {"kind": "staff", "id": "staff-1", "name": "staff-1"},
        "reason": "折り返し",
        "changes": [{"field": "memo", "before": "", "after": "電話済み"}],
    }
    assert [(item["seq"], item["kind"], item["actor"]["kind"]) for item in rest["items"]] == [
        (1, "received", "mall")
    ]
    assert body_of(call("GET", url_of("demo:404") + "/timeline")) == {"items": [], "next": None}


def test_staff_change_an_order_and_read_it_back(desk: OrderRepository) -> None:
    change = {
        "memo": " 電話済み ",
        "review": "CLEARED",
        "hold": {"until": "2999-01-01", "reason": "出張"},
        "destination": {"id": "1", "line1": "千代田9-9"},
    }
    answer = call("PATCH", url_of("demo:5005"), change, if_match='"1"')

    assert answer["statusCode"] == 200
    assert answer["headers"]["etag"] == '"2"'
    body = body_of(answer)
    assert body["memo"] == "電話済み"
    assert body["queues"] == ["HOLD", "ALLOCATION"]
    assert body["facets"]["schedule"]["hold"] == {"until": "2999-01-01", "reason": "出張"}
    assert body["destinations"][0]["address"]["line1"] == "千代田9-9"
    assert body["destinations"][0]["is_corrected"] is True
    assert body == body_of(call("GET", url_of("demo:5005")))
    released = call("PATCH", url_of("demo:5005"), {"hold": None}, if_match='"2"')
    assert body_of(released)["queues"] == ["ALLOCATION"]


def test_a_change_that_changes_nothing_writes_nothing(desk: OrderRepository) -> None:
    for change in ({}, {"memo": ""}, {"hold": None}, {"review": None}, {"destination": None}):
        answer = call("PATCH", url_of("demo:5001"), change, if_match='"1"')
        assert answer["headers"]["etag"] == '"1"', change


def test_a_change_needs_the_version_that_was_read(desk: OrderRepository) -> None:
    for headers in ({}, *({"if_match": text} for text in ("", "*", '"x"', "-1", '"1", "2"'))):
        answer = call("PATCH", url_of("demo:5001"), {"memo": "x"}, **headers)
        assert problem(answer)[:2] == (428, "precondition_required"), headers


def test_a_version_is_read_in_any_of_its_spellings(desk: OrderRepository) -> None:
    for version, text in enumerate(("1", '"2"', 'W/"3"'), 2):
        answer = call("PATCH", url_of("demo:5001"), {"memo": text}, if_match=text)
        assert answer["headers"]["etag"] == f'"{version}"'


def test_a_change_of_another_version_is_told_how_the_order_is_now(desk: OrderRepository) -> None:
    for version in ('"0"', '"2"', '"999999"'):
        answer = call("PATCH", url_of("demo:5001"), {"memo": "x"}, if_match=version)
        assert problem(answer) == (
            412,
            "changed",
            "Somebody changed this order since you opened it.",
        )
        assert body_of(answer)["current"] == body_of(call("GET", url_of("demo:5001")))


WRONG_CHANGES: list[tuple[dict[str, Any], str]] = [
    ({"hold": {"until": "2020-01-01", "reason": "昔"}}, "body.hold.until"),
    ({"hold": {"until": "tomorrow", "reason": "x"}}, "body.hold.until"),
    ({"hold": {"until": "2999-01-01", "reason": " "}}, "body.hold.reason"),
    ({"hold": {"until": None}}, "body.hold.reason"),
    ({"destination": {"id": "2", "name": "花"}}, "body.destination.id"),
    ({"destination": {"id": "1", "line1": "x" * 201}}, "body.destination.line1"),
    ({"destination": {"id": "1", "country": "US"}}, "body.destination.country"),
    ({"review": "MAYBE"}, "body.review"),
    ({"memo": "x" * 4001}, "body.memo"),
    ({"lifecycle": "SHIPPED"}, "body.lifecycle"),
]


def test_a_change_that_is_not_allowed_names_the_field(desk: OrderRepository) -> None:
    for change, field in WRONG_CHANGES:
        answer = call("PATCH", url_of("demo:5001"), change, if_match='"1"')
        assert problem(answer)[:2] == (422, "invalid")
        assert [error["field"] for error in body_of(answer)["errors"]] == [field]
    assert call("GET", url_of("demo:5001"))["headers"]["etag"] == '"1"'


def test_a_body_that_is_no_json_is_told_so(desk: OrderRepository) -> None:
    event = http_event("PATCH", "/api/orders/demo%3A5001", headers={"if-match": '"1"'})
    event["body"] = "{memo"
    event["headers"]["content-type"] = "application/json"

    assert problem(handler(event, FakeContext()))[:2] == (422, "invalid")


def test_every_group_may_read_and_nobody_without_one(desk: OrderRepository) -> None:
    for path in READS:
        for group in Group:
            assert call("GET", path, groups=(group.value,))["statusCode"] == 200, (path, group)
        assert problem(call("GET", path, groups=()))[:2] == (403, "forbidden")
        assert problem(call("GET", path, groups=("guests",)))[:2] == (403, "forbidden")


def test_only_staff_and_administrators_change_orders_and_see_raw_deliveries(
    desk: OrderRepository, parked: Parked
) -> None:
    writes = (
        ("PATCH", url_of("demo:5001"), {"memo": "x"}),
        ("GET", parked_url(parked) + "/raw", None),
        ("POST", parked_url(parked) + "/retry", None),
    )
    for method, path, body in writes:
        for group in ("support", "viewer"):
            answer = call(method, path, body, groups=(group,), if_match='"1"')
            assert problem(answer) == (
                403,
                "forbidden",
                "This needs one of the groups: staff, admin. Ask an administrator.",
            )
        for version, group in ((1, "staff"), (2, "admin")):
            change = body and {"memo": group}
            answer = call(method, path, change, groups=(group,), if_match=f'"{version}"')
            assert answer["statusCode"] in (200, 202), (method, group)


def test_a_caller_without_a_token_is_asked_to_sign_in(desk: OrderRepository) -> None:
    event = http_event("GET", "/api/orders")
    del event["requestContext"]["authorizer"]

    assert problem(handler(event, FakeContext()))[:2] == (401, "unauthenticated")


@pytest.fixture
def parked(world: ShopWorld, deliveries: DeliveryRepository) -> Parked:
    made = Parked(
        id="2026-11-21T03:00:00Z#abc",
        shop_id="demo",
        channel="generic",
        received_at="2026-11-21T03:00:00.000Z",
        reason="not_json",
        detail="The body is not JSON.",
        attempts=1,
        size=8,
        raw_key="deliveries/demo/2026/11/21/abc",
        headers={"webhook-id": "msg_1"},
    )
    deliveries.park(made)
    client("s3").put_object(Bucket=BUCKET, Key=made.raw_key, Body="花\xff".encode() + b"\xff{}")
    return made


def parked_url(parked: Parked) -> str:
    return f"/failed-imports/{quote(parked.id, safe='')}"


def test_failed_imports_are_listed_without_what_was_in_them(
    parked: Parked, world: ShopWorld
) -> None:
    assert body_of(call("GET", "/failed-imports")) == {
        "items": [
            {
                "id": "2026-11-21T03:00:00Z#abc",
                "shop_id": "demo",
                "channel": "generic",
                "received_at": "2026-11-21T03:00:00.000Z",
                "reason": "not_json",
                "detail": "The body is not JSON.",
                "attempts": 1,
                "size": 8,
            }
        ],
        "next": None,
    }
    assert body_of(call("GET", "/counts"))["failed_imports"] == {"count": 1, "capped": False}


def test_the_bytes_of_a_failed_import_are_shown_as_text(parked: Parked) -> None:
    assert body_of(call("GET", parked_url(parked) + "/raw")) == {"text": "花ÿ�{}"}


def test_a_failed_import_is_tried_again(
    parked: Parked, world: ShopWorld, deliveries: DeliveryRepository
) -> None:
    answer = call("POST", parked_url(parked) + "/retry")

    assert (answer["statusCode"], body_of(answer)) == (202, {"id": parked.id})
    (message,) = world.queued()
    assert json.loads(message["body"]) == {
        "shop_id": "demo",
        "channel": "generic",
        "headers": {"webhook-id": "msg_1"},
        "received_at": "2026-11-21T03:00:00.000Z",
        "delivery_id": "",
        "raw_key": "deliveries/demo/2026/11/21/abc",
        "parked_id": "2026-11-21T03:00:00Z#abc",
    }
    record = {**message, "attributes": {"ApproximateReceiveCount": "1"}}
    assert import_orders({"Records": [record]}, None) == {"batchItemFailures": []}
    assert deliveries.parked(parked.id).attempts == 2


def test_a_failed_import_whose_bytes_are_gone_is_not_tried_again(
    parked: Parked, world: ShopWorld
) -> None:
    client("s3").delete_object(Bucket=BUCKET, Key=parked.raw_key)

    gone = (404, "not_found", "The bytes of this delivery are no longer kept.")
    assert problem(call("POST", parked_url(parked) + "/retry")) == gone
    assert problem(call("GET", parked_url(parked) + "/raw")) == gone
    assert world.queued() == []


def test_a_delivery_that_is_not_parked_any_more_is_not_found(world: ShopWorld) -> None:
    for method, action in (("GET", "raw"), ("POST", "retry")):
        assert problem(call(method, f"/failed-imports/gone/{action}")) == (
            404,
            "not_found",
            "This delivery is not parked any more.",
        )


def test_health_tells_what_staff_look_at_in_the_morning(
    desk: OrderRepository, world: ShopWorld, deliveries: DeliveryRepository, parked: Parked
) -> None:
    deliveries.note_import("demo", NOW, brought_order=True)
    deliveries.note_import("cart", NOW, brought_order=False)
    client("sqs").send_message(QueueUrl=world.queues["inbound-dead"], MessageBody="{}")

    assert body_of(call("GET", "/health")) == {
        "shops": [
            {
                "shop_id": "bare",
                "last_import_at": None,
                "last_order_at": None,
                **NOT_POLLED,
            },
            {
                "shop_id": "cart",
                "last_import_at": "2026-11-21T03:00:00.000Z",
                "last_order_at": None,
                **NOT_POLLED,
            },
            {
                "shop_id": "closed",
                "last_import_at": None,
                "last_order_at": None,
                **NOT_POLLED,
            },
            {
                "shop_id": "demo",
                "last_import_at": "2026-11-21T03:00:00.000Z",
                "last_order_at": "2026-11-21T03:00:00.000Z",
                **NOT_POLLED,
            },
        ],
        "failed_imports": {"count": 1, "capped": False},
        "awaiting_stock": {
            "count": 5,
            "capped": False,
            "oldest_at": "2026-11-21T03:01:00.000Z",
        },
        "queues": [{"name": "inbound", "waiting": 0, "in_flight": 0, "dead": 1}],
    }


def test_an_amount_that_is_not_determined_is_null_not_nothing(
    world: ShopWorld, orders: OrderRepository
) -> None:
    content = report(money=Money(), lines=(goods(unit_price=None, line_total=None),))
    orders.save(None, order(content), NOW)

    (row,) = body_of(call("GET", "/"))["items"]
    assert row["total"] is None
    body = body_of(call("GET", url_of("demo:5001")))
    assert body["money"]["total"] is None
    assert body["lines"][0]["unit_price"] is None


def test_no_answer_of_the_lists_has_an_address_or_a_mail(desk: OrderRepository) -> None:
    text = call("GET", "/")["body"] + call("GET", "/search?q=MUG")["body"]

    for private in (contact(1).email, contact(1).phone, place().contact.address.line1):
        assert private not in text


def test_every_route_is_described_for_openapi() -> None:
    described = json.loads(app.get_openapi_json_schema(title="Orders", version="1"))

    assert {
        f"{method.upper()} {path}": sorted(
            status for status in operation["responses"] if status.startswith("2")
        )
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
    } == {
        "GET /": ["200"],
        "GET /counts": ["200"],
        "GET /search": ["200"],
        "GET /health": ["200"],
        "GET /failed-imports": ["200"],
        "GET /failed-imports/{parked_id}/raw": ["200"],
        "POST /failed-imports/{parked_id}/retry": ["202"],
        "GET /mall-failures": ["200"],
        "POST /mall-failures/{failure_id}/retry": ["202"],
        "GET /unmapped": ["200"],
        "POST /pull": ["202"],
        "GET /{order_id}/mall": ["200"],
        "POST /{order_id}/mall/confirm": ["202"],
        "POST /{order_id}/mall/ship": ["202"],
        "POST /{order_id}/mall/cancel": ["202"],
        "GET /{order_id}": ["200"],
        "GET /{order_id}/timeline": ["200"],
        "PATCH /{order_id}": ["200"],
    }
