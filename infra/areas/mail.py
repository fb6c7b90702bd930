"""mail: the outbox."""

from aws_cdk import Stack

from infra.access import (
    get_objects,
    put_objects,
    read,
    send,
    send_mail,
    watch_queues,
    write,
)
from infra.area import Area
from infra.queues import WorkQueue
from infra.triggers import events, http, queue, schedule, ses_feedback, stream


def build(area: Area) -> None:
    """Declare the area."""
    # Throttled mails come back, and a day of that must not make a dead letter.
    outbox = area.queue("outbox", seconds=120, tries=10)
    _writing(area)
    _sending(area, outbox)
    _desk(area)


def _writing(area: Area) -> None:
    data = area.platform.data
    area.function(
        "compose",
        # What stock set aside makes no mail due.
        on=[
            events(
                "OrderReceived",
                "OrderChanged",
                where={"change": [{"anything-but": ["allocation"]}]},
            )
        ],
        access=[
            write("MAIL_TABLE", data.mail),
            read("SETTINGS_TABLE", data.settings),
            put_objects("RAW_BUCKET", data.raw, "mails/"),
        ],
    )


def _sending(area: Area, outbox: WorkQueue) -> None:
    data = area.platform.data
    area.function(
        "dispatch",
        on=[stream(data.mail, _QUEUED)],
        access=[send("OUTBOX_QUEUE", outbox.queue)],
    )
    area.function(
        "send",
        on=[queue(outbox, max_concurrency=5)],
        access=[
            write("MAIL_TABLE", data.mail),
            read("SETTINGS_TABLE", data.settings),
            get_objects("RAW_BUCKET", data.raw, "mails/"),
            send_mail("CONFIGURATION_SET", Stack.of(area), data.outgoing),
        ],
        # Ten mails, each waiting as long as SES may take.
        seconds=120,
    )
    area.function(
        "on_feedback",
        on=[ses_feedback()],
        access=[write("MAIL_TABLE", data.mail)],
    )
    area.function(
        "sweep",
        on=[schedule(minutes=5)],
        access=[
            write("MAIL_TABLE", data.mail),
            send("OUTBOX_QUEUE", outbox.queue),
        ],
        seconds=120,
    )


def _desk(area: Area) -> None:
    data = area.platform.data
    area.function(
        "api",
        on=[http("ANY", "/api/mail"), http("ANY", "/api/mail/{proxy+}")],
        access=[
            write("MAIL_TABLE", data.mail),
            read("SETTINGS_TABLE", data.settings),
            get_objects("RAW_BUCKET", data.raw, "mails/"),
            watch_queues("WATCHED_QUEUES", area.queues),
        ],
    )


_QUEUED = {"dynamodb": {"NewImage": {"sk": {"S": ["JOB"]}, "state": {"S": ["QUEUED"]}}}}
