"""Why a mall did not do what it was asked."""

from enum import StrEnum

from common.errors import BantoError


class ErrorKind(StrEnum):
    """Why a mall did not do what it was asked."""

    AUTH = "auth"
    FORBIDDEN = "forbidden"
    RATE = "rate"
    TRANSIENT = "transient"
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    UNSUPPORTED = "unsupported"
    REMOTE = "remote"


class ChannelError(BantoError):
    """A mall's refusal, or silence.

    code: the mall's own. retry_after: seconds. may_be_applied: the answer was lost, so what was
    asked may have happened, or may still happen. `detail` never quotes what a buyer wrote.
    """

    status = 502
    title = "The mall did not do it"

    def __init__(
        self,
        kind: ErrorKind,
        detail: str = "",
        *,
        code: str = "",
        retry_after: float | None = None,
        may_be_applied: bool = False,
    ) -> None:
        super().__init__(detail or f"The mall answered {kind}.")
        self.kind = kind
        self.code = code or kind
        self.retry_after = retry_after
        self.may_be_applied = may_be_applied

    @property
    def is_temporary(self) -> bool:
        """The same call may succeed later without anybody doing anything."""
        return self.kind in (ErrorKind.RATE, ErrorKind.TRANSIENT, ErrorKind.REMOTE)
