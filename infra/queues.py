"""Queues, each with its dead-letter queue."""

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.config import Config
from infra.explain import explain

# A message keeps its age when it moves to the dead-letter queue, so that one must keep longer.
WORK_DAYS = 4
DEAD_DAYS = 14


@dataclass(frozen=True, slots=True)
class WorkQueue:
    """A queue whose messages one function works off. seconds: that function's time-out."""

    name: str
    queue: sqs.Queue
    dead: sqs.Queue
    seconds: int


def dead_letters(scope: Construct, config: Config, area: str, name: str) -> sqs.Queue:
    """`banto-<stage>-<area>-<name>-dead`: what failed for good, until somebody sends it again."""
    return sqs.Queue(
        scope,
        f"{name}-dead",
        queue_name=config.name(area, f"{name}-dead"),
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=Duration.days(DEAD_DAYS),
    )


def work_queue(
    scope: Construct, config: Config, area: str, name: str, *, seconds: int, tries: int
) -> WorkQueue:
    """`banto-<stage>-<area>-<name>` and its dead letters, where a message goes after `tries`."""
    dead = dead_letters(scope, config, area, name)
    queue = sqs.Queue(
        scope,
        f"{name}-queue",
        queue_name=config.name(area, name),
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=Duration.days(WORK_DAYS),
        visibility_timeout=Duration.seconds(seconds * config.visibility_factor),
        dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=tries),
    )
    return WorkQueue(name, queue, dead, seconds)


def takes_dead_letters(queue: sqs.Queue, of: str) -> None:
    """Say to cdk-nag that a queue takes dead letters `of` something that is not a queue."""
    explain(queue, "SQS3", f"This is a dead-letter queue: it takes what {of} could not hand over.")
