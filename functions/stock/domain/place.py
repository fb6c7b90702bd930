"""Where units lie, and which of them cannot be sold.

The level of a SKU counts all good units, wherever they lie. Places other than the main one keep
their own numbers, each written together with the level; what is left of the level's `on_hand` lies
in the main place. Defective units are in no level: they are counted where they lie, and come back
into the level only when a person says that they are good after all.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime

from common.auth import Actor
from common.errors import Conflict, Invalid

MAIN = "main"
# As Next Engine calls the place that everybody has, and what else is understood in files.
NAME_OF_MAIN = "基本拠点"
NAMES_OF_MAIN = ("", NAME_OF_MAIN, "メイン", MAIN)
_CODE = re.compile(r"[a-z0-9-]{1,32}")
NAME_MAX = 60


@dataclass(frozen=True, slots=True)
class Place:
    """A storehouse or a corner of one. code: never changes; the main one is `main`."""

    code: str
    name: str
    version: int = 1

    @property
    def is_main(self) -> bool:
        return self.code == MAIN


@dataclass(frozen=True, slots=True)
class Lying:
    """Units of one SKU in one place. on_hand: good ones; of the main place it is not kept here,
    but is what the others leave of the level. version: 0 while nothing was ever there."""

    sku: str
    place: str
    on_hand: int = 0
    defective: int = 0
    version: int = 0

    @property
    def is_main(self) -> bool:
        return self.place == MAIN

    def moved(self, *, on_hand: int = 0, defective: int = 0) -> "Lying":
        """After adding these (signed) units. Raises Conflict when there are not so many."""
        kept = 0 if self.place == MAIN else self.on_hand + on_hand
        if kept < 0:
            raise Conflict(
                f"{self.place} の在庫は{self.on_hand:,}個です。それより多くは動かせません"
            )
        if self.defective + defective < 0:
            raise Conflict(
                f"{self.place} の不良品は{self.defective:,}個です。それより多くは動かせません"
            )
        return replace(
            self, on_hand=kept, defective=self.defective + defective, version=self.version + 1
        )


@dataclass(frozen=True, slots=True)
class Transfer:
    """Units that went from one place to another: the level's ledger says nothing of it."""

    id: str
    sku: str
    source: str
    target: str
    quantity: int
    is_defective: bool
    at: datetime
    actor: Actor


def main_units(on_hand: int, elsewhere: int) -> int:
    """Good units in the main place. Negative when a count of the whole found fewer units than the
    other places say they have: somebody has to count those."""
    return on_hand - elsewhere


def check_place(code: str, name: str) -> None:
    """Raises Invalid for a code or a name that cannot be used."""
    if not _CODE.fullmatch(code):
        raise Invalid("保管場所のコードは半角英小文字・数字・ハイフンで1～32文字です")
    is_plain = all(unicodedata.category(character) != "Cc" for character in name)
    if not 1 <= len(name) <= NAME_MAX or not is_plain:
        raise Invalid(f"保管場所の名前は改行なしで1～{NAME_MAX}文字です")
