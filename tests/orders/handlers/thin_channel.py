"""A channel that sends the numbers of orders and no more."""

from collections.abc import Sequence
from typing import ClassVar

from common.channels.base import NoWebhooks, OrderRef, RawRequest, ShopRef


class Thin(NoWebhooks):
    code: ClassVar[str] = "thin"
    name: ClassVar[str] = "番号だけ"

    def parse_webhook(self, request: RawRequest, shop: ShopRef) -> Sequence[OrderRef]:
        return [OrderRef(number) for number in request.body.decode().split()]


CHANNEL = Thin()
