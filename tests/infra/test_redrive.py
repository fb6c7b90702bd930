"""Dead letters are sent again, and none is lost on the way."""

import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from infra.redrive import Clients, Outcome, main, matches, redrive

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

STREAM = "arn:aws:dynamodb:ap-northeast-1:000000000000:table/orders/stream/1"
ORDERS_ONLY = {"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": ["ORDER"]}}}}


class Trimmed(Exception):
    """What the stream says of records older than a day."""


class FakeStreams:
    """One shard; pages of two records, as if they were a hundred."""

    class exceptions:  # noqa: N801 - boto3's spelling
        TrimmedDataAccessException = Trimmed

    def __init__(self, records: Sequence[Mapping[str, Any]], oldest: int = 0) -> None:
        self._records = records
        self._oldest = oldest

    def get_shard_iterator(self, **asked: Any) -> dict[str, Any]:
        assert (asked["StreamArn"], asked["ShardId"]) == (STREAM, "shard-1")
        assert asked["ShardIteratorType"] == "AT_SEQUENCE_NUMBER"
        if int(asked["SequenceNumber"]) < self._oldest:
            raise Trimmed
        return {"ShardIterator": asked["SequenceNumber"]}

    def get_records(self, *, ShardIterator: str, Limit: int) -> dict[str, Any]:  # noqa: N803
        assert Limit == 100
        rest = [r for r in self._records if sequence(r) >= int(ShardIterator)]
        page = rest[:2]
        following = str(sequence(page[-1]) + 1) if page else ShardIterator
        return {"Records": page, "NextShardIterator": following}


class FakeFunctions:
    """A Lambda that remembers what it was given and answers as told."""

    def __init__(
        self, answer: Any = None, *, error: str | None = None, stream: bool = True
    ) -> None:
        self.given: list[str] = []
        self._answer = answer
        self._error = error
        self._stream = stream

    def list_event_source_mappings(self, *, FunctionName: str) -> dict[str, Any]:  # noqa: N803
        assert FunctionName == "banto-prod-orders-publish_events"
        pattern = {"Filters": [{"Pattern": json.dumps(ORDERS_ONLY)}]}
        mapping = {"EventSourceArn": STREAM, "FilterCriteria": pattern}
        return {"EventSourceMappings": [mapping] if self._stream else []}

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        assert FunctionName == "banto-prod-orders-publish_events"
        for record in json.loads(Payload)["Records"]:
            assert record["eventSourceARN"] == STREAM
            assert isinstance(record["dynamodb"]["ApproximateCreationDateTime"], int)
            self.given.append(record["dynamodb"]["SequenceNumber"])
        said: dict[str, Any] = {"Payload": io.BytesIO(json.dumps(self._answer).encode())}
        return {**said, "FunctionError": self._error} if self._error else said


def sequence(record: Mapping[str, Any]) -> int:
    return int(record["dynamodb"]["SequenceNumber"])


def record(number: int, sk: str = "ORDER", name: str = "INSERT") -> dict[str, Any]:
    return {
        "eventName": name,
        "dynamodb": {
            "ApproximateCreationDateTime": datetime(2026, 11, 21, tzinfo=UTC),
            "Keys": {"pk": {"S": "ORDER#1"}, "sk": {"S": sk}},
            "SequenceNumber": str(number),
        },
    }


@pytest.fixture
def sqs() -> "SQSClient":
    return boto3.client("sqs")


def queue(sqs: "SQSClient", name: str, dead: str | None = None) -> str:
    attributes = {}
    if dead:
        arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]
        policy = {"deadLetterTargetArn": arn["QueueArn"], "maxReceiveCount": 5}
        attributes["RedrivePolicy"] = json.dumps(policy)
    made = sqs.create_queue(QueueName=f"banto-prod-{name}", Attributes=attributes)  # type: ignore[arg-type]
    return made["QueueUrl"]


def bodies(sqs: "SQSClient", url: str) -> list[str]:
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return sorted(message["Body"] for message in answer.get("Messages", []))


def letter(start: int, end: int) -> str:
    place = {
        "shardId": "shard-1",
        "startSequenceNumber": str(start),
        "endSequenceNumber": str(end),
        "streamArn": STREAM,
        "batchSize": end - start + 1,
    }
    return json.dumps({"DDBStreamBatchInfo": place})


def test_messages_go_back_to_their_queue(sqs: "SQSClient") -> None:
    dead = queue(sqs, "orders-inbound-dead")
    inbound = queue(sqs, "orders-inbound", dead)
    for number in range(12):
        sqs.send_message(QueueUrl=dead, MessageBody=f"{number:02}")
    clients = Clients(sqs, FakeFunctions(), FakeStreams(()))
    assert redrive("prod", "orders-inbound", clients) == Outcome("queue", 12)
    assert bodies(sqs, dead) == []
    assert (
        sqs.get_queue_attributes(QueueUrl=inbound, AttributeNames=["All"])["Attributes"][
            "ApproximateNumberOfMessages"
        ]
        == "12"
    )


@pytest.fixture
def stream_dead(sqs: "SQSClient") -> str:
    return queue(sqs, "orders-publish_events-dead")


def test_records_of_a_stream_are_handed_over_from_the_first_to_the_last(
    sqs: "SQSClient", stream_dead: str
) -> None:
    sqs.send_message(QueueUrl=stream_dead, MessageBody=letter(2, 5))
    functions = FakeFunctions()
    streams = FakeStreams([record(n) for n in range(1, 9)])
    outcome = redrive("prod", "orders-publish_events", Clients(sqs, functions, streams))
    assert outcome == Outcome("stream", 1)
    assert functions.given == ["2", "3", "4", "5"]
    assert bodies(sqs, stream_dead) == []


def test_records_that_the_function_is_not_told_of_are_left_out(
    sqs: "SQSClient", stream_dead: str
) -> None:
    sqs.send_message(QueueUrl=stream_dead, MessageBody=letter(1, 4))
    functions = FakeFunctions({"batchItemFailures": []})
    records = [record(1), record(2, sk="H#00000001"), record(3, name="REMOVE"), record(4)]
    redrive("prod", "orders-publish_events", Clients(sqs, functions, FakeStreams(records)))
    assert functions.given == ["1", "4"]


@pytest.mark.parametrize(
    ("functions", "why"),
    [
        (
            FakeFunctions({"errorType": "Unavailable"}, error="Unhandled"),
            "the function failed again: Unavailable",
        ),
        (
            FakeFunctions({"batchItemFailures": [{"itemIdentifier": "1"}]}),
            "the function failed again for some records; its log says why",
        ),
    ],
)
def test_what_fails_again_stays(
    sqs: "SQSClient", stream_dead: str, functions: FakeFunctions, why: str
) -> None:
    sqs.send_message(QueueUrl=stream_dead, MessageBody=letter(1, 1))
    clients = Clients(sqs, functions, FakeStreams([record(1)]))
    assert redrive("prod", "orders-publish_events", clients) == Outcome("stream", 1, (why,))
    assert bodies(sqs, stream_dead) == [letter(1, 1)]


def test_what_the_stream_no_longer_has_stays_and_says_so(
    sqs: "SQSClient", stream_dead: str
) -> None:
    sqs.send_message(QueueUrl=stream_dead, MessageBody=letter(1, 1))
    clients = Clients(sqs, FakeFunctions(), FakeStreams([record(9)], oldest=9))
    outcome = redrive("prod", "orders-publish_events", clients)
    assert outcome.left == ("its records are older than the stream",)
    assert bodies(sqs, stream_dead) == [letter(1, 1)]


def test_failed_runs_of_a_timer_are_only_cleared_away(sqs: "SQSClient", stream_dead: str) -> None:
    sqs.send_message(QueueUrl=stream_dead, MessageBody="{}")
    functions = FakeFunctions(stream=False)
    clients = Clients(sqs, functions, FakeStreams(()))
    assert redrive("prod", "orders-publish_events", clients) == Outcome("timer", 1)
    assert (functions.given, bodies(sqs, stream_dead)) == ([], [])


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ({"a": ["x", "y"]}, True),
        ({"a": ["y"]}, False),
        ({"a": [{"prefix": "x"}]}, True),
        ({"a": [{"prefix": "xx"}]}, False),
        ({"b": ["x"]}, False),
        ({"c": {"d": [1]}}, True),
        ({"a": {"d": [1]}}, False),
    ],
)
def test_filters_are_read_as_lambda_reads_them(pattern: Any, fits: bool) -> None:
    assert matches(pattern, {"a": "x", "c": {"d": 1}}) is fits


def test_without_a_name_it_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prod"]) == 2
    assert "python -m infra.redrive" in capsys.readouterr().out
