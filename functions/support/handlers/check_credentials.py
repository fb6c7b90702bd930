"""On a schedule: says which credentials end soon, and where a mall refused to renew the access."""

from typing import Any

from common.clock import utc_now
from common.cold_start import cold_start
from common.consumer import reported
from common.dynamo import Table
from common.settings import Settings
from support.repository.malls import NotedTroubles
from support.repository.notices import DynamoNotices
from support.repository.shops import DynamoShops
from support.service.channels import KnownChannels
from support.service.watching import CredentialWatch


class Env(Settings):
    settings_table: str
    calls_table: str


@cold_start
def watch() -> CredentialWatch:
    env = Env.load()
    settings = Table(env.settings_table)
    return CredentialWatch(
        DynamoShops(settings),
        KnownChannels(),
        NotedTroubles(Table(env.calls_table), utc_now),
        DynamoNotices(settings),
        utc_now,
    )


@reported
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    return {"new": watch().run()}
