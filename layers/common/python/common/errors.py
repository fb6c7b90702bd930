"""Every error raised on purpose.

    BantoError
    ├── Retryable                 the same call may succeed later
    │   ├── Contended             another writer was faster; read again
    │   └── Unavailable           a service throttled, timed out or answered 5xx
    └── Terminal                  the same call can never succeed
        ├── Invalid        422    a value is wrong; `errors` says which field
        ├── Unauthenticated 401
        ├── Forbidden      403
        ├── NotFound       404
        ├── Conflict       409    the state of the thing forbids it
        ├── Changed        412    somebody changed it since it was read; `current` is the thing now
        ├── TooLarge       413
        ├── PreconditionRequired 428
        └── UnsupportedByChannel 409  the mall's API cannot express it

Importing this module costs nothing: the webhook receiver uses it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class FieldError(NamedTuple):
    """One wrong value of a request; `field` is a dotted path, `message` is for the person."""

    field: str
    message: str


class BantoError(Exception):
    """Base of the tree. `status` is the HTTP answer when it reaches the edge."""

    status = 500
    code = "internal"
    title = "Internal error"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.title)
        self.detail = detail


class Retryable(BantoError):
    """The same call may succeed later."""

    status = 503
    code = "try_again"
    title = "Try again"


class Contended(Retryable):
    """Another writer changed the item between our read and our write."""

    code = "contended"


class Unavailable(Retryable):
    """A service throttled, timed out or failed."""

    code = "unavailable"
    title = "A service did not answer"


class Terminal(BantoError):
    """The same call can never succeed."""

    status = 400
    code = "bad_request"
    title = "Bad request"


class Invalid(Terminal):
    """A value of the request is wrong."""

    status = 422
    code = "invalid"
    title = "Some values are not valid"

    def __init__(self, detail: str = "", errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.errors = tuple(errors)


class Unauthenticated(Terminal):
    """No or wrong proof of who is calling."""

    status = 401
    code = "unauthenticated"
    title = "Sign in again"


class Forbidden(Terminal):
    """Known caller, not allowed."""

    status = 403
    code = "forbidden"
    title = "Not allowed"


class NotFound(Terminal):
    """There is no such thing, or the caller may not know of it."""

    status = 404
    code = "not_found"
    title = "Not found"


class Conflict(Terminal):
    """The state of the thing forbids the request."""

    status = 409
    code = "conflict"
    title = "Not possible now"


class Changed(Terminal):
    """Somebody changed the thing since the caller read it. `current`: the thing as it is now."""

    status = 412
    code = "changed"
    title = "Changed meanwhile"

    def __init__(self, detail: str = "", current: Mapping[str, Any] | None = None) -> None:
        super().__init__(detail)
        self.current = dict(current or {})


class TooLarge(Terminal):
    """The body is larger than we take."""

    status = 413
    code = "too_large"
    title = "Too large"


class PreconditionRequired(Terminal):
    """A write came without `If-Match` or `Idempotency-Key`."""

    status = 428
    code = "precondition_required"
    title = "A header is missing"


class UnsupportedByChannel(Terminal):
    """The mall's API cannot express what was asked."""

    status = 409
    code = "unsupported_by_channel"
    title = "This mall cannot do that"
