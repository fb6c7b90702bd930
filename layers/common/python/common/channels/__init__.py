"""Every channel by its code: a new one is one stem and one line here.

`<stem>.py` reads deliveries, `<stem>_api.py` talks to the mall. Modules are loaded when first used,
so a function pays only for the channels it meets.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from common.channels.base import Channel
from common.errors import NotFound

if TYPE_CHECKING:
    from common.channels.port import ChannelApi

CHANNELS: dict[str, str] = {
    "amazon": "common.channels.amazon",
    "eccube": "common.channels.eccube",
    "generic": "common.channels.generic",
    "ne_push": "common.channels.ne_push",
    "rakuten": "common.channels.rakuten",
    "shopify": "common.channels.shopify",
    "woocommerce": "common.channels.woocommerce",
    "yahoo": "common.channels.yahoo",
}


def load(code: str) -> Channel:
    """What reads a channel's deliveries. Raises NotFound for an unknown code."""
    channel: Channel = import_module(_module(code)).CHANNEL
    return channel


def load_api(code: str) -> "ChannelApi":
    """What talks to a channel's mall. Raises NotFound for an unknown code."""
    api: ChannelApi = import_module(f"{_module(code)}_api").API
    return api


def _module(code: str) -> str:
    module = CHANNELS.get(code)
    if module is None:
        raise NotFound(f"There is no channel {code!r}.")
    return module
