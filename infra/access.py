"""What a function may do, in a closed vocabulary.

Each word grants exactly its actions on exactly its resource AND sets the variable that names the
resource, so that a function cannot have the one without the other:

    read  write        a table
    publish            the event bus
    send  consume      a queue
    watch_queues       how full queues are
    get_objects  put_objects    prefixes of the raw bucket
    read_secrets  write_secrets parameters of the shops
    call_malls         credentials, access tokens, what all callers of a mall share, and the relay
    send_mail          SES, through the configuration set

Nothing grants Scan. A wildcard in a resource needs its reason next to it; without one the
construct refuses it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs

from infra.data import MailData, TableData


@dataclass(frozen=True, slots=True)
class Grant:
    """Actions on resources. wildcard: why a `*` stands in a resource; needed when one does."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    wildcard: str | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """Grants, and the environment variables that go with them."""

    grants: tuple[Grant, ...]
    variables: Mapping[str, str] = field(default_factory=dict)


_READ = ("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query")
# A transaction needs the single actions of its parts.
_WRITE = (
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
)


def read(variable: str, data: TableData) -> Access:
    """GetItem, BatchGetItem and Query on a table and its indexes; the variable is its name."""
    return Access((_on_table(_READ, data),), {variable: data.table.table_name})


def write(variable: str, data: TableData) -> Access:
    """What `read` grants, and writing items one by one, in batches or in transactions."""
    return Access((_on_table((*_READ, *_WRITE), data),), {variable: data.table.table_name})


def _on_table(actions: tuple[str, ...], data: TableData) -> Grant:
    arn = data.table.table_arn
    return Grant(actions, (arn, *(f"{arn}/index/{index}" for index in data.indexes)))


def publish(variable: str, bus: events.IEventBus) -> Access:
    """PutEvents on a bus; the variable is its name."""
    return Access(
        (Grant(("events:PutEvents",), (bus.event_bus_arn,)),), {variable: bus.event_bus_name}
    )


def send(variable: str, queue: sqs.IQueue) -> Access:
    """SendMessage; the variable is the queue's URL."""
    return Access((Grant(("sqs:SendMessage",), (queue.queue_arn,)),), {variable: queue.queue_url})


def consume(variable: str, queue: sqs.IQueue) -> Access:
    """Receive and delete, for a function that drains more of its own queue; variable: URL."""
    actions = (
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
    )
    return Access((Grant(actions, (queue.queue_arn,)),), {variable: queue.queue_url})


def watch_queues(variable: str, queues: Mapping[str, sqs.IQueue]) -> Access:
    """GetQueueAttributes on each; the variable is JSON, {name: URL}."""
    first = next(iter(queues.values()))
    urls: dict[str, Any] = {name: queue.queue_url for name, queue in queues.items()}
    return Access(
        (Grant(("sqs:GetQueueAttributes",), tuple(q.queue_arn for q in queues.values())),),
        {variable: Stack.of(first).to_json_string(urls)},
    )


_OBJECTS = "The names of objects are ids yet to come; the prefix is all they have in common."


def get_objects(variable: str, bucket: s3.IBucket, *prefixes: str) -> Access:
    """GetObject below the prefixes; the variable is the bucket's name.

    ListBucket is for the answer only: without it S3 says 403 of an object that has expired, as if
    a permission were missing, and not 404.
    """
    return Access(
        (
            Grant(("s3:GetObject",), _below(bucket, prefixes), _OBJECTS),
            Grant(("s3:ListBucket",), (bucket.bucket_arn,)),
        ),
        {variable: bucket.bucket_name},
    )


def put_objects(variable: str, bucket: s3.IBucket, *prefixes: str) -> Access:
    """PutObject below the prefixes; the variable is the bucket's name."""
    return Access(
        (Grant(("s3:PutObject",), _below(bucket, prefixes), _OBJECTS),),
        {variable: bucket.bucket_name},
    )


def _below(bucket: s3.IBucket, prefixes: tuple[str, ...]) -> tuple[str, ...]:
    if not prefixes or not all(prefix.endswith("/") for prefix in prefixes):
        raise ValueError(f"prefixes end in a slash and there is at least one: {prefixes}")
    return tuple(bucket.arn_for_objects(f"{prefix}*") for prefix in prefixes)


_PARAMETERS = "Shops are data: their parameters come into being when somebody adds a shop."


def read_secrets(stack: Stack, prefix: str) -> Access:
    """GetParameter(s) below a prefix. No variable: the shop's item has the full names."""
    return Access((_parameters(stack, prefix, "GetParameter", "GetParameters"),))


def write_secrets(variable: str, stack: Stack, prefix: str) -> Access:
    """Also Put- and DeleteParameter; the variable is the prefix, with slashes at both ends."""
    actions = ("DeleteParameter", "GetParameter", "GetParameters", "PutParameter")
    return Access((_parameters(stack, prefix, *actions),), {variable: prefix})


def call_malls(stack: Stack, prefix: str, calls: TableData, relay: str) -> Access:
    """What common.channels.contexts.Contexts needs: reading the shops' parameters, writing those
    with access tokens only, the table of rates and locks, and invoking the function with the fixed
    outgoing address, whose name is `relay` ("": there is none).

    The variables are SHOP_SECRETS_PREFIX, CALLS_TABLE and RELAY_FUNCTION. The shops are another
    word's business.
    """
    table = write("CALLS_TABLE", calls)
    secrets = read_secrets(stack, prefix)
    tokens = _parameters(stack, prefix, "PutParameter", name="*/token")
    invoke = (_invoke(stack, relay),) if relay else ()
    variables = {**table.variables, "SHOP_SECRETS_PREFIX": prefix, "RELAY_FUNCTION": relay}
    return Access((*table.grants, *secrets.grants, tokens, *invoke), variables)


def _invoke(stack: Stack, function: str) -> Grant:
    # By name: areas are declared one after the other.
    arn = stack.format_arn(
        service="lambda",
        resource="function",
        resource_name=function,
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
    return Grant(("lambda:InvokeFunction",), (arn,))


def _parameters(stack: Stack, prefix: str, *actions: str, name: str = "*") -> Grant:
    # Parameters are encrypted with the account's key for SSM, whose own policy lets everybody use
    # it who may use the parameter.
    arn = stack.format_arn(
        service="ssm", resource="parameter", resource_name=f"{prefix.strip('/')}/{name}"
    )
    return Grant(tuple(f"ssm:{action}" for action in actions), (arn,), _PARAMETERS)


def send_mail(variable: str, stack: Stack, mail: MailData) -> Access:
    """SendEmail through the configuration set, whose name is the variable."""

    def arn(resource: str, name: str) -> str:
        return stack.format_arn(
            service="ses",
            resource=resource,
            resource_name=name,
            arn_format=ArnFormat.SLASH_RESOURCE_NAME,
        )

    wildcard = (
        None
        if mail.identity
        else "Each shop writes from an address of its own; SES itself refuses what is not verified."
    )
    resources = (
        arn("configuration-set", mail.configuration_set),
        arn("identity", mail.identity or "*"),
    )
    return Access(
        (Grant(("ses:SendEmail",), resources, wildcard),),
        {variable: mail.configuration_set},
    )
