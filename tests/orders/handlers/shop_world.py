"""A shop with all that the area needs around it, on moto."""

import json
from collections.abc import Mapping
from typing import Any

from common.aws import client
from common.dynamo import Table
from tests.builders import SECRET, SHOPIFY_SECRET
from tests.conftest import REGION

BUCKET = "raw"


class ShopWorld:
    """Queues, bucket, secrets and shops; `env` is what the handlers' environment says."""

    def __init__(self, settings: Table) -> None:
        self._settings = settings
        sqs = client("sqs")
        self.queues = {
            name: sqs.create_queue(QueueName=name)["QueueUrl"]
            for name in ("inbound", "inbound-dead", "pull", "tell_mall")
        }
        client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        self.secret("/banto/test/shops/demo/1", SECRET)
        self.secret("/banto/test/shops/cart/1", SHOPIFY_SECRET)
        self.shop("demo", "generic", ["/banto/test/shops/demo/1"])
        self.shop("cart", "shopify", ["/banto/test/shops/cart/1"])
        self.shop("closed", "generic", ["/banto/test/shops/demo/1"], enabled=False)
        self.shop("bare", "generic", [])

    @property
    def env(self) -> Mapping[str, str]:
        return {
            "ORDERS_TABLE": "orders",
            "SETTINGS_TABLE": "settings",
            "INBOUND_QUEUE": self.queues["inbound"],
            "PULL_QUEUE": self.queues["pull"],
            "TELL_MALL_QUEUE": self.queues["tell_mall"],
            "CALLS_TABLE": "calls",
            "SHOP_SECRETS_PREFIX": "/banto/test/shops/",
            "RAW_BUCKET": BUCKET,
            "EVENT_BUS": "banto",
            "WATCHED_QUEUES": json.dumps({n: self.queues[n] for n in ("inbound", "inbound-dead")}),
        }

    def secret(self, name: str, value: str) -> None:
        client("ssm").put_parameter(Overwrite=True, Name=name, Value=value, Type="SecureString")

    def shop(
        self, id: str, channel: str, secrets: list[str], *, enabled: bool = True, api_url: str = ""
    ) -> None:
        table = self._settings
        table.commit(
            table.put(
                {
                    "pk": "SHOP",
                    "sk": id,
                    "name": id,
                    "channel": channel,
                    "currency": "JPY",
                    "enabled": enabled,
                    "webhook_secrets": secrets,
                    "version": 1,
                    "api_url": api_url,
                }
            )
        )

    def queued(self, queue: str = "inbound") -> list[dict[str, Any]]:
        """Takes all messages out, and gives them as a Lambda gets them."""
        sqs, url = client("sqs"), self.queues[queue]
        found: list[dict[str, Any]] = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                found.append({"messageId": message["MessageId"], "body": message["Body"]})
        return found

    def archived(self) -> dict[str, bytes]:
        """Everything in the bucket."""
        s3 = client("s3")
        keys = [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
        return {key: s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}


def sqs_event(*bodies: Any, first: int = 1) -> dict[str, Any]:
    """A batch of messages, as Lambda hands it over; ids m1, m2 …"""
    return {
        "Records": [
            {
                "messageId": f"m{n}",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": {"ApproximateReceiveCount": "1"},
            }
            for n, body in enumerate(bodies, first)
        ]
    }
