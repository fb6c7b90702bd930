"""The emulator as a process, played by a small program that behaves like it."""

import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.ministack import Ministack, command_of, port_of_state
from local.ports import Unusable, free_port

# Answers /_ministack/ready, and writes what it was given when it is asked to end.
PLAYED = """
    import http.server, json, os, signal, sys, threading, time

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
        def log_message(self, *_): pass

    def end(*_):
        state = {name: os.environ.get(name) for name in ("TZ", "TMPDIR", "EXTRA", "AWS_PROFILE")}
        time.sleep(float(os.environ.get("SAVES_FOR", "0")))
        with open(os.environ["STATE_DIR"] + "/saved.json", "w") as file:
            json.dump(state, file)
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    address = (os.environ["BIND_HOST"], int(os.environ["GATEWAY_PORT"]))
    http.server.HTTPServer(address, Handler).serve_forever()
"""


def interpreter(folder: Path, program: str) -> Path:
    """An executable that runs `program`, whatever it is asked to run."""
    script = folder / "program.py"
    script.write_text(textwrap.dedent(program))
    made = folder / "python"
    made.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n')
    made.chmod(0o755)
    return made


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Ministack]:
    made = Ministack(tmp_path / "home", free_port(), interpreter(tmp_path, PLAYED), {"EXTRA": "x"})
    yield made
    made.stop(patience=2)


def saved(tmp_path: Path) -> dict[str, str | None]:
    found: dict[str, str | None] = json.loads((tmp_path / "home/state/saved.json").read_text())
    return found


def test_it_starts_answers_and_saves_when_it_is_stopped(
    played: Ministack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "a-real-account")
    played.start()
    assert played.alive()
    assert played.stop()
    assert not played.alive()
    assert saved(tmp_path) == {
        "TZ": "UTC",
        "TMPDIR": str(tmp_path / "home/tmp"),
        "EXTRA": "x",
        "AWS_PROFILE": None,
    }


def test_stopping_what_was_never_started_is_fine(tmp_path: Path) -> None:
    assert Ministack(tmp_path, 1, Path("/nonexistent")).stop()


def test_a_missing_environment_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="make setup"):
        Ministack(tmp_path, 1, Path("/nonexistent/python")).start()


def test_an_emulator_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    python = interpreter(tmp_path, "raise SystemExit('no such thing')")
    with pytest.raises(Unusable, match="no such thing"):
        Ministack(tmp_path / "home", free_port(), python).start()


def test_an_emulator_that_does_not_end_is_ended(tmp_path: Path) -> None:
    python = interpreter(tmp_path, PLAYED)
    stubborn = Ministack(tmp_path / "home", free_port(), python, {"SAVES_FOR": "30"})
    stubborn.start()
    assert not stubborn.stop(patience=0.2)
    assert not stubborn.alive()


def test_scratch_files_of_functions_do_not_pile_up(played: Ministack, tmp_path: Path) -> None:
    left = tmp_path / "home/tmp/ministack-lambda-x"
    left.mkdir(parents=True)
    played.start()
    assert not left.exists()
    left.mkdir()
    played.stop()
    assert not left.exists()


def test_an_emulator_of_a_killed_run_is_stopped_cleanly(tmp_path: Path) -> None:
    program = tmp_path / "emulator.py"
    program.write_text(textwrap.dedent(PLAYED))
    state = tmp_path / "home/state"
    state.mkdir(parents=True)
    left = subprocess.Popen(
        [sys.executable, program],
        env={"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(free_port()), "STATE_DIR": str(state)},
        start_new_session=True,
    )
    try:
        note(tmp_path / "home", left.pid, owner=_gone())
        time.sleep(0.5)
        assert Ministack(tmp_path / "home", 1, program).stop_leftover(patience=5)
        assert left.wait(5) == 0
    finally:
        left.kill()
        left.wait()
    assert (state / "saved.json").exists()
    assert not (tmp_path / "home/engine.pid").exists()


def test_another_program_with_that_number_is_left_alone(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        note(tmp_path, other.pid, owner=_gone())
        assert not Ministack(tmp_path, 1, Path("/nonexistent")).stop_leftover()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_run_that_is_still_there_is_left_alone(played: Ministack) -> None:
    played.start()
    with pytest.raises(Unusable, match=f"already running .*process {os.getpid()}"):
        played.stop_leftover()
    assert played.alive()


def test_without_an_earlier_run_nothing_is_stopped(tmp_path: Path) -> None:
    assert not Ministack(tmp_path, 1, Path("/nonexistent")).stop_leftover()


def test_data_goes_on_with_the_port_that_it_was_made_with(
    played: Ministack, tmp_path: Path
) -> None:
    played.start()
    played.stop()
    assert port_of_state(tmp_path / "home") == played.port
    other = Ministack(tmp_path / "home", free_port(), tmp_path / "python")
    with pytest.raises(Unusable, match=f"made with ENGINE_PORT={played.port}"):
        other.start()


def note(home: Path, pid: int, owner: int) -> None:
    """What a run leaves behind while it is there."""
    (home / "engine.pid").write_text(json.dumps({"pid": pid, "owner": owner}))


def _gone() -> int:
    """The number of a process that has ended."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    return gone.pid


def test_a_process_that_is_gone_has_no_command() -> None:
    assert command_of(_gone()) == ""
    assert "py" in command_of(os.getpid())
