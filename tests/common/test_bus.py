"""Events on their way to the bus."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from common.aws import client
from common.bus import EventBus
from common.errors import Unavailable
from common.events import ProductRegistered

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def event(n: int, name: str = "x") -> ProductRegistered:
    return ProductRegistered(
        event_id=f"e{n}", at=NOW + timedelta(seconds=n), sku=f"S{n}", name=name
    )


class Listener:
    """Remembers what the bus is handed, as it goes over the wire."""

    def __init__(self) -> None:
        self.calls: list[list[dict[str, Any]]] = []
        client("events").meta.events.register("before-call.eventbridge.PutEvents", self._note)

    def _note(self, params: dict[str, Any], **_: Any) -> None:
        self.calls.append(json.loads(params["body"])["Entries"])


@pytest.fixture
def listener() -> Listener:
    boto3.client("events").create_event_bus(Name="banto")
    return Listener()


def test_an_event_is_told_with_source_type_detail_and_time(listener: Listener) -> None:
    EventBus("banto").publish([event(1, "ほうじ茶")])

    [[entry]] = listener.calls
    assert entry["EventBusName"] == "banto"
    assert entry["Source"] == "banto.stock"
    assert entry["DetailType"] == "ProductRegistered"
    assert json.loads(entry["Detail"]) == {
        "event_id": "e1",
        "at": "2026-11-21T12:00:01.000Z",
        "sku": "S1",
        "name": "ほうじ茶",
        "jan": "",
    }
    assert entry["Time"] == int((NOW + timedelta(seconds=1)).timestamp())


def test_ten_go_in_one_call_and_all_go_in_order(listener: Listener) -> None:
    EventBus("banto").publish(event(n) for n in range(23))

    assert [len(call) for call in listener.calls] == [10, 10, 3]
    told = [json.loads(entry["Detail"])["sku"] for call in listener.calls for entry in call]
    assert told == [f"S{n}" for n in range(23)]


def test_large_events_go_in_smaller_batches_by_bytes(listener: Listener) -> None:
    # Three bytes a letter: two of these fit into 240,000 bytes, three do not.
    EventBus("banto").publish(event(n, "茶" * 35_000) for n in range(5))

    assert [len(call) for call in listener.calls] == [2, 2, 1]


def test_no_events_are_no_call(listener: Listener) -> None:
    EventBus("banto").publish([])

    assert listener.calls == []


def test_one_refused_entry_fails_the_publishing() -> None:
    with Stubber(client("events")) as stub:
        stub.add_response(
            "put_events", {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure"}]}
        )
        with pytest.raises(Unavailable, match="refused 1 events"):
            EventBus("banto").publish([event(1), event(2)])


def test_a_bus_that_throttles_or_is_gone_is_unavailable() -> None:
    with Stubber(client("events")) as stub:
        stub.add_client_error("put_events", "ThrottlingException")
        with pytest.raises(Unavailable, match="did not answer"):
            EventBus("banto").publish([event(1)])

    def cut(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="x")

    client("events").meta.events.register("before-send.eventbridge.PutEvents", cut)
    with pytest.raises(Unavailable, match="did not answer"):
        EventBus("banto").publish([event(1)])
