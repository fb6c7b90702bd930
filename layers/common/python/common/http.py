"""The one way out to malls: HTTP with limits, and nothing of it in logs.

Errors are ChannelErrors and never quote the request: an address may have a key in it, and a header
always has. Importing this is cheap; urllib3 is loaded at the first request.
"""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from common.channels.port import ChannelError, ErrorKind, Request, Response

if TYPE_CHECKING:
    import urllib3

CONNECT_SECONDS = 3.0
READ_SECONDS = 20.0
MAX_BYTES = 10 * 1024 * 1024
_AGENT = "Banto/1"


class Transport(Protocol):
    """Port: one request, one answer, whatever its status; redirects are answers too.

    timeout: seconds for the whole answer, from the moment that the request is sent. Raises
    ChannelError TRANSIENT without an answer (may_be_applied unless it was never sent), REMOTE for
    an answer that is too large, INVALID for what is no request.
    """

    def __call__(self, request: Request, timeout: float = READ_SECONDS) -> Response: ...


class Http:
    """Transport on urllib3: keeps connections, follows nothing, repeats nothing."""

    def __init__(
        self,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        max_bytes: int = MAX_BYTES,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connect_seconds = connect_seconds
        self._max_bytes = max_bytes
        self._tick = tick
        self._made: urllib3.PoolManager | None = None

    def __call__(self, request: Request, timeout: float = READ_SECONDS) -> Response:
        from urllib3 import exceptions

        ends = self._tick() + self._connect_seconds + timeout
        # What urllib3 raises has the address in its text, so it is never chained.
        try:
            answer = self._start(request, timeout)
            try:
                body = self._body(answer, ends)
            except BaseException:
                # What is left of it would be read as the next answer.
                answer.close()
                raise
            answer.release_conn()
        except (exceptions.NewConnectionError, exceptions.ConnectTimeoutError):
            raise _silent("no_connection", may_be_applied=False) from None
        except exceptions.SSLError as error:
            raise _silent("tls", may_be_applied=not _distrusted(error)) from None
        except exceptions.TimeoutError:
            raise _silent("timeout") from None
        except (exceptions.LocationValueError, ValueError):
            raise ChannelError(
                ErrorKind.INVALID, "The address or a header cannot be sent.", code="bad_request"
            ) from None
        except (exceptions.HTTPError, OSError):
            raise _silent("connection_lost") from None
        headers = {name.lower(): answer.headers[name] for name in answer.headers}
        return Response(answer.status, headers, body)

    def close(self) -> None:
        """Close what is kept open; the next request opens it again."""
        if self._made is not None:
            self._made.clear()

    def _pool(self) -> "urllib3.PoolManager":
        if self._made is None:
            import urllib3

            self._made = urllib3.PoolManager(num_pools=10, maxsize=2)
        return self._made

    def _start(self, request: Request, timeout: float) -> "urllib3.BaseHTTPResponse":
        from urllib3 import Timeout

        return self._pool().request(
            request.method,
            request.url,
            body=request.body or None,
            headers=_with_agent(request.headers),
            timeout=Timeout(connect=self._connect_seconds, read=timeout),
            retries=False,
            redirect=False,
            preload_content=False,
        )

    def _body(self, answer: Any, ends: float) -> bytes:
        """The body, decoded, piece by piece: the socket's own limit starts anew with each."""
        parts: list[bytes] = []
        size = 0
        while True:
            part = answer.read1(65536, decode_content=True)
            if not part:
                return b"".join(parts)
            parts.append(part)
            size += len(part)
            if size > self._max_bytes:
                raise ChannelError(
                    ErrorKind.REMOTE,
                    f"The mall's answer is larger than {self._max_bytes} bytes.",
                    code="too_large",
                    may_be_applied=True,
                )
            if self._tick() > ends:
                raise _silent("timeout")


def _silent(code: str, *, may_be_applied: bool = True) -> ChannelError:
    return ChannelError(
        ErrorKind.TRANSIENT, "The mall did not answer.", code=code, may_be_applied=may_be_applied
    )


def _distrusted(error: Exception) -> bool:
    """Whether the certificate was the reason, which is seen before anything is sent."""
    import ssl

    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in error.args)


def _with_agent(headers: Mapping[str, str]) -> dict[str, str]:
    if any(name.lower() == "user-agent" for name in headers):
        return dict(headers)
    return {"user-agent": _AGENT, **headers}
