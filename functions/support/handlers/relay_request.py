"""One request to a mall, sent from the fixed outgoing address for another function of ours.

There only with the option `fixed_ip`, and the only function in a network.
"""

from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from common.cold_start import cold_start
from common.consumer import reported
from common.http import Http
from common.observability import logger
from common.relay import MAX_BYTES, relayed
from common.settings import Runtime, Settings


class Env(Settings):
    """Nothing of its own: no table, no queue, no secret."""


@cold_start
def _http() -> Http:
    return Http(max_bytes=MAX_BYTES)


@cold_start
def _schemes() -> tuple[str, ...]:
    # Emulated malls on one machine have no certificates.
    return ("https", "http") if Runtime.load().stage == "local" else ("https",)


@reported
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    answer = relayed(event, _http(), _schemes())
    said = answer.get("status") or answer["error"]["code"]
    logger().info("relayed", extra={"host": _host(event["url"]), "status": said})
    return answer


def _host(url: str) -> str:
    with suppress(ValueError):
        return urlsplit(url).hostname or ""
    return ""
