"""One shop's way to its mall, for real: rate limits, bounded repeats, credentials."""

import math
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Protocol

from common.channels.port import (
    ChannelError,
    ChannelInfo,
    ErrorKind,
    Request,
    Response,
    ShopAccess,
    Token,
)
from common.clock import Clock
from common.errors import Retryable
from common.http import READ_SECONDS, Transport
from common.rates import Buckets, rate_of

# A call waits so long for its turn; a worker with other shops to serve has better things to do.
MOST_WAIT = 2.0
_TRIES = 3
_BACK_OFF = 0.25
# How long to rest when a mall says "too often" and not until when.
_REST = 1.0
_LONGEST_REST = 86_400.0

Sleep = Callable[[float], None]


class ShopVault(Protocol):
    """Port: the credentials and the access token of one shop."""

    def credential(self, name: str) -> str | None:
        """What a person entered, or None."""
        ...

    def token(self, renew: Callable[[str], Token], *, refresh: str) -> str:
        """As Context.token. refresh: the credential with the first refresh token, "" for none."""
        ...

    def forget_token(self) -> None: ...


class MallContext:
    """port.Context for one shop.

    seconds: how long to wait for one answer; no repeat begins later than that after the first try,
    so that a Lambda ends in time.
    """

    def __init__(
        self,
        shop: ShopAccess,
        info: ChannelInfo,
        *,
        transport: Transport,
        buckets: Buckets,
        vault: ShopVault,
        clock: Clock,
        sleep: Sleep = time.sleep,
        seconds: float = READ_SECONDS,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._shop = shop
        self._info = info
        self._transport = transport
        self._buckets = buckets
        self._vault = vault
        self._clock = clock
        self._sleep = sleep
        self._seconds = seconds
        self._chance = chance

    @property
    def shop(self) -> ShopAccess:
        return self._shop

    def now(self) -> datetime:
        return self._clock()

    def send(self, operation: str, request: Request, *, repeatable: bool = False) -> Response:
        """As port.Context says. After a lost answer every later error keeps `may_be_applied`."""
        latest = self._clock() + timedelta(seconds=self._seconds)
        may_be_applied = False
        for attempt in range(_TRIES):
            try:
                return self._try(operation, request)
            except ChannelError as error:
                error.may_be_applied = may_be_applied = may_be_applied or error.may_be_applied
                last = not repeatable or attempt + 1 == _TRIES or self._clock() > latest
                if last or error.kind is not ErrorKind.TRANSIENT or error.retry_after:
                    raise
            # Jitter: workers that met one failure must not come back in step.
            self._sleep(_BACK_OFF * 2**attempt * (0.5 + self._chance()))
        raise AssertionError("the last try returns or raises")

    def _try(self, operation: str, request: Request) -> Response:
        self._take_turn(operation)
        response = self._transport(request, self._seconds)
        if response.status < 500 and response.status != 429:
            return response
        seconds = retry_after(response.headers.get("retry-after", ""), self._clock())
        if response.status == 429:
            self.throttled(operation, _REST if seconds is None else seconds)
            raise ChannelError(
                ErrorKind.RATE, "The mall is asked too often.", code="429", retry_after=seconds
            )
        raise ChannelError(
            ErrorKind.TRANSIENT,
            f"The mall answered {response.status}.",
            code=str(response.status),
            retry_after=seconds,
            may_be_applied=True,
        )

    def _take_turn(self, operation: str) -> None:
        limits = self._info.limits
        bucket, rate = rate_of(operation, limits.rate, limits.burst)
        left = MOST_WAIT
        while True:
            with _ours():
                wait = self._buckets.take(self._shop.id, bucket, rate, self._clock())
            if not wait:
                return
            if wait > left:
                raise ChannelError(
                    ErrorKind.RATE,
                    "The shop's share of calls is used up for now.",
                    code="own_limit",
                    retry_after=wait,
                )
            self._sleep(wait)
            left -= wait

    def throttled(self, operation: str, seconds: float) -> None:
        limits = self._info.limits
        bucket, _ = rate_of(operation, limits.rate, limits.burst)
        rest = timedelta(seconds=min(max(seconds, 0.0), _LONGEST_REST))
        # A bucket that cannot be told now is told the next time: the mall will say it again.
        with suppress(Retryable):
            self._buckets.block(self._shop.id, bucket, self._clock() + rest)

    def credential(self, name: str) -> str:
        with _ours():
            value = self._vault.credential(name)
        if not value:
            raise ChannelError(
                ErrorKind.AUTH, f"The shop has no {name}. Enter it.", code="no_credential"
            )
        return value

    def token(self, renew: Callable[[str], Token], *, refresh: str = "") -> str:
        with _ours():
            return self._vault.token(renew, refresh=refresh)

    def forget_token(self) -> None:
        self._vault.forget_token()


@contextmanager
def _ours() -> Iterator[None]:
    """A service of ours that did not answer is to the caller like a mall that did not."""
    try:
        yield
    except Retryable as error:
        raise ChannelError(ErrorKind.TRANSIENT, error.detail, code="not_asked") from error


def retry_after(text: str, now: datetime) -> float | None:
    """Seconds of a Retry-After header (RFC 9110, 10.2.3: seconds or a date), at most a day; some
    malls send a fraction. None for none, and for what is neither."""
    try:
        seconds = float(text)
    except ValueError:
        from email.utils import parsedate_to_datetime

        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        # "-0000" is a time in UTC of an unknown place, and read as naive.
        aware = at if at.tzinfo else at.replace(tzinfo=UTC)
        seconds = (aware - now).total_seconds()
    if math.isnan(seconds):
        return None
    return min(max(seconds, 0.0), _LONGEST_REST)
