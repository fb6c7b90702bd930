"""Feeds API 2021-06-30: documents, and the one feed that cancels orders."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from malls.amazon.orders import stamp
from malls.amazon.wire import MARKETPLACE, fields_of, invalid, missing
from malls.http_server import Answer, Asked, Refused, empty_answer, json_answer, text_answer

ACKNOWLEDGE = "POST_FLAT_FILE_ORDER_ACKNOWLEDGEMENT_DATA"
REASONS = frozenset(
    "NoInventory ShippingAddressUndeliverable CustomerExchange BuyerCanceled GeneralAdjustment "
    "CarrierCreditDecision RiskAssessmentInformationNotValid CarrierCoverageFailure CustomerReturn "
    "MerchandiseNotReceived".split()
)
COLUMNS = ["order-id", "cancellation-reason-code", "amazon-order-item-code"]
DOCUMENTS = "/_documents/"
URL_LIFE = timedelta(minutes=5)


@dataclass
class Document:
    kind: str
    made: datetime
    content: bytes | None = None


@dataclass
class Feeds:
    """cancel: called with (order id, reason); raises KeyError, ValueError. delay: until a feed is
    processed."""

    cancel: Callable[[str, str], None]
    rng: random.Random
    delay: timedelta = timedelta(seconds=30)
    documents: dict[str, Document] = field(default_factory=dict)
    feeds: dict[str, dict[str, Any]] = field(default_factory=dict)

    def create_document(self, asked: Asked, now: datetime, base: str) -> Answer:
        kind = fields_of(asked.json(), contentType=str)["contentType"]
        document_id = f"amzn1.tortuga.4.{self.rng.getrandbits(64):016x}"
        self.documents[document_id] = Document(kind, now)
        url = self._url(document_id, base)
        return json_answer({"feedDocumentId": document_id, "url": url}, HTTPStatus.CREATED)

    def _url(self, document_id: str, base: str) -> str:
        return f"{base}{DOCUMENTS}{document_id}?X-Amz-Expires=300"

    def get_document(self, asked: Asked, base: str) -> Answer:
        document_id = asked.params["feedDocumentId"]
        if document_id not in self.documents:
            raise missing("the document was not found")
        return json_answer({"feedDocumentId": document_id, "url": self._url(document_id, base)})

    def store(self, asked: Asked, now: datetime) -> Answer:
        """The signed address: it takes the content type that was announced, and no token."""
        document = self.documents.get(asked.path.removeprefix(DOCUMENTS))
        if document is None or now - document.made > URL_LIFE:
            raise Refused(HTTPStatus.FORBIDDEN, "SignatureDoesNotMatch")
        if asked.method == "GET":
            return text_answer((document.content or b"").decode())
        if "x-amz-access-token" in asked.headers or asked.headers.get("content-type") != (
            document.kind
        ):
            raise Refused(HTTPStatus.FORBIDDEN, "SignatureDoesNotMatch")
        document.content = asked.body
        return empty_answer(HTTPStatus.OK)

    def create(self, asked: Asked, now: datetime) -> Answer:
        body = fields_of(asked.json(), feedType=str, marketplaceIds=list, inputFeedDocumentId=str)
        document = self.documents.get(body["inputFeedDocumentId"])
        if document is None or document.content is None:
            raise invalid("inputFeedDocumentId has no content")
        if body["feedType"] != ACKNOWLEDGE or body["marketplaceIds"] != [MARKETPLACE]:
            raise invalid("feedType or marketplaceIds")
        feed_id = str(50_000 + len(self.feeds))
        self.feeds[feed_id] = {
            "feedId": feed_id,
            "feedType": body["feedType"],
            "marketplaceIds": body["marketplaceIds"],
            "createdTime": stamp(now),
            "processingStatus": "IN_QUEUE",
            "document": body["inputFeedDocumentId"],
        }
        return json_answer({"feedId": feed_id}, HTTPStatus.ACCEPTED)

    def get(self, asked: Asked) -> Answer:
        feed = self.feeds.get(asked.params["feedId"])
        if feed is None:
            raise missing("the feed was not found")
        return json_answer({name: value for name, value in feed.items() if name != "document"})

    def settle(self, now: datetime | None = None) -> None:
        """Process what waits; only what is due when a time is given."""
        for feed in list(self.feeds.values()):
            made = datetime.fromisoformat(feed["createdTime"])
            if feed["processingStatus"] == "IN_QUEUE" and (now is None or made + self.delay <= now):
                self._process(feed, now or made + self.delay)

    def _process(self, feed: dict[str, Any], now: datetime) -> None:
        report = []
        content = self.documents[feed["document"]].content or b""
        lines = [line.split("\t") for line in content.decode().splitlines()]
        is_good = len(lines) > 2 and lines[0][0] == "TemplateType=OrderCancellation"
        if is_good and lines[1] == COLUMNS:
            for order_id, reason, *_ in lines[2:]:
                report.append(f"{order_id}\t{self._cancelled(order_id, reason)}")
        else:
            report.append("the template is not valid")
        document_id = f"amzn1.tortuga.4.{self.rng.getrandbits(64):016x}"
        self.documents[document_id] = Document("text/plain", now, "\n".join(report).encode())
        feed |= {
            "processingStatus": "DONE" if is_good else "FATAL",
            "processingStartTime": stamp(now),
            "processingEndTime": stamp(now),
            "resultFeedDocumentId": document_id,
        }

    def _cancelled(self, order_id: str, reason: str) -> str:
        if reason not in REASONS:
            return "cancellation-reason-code is not valid"
        try:
            self.cancel(order_id, reason)
        except (KeyError, ValueError):
            return "the order cannot be cancelled"
        return "cancelled"
