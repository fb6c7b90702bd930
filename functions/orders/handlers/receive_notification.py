"""Amazon's messages about changed orders → orders to fetch."""

import json
from typing import Any

from common.cold_start import cold_start
from common.consumer import Message, each, messages
from common.dynamo import Table
from common.queues import Queue
from common.settings import Settings
from common.shops import ShopDirectory
from orders.service.receive_notification import Notices


class Env(Settings):
    settings_table: str
    pull_queue: str


@cold_start
def notices() -> Notices:
    env = Env.load()
    return Notices(ShopDirectory(Table(env.settings_table)), Queue(env.pull_queue))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    def work(message: Message) -> None:
        notices().take(json.dumps(message.body).encode())

    return each(messages(event), work)
