"""Progress lines."""

import io
import re

import pytest

from local.terminal import Terminal


def test_a_step_says_what_is_done_and_how_long_it_took() -> None:
    out = io.StringIO()
    with Terminal(out).step("Deploying"):
        assert out.getvalue() == "» Deploying … "
    assert re.fullmatch(r"» Deploying … \d+\.\d s\n", out.getvalue())


def test_a_step_that_fails_is_marked() -> None:
    out = io.StringIO()
    with pytest.raises(ValueError, match="no"), Terminal(out).step("Deploying"):
        raise ValueError("no")
    assert out.getvalue() == "» Deploying … ✗\n"


def test_a_quiet_terminal_says_nothing() -> None:
    out = io.StringIO()
    terminal = Terminal(out, quiet=True)
    with terminal.step("Deploying"):
        terminal.say("hello")
    assert out.getvalue() == ""
