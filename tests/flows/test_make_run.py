"""`make run` from the outside: it comes up, keeps its data, and leaves nothing running."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from local.client import ApiClient, request
from local.ports import free_port

pytestmark = pytest.mark.flow

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 240.0


class Run:
    """`python -m local.run FOLDER` in a terminal of its own. lines: what it said so far."""

    def __init__(self, home: Path, env: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "local.run", str(home)],
            cwd=ROOT,
            env={**os.environ, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._said: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._said.put(line)
        self._said.put(None)

    def wait_for(self, text: str) -> str:
        """The first new line with `text`."""
        end = time.monotonic() + PATIENCE
        while True:
            line = self._said.get(timeout=max(0.1, end - time.monotonic()))
            assert line is not None, f"it ended before it said {text!r}:\n{''.join(self.lines)}"
            self.lines.append(line)
            if text in line:
                return line

    def stop(self, times: int = 1) -> int:
        """Ctrl-C; returns the exit status."""
        for _ in range(times):
            self.process.send_signal(signal.SIGINT)
            time.sleep(0.3)
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        if self.process.poll() is None:
            self.stop(2)
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[list[Run]]:
    started: list[Run] = []
    yield started
    for run in started:
        run.close()


def processes(home: Path) -> list[str]:
    """Everything that runs with that folder, or began in it."""
    listed = subprocess.run(
        ["ps", "-ww", "-A", "-o", "pid=", "-o", "command="],
        capture_output=True,
        text=True,
        check=True,
    )
    return [line for line in listed.stdout.splitlines() if str(home) in line]


def admin(home: Path, origin: str) -> ApiClient:
    client_id = request(origin, "GET", "/config.json").json["auth"]["client_id"]
    password = json.loads((home / "sign-in.json").read_text())["password"]
    return ApiClient(origin, client_id, "admin", password)


def rows(person: ApiClient) -> set[str]:
    return {row["id"] for row in person.get("/api/orders", queue="ALL", limit=300)["items"]}


def at_least(person: ApiClient, count: int) -> set[str]:
    end = time.monotonic() + PATIENCE
    while len(found := rows(person)) < count:
        assert time.monotonic() < end, f"{len(found)} orders instead of {count}"
        time.sleep(0.5)
    return found


def test_it_comes_up_keeps_its_data_and_leaves_nothing_running(
    tmp_path: Path, runs: list[Run]
) -> None:
    home = tmp_path / "home"
    port = free_port()
    origin = f"http://localhost:{port}"
    env = {"PORT": str(port), "ENGINE_PORT": str(free_port()), "DEMO": "4"}

    runs.append(Run(home, env))
    runs[0].wait_for("Ready after")
    said = "".join(runs[0].lines)
    assert f"Banto is running at  {origin}" in said
    assert "Deploying the stack (cdk deploy)" in said
    page = request(origin, "GET", "/")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    first = at_least(admin(home, origin), 12)
    assert processes(home) != []
    assert runs[0].stop() == 0
    assert processes(home) == []

    runs.append(Run(home, {**env, "DEMO": "0"}))
    runs[1].wait_for("Ready after")
    assert "Deploying" not in "".join(runs[1].lines)
    assert rows(admin(home, origin)) >= first
    assert runs[1].stop(times=3) == 0
    assert processes(home) == []
