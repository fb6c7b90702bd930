"""Credentials and access tokens of shops."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from common.channels.port import ChannelError, ErrorKind, Token
from common.clock import Clock

# A token that ends within this is renewed before it is used: a call may take a while.
RENEW_BEFORE = timedelta(seconds=60)


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
            self._refresh = self.kept.refresh or newest
        return self.kept.value

    def forget_token(self) -> None:
        self.kept = None


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
