"""Notifications API v1: destinations, subscriptions, and the messages that go to queues."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from malls.amazon.wire import fields_of, invalid, missing
from malls.http_server import Answer, Asked, Refused, json_answer

ORDER_CHANGE = "ORDER_CHANGE"

# (ARN of the queue, body)
Post = Callable[[str, str], None]


def _nowhere(_: str, __: str) -> None:
    """Messages go nowhere but into `sent`."""


@dataclass
class Notices:
    """post: puts a message into a queue. sent: every message so far."""

    rng: random.Random
    post: Post = _nowhere
    destinations: dict[str, str] = field(default_factory=dict)
    subscription: dict[str, Any] | None = None
    sent: list[str] = field(default_factory=list)

    def get_destinations(self) -> Answer:
        return json_answer({"payload": [self._destination(d) for d in self.destinations]})

    def _destination(self, destination_id: str) -> dict[str, Any]:
        arn = self.destinations[destination_id]
        return {
            "destinationId": destination_id,
            "name": "banto",
            "resource": {"sqs": {"arn": arn}},
        }

    def create_destination(self, asked: Asked) -> Answer:
        body = fields_of(asked.json(), name=str, resourceSpecification=dict)
        sqs = fields_of(body["resourceSpecification"].get("sqs"), arn=str)
        if not sqs["arn"].startswith("arn:aws:sqs:"):
            raise invalid("arn")
        if sqs["arn"] in self.destinations.values():
            raise Refused(HTTPStatus.CONFLICT, "the destination exists already")
        destination_id = f"{self.rng.getrandbits(64):016x}"
        self.destinations[destination_id] = sqs["arn"]
        return json_answer({"payload": self._destination(destination_id)})

    def get_subscription(self, asked: Asked) -> Answer:
        if asked.params["notificationType"] != ORDER_CHANGE or self.subscription is None:
            raise missing("no subscription")
        return json_answer({"payload": self.subscription})

    def create_subscription(self, asked: Asked) -> Answer:
        body = fields_of(asked.json(), destinationId=str, payloadVersion=str)
        if asked.params["notificationType"] != ORDER_CHANGE:
            raise invalid("notificationType")
        if body["destinationId"] not in self.destinations or body["payloadVersion"] != "1.0":
            raise invalid("destinationId or payloadVersion")
        if self.subscription is not None:
            raise Refused(HTTPStatus.CONFLICT, "the subscription exists already")
        self.subscription = {"subscriptionId": f"{self.rng.getrandbits(64):016x}", **body}
        return json_answer({"payload": self.subscription})

    def subscribe(self, arn: str) -> None:
        """As if somebody had made destination and subscription."""
        self.destinations["d"] = arn
        self.subscription = {"subscriptionId": "s", "destinationId": "d", "payloadVersion": "1.0"}

    @property
    def ids(self) -> tuple[str, str]:
        """(id of a new notification, id of the subscription)"""
        subscription = (self.subscription or {}).get("subscriptionId", "")
        return f"{self.rng.getrandbits(128):032x}", subscription

    def tell(self, message: dict[str, Any]) -> None:
        """Send a message, if somebody asked for such."""
        if self.subscription is None:
            return
        directive = self.subscription.get("processingDirective", {}).get("eventFilter", {})
        kinds = directive.get("orderChangeTypes")
        kind = message["Payload"]["OrderChangeNotification"]["OrderChangeType"]
        if kinds is not None and kind not in kinds:
            return
        body = json.dumps(message)
        self.sent.append(body)
        self.post(self.destinations[self.subscription["destinationId"]], body)
