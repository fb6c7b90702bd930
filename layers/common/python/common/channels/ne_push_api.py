"""The sender of Next Engine's generic stock push, which many Japanese carts can take.

Wire facts: malls' manuals of 汎用在庫連携 and receivers in public repositories agree on
`GET <address>?StoreAccount=…&Code=…&Stock=…&ts=YYYYMMDDhhmmss&.sig=…` and on an answer in EUC-JP:
`ShoppingUpdateStock > ResultSet > Result > Processed`, 0 for done. What other numbers mean differs;
several receivers say -2 for a signature they do not take.
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from common.channels.ne_push import CHANNEL
from common.channels.port import (
    Cap,
    ChannelError,
    ChannelInfo,
    Context,
    CredentialField,
    ErrorKind,
    Limits,
    OptionField,
    Request,
    StockOutcome,
    StockResult,
    StockUpdate,
    Unsupported,
)
from common.channels.xml import UnreadableXml, read_xml
from common.clock import JST

# No cart sells this, so the connection test changes nothing.
TEST_CODE: Final = "banto-connection-test"
_DONE: Final = "0"
_NOT_SIGNED: Final = "-2"
_ANSWER: Final = "ShoppingUpdateStock"
_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]*\?>")
_NUMBER: Final = re.compile(r"-?[0-9]{1,9}", re.ASCII)


class NePushApi(Unsupported):
    """One way to every cart that takes the push. The shop's url is the update address."""

    info = ChannelInfo(
        code="ne_push",
        name=CHANNEL.name,
        caps=Cap.STOCK,
        limits=Limits(rate={"*": 5.0}, burst={"*": 5}, stock_batch=1),
        credentials=(CredentialField("auth_key"),),
        options=(OptionField("store_account"),),
    )

    def check(self, ctx: Context) -> None:
        """An update of a code that no cart has: the address must answer in the protocol's words.

        A receiver that says -2 to it does not take the signature. Others do not tell that apart
        from the unknown code, so only the first real push shows whether their key is right.
        """
        processed = _push(ctx, TEST_CODE, 0)
        if processed is None:
            raise ChannelError(
                ErrorKind.INVALID, "The address does not answer a stock push.", code="strange"
            )
        if processed == _NOT_SIGNED:
            raise ChannelError(
                ErrorKind.AUTH, "The cart does not take the signature.", code=processed
            )

    def push_stock(self, ctx: Context, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        return [_result(u, _push(ctx, u.listing.code, u.quantity)) for u in updates]


def _result(update: StockUpdate, processed: str | None) -> StockResult:
    """A refusal has no reason, so it is tried again; an answer nobody can read says nothing."""
    if processed is None:
        return StockResult(update.listing.code, StockOutcome.UNKNOWN, message="unreadable answer")
    if processed == _DONE:
        return StockResult(update.listing.code, StockOutcome.APPLIED)
    return StockResult(update.listing.code, StockOutcome.RETRY, message=f"Processed {processed}")


def _push(ctx: Context, code: str, quantity: int) -> str | None:
    """What the cart says of it: the number in `Processed`, None for what cannot be read.

    Raises ChannelError.
    """
    account = ctx.shop.options.get("store_account", "")
    given = signed(account, code, quantity, ctx.now(), ctx.credential("auth_key"))
    joint = "&" if "?" in ctx.shop.url else "?"
    request = Request("GET", f"{ctx.shop.url}{joint}{urlencode(given)}", {"Accept": "text/xml"})
    response = ctx.send("push", request)
    if response.status in (401, 403):
        raise ChannelError(ErrorKind.AUTH, "The cart refuses us.", code=str(response.status))
    if response.status != 200:
        kind = ErrorKind.NOT_FOUND if response.status == 404 else ErrorKind.INVALID
        raise ChannelError(kind, f"The cart answered {response.status}.", code=str(response.status))
    return processed_of(response.body)


def signed(account: str, code: str, quantity: int, at: datetime, key: str) -> dict[str, str]:
    """The parameters in their order, with the signature.

    MD5 is what the protocol has; nothing else here uses it.
    """
    given = {
        "StoreAccount": account,
        "Code": code,
        "Stock": str(max(0, quantity)),
        "ts": f"{at.astimezone(JST):%Y%m%d%H%M%S}",
    }
    said = "&".join(f"{name}={value}" for name, value in given.items()) + key
    digest = hashlib.md5(said.encode(), usedforsecurity=False).hexdigest()
    return {**given, ".sig": digest}


def processed_of(body: bytes) -> str | None:
    """The number in an answer, None for anything else. Never raises."""
    # The parser knows no EUC-JP, so it gets text without the declaration that says so.
    text = _DECLARATION.sub("", body.decode("euc_jp", "replace"))
    try:
        name, content = read_xml(text, lists=frozenset({"Result"}))
    except UnreadableXml:
        return None
    found: Any = content if name == _ANSWER else None
    for part in ("ResultSet", "Result"):
        found = found.get(part) if isinstance(found, dict) else None
    row = found[0] if isinstance(found, list) else None
    processed = str(row.get("Processed", "")).strip() if isinstance(row, dict) else ""
    return processed if _NUMBER.fullmatch(processed) else None


API = NePushApi()
