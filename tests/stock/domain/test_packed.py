"""Files that come packed."""

import gzip

import pytest

from common.errors import Invalid, TooLarge
from stock.domain.packed import unpacked

TEXT = "商品コード,在庫数\r\nTEA,3\r\n".encode("cp932")


@pytest.mark.parametrize("raw", [TEXT, gzip.compress(TEXT), b"", gzip.compress(b"")])
def test_a_file_is_the_same_packed_or_not(raw: bytes) -> None:
    assert unpacked(raw, 100) == (TEXT if len(raw) > 20 else b"")


def test_it_may_be_as_long_as_allowed_and_not_longer() -> None:
    longest = b"x" * 1_000_000

    assert unpacked(gzip.compress(longest), 1_000_000) == longest
    for raw in (longest + b"x", gzip.compress(longest + b"x"), gzip.compress(b"x" * 50_000_000)):
        with pytest.raises(TooLarge, match="1MB"):
            unpacked(raw, 1_000_000)


def test_what_is_broken_is_refused() -> None:
    whole = gzip.compress(TEXT)
    other = whole[:-8] + b"\0" * 8

    for raw in (whole[:-9], whole[:5], other, b"\x1f\x8bnot packed at all"):
        with pytest.raises(Invalid, match="圧縮"):
            unpacked(raw, 100)
