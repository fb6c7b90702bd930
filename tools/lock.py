"""Writes the Python locks (`make lock`): every version pinned, every file hashed, no address.

Three environments need one each. `requirements-dev.txt` is what develops, tests and deploys;
`requirements-local.txt` is the local engine, which pins its own botocore; the third is the layer
of third-party packages in Lambda. A lock that is there is kept as far as `pyproject.toml` allows;
`--upgrade` takes the newest versions.
"""

import argparse
import re
import subprocess
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from uv import find_uv_bin

ROOT = Path(__file__).resolve().parent.parent
DEV = "requirements-dev.txt"
LOCAL = "requirements-local.txt"
LAYER = "layers/deps/requirements.txt"

# docs/adr/0002-deps-layer.md says why: the Lambda runtime brings boto3 itself.
RUNTIME_PROVIDES = frozenset({"boto3"})

COMMON_OPTIONS = ("--quiet", "--generate-hashes", "--no-emit-index-url", "--no-header")
DEVELOPER = ("--python-version", "3.11", "--python-platform", "x86_64-manylinux_2_28")
LAMBDA = ("--python-version", "3.13", "--python-platform", "aarch64-manylinux2014")


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of a lock: the exact version, and the hashes of all of its files."""

    version: str
    hashes: frozenset[str]


def read_lock(path: Path) -> dict[str, Pin]:
    """The pins of a lock by package name; a ValueError names the line that is not one."""
    pins = {}
    for entry in path.read_text().replace("\\\n", " ").splitlines():
        text = entry.split("#", 1)[0].strip()
        if not text:
            continue
        match = re.fullmatch(r"([a-z0-9-]+)==(\S+)((?:\s+--hash=sha256:[0-9a-f]{64})+)", text)
        if match is None:
            raise ValueError(f"{path.name}: not an exact, hashed pin: {text[:80]}")
        name, version, hashes = match.groups()
        pins[name] = Pin(version, frozenset(re.findall(r"sha256:[0-9a-f]{64}", hashes)))
    return pins


def package_name(requirement: str) -> str:
    """The normalised name in a requirement such as `Jinja2>=3.1` or `moto[sqs]>=5`."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    if match is None:
        raise ValueError(f"not a requirement: {requirement!r}")
    return re.sub(r"[-_.]+", "-", match.group()).lower()


def layer_requirements(pyproject: Mapping[str, Any]) -> list[str]:
    """What `[project].dependencies` asks for, less what the Lambda runtime provides."""
    return [
        requirement
        for requirement in pyproject["project"]["dependencies"]
        if package_name(requirement) not in RUNTIME_PROVIDES
    ]


def compile_lock(output: str, options: Sequence[str], *, stdin: str = "") -> None:
    print(f"» Locking {output}", flush=True)
    command = [find_uv_bin(), "pip", "compile", *COMMON_OPTIONS, *options, "--output-file", output]
    subprocess.run(command, cwd=ROOT, input=stdin, text=True, check=True)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Write the Python locks.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions")
    upgrade = ["--upgrade"] if parser.parse_args(argv).upgrade else []
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    compile_lock(DEV, ["pyproject.toml", "--group", "dev", *DEVELOPER, *upgrade])
    compile_lock(LOCAL, ["--group", "pyproject.toml:local", *DEVELOPER, *upgrade])
    # The layer takes its versions from the developers' lock: what is tested is what is deployed.
    compile_lock(
        LAYER,
        ["-", "--no-annotate", "--constraint", DEV, *LAMBDA, "--upgrade"],
        stdin="\n".join(layer_requirements(pyproject)),
    )


if __name__ == "__main__":
    main()
