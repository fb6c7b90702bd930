"""Send dead letters again: `python -m infra.redrive <stage> <name>`, such as `prod orders-inbound`.

What a dead letter is depends on where it comes from:

    a queue    the message itself; it goes back to its queue
    a stream   the place of records in a table's stream, for 24 hours; they are read there and
               handed to the function once more
    a timer    a run that failed; the next one has done its work, so it is deleted

A letter leaves the dead-letter queue only after its content is safely elsewhere. Dying in between
repeats something, and every function of ours takes repeats.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# Long enough to hand a batch to a function that runs for its longest time.
_HIDDEN_SECONDS = 960


@dataclass(frozen=True, slots=True)
class Clients:
    """boto3's clients of SQS, Lambda and DynamoDB Streams; tests bring their own."""

    sqs: "SQSClient"
    functions: Any
    streams: Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """kind: queue, stream or timer; found: letters looked at; left: those that stay, with why."""

    kind: str
    found: int
    left: tuple[str, ...] = ()


def redrive(stage: str, name: str, clients: Clients) -> Outcome:
    """Send the dead letters of `<area>-<queue or function>` again. Raises botocore's errors."""
    sqs = clients.sqs
    full = f"banto-{stage}-{name}"
    dead = sqs.get_queue_url(QueueName=f"{full}-dead")["QueueUrl"]
    if sources := sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"]:
        return _to_queue(sqs, dead, sources[0])
    mappings = clients.functions.list_event_source_mappings(FunctionName=full)
    if streams := [m for m in mappings["EventSourceMappings"] if "/stream/" in m["EventSourceArn"]]:
        return _to_function(clients, dead, full, streams[0])
    return Outcome("timer", sum(1 for _ in _taken(sqs, dead, delete=True)))


def _taken(sqs: "SQSClient", url: str, *, delete: bool) -> Iterator[Any]:
    """Each message of a queue, hidden from others; deleted after it was dealt with, or not."""
    while True:
        answer = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=_HIDDEN_SECONDS
        )
        for message in (found := answer.get("Messages", [])):
            yield message
            if delete:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        if not found:
            return


def _to_queue(sqs: "SQSClient", dead: str, queue: str) -> Outcome:
    count = 0
    for message in _taken(sqs, dead, delete=True):
        sqs.send_message(QueueUrl=queue, MessageBody=message["Body"])
        count += 1
    return Outcome("queue", count)


def _to_function(clients: Clients, dead: str, function: str, mapping: Any) -> Outcome:
    filters = mapping.get("FilterCriteria", {}).get("Filters", [])
    patterns = [json.loads(one["Pattern"]) for one in filters]
    letters = list(_taken(clients.sqs, dead, delete=False))
    left = []
    for letter in letters:
        place = json.loads(letter["Body"])["DDBStreamBatchInfo"]
        if why := _replay(clients, function, place, patterns):
            left.append(why)
            # Seen again at once, not when our time for it is over.
            clients.sqs.change_message_visibility(
                QueueUrl=dead, ReceiptHandle=letter["ReceiptHandle"], VisibilityTimeout=0
            )
        else:
            clients.sqs.delete_message(QueueUrl=dead, ReceiptHandle=letter["ReceiptHandle"])
    return Outcome("stream", len(letters), tuple(left))


def _replay(
    clients: Clients, function: str, place: Mapping[str, Any], patterns: Sequence[Any]
) -> str | None:
    """Hand the records of one place to the function. Returns why it did not work."""
    streams = clients.streams
    try:
        for records in _records(streams, place):
            wanted = [r for r in records if not patterns or any(matches(p, r) for p in patterns)]
            if wanted and (why := _invoke(clients.functions, function, wanted)):
                return why
    except streams.exceptions.TrimmedDataAccessException:
        return "its records are older than the stream"
    return None


def _records(streams: Any, place: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """Pages of records from the first to the last one of a place, as Lambda would hand them."""
    iterator: str | None = streams.get_shard_iterator(
        StreamArn=place["streamArn"],
        ShardId=place["shardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=place["startSequenceNumber"],
    )["ShardIterator"]
    last = int(place["endSequenceNumber"])
    while iterator:
        # A page of a batch's size: a function must not get more than it is used to.
        page = streams.get_records(ShardIterator=iterator, Limit=100)
        found: list[Any] = list(page["Records"])
        inside = [r for r in found if int(r["dynamodb"]["SequenceNumber"]) <= last]
        yield [{**r, "eventSourceARN": place["streamArn"]} for r in inside]
        if len(inside) < len(found) or _reached(inside, last):
            return
        iterator = page.get("NextShardIterator")


def _reached(records: Sequence[Any], last: int) -> bool:
    return bool(records) and int(records[-1]["dynamodb"]["SequenceNumber"]) >= last


def _invoke(functions: Any, name: str, records: list[dict[str, Any]]) -> str | None:
    payload = json.dumps({"Records": records}, default=_plain)
    answer = functions.invoke(FunctionName=name, Payload=payload.encode())
    said = json.loads(answer["Payload"].read() or b"null")
    if answer.get("FunctionError"):
        return f"the function failed again: {said.get('errorType')}"
    if isinstance(said, dict) and said.get("batchItemFailures"):
        return "the function failed again for some records; its log says why"
    return None


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return int(value.timestamp())
    raise TypeError(f"a stream record has a {type(value).__name__}")


def matches(pattern: Any, value: Any) -> bool:
    """Whether a record fits a filter: literal values and prefixes, which is all that we use."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            name in value and matches(inner, value[name]) for name, inner in pattern.items()
        )
    return any(
        str(value).startswith(one["prefix"]) if isinstance(one, dict) else value == one
        for one in pattern
    )


def main(arguments: Sequence[str]) -> int:
    """Returns the exit status: 0 when nothing is left."""
    if len(arguments) != 2:
        print(__doc__)
        return 2
    stage, name = arguments
    clients = Clients(boto3.client("sqs"), boto3.client("lambda"), boto3.client("dynamodbstreams"))
    outcome = redrive(stage, name, clients)
    verb = "deleted" if outcome.kind == "timer" else "sent again"
    done = outcome.found - len(outcome.left)
    print(f"{name}: {outcome.found} dead letters of a {outcome.kind}, {done} {verb}")
    for why in outcome.left:
        print(f"  left there: {why}")
    return int(bool(outcome.left))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
