"""Credentials and access tokens of shops.

What a person enters is in SSM parameters that the shop's item names. What a mall hands out against
it is in one parameter a shop, `<prefix>/<shop>/token`, which all functions share (`Kept`).

A rotating refresh token is good for one use, so of all functions only one renews, under the lock
`token#<shop>`, and reads the parameter again when it has the lock. When a mall refuses to renew,
a person is needed, and an item says so until a renewal works or something else is entered:

trouble  pk=TOKEN#<shop>  sk=STATE  {reason, since, tried (both ISO 8601), made_with}
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from common.channels.port import ChannelError, ErrorKind, Token
from common.clock import Clock, from_wire, to_wire
from common.errors import Retryable, Unavailable
from common.locks import Held, Locks
from common.tokens import Kept, TokenParameter, read_parameters

if TYPE_CHECKING:
    from common.dynamo import Item, Table
    from common.shops import Shop

# A token that ends within this is renewed before it is used: a call may take a while.
RENEW_BEFORE = timedelta(seconds=60)
CACHE_SECONDS = 60.0
# Longer than the longest renewal: two tries within MallContext's patience.
_LOCK_SECONDS = 90
_WAITS = (0.1, 0.2, 0.4, 0.8, 1.5)
# A mall that refused is asked again so seldom: it may have been its own mistake.
ASK_AGAIN = timedelta(minutes=10)


def made_with(shop: "Shop") -> str:
    """A digest of all that a token depends on: which credentials, and at which address."""
    from hashlib import sha256

    parts = [shop.api_url, *(f"{name}={at}" for name, at in sorted(shop.credentials.items()))]
    return sha256("\n".join(parts).encode()).hexdigest()[:16]


def troubles(table: "Table", shops: Iterable["Shop"]) -> "Mapping[str, Item]":
    """By shop, why a person is needed: {reason: `refused` | `lost` | `not_stored`, since, tried}.

    lost: the answer to a renewal never came, or whoever asked died before it was stored.
    """
    from common.dynamo import Key

    wanted = {Key(f"TOKEN#{shop.id}", "STATE"): shop for shop in shops}
    found = table.get_many(wanted)
    return {
        wanted[key].id: item
        for key, item in found.items()
        if item["made_with"] == made_with(wanted[key])
    }


class SsmVault:
    """context.ShopVault of one shop as it is set up now.

    table: of locks and troubles, one for all functions. prefix: of the token's parameter.
    """

    def __init__(
        self,
        shop: "Shop",
        *,
        prefix: str,
        table: "Table",
        clock: Clock,
        sleep: Callable[[float], None] = time.sleep,
        tick: Callable[[], float] = time.monotonic,
        ask_again: timedelta = ASK_AGAIN,
    ) -> None:
        self._shop_id = shop.id
        self._names = dict(shop.credentials)
        self._made_with = made_with(shop)
        self._parameter = TokenParameter(f"{prefix.rstrip('/')}/{shop.id}/token")
        self._table = table
        self._locks = Locks(table, clock)
        self._clock = clock
        self._sleep = sleep
        self._tick = tick
        self._ask_again = ask_again
        self._credentials: tuple[float, Mapping[str, str]] | None = None
        self._kept: Kept | None = None
        self._refused = ""
        self._unstored: Kept | None = None

    def credential(self, name: str) -> str | None:
        """All of the shop's are read at once, once a minute. Raises Unavailable."""
        now = self._tick()
        if self._credentials is None or now - self._credentials[0] >= CACHE_SECONDS:
            self._credentials = (now, read_parameters(self._names))
        return self._credentials[1].get(name)

    def token(self, renew: Callable[[str], Token], *, refresh: str) -> str:
        """Raises ChannelError AUTH when there is nothing to renew with, and when the mall refused;
        TRANSIENT while another function renews for longer than we wait; Unavailable."""
        if self._unstored is not None:
            self._store(self._unstored)
        found = self._usable(self._kept) or self._usable(self._parameter.read())
        if found is None:
            with self._alone() as held:
                stored = self._parameter.read()
                found = self._usable(stored) or self._renewed(renew, refresh, stored, held)
        self._kept = found
        return found.token.value

    def forget_token(self) -> None:
        if self._kept is not None:
            self._refused = self._kept.token.value
            self._kept = None

    def _usable(self, kept: Kept | None) -> Kept | None:
        if kept is None or kept.made_with != self._made_with:
            return None
        if kept.token.value == self._refused:
            return None
        return kept if kept.token.expires_at > self._clock() + RENEW_BEFORE else None

    @contextmanager
    def _alone(self) -> Iterator[Held]:
        held = self._lock()
        try:
            yield held
        finally:
            # Else its time ends it.
            with suppress(Retryable):
                self._locks.release(held)

    def _lock(self) -> Held:
        for wait in (0.0, *_WAITS):
            if wait:
                self._sleep(wait)
            held = self._locks.take(f"token#{self._shop_id}", _LOCK_SECONDS)
            if held is not None:
                return held
        raise ChannelError(
            ErrorKind.TRANSIENT,
            "Another function is renewing the access token.",
            code="token_busy",
            retry_after=2.0,
        )

    def _renewed(
        self, renew: Callable[[str], Token], refresh: str, stored: Kept | None, held: Held
    ) -> Kept:
        trouble = self._trouble()
        origin = self._names.get(refresh, "")
        newest = first_refresh(self.credential, refresh)
        if stored and stored.refresh_from == origin and stored.token.refresh:
            newest = stored.token.refresh
        try:
            token = renew(newest)
        except ChannelError as error:
            if not error.is_temporary:
                self._note_trouble("lost" if held.was_abandoned else "refused", trouble)
            raise
        rotated = token.refresh not in ("", newest)
        token = token._replace(refresh=(token.refresh or newest) if refresh else "")
        made = Kept(token, origin, self._made_with)
        if self._store(made) or not rotated:
            self._forget_trouble(trouble)
        else:
            self._note_trouble("not_stored", trouble)
        return made

    def _store(self, made: Kept) -> bool:
        """If it fails it is tried again at every call: until it works, this process alone has the
        newest refresh token."""
        try:
            self._parameter.write(made)
        except Unavailable:
            _log("token not stored", self._shop_id)
            self._unstored = made
            return False
        self._unstored = None
        return True

    def _trouble(self) -> "Item | None":
        """The trouble so far. Raises ChannelError AUTH while the mall is not to be asked."""
        found = self._table.get(f"TOKEN#{self._shop_id}", "STATE")
        if found is None or found["made_with"] != self._made_with:
            return None
        if self._clock() < from_wire(found["tried"]) + self._ask_again:
            raise ChannelError(
                ErrorKind.AUTH,
                "The mall refused to renew the shop's access. Enter its credentials anew.",
                code="needs_person",
            )
        return found

    def _note_trouble(self, reason: str, before: "Item | None") -> None:
        now = to_wire(self._clock())
        item = {
            "pk": f"TOKEN#{self._shop_id}",
            "sk": "STATE",
            "reason": before["reason"] if before else reason,
            "since": before["since"] if before else now,
            "tried": now,
            "made_with": self._made_with,
        }
        _log("a person is needed to renew the access", self._shop_id, reason=item["reason"])
        # What the mall said counts more than our note of it, and the log has it too.
        with suppress(Retryable):
            self._table.commit(self._table.put(item))

    def _forget_trouble(self, trouble: "Item | None") -> None:
        from common.dynamo import Key

        if trouble is not None:
            with suppress(Retryable):
                self._table.commit(self._table.delete(Key(trouble["pk"], trouble["sk"])))


def _log(message: str, shop_id: str, **fields: str) -> None:
    from common.observability import logger

    logger().error(message, extra={"shop": shop_id, **fields})


def first_refresh(credential: Callable[[str], str | None], name: str) -> str:
    """The refresh token that a person entered; "" when the mall needs none (no name).

    Raises ChannelError AUTH when it is needed and not there.
    """
    if not name:
        return ""
    value = credential(name)
    if not value:
        raise ChannelError(
            ErrorKind.AUTH, f"The shop has no {name}. Enter it.", code="no_credential"
        )
    return value


class MemoryVault:
    """context.ShopVault of one process, with what it is given: tests, and tools that run alone."""

    def __init__(self, credentials: Mapping[str, str], clock: Clock) -> None:
        self.credentials = dict(credentials)
        self.kept: Token | None = None
        self._refresh = ""
        self._clock = clock

    def credential(self, name: str) -> str | None:
        return self.credentials.get(name)

    def token(self, renew: Callable[[str], Token], *, refresh: str) -> str:
        """Raises ChannelError AUTH when there is no first refresh token, and what renew raises."""
        if self.kept is None or self.kept.expires_at <= self._clock() + RENEW_BEFORE:
            newest = self._refresh or first_refresh(self.credential, refresh)
            self.kept = renew(newest)
            self._refresh = (self.kept.refresh or newest) if refresh else ""
        return self.kept.value

    def forget_token(self) -> None:
        self.kept = None
