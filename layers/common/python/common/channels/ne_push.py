"""Carts that take Next Engine's stock push: they are told quantities, and send nothing."""

from typing import ClassVar

from common.channels.base import NoWebhooks


class NePush(NoWebhooks):
    """A cart with a stock update address; its orders come by other ways."""

    code: ClassVar[str] = "ne_push"
    name: ClassVar[str] = "在庫連携（ネクストエンジン方式）"


CHANNEL = NePush()
