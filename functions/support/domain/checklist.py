"""The connection test as a list of steps, each with what to do when it fails."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from common.channels.port import ChannelError, ErrorKind


class Step(StrEnum):
    """In the order in which they are tried; each needs those before it."""

    ADDRESS = "address"
    OPTIONS_PRESENT = "options_present"
    CREDENTIALS_PRESENT = "credentials_present"
    REACHABLE = "reachable"
    AUTHORISED = "authorised"
    PERMITTED = "permitted"
    ANSWERED = "answered"


class Hint(StrEnum):
    """What to do next."""

    ENTER_ADDRESS = "enter_address"
    CHECK_ADDRESS = "check_address"
    ENTER_OPTIONS = "enter_options"
    CHECK_OPTIONS = "check_options"
    ENTER_CREDENTIALS = "enter_credentials"
    RENEW_CREDENTIALS = "renew_credentials"
    CHECK_CREDENTIALS = "check_credentials"
    GRANT_PERMISSIONS = "grant_permissions"
    WAIT = "wait"
    MALL_DOWN = "mall_down"
    ODD_ANSWER = "odd_answer"
    NO_CHECK = "no_check"


@dataclass(frozen=True, slots=True)
class Failure:
    """The step that failed. fields: names of what is missing. code: the mall's own, or ours."""

    step: Step
    hint: Hint
    fields: Sequence[str] = field(default_factory=tuple)
    code: str = ""


# A host that is not there, or a certificate that is not its own, means a wrong address; all other
# silence passes.
_WRONG_ADDRESS = frozenset({"no_connection", "tls"})
_OF_KIND = {
    ErrorKind.AUTH: (Step.AUTHORISED, Hint.CHECK_CREDENTIALS),
    ErrorKind.FORBIDDEN: (Step.PERMITTED, Hint.GRANT_PERMISSIONS),
    ErrorKind.RATE: (Step.REACHABLE, Hint.WAIT),
    ErrorKind.TRANSIENT: (Step.REACHABLE, Hint.MALL_DOWN),
    ErrorKind.INVALID: (Step.ANSWERED, Hint.CHECK_OPTIONS),
    ErrorKind.NOT_FOUND: (Step.ANSWERED, Hint.CHECK_ADDRESS),
    ErrorKind.CONFLICT: (Step.ANSWERED, Hint.ODD_ANSWER),
    ErrorKind.UNSUPPORTED: (Step.ANSWERED, Hint.NO_CHECK),
    ErrorKind.REMOTE: (Step.ANSWERED, Hint.ODD_ANSWER),
}
_OF_CODE = {
    "bad_request": (Step.ADDRESS, Hint.CHECK_ADDRESS),
    "no_credential": (Step.CREDENTIALS_PRESENT, Hint.ENTER_CREDENTIALS),
    "needs_person": (Step.AUTHORISED, Hint.RENEW_CREDENTIALS),
    "not_asked": (Step.REACHABLE, Hint.WAIT),
    "token_busy": (Step.REACHABLE, Hint.WAIT),
}


def failure_of(error: ChannelError) -> Failure:
    """What a mall's refusal, or its silence, means for the person who sets the shop up."""
    if error.kind is ErrorKind.TRANSIENT and error.code in _WRONG_ADDRESS:
        return Failure(Step.REACHABLE, Hint.CHECK_ADDRESS, code=error.code)
    step, hint = _OF_CODE.get(error.code) or _OF_KIND[error.kind]
    return Failure(step, hint, code=error.code)


def passed(failure: Failure | None) -> dict[Step, bool | None]:
    """Each step: True when it is fine, False for the one that failed, None for those after it,
    which nobody could try."""
    steps = list(Step)
    at = steps.index(failure.step) if failure else len(steps)
    return {step: True if n < at else (False if n == at else None) for n, step in enumerate(steps)}
