"""Every channel by its code: a new one is one module and one line here.

Modules are loaded when first used, so a function pays only for the channels it meets.
"""

from importlib import import_module

from common.channels.base import Channel
from common.errors import NotFound

CHANNELS: dict[str, str] = {
    "generic": "common.channels.generic",
    "shopify": "common.channels.shopify",
}


def load(code: str) -> Channel:
    """The adapter of a channel. Raises NotFound for an unknown code."""
    module = CHANNELS.get(code)
    if module is None:
        raise NotFound(f"There is no channel {code!r}.")
    channel: Channel = import_module(module).CHANNEL
    return channel
