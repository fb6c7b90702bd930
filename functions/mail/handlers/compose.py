"""Orders' events → the mails they make due."""

from typing import Any

from common.clock import utc_now
from common.cold_start import cold_start
from common.consumer import Message, bus_event, each, messages
from common.dynamo import Table
from common.events import OrderChanged, OrderEvent, OrderReceived
from common.settings import Settings
from common.shops import ShopDirectory
from mail.repository.contents import StoredContents
from mail.repository.jobs import DynamoJobs
from mail.service.composing import Composer
from mail.service.drafting import Drafter


class Env(Settings):
    mail_table: str
    settings_table: str
    raw_bucket: str


@cold_start
def composer() -> Composer:
    env = Env.load()
    table = Table(env.mail_table)
    return Composer(
        DynamoJobs(table, utc_now),
        StoredContents(table, env.raw_bucket),
        Drafter(ShopDirectory(Table(env.settings_table))),
        utc_now,
    )


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS batch of EventBridge envelopes."""

    def work(message: Message) -> None:
        order: OrderEvent = bus_event(message.body, OrderReceived, OrderChanged)
        composer().on_order(order)

    return each(messages(event), work)
