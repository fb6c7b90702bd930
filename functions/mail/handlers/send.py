"""The outbox queue → SES."""

from typing import Any

from common.clock import utc_now
from common.cold_start import cold_start
from common.consumer import Message, each, messages
from common.dynamo import Table
from common.settings import Settings
from common.shops import ShopDirectory
from mail.repository.contents import StoredContents
from mail.repository.jobs import DynamoJobs
from mail.repository.ses import SesTransport
from mail.repository.suppressions import DynamoSuppressions
from mail.service.sending import Sender


class Env(Settings):
    mail_table: str
    settings_table: str
    raw_bucket: str
    configuration_set: str


@cold_start
def sender() -> Sender:
    env = Env.load()
    table = Table(env.mail_table)
    return Sender(
        DynamoJobs(table, utc_now),
        StoredContents(table, env.raw_bucket),
        DynamoSuppressions(table),
        ShopDirectory(Table(env.settings_table)),
        SesTransport(env.configuration_set),
        utc_now,
    )


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS batch of {"job_id"}."""

    def work(message: Message) -> None:
        sender().send(message.body["job_id"])

    return each(messages(event), work)
