"""`make run`: what it takes, says and does when it is asked to stop."""

import gc
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import run
from local.aws import Emulated
from local.client import ApiFailed
from local.ports import Unusable
from local.run import SIGNALS, Interrupts, Options, Stopped, main, serve, welcome
from local.stack import Stack
from local.terminal import Terminal
from tests.local.conftest import Upstream


def test_the_ports_are_those_of_the_readme() -> None:
    assert Options.of({}) == Options(page_port=8080, engine_port=4580, orders=4)


def test_the_environment_chooses() -> None:
    env = {"PORT": "8081", "ENGINE_PORT": "4581", "DEMO": "0"}
    assert Options.of(env) == Options(page_port=8081, engine_port=4581, orders=0)


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "web"), ("ENGINE_PORT", "0"), ("DEMO", "many"), ("DEMO", "-1"), ("DEMO", "601")],
)
def test_what_cannot_be_meant_is_refused(name: str, value: str) -> None:
    with pytest.raises(Unusable, match=f"{name}={value}"):
        Options.of({name: value})


@pytest.fixture
def own_signals() -> Iterator[None]:
    """Puts the signal handlers of pytest back.

    No garbage is collected meanwhile: an exception that a signal raises inside a callback of the
    collector (Hypothesis has one) is swallowed, and with it the Ctrl-C.
    """
    before = {number: signal.getsignal(number) for number in SIGNALS}
    gc.disable()
    yield
    gc.enable()
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("own_signals")
def test_a_taken_port_ends_it_before_anything_starts(
    upstream: Upstream, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main({"PORT": str(upstream.port)}, [str(tmp_path / "home")]) == 1
    assert capsys.readouterr().out == (
        f"✗ Port {upstream.port} for the admin page is in use by another program.\n"
        f"  Stop that program, or choose another port: PORT={upstream.port + 1} make run\n"
    )
    assert not (tmp_path / "home" / "state").exists()


def test_an_option_that_cannot_be_meant_ends_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main({"DEMO": "many"}) == 1
    assert capsys.readouterr().out == (
        "✗ DEMO=many is no number of orders a minute from 0 to 600.\n"
    )


def test_the_welcome_says_all_that_is_needed() -> None:
    stack = Stack("http://localhost:8080", {}, Emulated("http://127.0.0.1:1"), "Banto-1")
    said = welcome(stack, Path("/x/.local"), 12.6, {})
    for needed in (
        "http://localhost:8080\n",
        "admin",
        "Banto-1",
        "http://localhost:8080/webhooks/demo ",
        "test-secret",
        "http://localhost:8080/webhooks/generic ",
        "whsec_",
        "Ready after 13 s",
        "/x/.local",
    ):
        assert needed in said
    assert "_mall" not in said


def test_the_welcome_says_how_to_disturb_the_malls(tmp_path: Path) -> None:
    stack = Stack("http://localhost:8080", {}, Emulated("http://127.0.0.1:1"), "Banto-1")
    said = welcome(stack, tmp_path, 1, {"eccube": "http://127.0.0.1:4000"})
    assert "http://127.0.0.1:4000/_mall  eccube\n" in said


@pytest.fixture
def interrupts(own_signals: None) -> Interrupts:
    return Interrupts()


class FakeEngine:
    """Alive for `lives` questions. The log is the emulator's."""

    def __init__(self, log: Path, lives: int) -> None:
        self.log = log
        self.lives = lives
        self.ministack = self

    def alive(self) -> bool:
        self.lives -= 1
        return self.lives >= 0


class FakeSession:
    """Starts as it is told, and notes that it was stopped."""

    def __init__(
        self, tmp_path: Path, starts: BaseException | None = None, lives: int = 99
    ) -> None:
        log = tmp_path / "engine.log"
        log.write_text("last words")
        self.home = tmp_path
        self.engine = FakeEngine(log, lives)
        self.starts = starts
        self.malls = None
        self.clean = True
        self.stopped: list[bool] = []

    def start(self) -> Stack:
        if self.starts is not None:
            raise self.starts
        return Stack("http://localhost:8080", {}, Emulated("http://127.0.0.1:1"), "p")

    def stop(self, interrupts: Interrupts) -> bool:
        self.stopped.append(interrupts.again())
        return self.clean


def served(session: FakeSession, interrupts: Interrupts) -> int:
    return serve(session, Terminal(), interrupts)  # type: ignore[arg-type]


def press_ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_stops_it(tmp_path: Path, interrupts: Interrupts) -> None:
    session = FakeSession(tmp_path)
    timer = threading.Timer(0.2, press_ctrl_c)
    timer.start()
    assert served(session, interrupts) == 0
    timer.join()
    assert session.stopped == [False]
    # Whoever still presses while we leave does no harm.
    press_ctrl_c()


def test_ctrl_c_while_it_starts_stops_it_too(tmp_path: Path, interrupts: Interrupts) -> None:
    session = FakeSession(tmp_path)

    def start() -> Stack:
        press_ctrl_c()
        raise AssertionError("the signal was not taken")

    session.start = start  # type: ignore[method-assign]
    assert served(session, interrupts) == 0
    assert session.stopped == [False]


def test_a_second_ctrl_c_is_impatience_and_interrupts_nothing(interrupts: Interrupts) -> None:
    with pytest.raises(Stopped):
        press_ctrl_c()
    assert not interrupts.again()
    press_ctrl_c()
    assert interrupts.again()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_closed_terminal_stops_it_as_ctrl_c_does(
    interrupts: Interrupts, number: signal.Signals
) -> None:
    with pytest.raises(Stopped):
        os.kill(os.getpid(), number)


@pytest.mark.parametrize("error", [Unusable("no python"), ApiFailed("HTTP 500")])
def test_what_went_wrong_is_told_and_all_is_stopped(
    tmp_path: Path,
    interrupts: Interrupts,
    error: Exception,
    capsys: pytest.CaptureFixture[str],
) -> None:
    session = FakeSession(tmp_path, starts=error)
    assert served(session, interrupts) == 1
    assert f"✗ {error}" in capsys.readouterr().out
    assert session.stopped == [False]


def test_an_exception_of_ours_leaves_nothing_behind(tmp_path: Path, interrupts: Interrupts) -> None:
    session = FakeSession(tmp_path, starts=KeyError("bug"))
    with pytest.raises(KeyError):
        served(session, interrupts)
    assert session.stopped == [False]


def test_an_emulator_that_dies_is_told_with_its_last_words(
    tmp_path: Path,
    interrupts: Interrupts,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(run, "LOOKS_EVERY", 0.01)
    session = FakeSession(tmp_path, lives=3)
    session.clean = False
    assert served(session, interrupts) == 1
    said = capsys.readouterr().out
    assert "ended by itself" in said
    assert "last words" in said
    assert "what is new since the start is lost" in said
