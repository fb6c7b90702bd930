"""Customers who cannot be taken for real ones.

Family names mean "sample", "trial", "fictitious" …, places are 見本町 in cities that exist,
telephone numbers are all zeros but the last digits, and mail goes to example.com, which nobody
can own.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

# (kanji, katakana, what stands in the mail address). Rare characters (髙, 𠮷) are there on purpose.
FAMILIES: Sequence[tuple[str, str, str]] = (
    ("見本", "ミホン", "mihon"),
    ("試験", "シケン", "shiken"),
    ("架空", "カクウ", "kaku"),
    ("仮名", "カメイ", "kamei"),
    ("例示", "レイジ", "reiji"),
    ("模擬", "モギ", "mogi"),
    ("髙見本", "タカミホン", "takamihon"),
    ("𠮷架空", "ヨシカクウ", "yoshikaku"),
)
GIVEN: Sequence[tuple[str, str, str]] = (
    ("太郎", "タロウ", "taro"),
    ("花子", "ハナコ", "hanako"),
    ("一郎", "イチロウ", "ichiro"),
    ("さくら", "サクラ", "sakura"),
    ("健", "ケン", "ken"),
    ("みどり", "ミドリ", "midori"),
    ("直樹", "ナオキ", "naoki"),
    ("陽子", "ヨウコ", "yoko"),
)
# (prefecture, ISO 3166-2 code, city, first three digits of its postal codes)
PLACES: Sequence[tuple[str, str, str, str]] = (
    ("北海道", "JP-01", "札幌市中央区", "060"),
    ("宮城県", "JP-04", "仙台市青葉区", "980"),
    ("東京都", "JP-13", "千代田区", "100"),
    ("東京都", "JP-13", "世田谷区", "154"),
    ("神奈川県", "JP-14", "横浜市西区", "220"),
    ("愛知県", "JP-23", "名古屋市中区", "460"),
    ("京都府", "JP-26", "京都市中京区", "604"),
    ("大阪府", "JP-27", "大阪市北区", "530"),
    ("広島県", "JP-34", "広島市中区", "730"),
    ("福岡県", "JP-40", "福岡市博多区", "812"),
    ("沖縄県", "JP-47", "那覇市", "900"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who orders, and where they live. id is the mall's customer number."""

    id: int
    family: str
    given: str
    family_kana: str
    given_kana: str
    email: str
    phone: str
    prefecture: str
    prefecture_code: str
    city: str
    postal: str
    line1: str
    line2: str

    @property
    def name(self) -> str:
        return f"{self.family} {self.given}"


def anybody(rng: random.Random) -> Person:
    """A person; the same `rng` state gives the same one."""
    family, family_kana, family_mail = rng.choice(FAMILIES)
    given, given_kana, given_mail = rng.choice(GIVEN)
    prefecture, code, city, postal = rng.choice(PLACES)
    number = rng.randrange(1, 100)
    return Person(
        id=7_000_000_000_000 + rng.randrange(10_000),
        family=family,
        given=given,
        family_kana=family_kana,
        given_kana=given_kana,
        email=f"{given_mail}.{family_mail}{number}@example.com",
        phone=f"090-0000-{number:04d}",
        prefecture=prefecture,
        prefecture_code=code,
        city=city,
        postal=f"{postal}-0000",
        line1=f"見本町{rng.randrange(1, 10)}-{rng.randrange(1, 30)}-{rng.randrange(1, 20)}",
        line2=f"見本ハイツ{rng.randrange(101, 910)}号室" if rng.random() < 0.4 else "",
    )
