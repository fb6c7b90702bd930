"""Where a mall's API may be: an address that credentials are sent to."""

from urllib.parse import urlsplit

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def api_url_error(text: str) -> str | None:
    """Why this is no address of an API; None when it is one, or is empty.

    Plain http is for this machine only: everywhere else credentials would be readable on the way.
    """
    if not text:
        return None
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        return "Plain ASCII without spaces, such as https://shop.example.jp."
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return "An address such as https://shop.example.jp."
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        return "An address such as https://shop.example.jp."
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        return "https, so that nobody reads the credentials on the way."
    if "@" in parts.netloc or "?" in text or "#" in text:
        return "No user, no ? and no #."
    return None
