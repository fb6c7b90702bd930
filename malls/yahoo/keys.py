"""A store's key pair, for a store that does not exist: it protects nothing.

What Yahoo does with `X-sws-signature`: decrypt it (RSA, PKCS #1 v1.5) and look at who sealed it,
and when.
"""

import base64
from dataclasses import dataclass

PUBLIC_PEM = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAucAXdcgVuNmnz78wGGbq
g6WFfc/C/bBr2jM3o9LtpCgauyuLzfimkKrZ+pafFXKAva+NcUPG+Hytghxo2+Vc
LoUv7NRJMXa3uOOnSZIrpkfjBMu7dLoTLb2ue7iWLL7LRsIVxNGqASzPenzayid8
BdvQEUyH5GCEdaBkW5O/EXsiKN0L4mkj8Q86E6XuKFolove3RWB8ZRRKNr4g54fr
+Em8VR4l2qc4jnmkuO0ZrCmMXN40MCAVa3KmnrWWQq/Z4kabRbgvMr8pWFlfMGsh
EF5cUJZGiinZtV7PKFBUCzIamZhmMuHd4kBgEdaBAGpOJAV5KZdSoPCDjcoiiZsg
cQIDAQAB
-----END PUBLIC KEY-----
"""
_MODULUS = int(
    "b9c01775c815b8d9a7cfbf301866ea83a5857dcfc2fdb06bda3337a3d2eda4281abb2b8bcdf8a690"
    "aad9fa969f157280bdaf8d7143c6f87cad821c68dbe55c2e852fecd4493176b7b8e3a749922ba647"
    "e304cbbb74ba132dbdae7bb8962cbecb46c215c4d1aa012ccf7a7cdaca277c05dbd0114c87e46084"
    "75a0645b93bf117b2228dd0be26923f10f3a13a5ee285a25a2f7b745607c65144a36be20e787ebf8"
    "49bc551e25daa7388e79a4b8ed19ac298c5cde343020156b72a69eb59642afd9e2469b45b82f32bf"
    "2958595f306b21105e5c5096468a29d9b55ecf2850540b321a99986632e1dde2406011d681006a4e"
    "240579299752a0f0838dca22899b2071",
    16,
)
_PRIVATE_EXPONENT = int(
    "bc7ad2534d47dd5dde0dcb6e3e148ffa2d469b36ea21099726bdb9c39e104cf5f4c9df91e8da5a09"
    "8993cdd6706e0ed5dba3fadde76c4a5018af61ac7514f2c8b194c3b754ddc01d049adbf0a7456b60"
    "9e570b73972a08b3ed38d389a5b8999122a765f764d820811bb6aa6247a6710e70d15bfc5017c868"
    "20033452484524b2144ee2c1812e78b8d3c2b3af3ae2b2fd8aa01840186b8b7daef5809737e53242"
    "04e51407062c40a23c589a183ca530f831443b6e96b9fa7fec5cca52d2d599de75a7e8f5ea9eb361"
    "ee106876731a36f2fab1775f0fdf8d539f2868fee35e760d9f95264d48ed76ce81e8b2c5cff496e3"
    "daad619fd3730d5052c9d050696441d",
    16,
)
_SIZE = 256


@dataclass(frozen=True, slots=True)
class Sealed:
    """What was in a signature. at: seconds since 1970."""

    seller_id: str
    at: int


def opened(signature: str) -> Sealed | None:
    """None for what was not sealed with this store's key, or not in the way Yahoo wants it."""
    try:
        cipher = base64.b64decode(signature, validate=True)
    except ValueError:
        return None
    if len(cipher) != _SIZE or int.from_bytes(cipher, "big") >= _MODULUS:
        return None
    number = pow(int.from_bytes(cipher, "big"), _PRIVATE_EXPONENT, _MODULUS)
    block = number.to_bytes(_SIZE, "big")
    end = block.find(b"\x00", 2)
    if block[:2] != b"\x00\x02" or end < 10:
        return None
    seller_id, _, at = block[end + 1 :].decode("utf-8", "replace").partition(":")
    return Sealed(seller_id, int(at)) if at.isdecimal() else None
