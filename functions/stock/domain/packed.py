"""Files that come packed: what API Gateway hands a function is at most 6 MB, as text in base64."""

import zlib

from common.errors import Invalid, TooLarge

_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31


def unpacked(raw: bytes, most: int) -> bytes:
    """The file itself, whether it came as gzip (RFC 1952) or as it is. most: bytes it may have;
    no more than that is ever unpacked.

    Raises TooLarge, Invalid when it cannot be unpacked.
    """
    if not raw.startswith(_GZIP):
        found = raw
    else:
        stream = zlib.decompressobj(_GZIP_WINDOW)
        try:
            found = stream.decompress(raw, most + 1)
        except zlib.error:
            raise Invalid("圧縮されたファイルを開けません") from None
        if not stream.eof and len(found) <= most:
            raise Invalid("圧縮されたファイルが途中で切れています")
    if len(found) > most:
        raise TooLarge(f"ファイルは{most // 1_000_000}MBまでです")
    return found
