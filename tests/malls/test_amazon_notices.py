"""What Amazon writes to a seller's queue: as often and as late as a test wants it."""

import json
import random
import time

from malls.amazon.mall import AmazonMall
from malls.courier import Courier, Parcel
from malls.courier import Faults as HookFaults
from tests.common.channels.contexts import T0
from tests.malls.client import ask_json

QUEUE = "arn:aws:sqs:ap-northeast-1:000000000000:banto-dev-orders-amazon_notifications"


def noticed(faults: HookFaults, told: int) -> tuple[list[str], list[str], Courier]:
    """Ids of notices as they were sent, and as they came to the queue."""
    came: list[str] = []

    def take(parcel: Parcel) -> int:
        assert parcel.headers == {"queue": QUEUE}
        came.append(_id(parcel.body))
        return 200

    courier = Courier(take, random.Random(5))
    courier.faults = faults
    with AmazonMall(rng=random.Random(7), clock=lambda: T0, courier=courier) as mall:
        mall.notices.subscribe(QUEUE)
        began = time.monotonic()
        for _ in range(told):
            mall.sell([("TOTE-NAT", 1)], 1, T0)
    while courier.step(began + 60) is not None:
        pass
    return [_id(body) for body in mall.notices.sent], came, courier


def _id(body: str | bytes) -> str:
    return str(json.loads(body)["NotificationMetadata"]["NotificationId"])


def test_notices_come_once_and_in_order_unless_the_queue_is_told_otherwise() -> None:
    sent, came, _ = noticed(HookFaults(), 5)
    assert came == sent
    assert len(set(sent)) == 5

    sent, came, _ = noticed(HookFaults(duplicate=1), 5)
    assert set(came) == set(sent)
    assert all(came.count(one) >= 2 for one in sent)

    sent, came, _ = noticed(HookFaults(reorder=0.5), 8)
    assert sorted(came) == sorted(sent)
    assert came != sent

    sent, came, courier = noticed(HookFaults(lose=1), 5)
    assert (len(sent), came, courier.tally.lost) == (5, [], 5)


def test_the_faults_of_notices_are_switched_on_like_those_of_webhooks() -> None:
    courier = Courier(lambda _: 200, random.Random(5))
    with AmazonMall(rng=random.Random(7), courier=courier) as mall:
        wanted = {"duplicate": 0.5, "reorder": 0.25, "lose": 0.1}
        status, state = ask_json(mall.url, "PUT", "/_mall/faults", wanted)

    assert status == 200
    assert wanted.items() <= state["faults"].items()
    assert courier.faults == HookFaults(duplicate=0.5, reorder=0.25, lose=0.1)
