"""Yahoo!ショッピング: orders come by polling, for the mall sends nothing.

`yahoo_api` talks to it, `yahoo_order` reads what it answers.
"""

from typing import ClassVar

from common.channels.base import NoWebhooks


class Yahoo(NoWebhooks):
    """A shop on Yahoo!ショッピング."""

    code: ClassVar[str] = "yahoo"
    name: ClassVar[str] = "Yahoo!ショッピング"


CHANNEL = Yahoo()
