"""A running stack, for whoever drives it: `make run`, flow tests, browser tests, benchmarks."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from local.aws import Emulated
from local.client import Answer, ApiClient, request
from local.emulator import FAULTS, WORK

STAGE = "local"
# Longer than SES takes to tell what became of a mail (local.ses_events.DELIVERY_TAKES).
QUIET_FOR = 0.5


class NotQuiet(Exception):
    """Work was still going on when the patience ended."""


@dataclass
class Stack:
    """origin: the address of everything (http://localhost:8080). outputs: of the CDK stack.

    aws: boto3 clients. password: of every user in local.people.GROUPS.
    """

    origin: str
    outputs: Mapping[str, str]
    aws: Emulated
    password: str
    _people: dict[str, ApiClient] = field(default_factory=dict)

    def person(self, group: str = "admin") -> ApiClient:
        """The API as a member of that group sees it; the same client each time."""
        if group not in self._people:
            client_id = self.outputs["UserPoolClientId"]
            self._people[group] = ApiClient(self.origin, client_id, group, self.password)
        return self._people[group]

    def deliver(self, shop: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """A webhook, as a mall posts it. headers: with the signature."""
        return request(self.origin, "POST", f"/webhooks/{shop}", body=body, headers=headers)

    def function_name(self, area: str, name: str) -> str:
        """The physical name of `functions/<area>/handlers/<name>.py`."""
        return f"banto-{STAGE}-{area}-{name}"

    def variables(self, area: str, name: str) -> Mapping[str, str]:
        """The environment that infra gave to a function: table names, queue URLs and so on."""
        found = self.aws.client("lambda").get_function_configuration(
            FunctionName=self.function_name(area, name)
        )
        return dict(found["Environment"]["Variables"])

    def table(self, area: str) -> str:
        """The physical name of an area's table, such as `stock`; `settings` is support's."""
        owner = "support" if area == "settings" else area
        return self.variables(owner, "api")[f"{area.upper()}_TABLE"]

    def items(self, area: str, pk: str) -> list[dict[str, Any]]:
        """All items of one partition, as plain Python (numbers are Decimal)."""
        read = TypeDeserializer().deserialize
        pages = (
            self.aws.client("dynamodb")
            .get_paginator("query")
            .paginate(
                TableName=self.table(area),
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": pk}},
                ConsistentRead=True,
            )
        )
        return [{k: read(v) for k, v in item.items()} for page in pages for item in page["Items"]]

    def logs(self, area: str, name: str, since: float = 0.0) -> list[str]:
        """Everything a function wrote since then (epoch seconds), Lambda's own lines included."""
        pages = (
            self.aws.client("logs")
            .get_paginator("filter_log_events")
            .paginate(
                logGroupName=f"/aws/lambda/{self.function_name(area, name)}",
                startTime=int(since * 1000),
            )
        )
        return [event["message"] for page in pages for event in page["events"]]

    def mails(self) -> list[Mapping[str, Any]]:
        """Every mail that SES took, oldest first."""
        answer = request(self.aws.url, "GET", "/_ministack/ses/messages").expect(200)
        return [mail for sent in answer.json["messages"].values() for mail in sent]

    def queues(self) -> Mapping[str, int]:
        """How many messages every queue has, waiting, delayed or being worked off, by name."""
        sqs = self.aws.client("sqs")
        return {
            url.rsplit("/", 1)[1]: sum(_counts(sqs, url))
            for url in sqs.list_queues(QueueNamePrefix=f"banto-{STAGE}").get("QueueUrls", ())
        }

    def dead_letters(self) -> Mapping[str, int]:
        """Queues in which something died, and how many messages that were."""
        return {n: count for n, count in self.queues().items() if n.endswith("-dead") and count}

    def work(self) -> Mapping[str, int]:
        """What is going on: messages in queues, functions at work, changes not told yet."""
        going_on = request(self.aws.url, "GET", WORK).expect(200).json
        queues = {n: count for n, count in self.queues().items() if not n.endswith("-dead")}
        found = {**going_on["executing"], **going_on["unread"], **queues}
        return {name: count for name, count in found.items() if count}

    def faults(self, *, conflict: float = 0.0, throttle: float = 0.0) -> Mapping[str, int]:
        """Have DynamoDB refuse writes so often from now on, as AWS does in a rush. Returns how many
        were refused under the chances before."""
        given: Mapping[str, int] = request(self.aws.url, "GET", FAULTS).expect(200).json
        wanted = json.dumps({"conflict": conflict, "throttle": throttle}).encode()
        request(self.aws.url, "PUT", FAULTS, body=wanted).expect(200)
        return given

    def settle(self, patience: float = 60.0, enough: Callable[[], bool] = lambda: False) -> None:
        """Wait until everything has come to rest. Raises NotQuiet after `patience` seconds.

        enough: asked in between; True ends the waiting.
        """
        end = time.monotonic() + patience
        quiet_since: float | None = None
        while not enough():
            now = time.monotonic()
            busy = self.work()
            quiet_since = None if busy else quiet_since or now
            if quiet_since is not None and now - quiet_since >= QUIET_FOR:
                return
            if now > end:
                raise NotQuiet(f"after {patience} s there is still work: {busy}")
            time.sleep(0.05)

    def wait_for(self, what: Callable[[], Any], patience: float = 30.0) -> Any:
        """The first true value of `what`, asked ten times a second. Raises NotQuiet."""
        end = time.monotonic() + patience
        while not (value := what()):
            if time.monotonic() > end:
                raise NotQuiet(f"it did not come within {patience} s")
            time.sleep(0.1)
        return value


def _counts(sqs: Any, url: str) -> Iterator[int]:
    names = [f"ApproximateNumberOfMessages{kind}" for kind in ("", "NotVisible", "Delayed")]
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return (int(count) for count in answer["Attributes"].values())
