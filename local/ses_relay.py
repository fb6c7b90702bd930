"""Tells the product what SES tells, because the emulator keeps it to itself.

MiniStack 1.5.33 takes mail and stores event destinations, but publishes nothing, and nobody may
put events of `aws.ses` on a bus from outside (nor in AWS). So this relay stands between the
functions and SES: it passes every call on unchanged, and after an accepted SendEmail it does what
SES and EventBridge do: makes the events, asks the rules of the default bus which of them match,
and sends to their queues. It completes the emulator; it is no part of the product.
"""

import json
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from http import HTTPStatus

from botocore.exceptions import BotoCoreError, ClientError

from local.aws import Emulated
from local.ports import HOST
from local.proxy import Handler, Reply, Server, exchange
from local.ses_events import DELIVERY_TAKES, Event, Mail, events_of

SEND_EMAIL = "/v2/email/outbound-emails"
RULES_ARE_GOOD_FOR = 30.0
TRIES = 5


class DefaultBus:
    """What EventBridge does with an event of a service: rules, patterns, queues."""

    def __init__(self, aws: Emulated) -> None:
        self._aws = aws
        self._rules: Sequence[tuple[str, str]] = ()
        self._until = 0.0

    def put(self, event: Event) -> int:
        """Send the event to every queue whose rule matches it. Returns how many those are.

        Raises ClientError or BotoCoreError when the emulator does not do its part.
        """
        content = json.dumps(event)
        matching = [
            queue_url
            for pattern, queue_url in self._queues_by_pattern()
            if self._aws.client("events").test_event_pattern(EventPattern=pattern, Event=content)[
                "Result"
            ]
        ]
        for url in matching:
            self._aws.client("sqs").send_message(QueueUrl=url, MessageBody=content)
        return len(matching)

    def _queues_by_pattern(self) -> Sequence[tuple[str, str]]:
        if self._until < time.monotonic():
            self._rules = tuple(self._ask())
            self._until = time.monotonic() + RULES_ARE_GOOD_FOR
        return self._rules

    def _ask(self) -> Iterator[tuple[str, str]]:
        events, sqs = self._aws.client("events"), self._aws.client("sqs")
        for rule in events.list_rules(EventBusName="default")["Rules"]:
            if rule.get("State") != "ENABLED" or not rule.get("EventPattern"):
                continue
            for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
                service, *_, name = target["Arn"].split(":")[2:]
                if service == "sqs":
                    yield rule["EventPattern"], sqs.get_queue_url(QueueName=name)["QueueUrl"]


class Relay(Server):
    """Stands before the SES of the emulator; `url` is its address for the functions."""

    def __init__(self, aws: Emulated, engine_port: int) -> None:
        super().__init__(0, _Handler)
        self.url = f"http://{HOST}:{self.port}"
        self.engine_port = engine_port
        self.accepted: queue.Queue[Mail | None] = queue.Queue()
        self._bus = DefaultBus(aws)
        self._publisher = threading.Thread(target=self._publish, daemon=True)

    def open(self) -> None:
        super().open()
        self._publisher.start()

    def close(self) -> None:
        """Stop; events of mails accepted so far are still sent."""
        super().close()
        if self._publisher.is_alive():
            self.accepted.put(None)
            self._publisher.join()

    def _publish(self) -> None:
        while (mail := self.accepted.get()) is not None:
            for event in events_of(mail):
                if event["detail-type"] != "Email Sent":
                    passed = (datetime.now(UTC) - mail.at).total_seconds()
                    time.sleep(max(0.0, DELIVERY_TAKES / 1000 - passed))
                self._put(event)

    def _put(self, event: Event) -> None:
        for last in (False,) * (TRIES - 1) + (True,):
            try:
                self._bus.put(event)
                return
            except (ClientError, BotoCoreError):
                if last:
                    # As in AWS: these events are best effort, and the product lives with that.
                    return
                time.sleep(0.2)


class _Handler(Handler):
    server: Relay

    def respond(self) -> Reply:
        body = self.read_body()
        # With the Host as it came: the function has signed it.
        headers = self.passed_on({})
        reply = exchange(self.server.engine_port, self.command, self.path, headers, body)
        if (self.command, self.path, reply.status) == ("POST", SEND_EMAIL, HTTPStatus.OK):
            mail = Mail(json.loads(body), json.loads(reply.body)["MessageId"], datetime.now(UTC))
            if mail.configuration_set:
                self.server.accepted.put(mail)
        return reply
