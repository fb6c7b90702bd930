"""What starts a function. Each trigger brings its dead-letter queue and its alarms along.

http(method, path)    a route of the HTTP API
queue(work)           messages of a queue
events(*names)        events of the bus, by way of a queue
ses_feedback()        what SES tells of our mails, by way of a queue
stream(table)         changes of a table
schedule(minutes)     time
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as ddb
from aws_cdk import aws_events as eb
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_lambda_event_sources as sources

from infra.access import Grant
from infra.area import Area, Trigger
from infra.data import TableData
from infra.function import AreaFunction
from infra.queues import WorkQueue, takes_dead_letters

# A table keeps its stream for a day. A record that fails this often has a fault of its own; it
# goes to the dead letters, and those behind it go on.
_STREAM_TRIES = 50
_MOST_MINUTES_LATE = 360


def http(method: str, path: str, *, public: bool = False) -> Trigger:
    """A route. public: nobody is signed in, and the function itself checks who calls."""
    return _Http(method, path, public)


def queue(work: WorkQueue, *, batch: int = 10, max_concurrency: int = 10) -> Trigger:
    """Messages of a queue, at most `batch` at once in at most `max_concurrency` instances.

    The function answers with the messages that failed.
    """
    return _Queue(work, batch, max_concurrency)


def events(
    *names: str,
    where: Mapping[str, Sequence[Any]] | None = None,
    batch: int = 10,
    max_concurrency: int = 10,
    into: WorkQueue | None = None,
) -> Trigger:
    """Events of the bus by name, through the queue `into` or one of the function's own.

    where: fields of the detail, and the values of which each must have one.
    """
    pattern = eb.EventPattern(
        source=eb.Match.prefix("banto."),
        detail_type=list(names),
        detail={name: list(values) for name, values in where.items()} if where else None,
    )
    return _Events(pattern, None, into, batch, max_concurrency)


def ses_feedback(*, batch: int = 10, max_concurrency: int = 5) -> Trigger:
    """What SES tells of mails sent through the stage's configuration set."""
    return _Feedback(batch, max_concurrency)


def stream(data: TableData, *filters: Mapping[str, Any], batch: int = 100) -> Trigger:
    """Changes of a table, in order for each item; those that match one of `filters`, or all.

    The function answers with the record to start again from.
    """
    return _Stream(data.table, tuple(filters), batch)


def schedule(minutes: int) -> Trigger:
    """Every so many minutes. A run that fails twice leaves a dead letter; the next one comes."""
    return _Schedule(minutes)


@dataclass(frozen=True, slots=True)
class _Http:
    method: str
    path: str
    public: bool

    def attach(self, area: Area, function: AreaFunction) -> None:
        area.platform.api.route(self.method, self.path, function, public=self.public)


@dataclass(frozen=True, slots=True)
class _Queue:
    work: WorkQueue
    batch: int
    max_concurrency: int

    def attach(self, area: Area, function: AreaFunction) -> None:
        if self.work.seconds < function.seconds:
            raise ValueError(
                f"{area.name}.{function.name} may run for {function.seconds} s, and its queue "
                f"{self.work.name} counts on {self.work.seconds} s"
            )
        function.add_event_source(
            sources.SqsEventSource(
                self.work.queue,
                batch_size=self.batch,
                max_concurrency=self.max_concurrency,
                report_batch_item_failures=True,
            )
        )


@dataclass(frozen=True, slots=True)
class _Events:
    pattern: eb.EventPattern
    bus: eb.IEventBus | None
    into: WorkQueue | None
    batch: int
    max_concurrency: int

    def attach(self, area: Area, function: AreaFunction) -> None:
        work = self.into or area.queue(function.name, seconds=function.seconds)
        eb.Rule(
            area,
            f"{function.name}-rule",
            description=f"What {area.name}.{function.name} is told",
            event_bus=self.bus or area.platform.data.bus,
            event_pattern=self.pattern,
            targets=[targets.SqsQueue(work.queue, dead_letter_queue=work.dead)],
        )
        _Queue(work, self.batch, self.max_concurrency).attach(area, function)


@dataclass(frozen=True, slots=True)
class _Feedback:
    batch: int
    max_concurrency: int

    def attach(self, area: Area, function: AreaFunction) -> None:
        data = area.platform.data
        pattern = eb.EventPattern(
            source=["aws.ses"],
            # Another stage's mails in the same account are not ours.
            detail={"mail": {"tags": {"ses:configuration-set": [data.outgoing.configuration_set]}}},
        )
        trigger = _Events(pattern, data.default_bus, None, self.batch, self.max_concurrency)
        trigger.attach(area, function)


@dataclass(frozen=True, slots=True)
class _Stream:
    table: ddb.TableV2
    filters: tuple[Mapping[str, Any], ...]
    batch: int

    def attach(self, area: Area, function: AreaFunction) -> None:
        arn = self.table.table_stream_arn
        if arn is None:
            raise ValueError(f"{area.name}.{function.name}: the table has no stream")
        dead = area.dead_letters(function.name)
        takes_dead_letters(dead, "a stream")
        for grant in _reading(self.table, arn, dead.queue_arn):
            function.allow(grant)
        lambda_.EventSourceMapping(
            area,
            f"{function.name}-stream",
            target=function,
            event_source_arn=arn,
            # From the first change on: what was written before the deployment ended counts too.
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=self.batch,
            filters=[lambda_.FilterCriteria.filter(dict(one)) for one in self.filters] or None,
            bisect_batch_on_error=True,
            retry_attempts=_STREAM_TRIES,
            report_batch_item_failures=True,
            on_failure=sources.SqsDlq(dead),
        )
        area.platform.watch.lag(f"{area.name}-{function.name}", function)


def _reading(table: ddb.TableV2, stream_arn: str, dead_arn: str) -> tuple[Grant, ...]:
    actions = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")
    return (
        Grant(actions, (stream_arn,)),
        Grant(
            ("dynamodb:ListStreams",),
            (f"{table.table_arn}/stream/*",),
            "Listing is allowed or not for all streams of a table; this is the one table.",
        ),
        Grant(("sqs:SendMessage",), (dead_arn,)),
    )


@dataclass(frozen=True, slots=True)
class _Schedule:
    minutes: int

    def attach(self, area: Area, function: AreaFunction) -> None:
        dead = area.dead_letters(function.name)
        takes_dead_letters(dead, "a timer")
        function.configure_async_invoke(
            on_failure=destinations.SqsDestination(dead),
            retry_attempts=1,
            # Late runs are worth nothing: the next one does their work. Lambda keeps none longer
            # than six hours.
            max_event_age=Duration.minutes(min(self.minutes, _MOST_MINUTES_LATE)),
        )
        eb.Rule(
            area,
            f"{function.name}-timer",
            description=f"When {area.name}.{function.name} runs",
            schedule=eb.Schedule.rate(Duration.minutes(self.minutes)),
            targets=[targets.LambdaFunction(function, dead_letter_queue=dead)],
        )
