"""`make check` runs every check, whatever fails, and says so in one line each."""

import re
import sys

import pytest

from tools.check import CHECKS, Check, check_all


def program(text: str) -> tuple[str, ...]:
    return (sys.executable, "-c", text)


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return sorted(re.sub(r"\d+\.\d s", "n s", capsys.readouterr().out).splitlines())


def test_checks_that_pass_say_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    passed = check_all(
        [
            Check("one", "all is well", program("print('not to be seen')")),
            Check("two", "all is fine", program("")),
        ]
    )
    assert passed is True
    assert lines(capsys) == ["✓ one: all is well (n s)", "✓ two: all is fine (n s)"]


def test_a_failed_check_shows_what_it_said_and_does_not_stop_the_others(
    capsys: pytest.CaptureFixture[str],
) -> None:
    failing = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    passed = check_all(
        [
            Check("one", "all is well", program(failing)),
            Check("two", "all is fine", program("")),
            Check("three", "all is good", program("")),
        ]
    )
    assert passed is False
    assert lines(capsys) == [
        "err",
        "out",
        "✓ three: all is good (n s)",
        "✓ two: all is fine (n s)",
        "✗ one: all is well (n s)",
    ]


def test_a_check_cannot_wait_for_a_person() -> None:
    assert check_all([Check("ask", "nobody is asked", program("assert input() == ''"))]) is False


def test_the_checks_of_this_project() -> None:
    assert [check.name for check in CHECKS] == [
        "infra",
        "mypy",
        "import-linter",
        "ruff",
        "ruff format",
        "tsc",
    ]
