"""Amazon's messages, from the queue that Amazon writes to, to the queue of orders to fetch."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from common.aws import client
from common.dynamo import Table
from orders.handlers.receive_notification import handler
from tests.conftest import ROOT
from tests.logs import caught_logs

EXAMPLE = ROOT / "tests" / "payloads" / "amazon" / "ORDER_CHANGE_notification_examples.json"
SELLER, ORDER, PLACE = "A3TH9S8BH6GOGM", "903-8868176-2219830", "ATVPDKIKX0DER"
URL = str


@pytest.fixture
def pull(settings_table: Table, monkeypatch: pytest.MonkeyPatch) -> URL:
    url: str = client("sqs").create_queue(QueueName="pull")["QueueUrl"]
    monkeypatch.setenv("SETTINGS_TABLE", "settings")
    monkeypatch.setenv("PULL_QUEUE", url)
    return url


def shop(
    table: Table,
    id: str,
    *,
    channel: str = "amazon",
    enabled: bool = True,
    **options: str,
) -> None:
    item = {"pk": "SHOP", "sk": id, "name": id, "channel": channel, "enabled": enabled}
    table.commit(table.put(item | {"options": options, "version": 1}))


def notice(**summary: Any) -> dict[str, Any]:
    [found] = json.loads(EXAMPLE.read_text("utf-8"))
    found["Payload"]["OrderChangeNotification"]["Summary"] |= summary
    message: dict[str, Any] = found
    return message


def take(*bodies: Mapping[str, Any] | str) -> list[str]:
    """Ids of the messages that failed."""
    records = [
        {"messageId": f"m{n}", "body": body if isinstance(body, str) else json.dumps(body)}
        for n, body in enumerate(bodies)
    ]
    answer = handler({"Records": records}, None)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def queued(url: URL) -> list[dict[str, Any]]:
    found = client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in found.get("Messages", [])]


def test_the_order_is_fetched_for_the_shop_whose_seller_it_is(
    settings_table: Table, pull: URL
) -> None:
    shop(settings_table, "other", seller_id="A9", marketplace_id=PLACE)
    shop(settings_table, "us", seller_id=SELLER, marketplace_id=PLACE)

    assert take(notice()) == []

    assert queued(pull) == [{"shop_id": "us", "order_ids": [ORDER]}]


def test_a_seller_in_two_marketplaces_has_two_shops(settings_table: Table, pull: URL) -> None:
    shop(settings_table, "jp", seller_id=SELLER)
    shop(settings_table, "us", seller_id=SELLER, marketplace_id=PLACE)

    assert take(notice(MarketplaceId="A1VC38T7YXB528")) == []

    assert queued(pull) == [{"shop_id": "jp", "order_ids": [ORDER]}]


@pytest.mark.parametrize(
    "given",
    [
        {"seller_id": "A9"},
        {"seller_id": SELLER, "enabled": False},
        {"seller_id": SELLER, "channel": "generic"},
        {"seller_id": SELLER, "marketplace_id": "A1F83G8C2ARO7P"},
        {},
    ],
)
def test_a_message_that_is_for_no_shop_of_ours_is_dropped_and_told(
    settings_table: Table, pull: URL, given: dict[str, Any]
) -> None:
    shop(settings_table, "demo", **{"marketplace_id": PLACE, **given})

    with caught_logs() as logs:
        assert take(notice()) == []

    assert queued(pull) == []
    line = json.loads(logs.getvalue())
    assert (line["message"], line["order"]) == ("no shop for a notice", ORDER)


def test_a_paused_shop_still_gets_its_orders(settings_table: Table, pull: URL) -> None:
    shop(settings_table, "us", seller_id=SELLER, marketplace_id=PLACE)
    item = settings_table.get("SHOP", "us")
    assert item is not None
    settings_table.commit(settings_table.put(item | {"is_paused": True}))

    take(notice())

    assert len(queued(pull)) == 1


def test_what_is_about_something_else_is_dropped(settings_table: Table, pull: URL) -> None:
    shop(settings_table, "us", seller_id=SELLER, marketplace_id=PLACE)

    assert take({"NotificationType": "LISTINGS_ITEM_MFN_QUANTITY_CHANGE"}) == []

    assert queued(pull) == []


def test_what_cannot_be_read_fails_alone(settings_table: Table, pull: URL) -> None:
    shop(settings_table, "us", seller_id=SELLER, marketplace_id=PLACE)

    failed = take("{", [], notice(), {"NotificationType": "ORDER_CHANGE"})  # type: ignore[arg-type]

    assert failed == ["m0", "m1", "m3"]
    assert queued(pull) == [{"shop_id": "us", "order_ids": [ORDER]}]


def test_a_message_that_comes_twice_is_fetched_twice_and_that_harms_nobody(
    settings_table: Table, pull: URL
) -> None:
    shop(settings_table, "us", seller_id=SELLER, marketplace_id=PLACE)

    assert take(notice(), notice()) == []

    assert queued(pull) == [{"shop_id": "us", "order_ids": [ORDER]}] * 2
