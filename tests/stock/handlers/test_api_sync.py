"""stock.api: listings, modes, the way to the shops, and differences."""

import json
from datetime import timedelta
from typing import Any

import boto3
import pytest

from common.channels.port import Listing as MallListing
from common.channels.port import SkuRow
from common.clock import utc_now
from common.dynamo import Table
from stock.domain.drift import Drift
from stock.domain.lag import lags_of
from stock.domain.listing import Listing, listing_id
from stock.repository.catalogue import Catalogue
from stock.repository.drifts import DriftList
from stock.repository.lags import LagBook
from stock.repository.listings import Listings
from stock.repository.mapping import MappingBook
from stock.repository.marks import Marks
from tests.http import body_of
from tests.stock.builders import NOON
from tests.stock.handlers.calls import call, key, status_and_code
from tests.stock.tables import everything, level, register

pytestmark = pytest.mark.usefixtures("shops")

TEA = "/items/TEA"


def messages(queue: str) -> list[Any]:
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in found]


def offer(table: Table, shop: str = "kissa", sku: str = "TEA", **fields: Any) -> Listing:
    one = Listing(shop, f"{sku.lower()}-{shop}", sku, {sku: 1}, **fields)
    Listings(table).save(None, one)
    return one


def history(shop: str = "kissa") -> list[tuple[str, str, str]]:
    rows = body_of(call("GET", f"/listings/{shop}/history", groups=("viewer",)))["items"]
    return [(row["do"], row["code"], row["sku"]) for row in rows]


# -- listings


def test_a_listing_is_mapped_by_hand(api_table: Table) -> None:
    register(api_table)
    row = SkuRow(MallListing("4/7", {"inventory": "99"}), "", "4901234567894", "煎茶 100g", 3)
    MappingBook(api_table).keep_unmapped("kissa", [row])

    answer = call("PUT", "/listings/kissa/4%252F7", {"sku": "TEA", "units": 6})

    assert answer["statusCode"] == 200
    assert {n: body_of(answer)[n] for n in ("code", "sku", "title", "units", "published")} == {
        "code": "4/7",
        "sku": "TEA",
        "title": "煎茶 100g",
        "units": {"TEA": 6},
        "published": None,
    }
    ref = Listings(api_table).by_code("kissa", "4/7")
    assert ref is not None
    assert Listings(api_table).get_many([ref])[ref].keys == {"inventory": "99"}
    unmapped = call("GET", "/listings", query={"shop": "kissa", "filter": "unmapped"})
    assert body_of(unmapped) == {"items": [], "next": None}
    assert history() == [("map", "4/7", "TEA")]


def test_mapping_the_same_again_changes_nothing(api_table: Table) -> None:
    register(api_table)
    call("PUT", "/listings/kissa/tea", {"sku": "TEA"})
    before = everything(api_table)

    assert call("PUT", "/listings/kissa/tea", {"sku": "TEA"})["statusCode"] == 200
    assert everything(api_table) == before


def test_a_listing_sells_one_thing(api_table: Table) -> None:
    register(api_table)
    register(api_table, "POT", "急須")
    call("PUT", "/listings/kissa/tea", {"sku": "TEA"})

    answer = call("PUT", "/listings/kissa/tea", {"sku": "POT"})

    assert status_and_code(answer) == (409, "conflict")


def test_a_set_takes_of_its_components(api_table: Table) -> None:
    for sku in ("CUP", "POT", "SET"):
        register(api_table, sku, sku)
    call("PATCH", "/items/SET", {"components": {"CUP": 2, "POT": 1}}, headers={"If-Match": '"1"'})

    answer = call("PUT", "/listings/kissa/set", {"sku": "SET"})

    assert body_of(answer)["units"] == {"CUP": 2, "POT": 1}


@pytest.mark.parametrize(
    ("path", "body", "found"),
    [
        ("/listings/nobody/tea", {"sku": "TEA"}, (404, "not_found")),
        ("/listings/kissa/tea", {"sku": "NONE"}, (422, "invalid")),
        ("/listings/kissa/tea", {"sku": "TEA", "units": 0}, (422, "invalid")),
    ],
)
def test_what_cannot_be_mapped(
    api_table: Table, path: str, body: Any, found: tuple[int, str]
) -> None:
    register(api_table)

    assert status_and_code(call("PUT", path, body)) == found


def test_a_listing_that_never_was_sent_is_let_go_of_at_once(api_table: Table) -> None:
    register(api_table)
    offer(api_table)

    answer = call("DELETE", "/listings/kissa/tea-kissa", headers={"If-Match": '"0"'})

    assert answer["statusCode"] == 202
    assert Listings(api_table).by_code("kissa", "tea-kissa") is None
    assert messages("push") == [{"shop_id": "kissa"}]
    assert history() == [("unmap", "tea-kissa", "TEA")]


def test_a_listing_on_sale_goes_to_0_first(api_table: Table) -> None:
    register(api_table)
    one = offer(api_table, quantity=5, known=5)

    call("DELETE", "/listings/kissa/tea-kissa", headers={"If-Match": '"0"'})

    assert Listings(api_table).get_many([one.ref])[one.ref].is_retired
    assert [mark.code for mark in Marks(api_table).waiting("kissa", 9)] == ["tea-kissa"]


def test_a_listing_that_changed_is_not_let_go_of(api_table: Table) -> None:
    register(api_table)
    offer(api_table)

    answer = call("DELETE", "/listings/kissa/tea-kissa", headers={"If-Match": '"7"'})

    assert status_and_code(answer) == (412, "changed")
    gone = call("DELETE", "/listings/kissa/none", headers={"If-Match": '"0"'})
    assert status_and_code(gone) == (404, "not_found")


def test_the_listings_of_a_shop_are_pages_by_code(api_table: Table) -> None:
    register(api_table)
    register(api_table, "POT", "急須")
    for sku in ("TEA", "POT"):
        offer(api_table, sku=sku)
    offer(api_table, "yaoya")

    first = body_of(call("GET", "/listings", query={"shop": "kissa", "limit": "1"}))
    rest = body_of(call("GET", "/listings", query={"shop": "kissa", "next": first["next"]}))

    assert [row["code"] for row in first["items"]] == ["pot-kissa"]
    assert [row["code"] for row in rest["items"]] == ["tea-kissa"]
    assert rest["next"] is None
    nobody = call("GET", "/listings", query={"shop": "nobody"})
    assert status_and_code(nobody) == (404, "not_found")


def test_a_product_shows_where_it_is_on_sale(api_table: Table) -> None:
    register(api_table, on_hand=10)
    one = offer(api_table, quantity=5, known=4, known_at=NOON, drift=None)
    offer(api_table, "yaoya", fault="商品がありません")
    LagBook(api_table).note("kissa", {one.id: 340}, NOON)

    found = body_of(call("GET", f"{TEA}/listings", groups=("viewer",)))

    assert {name: found[name] for name in ("mode", "strict", "free", "pool", "debt")} == {
        "mode": "shared",
        "strict": False,
        "free": 10,
        "pool": 10,
        "debt": 0,
    }
    kissa, yaoya = found["items"]
    assert (kissa["published"], kissa["observed"], kissa["lag_ms"]) == (5, 4, 340)
    assert (kissa["exposure"], kissa["since"], kissa["problem"]) == (None, None, "")
    assert (yaoya["published"], yaoya["problem"]) == (None, "商品がありません")
    assert status_and_code(call("GET", "/items/NONE/listings")) == (404, "not_found")


def test_taking_a_list_over_is_a_job(api_table: Table) -> None:
    answer = call("POST", "/listings/kissa/import", headers=key())

    job_id = body_of(answer)["id"]
    assert answer["statusCode"] == 202
    assert body_of(call("POST", "/listings/kissa/import", headers=key()))["id"] == job_id
    assert messages("listings") == [{"shop_id": "kissa", "job": job_id}] * 2
    shown = body_of(call("GET", "/listings/kissa/import", groups=("viewer",)))
    assert (shown["id"], shown["state"], shown["seen"]) == (job_id, "RUNNING", 0)
    none = call("GET", "/listings/yaoya/import")
    assert status_and_code(none) == (404, "not_found")


# -- modes


def test_a_mode_shows_its_effect_before(api_table: Table) -> None:
    register(api_table, on_hand=10)
    offer(api_table, quantity=10, known=10)
    offer(api_table, "yaoya", quantity=10, known=10)

    found = body_of(call("POST", f"{TEA}/mode/preview", {"mode": "strict"}, groups=("viewer",)))

    assert (found["free"], found["shown_before"]) == (10, 20)
    assert found["shown_after"] <= 10
    assert [row["before"] for row in found["items"]] == [10, 10]
    assert [row["tells_sales"] for row in found["items"]] == [True, True]
    assert level(api_table).mode == "shared"


def test_a_shop_whose_sales_nobody_tells_us_is_named(api_table: Table, shops: Table) -> None:
    cart = {"pk": "SHOP", "sk": "cart", "name": "cart", "channel": "ne_push", "version": 1}
    shops.put_many([cart])
    register(api_table, on_hand=10)
    offer(api_table)
    offer(api_table, "cart")

    found = body_of(call("POST", f"{TEA}/mode/preview", {"mode": "strict"}))

    told = {row["shop_id"]: row["tells_sales"] for row in found["items"]}
    assert told == {"kissa": True, "cart": False}


def test_a_mode_is_switched_by_whom_the_ledger_names(api_table: Table) -> None:
    register(api_table, on_hand=10)
    offer(api_table)

    answer = call(
        "PUT", f"{TEA}/mode", {"mode": "last_n", "last_n": 3}, headers={"If-Match": '"1"'}
    )

    assert answer["statusCode"] == 200
    assert (body_of(answer)["mode"], body_of(answer)["version"]) == ("last_n", 2)
    after = level(api_table)
    assert (after.mode, after.last_n) == ("last_n", 3)
    assert after.last_change is not None
    assert (after.last_change.reason, after.last_change.actor.kind) == ("MODE", "staff")


@pytest.mark.parametrize(
    "body",
    [{"mode": "strict", "last_n": 2}, {"mode": "last_n"}, {"mode": "other"}, {"last_n": 2}],
)
def test_modes_that_make_no_sense(api_table: Table, body: Any) -> None:
    register(api_table)

    for method, path in (("PUT", f"{TEA}/mode"), ("POST", f"{TEA}/mode/preview")):
        answer = call(method, path, body, headers={"If-Match": '"1"'})
        assert status_and_code(answer) == (422, "invalid")


def test_the_same_mode_again_changes_nothing(api_table: Table) -> None:
    register(api_table)

    answer = call("PUT", f"{TEA}/mode", {"mode": "shared"}, headers={"If-Match": '"1"'})

    assert (answer["statusCode"], level(api_table).version) == (200, 1)


def test_a_mode_for_a_product_that_changed_is_refused(api_table: Table) -> None:
    register(api_table)
    call("PATCH", TEA, {"name": "玉露"}, headers={"If-Match": '"1"'})

    answer = call("PUT", f"{TEA}/mode", {"mode": "strict"}, headers={"If-Match": '"1"'})

    assert status_and_code(answer) == (412, "changed")
    assert Catalogue(api_table).entries(["TEA"])["TEA"].level.mode == "shared"


# -- now


def test_a_product_is_read_back_and_sent_in_all_shops_or_one(api_table: Table) -> None:
    register(api_table)

    assert call("POST", f"{TEA}/sync", {}, headers=key())["statusCode"] == 202
    one = call("POST", f"{TEA}/sync", {"shop_id": "yaoya"}, headers=key("l"))

    assert one["statusCode"] == 202
    assert messages("reconcile") == [
        {"shop_id": "kissa", "skus": ["TEA"]},
        {"shop_id": "yaoya", "skus": ["TEA"]},
        {"shop_id": "yaoya", "skus": ["TEA"]},
    ]
    assert history("yaoya") == [("sync", "", "TEA"), ("sync", "", "TEA")]
    nobody = call("POST", f"{TEA}/sync", {"shop_id": "nobody"}, headers=key())
    assert status_and_code(nobody) == (404, "not_found")
    nothing = call("POST", "/items/NONE/sync", {}, headers=key())
    assert status_and_code(nothing) == (404, "not_found")


def test_a_whole_shop_is_read_back(api_table: Table) -> None:
    assert call("POST", "/sync/kissa", headers=key())["statusCode"] == 202

    assert messages("reconcile") == [{"shop_id": "kissa"}]
    answer = call("POST", "/sync/nobody", headers=key())
    assert status_and_code(answer) == (404, "not_found")


def test_the_way_to_each_shop_is_shown(api_table: Table) -> None:
    LagBook(api_table).add("kissa", lags_of([400], utc_now()))

    found = body_of(call("GET", "/sync", groups=("viewer",)))

    assert [(row["shop_id"], row["state"]) for row in found["items"]] == [
        ("kissa", "open"),
        ("yaoya", "open"),
    ]
    assert found["lag"] == {"count": 1, "p50": 400, "p95": 400, "max": 400}
    series = body_of(call("GET", "/sync/kissa", query={"hours": "24"}))
    assert (series["minutes"], len(series["items"])) == (4, 1)
    unknown = call("GET", "/sync/nobody")
    assert status_and_code(unknown) == (404, "not_found")


# -- differences


def a_drift(table: Table) -> str:
    offer(table, quantity=5, known=9, drift=4)
    id_ = listing_id("kissa", "tea-kissa")
    seen = NOON + timedelta(minutes=5)
    DriftList(table).put([Drift("kissa", id_, "TEA", "tea-kissa", 5, 9, 4, NOON, seen)])
    return id_


def test_differences_are_listed(api_table: Table) -> None:
    a_drift(api_table)

    [row] = body_of(call("GET", "/drift", groups=("viewer",)))["items"]

    assert row == {
        "shop_id": "kissa",
        "listing_id": listing_id("kissa", "tea-kissa"),
        "sku": "TEA",
        "code": "tea-kissa",
        "published": 5,
        "observed": 9,
        "difference": 4,
        "since": "2026-11-21T03:00:00.000Z",
        "seen_at": "2026-11-21T03:05:00.000Z",
    }


def test_the_mall_may_be_right(api_table: Table) -> None:
    register(api_table)
    id_ = a_drift(api_table)

    assert call("POST", f"/drift/kissa/{id_}/adopt", headers=key())["statusCode"] == 200

    ref = Listings(api_table).by_code("kissa", "tea-kissa")
    assert ref is not None
    assert Listings(api_table).get_many([ref])[ref].drift is None
    assert body_of(call("GET", "/drift"))["items"] == []
    assert messages("push") == []
    assert history() == [("adopt", "tea-kissa", "TEA")]
    again = call("POST", f"/drift/kissa/{id_}/adopt", headers=key("l"))
    assert status_and_code(again) == (404, "not_found")


def test_we_may_be_right(api_table: Table) -> None:
    register(api_table)
    id_ = a_drift(api_table)

    answer = call("POST", f"/drift/kissa/{id_}/overwrite", headers=key())

    assert answer["statusCode"] == 202
    [mark] = Marks(api_table).waiting("kissa", 9)
    assert (mark.listing_id, mark.forced) == (id_, True)
    assert [message["shop_id"] for message in messages("push")] == ["kissa"]
    assert body_of(call("GET", "/drift"))["items"] == []
