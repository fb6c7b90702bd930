"""Every minute: one message a shop whose mall is asked for its orders."""

from typing import Any

from common.channels import load_api
from common.cold_start import cold_start
from common.consumer import reported
from common.dynamo import Table
from common.queues import Queue
from common.settings import Settings
from common.shops import ShopDirectory
from orders.service.scheduling import Scheduling


class Env(Settings):
    settings_table: str
    pull_queue: str


@cold_start
def scheduling() -> Scheduling:
    env = Env.load()
    return Scheduling(ShopDirectory(Table(env.settings_table)), load_api, Queue(env.pull_queue))


@reported
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    return {"shops": scheduling().send_all()}
