import pytest

from common.channels.port import ChannelError, ErrorKind
from support.domain.checklist import Failure, Hint, Step, failure_of, passed


@pytest.mark.parametrize("kind", ErrorKind)
def test_every_kind_of_failure_has_a_step_and_a_hint(kind: ErrorKind) -> None:
    found = failure_of(ChannelError(kind))
    assert (found.step in Step, found.hint in Hint, found.code) == (True, True, kind)


@pytest.mark.parametrize(
    ("kind", "code", "step", "hint"),
    [
        (ErrorKind.TRANSIENT, "no_connection", Step.REACHABLE, Hint.CHECK_ADDRESS),
        (ErrorKind.TRANSIENT, "tls", Step.REACHABLE, Hint.CHECK_ADDRESS),
        (ErrorKind.TRANSIENT, "timeout", Step.REACHABLE, Hint.MALL_DOWN),
        (ErrorKind.TRANSIENT, "503", Step.REACHABLE, Hint.MALL_DOWN),
        (ErrorKind.TRANSIENT, "token_busy", Step.REACHABLE, Hint.WAIT),
        (ErrorKind.TRANSIENT, "not_asked", Step.REACHABLE, Hint.WAIT),
        (ErrorKind.RATE, "own_limit", Step.REACHABLE, Hint.WAIT),
        (ErrorKind.AUTH, "invalid_grant", Step.AUTHORISED, Hint.CHECK_CREDENTIALS),
        (ErrorKind.AUTH, "needs_person", Step.AUTHORISED, Hint.RENEW_CREDENTIALS),
        (ErrorKind.AUTH, "no_credential", Step.CREDENTIALS_PRESENT, Hint.ENTER_CREDENTIALS),
        (ErrorKind.FORBIDDEN, "403", Step.PERMITTED, Hint.GRANT_PERMISSIONS),
        (ErrorKind.INVALID, "bad_request", Step.ADDRESS, Hint.CHECK_ADDRESS),
        (ErrorKind.INVALID, "E1", Step.ANSWERED, Hint.CHECK_OPTIONS),
    ],
)
def test_what_went_wrong_says_what_to_do(
    kind: ErrorKind, code: str, step: Step, hint: Hint
) -> None:
    assert failure_of(ChannelError(kind, code=code)) == Failure(step, hint, code=code)


def test_steps_before_the_failure_are_fine_and_those_after_it_untried() -> None:
    failure = Failure(Step.AUTHORISED, Hint.CHECK_CREDENTIALS)
    assert list(passed(failure).values()) == [True, True, True, True, False, None, None]
    assert list(passed(None).values()) == [True] * 7
    assert next(iter(passed(Failure(Step.ADDRESS, Hint.ENTER_ADDRESS)).values())) is False
