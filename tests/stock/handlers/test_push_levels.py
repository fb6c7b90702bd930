"""stock.push_levels: what messages mean, and whose failure is whose."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from common.channels import CHANNELS
from common.dynamo import Table
from common.events import ListingMapped
from infra.tables import TABLES
from stock.domain.listing import Listing, listing_id
from stock.domain.mark import Mark, Urgency
from stock.handlers.push_levels import Env, Told, handler, told_by
from stock.repository.listings import Listings
from stock.repository.marks import Marks
from stock.service.marking import News
from tests.conftest import create_table
from tests.stock.builders import NOON, a_level, envelope, minute
from tests.stock.fake_mall_api import API
from tests.stock.tables import everything, level_event, plant

SHOPS = ("kissa", "yaoya")


class Hour:
    """A Lambda context with time left."""

    def get_remaining_time_in_millis(self) -> int:
        return 90_000


@pytest.fixture
def table(
    stock_table: Table, settings_table: Table, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Table]:
    create_table("calls", TABLES["calls"])
    url = boto3.client("sqs").create_queue(QueueName="push")["QueueUrl"]
    for name, value in {
        "STOCK_TABLE": "stock",
        "SETTINGS_TABLE": "settings",
        "CALLS_TABLE": "calls",
        "SHOP_SECRETS_PREFIX": "/banto/test/shops/",
        "PUSH_QUEUE": url,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setitem(CHANNELS, "fake", "tests.stock.fake_mall")
    settings_table.put_many(
        {"pk": "SHOP", "sk": shop, "name": shop, "channel": "fake", "version": 1} for shop in SHOPS
    )
    API.reset()
    plant(stock_table, a_level("TEA", on_hand=10))
    for shop in SHOPS:
        Listings(stock_table).save(None, Listing(shop, f"tea-{shop}", "TEA", {"TEA": 1}))
    yield stock_table
    API.reset()


def record(message_id: str, body: Any) -> dict[str, Any]:
    return {"messageId": message_id, "body": json.dumps(body), "attributes": {}}


def work(*bodies: Any) -> list[str]:
    records = [record(f"m{n}", body) for n, body in enumerate(bodies)]
    answer = handler({"Records": records}, Hour())
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_the_environment_is_what_infra_gives() -> None:
    assert sorted(Env.fields()) == [
        "calls_table",
        "push_queue",
        "relay_function",
        "settings_table",
        "shop_secrets_prefix",
        "stock_table",
    ]


def test_a_changed_level_is_sent_to_every_shop(table: Table) -> None:
    assert work(envelope(level_event("TEA"))) == []

    assert API.shown == {("kissa", "tea-kissa"): 10, ("yaoya", "tea-yaoya"): 10}


def test_a_mapped_listing_is_sent_to_its_shop(table: Table) -> None:
    event = ListingMapped(event_id="e", at=NOON, shop_id="yaoya", code="tea-yaoya", sku="TEA")

    assert work(envelope(event)) == []

    assert API.shown == {("yaoya", "tea-yaoya"): 10}


def test_a_shop_that_does_not_answer_holds_up_nobody_and_no_message(table: Table) -> None:
    API.down = {"kissa"}

    assert work(envelope(level_event("TEA"))) == []

    assert API.shown == {("yaoya", "tea-yaoya"): 10}
    assert [mark.code for mark in Marks(table).waiting("kissa", 9)] == ["tea-kissa"]


def test_a_wake_sends_what_waits_and_nothing_else(table: Table) -> None:
    mark = Mark("yaoya", listing_id("yaoya", "tea-yaoya"), "TEA", "tea-yaoya", NOON, Urgency.MORE)
    Marks(table).add([mark])

    assert work({"shop_id": "yaoya"}, {"shop_id": "kissa"}, {"shop_id": "nobody"}) == []

    assert API.pushed == [("yaoya", {"tea-yaoya": 10})]


def test_words_of_a_message() -> None:
    body = {"shop_id": "kissa", "skus": ["A", "B"], "since": "2026-11-21T03:01:00.000Z"}

    assert told_by({**body, "forced": True}) == Told(
        [News("A", minute(1), "kissa", forced=True), News("B", minute(1), "kissa", forced=True)],
        frozenset({"kissa"}),
    )
    assert told_by(envelope(level_event("TEA", mode="strict"))).shares == {"TEA"}


def test_skus_whose_units_are_shared_out_are_looked_at_by_the_rebalancer(table: Table) -> None:
    assert work(envelope(level_event("TEA", mode="strict"))) == []

    assert [item["sk"] for item in everything(table) if item["pk"] == "MOVING"] == ["TEA"]


def test_messages_that_say_nothing_useful_fail_alone(table: Table) -> None:
    other = {**envelope(level_event("TEA")), "detail-type": "OrderReceived"}

    assert work("text", other, envelope(level_event("TEA"))) == ["m0", "m1"]

    assert len(API.shown) == 2


def test_a_mistake_in_one_adapter_fails_its_own_messages_only(table: Table) -> None:
    API.broken = {"kissa"}
    mapped = ListingMapped(event_id="e", at=NOON, shop_id="yaoya", code="tea-yaoya", sku="TEA")

    assert work(envelope(mapped), {"skus": ["TEA"], "shop_id": "kissa"}) == ["m1"]

    assert API.shown == {("yaoya", "tea-yaoya"): 10}
    assert [m.listing_id for m in Marks(table).waiting("kissa", 9)] == [
        listing_id("kissa", "tea-kissa")
    ]
