"""Encrypts with a store's public key: RSA, PKCS #1 v1.5 (RFC 8017, 7.2.1), the key as PEM
(SubjectPublicKeyInfo, RFC 5280 4.1).

Yahoo asks for this padding; nothing else should use it. What is encrypted is no secret (the
seller's id and the time), it only shows that we have the key.
"""

import base64
import re
import secrets
from typing import NamedTuple

_SEQUENCE, _INTEGER, _BITS = 0x30, 0x02, 0x03
_RSA = bytes.fromhex("06092a864886f70d010101")
_MIN_BYTES = 128
_LABEL = re.compile(r"-----[A-Z ]+-----")


class BadKey(ValueError):
    """Not an RSA public key in PEM. Never quotes it."""


class PublicKey(NamedTuple):
    modulus: int
    exponent: int

    @property
    def size(self) -> int:
        """Bytes of the modulus, and of what is encrypted."""
        return (self.modulus.bit_length() + 7) // 8


def read_public_key(pem: str) -> PublicKey:
    """The key, with or without its BEGIN and END lines, also in one line. Raises BadKey."""
    text = "".join(_LABEL.sub("", pem.replace("\\n", "\n")).split())
    try:
        spki, rest = _element(base64.b64decode(text, validate=True), _SEQUENCE)
        algorithm, bits = _element(spki, _SEQUENCE)
        inner, _ = _element(bits, _BITS)
        if rest or not algorithm.startswith(_RSA) or inner[:1] != b"\x00":
            raise BadKey("not an RSA public key")
        numbers, _ = _element(inner[1:], _SEQUENCE)
        modulus, tail = _element(numbers, _INTEGER)
        exponent, _ = _element(tail, _INTEGER)
    except (ValueError, IndexError):
        raise BadKey("not an RSA public key in PEM") from None
    key = PublicKey(int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big"))
    if key.size < _MIN_BYTES or key.exponent < 3:
        raise BadKey("an RSA key that is too short")
    return key


def encrypt(key: PublicKey, message: bytes) -> bytes:
    """EM = 00 02 PS 00 M with at least eight random bytes in PS, none of them zero."""
    room = key.size - len(message) - 3
    if room < 8:
        raise ValueError("the message is too long for the key")
    padding = bytes(secrets.randbelow(255) + 1 for _ in range(room))
    block = b"\x00\x02" + padding + b"\x00" + message
    cipher = pow(int.from_bytes(block, "big"), key.exponent, key.modulus)
    return cipher.to_bytes(key.size, "big")


def _element(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """(content, what follows) of a DER element."""
    if data[0] != tag:
        raise BadKey("another element was expected")
    length, start = data[1], 2
    if length & 0x80:
        count = length & 0x7F
        length, start = int.from_bytes(data[2 : 2 + count], "big"), 2 + count
    content = data[start : start + length]
    if len(content) < length:
        raise BadKey("the key is cut off")
    return content, data[start + length :]
