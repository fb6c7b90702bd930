"""Rakuten Ichiba: orders come by polling, for its shop system (RMS) sends no webhooks.

`rakuten_api` talks to RMS, `rakuten_order` reads what it answers.
"""

from typing import ClassVar

from common.channels.base import NoWebhooks


class Rakuten(NoWebhooks):
    """A shop on Rakuten Ichiba."""

    code: ClassVar[str] = "rakuten"
    name: ClassVar[str] = "楽天市場"


CHANNEL = Rakuten()
