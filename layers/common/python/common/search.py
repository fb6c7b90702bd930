"""Folding text so that people find what they mean. admin/lib/search.js is its twin.

Both are held to tests/common/search_vectors.json.
"""

import unicodedata
from collections.abc import Iterable, Iterator

TOKEN_MAX = 64
_KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
# Every dash, hyphen and long-vowel mark people type for one another, and all white space.
_DROPPED = dict.fromkeys(map(ord, "-‐‑‒–—―−ーｰ~〜～・.,'\"()（）[]「」_/\\# \t\r\n\u3000"))


def fold(text: str) -> str:
    """`ＹＡＨＯＯ！ショップ` → `yahoo!しょっぷ`; `090-1234-5678` → `09012345678`; "" stays ""."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return plain.translate(_KATAKANA_TO_HIRAGANA).translate(_DROPPED)


def tokens(texts: Iterable[str | None]) -> Iterator[str]:
    """The distinct folded forms, at most 64 characters each, in order of first appearance."""
    seen: set[str] = set()
    for text in texts:
        folded = fold(text or "")[:TOKEN_MAX]
        if folded and folded not in seen:
            seen.add(folded)
            yield folded


def token_partition(token: str) -> str:
    """The key a token is stored under: its first two characters spread the writes."""
    return f"TOKEN#{token[:2]}"
