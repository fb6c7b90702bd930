"""Which mail addresses can be written to."""

import re

# What SES takes: ASCII, one @, a domain with a dot. Quoted local parts are legal and in no shop's
# data; refusing them is safer than passing commas and brackets on.
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}"
)


def is_address(text: str) -> bool:
    """True for one plain address of at most 254 characters."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None
