"""Looks for what the machine itself must have (`python3 tools/machine.py NEED…`).

Runs on the system's Python before there is any environment, so it needs the standard library
only. What is missing is installed from Debian's packages when we are root; anyone else is told
what to install. Nothing is installed that is there already.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

PYTHON = (3, 11)
NODE = 18
FONT_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path.home() / ".fonts",
)
# What each need is called by Debian.
PACKAGES = {
    "venv": "python3-venv",
    "node": "nodejs",
    "npm": "npm",
    "chromium": "chromium",
    "japanese-fonts": "fonts-noto-cjk",
    # The commands of the README, which a test runs.
    "curl": "curl",
    "openssl": "openssl",
}


class Unusable(Exception):
    """The machine cannot do it as it is; the message says what to do."""


class Machine:
    """What we ask of, and do to, the machine we run on."""

    python = sys.version_info[:2]

    def has(self, need: str) -> bool:
        if need == "venv":
            return self._runs(sys.executable, "-c", "import ensurepip, venv")
        if need == "japanese-fonts":
            return any(any(folder.rglob("Noto*CJK*")) for folder in FONT_FOLDERS)
        return shutil.which(need) is not None

    def node_version(self) -> str:
        answer = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
        return answer.stdout.strip().lstrip("v")

    def may_install(self) -> bool:
        return os.geteuid() == 0 and shutil.which("apt-get") is not None

    def install(self, packages: "list[str]") -> None:
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for step in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
            done = subprocess.run(
                ["apt-get", "--quiet", *step],
                env=quiet,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            if done.returncode:
                raise Unusable(f"apt-get {step[0]} failed:\n{done.stdout}")

    @staticmethod
    def _runs(*command: str) -> bool:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def require(needs: "list[str]", machine: Machine) -> None:
    """Makes sure that the machine has what is needed; raises Unusable if it cannot have it."""
    if machine.python < PYTHON:
        raise Unusable(
            "Python {}.{} or newer is needed, and python3 is {}.{}. With a newer one elsewhere: "
            "make PYTHON=/path/to/python3 …".format(*PYTHON, *machine.python)
        )
    packages = [PACKAGES[need] for need in needs if not machine.has(need)]
    if packages:
        if not machine.may_install():
            raise Unusable(
                "Not installed here: {0}. Please install it, on Debian with:\n"
                "  sudo apt-get install {0}".format(" ".join(packages))
            )
        print(f"» Installing {', '.join(packages)} from Debian's packages", flush=True)
        machine.install(packages)
    if "node" in needs and int(machine.node_version().split(".")[0]) < NODE:
        raise Unusable(f"Node {NODE} or newer is needed, and this is {machine.node_version()}.")


def main(argv: "list[str]") -> int:
    try:
        require(argv, Machine())
    except Unusable as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
