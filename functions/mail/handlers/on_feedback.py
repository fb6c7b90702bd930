"""SES's events about our mails → their jobs."""

from typing import Any

from common.clock import utc_now
from common.cold_start import cold_start
from common.consumer import Message, each, messages
from common.dynamo import Table
from common.settings import Settings
from mail.repository.jobs import DynamoJobs
from mail.repository.suppressions import DynamoSuppressions
from mail.service.settling import Settler


class Env(Settings):
    mail_table: str


@cold_start
def settler() -> Settler:
    table = Table(Env.load().mail_table)
    return Settler(DynamoJobs(table, utc_now), DynamoSuppressions(table), utc_now)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS batch of EventBridge envelopes, or of their details."""

    def work(message: Message) -> None:
        settler().on_event(message.body)

    return each(messages(event), work)
