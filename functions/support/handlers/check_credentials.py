"""On a schedule: asks malls when credentials end, and says which end soon and where a mall refused
to renew the access."""

from typing import Any

from common.channels.contexts import CallsMalls, contexts_of
from common.clock import utc_now
from common.cold_start import cold_start
from common.consumer import reported
from common.dynamo import Table
from support.repository.malls import CalledMalls, NotedTroubles
from support.repository.notices import DynamoNotices
from support.repository.shops import DynamoShops
from support.service.channels import KnownChannels
from support.service.expiries import ExpiryReader
from support.service.watching import CredentialWatch

# A mall that does not answer must not use up the time of all others.
_ANSWER_SECONDS = 8.0


class Env(CallsMalls):
    settings_table: str


@cold_start
def watch() -> CredentialWatch:
    env = Env.load()
    settings = Table(env.settings_table)
    shops = DynamoShops(settings)
    malls = CalledMalls(contexts_of(env, seconds=_ANSWER_SECONDS), utc_now)
    return CredentialWatch(
        shops,
        KnownChannels(),
        ExpiryReader(shops, malls, utc_now),
        NotedTroubles(Table(env.calls_table), utc_now),
        DynamoNotices(settings),
        utc_now,
    )


@reported
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    return {"new": watch().run()}
