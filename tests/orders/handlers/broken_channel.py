"""A channel whose adapter has a mistake: it quotes what it read."""

from collections.abc import Sequence
from typing import ClassVar

from common.canonical import CanonicalOrder
from common.channels.base import RawRequest, ShopRef, Verdict, genuine


class Broken:
    code: ClassVar[str] = "tests"
    name: ClassVar[str] = "壊れた"
    kept_headers: ClassVar[tuple[str, ...]] = ()

    def verify_webhook(self, request: RawRequest, secrets: Sequence[str]) -> Verdict:
        return genuine("1")

    def parse_webhook(self, request: RawRequest, shop: ShopRef) -> Sequence[CanonicalOrder]:
        raise ValueError(f"cannot read {request.body.decode()}")


CHANNEL = Broken()
