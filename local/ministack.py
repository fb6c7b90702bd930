"""The AWS emulator: one MiniStack process with its state in a folder.

It runs in an environment of its own (.venv-local), because it pins its botocore, and in a session
of its own, so that Ctrl-C in the terminal reaches us and not it: it writes its state on SIGTERM,
and we decide when that is. When we are killed, it ends by itself, with its state written.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from local.ports import HOST, Unusable

READY_WITHIN = 30.0
# Writing the state takes 2 to 3 s with some thousands of orders.
STOPPED_WITHIN = 60.0
REGION = "ap-northeast-1"
ACCOUNT = "000000000000"
PORT_FILE = "engine.port"
EMULATOR = Path(__file__).with_name("emulator.py")


class Ministack:
    """One emulator. home: where state, log and process id are kept. python: its interpreter.

    environment: variables for the emulator and, because it hands its own on, for the functions.
    """

    def __init__(
        self, home: Path, port: int, python: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.port = port
        self.url = f"http://{HOST}:{port}"
        self.log = home / "engine.log"
        self._home = home
        self._python = python
        self._extra = dict(environment or {})
        self._state = home / "state"
        self._scratch = home / "tmp"
        self._pid = home / "engine.pid"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers. Raises Unusable when it does not."""
        if not self._python.exists():
            raise Unusable(f"{self._python} is not there. Make it with: make setup")
        self._state.mkdir(parents=True, exist_ok=True)
        self._require_same_port()
        self._sweep()
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [self._python, EMULATOR],
                cwd=self._home,
                env=self._environment(),
                # Nothing is written to it: it ends when we do, however that comes.
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._pid.write_text(json.dumps({"pid": self._process.pid, "owner": os.getpid()}))
        self._wait_until_ready(self._process)

    def stop(self, patience: float = STOPPED_WITHIN) -> bool:
        """Stop it and wait until its state is written. Returns whether that went well."""
        process, self._process = self._process, None
        if process is None:
            return True
        process.terminate()
        try:
            clean = process.wait(patience) == 0
        except subprocess.TimeoutExpired:
            clean = False
        # What is left of its group: functions that did not notice the end, or itself.
        _end(process)
        self._sweep()
        self._pid.unlink(missing_ok=True)
        return clean

    def alive(self) -> bool:
        """Whether it is running."""
        return self._process is not None and self._process.poll() is None

    def stop_leftover(self, patience: float = STOPPED_WITHIN) -> bool:
        """Stop the emulator of an earlier run that was killed. Returns whether there was one.

        Raises Unusable when that run is still there.
        """
        if not self._pid.exists():
            return False
        left = json.loads(self._pid.read_text())
        found = EMULATOR.name in command_of(left["pid"])
        if found and command_of(left["owner"]):
            raise Unusable(
                f"It is already running with the data in {self._home} (process {left['owner']})."
            )
        if found:
            os.kill(left["pid"], signal.SIGTERM)
            end = time.monotonic() + patience
            while command_of(left["pid"]) and time.monotonic() < end:
                time.sleep(0.1)
            end_group(left["pid"])
        self._pid.unlink()
        return found

    def _require_same_port(self) -> None:
        # Addresses of queues and of the API are in the state.
        made_on = port_of_state(self._home) or self.port
        if made_on != self.port:
            raise Unusable(
                f"The data in {self._home} was made with ENGINE_PORT={made_on}, and goes on with\n"
                "  that port only. Use it again, or forget the data with: make clean"
            )
        (self._home / PORT_FILE).write_text(str(made_on))

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + READY_WITHIN
        while time.monotonic() < end and process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/_ministack/ready", timeout=1):  # noqa: S310
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        _end(process)
        self._process = None
        raise Unusable(
            f"The AWS emulator did not start. Its log, {self.log}, ends with:\n{tail(self.log)}"
        )

    def _sweep(self) -> None:
        # Each function process unpacks the layers for itself and leaves them behind.
        shutil.rmtree(self._scratch, ignore_errors=True)
        self._scratch.mkdir(parents=True)

    def _environment(self) -> dict[str, str]:
        """Nothing of the person's own AWS settings; UTC and UTF-8 as in Lambda."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {
            **kept,
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "PYTHONUTF8": "1",
            "TMPDIR": str(self._scratch),
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": HOST,
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            # Functions may do what their roles allow; we ourselves are the account's root.
            "AUTH": "true",
            "UNTIL_EOF": "1",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self._state),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self._state / "s3"),
            # Services that we do not use would listen on ports of their own.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            # The program is ours; the modules that functions see must not be.
            "PYTHONSAFEPATH": "1",
            # It must never look at this machine's containers.
            "DOCKER_HOST": "unix:///nonexistent",
            **self._extra,
        }


def port_of_state(home: Path) -> int | None:
    """The port that the data in this folder was made with, None when there is none."""
    kept = home / PORT_FILE
    return int(kept.read_text()) if kept.exists() else None


def _end(process: subprocess.Popen[bytes]) -> None:
    end_group(process.pid)
    process.wait()
    if process.stdin is not None:
        process.stdin.close()


def end_group(pid: int) -> None:
    """Kill what is left of a process group that we started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def command_of(pid: int) -> str:
    """The command line of a running process, empty when there is none (or it is a zombie)."""
    listed = subprocess.run(
        ["ps", "-ww", "-o", "stat=", "-o", "command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    state, _, command = listed.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else command.strip()


def tail(path: Path, lines: int = 15) -> str:
    """The last lines of a text file."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
