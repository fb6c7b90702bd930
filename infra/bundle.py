"""What goes into the zips and layers: plain Python, no CDK, no Docker.

Bytecode is compiled with `unchecked-hash`: in a zip of CDK every file is dated 1980, so bytecode
that is checked against the time of its source is never valid, and a cold start would compile
everything again. Bytecode belongs to one minor version of Python. Where no interpreter of the
runtime's version is at hand, none is shipped, and the function only starts slower.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FUNCTIONS = ROOT / "functions"
COMMON = ROOT / "layers" / "common"
DEPS = ROOT / "layers" / "deps"
# Installed wheels, so that a synthesis works offline once they are there.
KEPT = ROOT / ".local" / "layers"

RUNTIME_VERSION = "3.13"
_LAMBDA_PLATFORM = "aarch64-manylinux2014"
_PIP_PLATFORM = "manylinux2014_aarch64"

# Counts up when the recipe changes, so that assets made by an older one are made again.
_RECIPE = "1"

_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", ".*", "README.md")


class BundleError(Exception):
    """A layer or zip could not be made. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where code will run. platform: uv's name, None is here; interpreter: compiles, or None."""

    version: str
    platform: str | None
    interpreter: str | None

    @property
    def tag(self) -> str:
        """Stands in asset hashes: other targets make other bytes."""
        where = self.platform or f"{sys.platform}-{platform.machine()}"
        return f"{_RECIPE}/{self.version}/{where}/{'pyc' if self.interpreter else 'py'}"


@cache
def lambda_target() -> Target:
    """Lambda's Python on arm64."""
    return Target(RUNTIME_VERSION, _LAMBDA_PLATFORM, find_interpreter(RUNTIME_VERSION))


@cache
def machine_target() -> Target:
    """This machine: the local engine runs functions on the Python that started it."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return Target(version, None, sys.executable)


def find_interpreter(version: str) -> str | None:
    """A Python of exactly this minor version, or None."""
    return next((path for path in _candidates(version) if _is_version(path, version)), None)


def _candidates(version: str) -> Iterator[str]:
    """On the path, then where uv knows one, then what pyenv has and its shims refuse to start."""
    if found := shutil.which(f"python{version}"):
        yield found
    if uv := _tool("uv"):
        command = [uv, "python", "find", "--no-python-downloads", "--no-project", version]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            yield done.stdout.strip()
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for path in sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}")):
        yield str(path)


def _is_version(path: str, version: str) -> bool:
    # A shim of a version manager may be on the path and refuse to run.
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        said = subprocess.run([path, "-I", "-c", code], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return said.returncode == 0 and said.stdout.strip() == version


def _tool(name: str) -> str | None:
    """A command, first of the environment this runs in."""
    beside = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    return shutil.which(name, path=beside)


def source_hash(target: Target, *sources: Path) -> str:
    """A hash of names and contents, the same on every machine that has the same target."""
    digest = hashlib.sha256(target.tag.encode())
    for source in sources:
        for path in _sources(source):
            digest.update(f"\0{path.relative_to(source.parent).as_posix()}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _sources(source: Path) -> Iterator[Path]:
    if source.is_file():
        yield source
        return
    for path in sorted(source.rglob("*")):
        parts = path.relative_to(source).parts
        if path.is_file() and not _LEFT_OUT("", list(parts)):
            yield path


def area_zip(area: str, out: Path, target: Target) -> None:
    """`<area>/` and nothing else, so that the import name is the one the tests use."""
    shutil.copytree(FUNCTIONS / area, out / area, ignore=_LEFT_OUT)
    compile_tree(out, target, "/var/task")


def common_layer(out: Path, target: Target) -> None:
    """Our own shared code."""
    shutil.copytree(COMMON / "python", out / "python", ignore=_LEFT_OUT)
    compile_tree(out, target, "/opt")


def deps_layer(out: Path, target: Target, kept: Path = KEPT) -> None:
    """Third-party wheels of the lock, from `kept` if it has them: only the first time needs the
    network. Raises BundleError when they cannot be installed."""
    lock = DEPS / "requirements.txt"
    mine = f"{target.version}-{target.platform or 'machine'}"
    ready = kept / f"{mine}-{source_hash(target, lock)[:16]}"
    if not ready.exists():
        kept.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept) as building:
            site = Path(building) / "python"
            _install(site, target)
            compile_tree(site, target, "/opt/python")
            for older in kept.glob(f"{mine}-*"):
                shutil.rmtree(older)
            # Only what is complete gets the name.
            site.rename(ready)
    shutil.copytree(ready, out / "python")


def _install(site: Path, target: Target) -> None:
    command = install_command(site, target)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BundleError(f"layers/deps could not be installed:\n{done.stderr.strip()}")
    for junk in ("bin", ".lock"):
        path = site / junk
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for cached in list(site.rglob("__pycache__")):
        shutil.rmtree(cached)


def install_command(site: Path, target: Target) -> list[str]:
    lock = str(DEPS / "requirements.txt")
    if uv := _tool("uv"):
        return [
            *(uv, "pip", "install", "--quiet", "--require-hashes"),
            *("--target", str(site), "--python", sys.executable),
            *(("--python-platform", target.platform) if target.platform else ()),
            *(("--python-version", target.version) if target.platform else ()),
            *("--only-binary", ":all:", "-r", lock),
        ]
    if pip := _tool("pip") or _tool("pip3"):
        foreign = ("--platform", _PIP_PLATFORM, "--implementation", "cp")
        return [
            *(pip, "install", "--quiet", "--disable-pip-version-check", "--require-hashes"),
            *("--target", str(site), "--python-version", target.version),
            *(foreign if target.platform else ()),
            *("--no-compile", "--no-deps", "--only-binary=:all:", "-r", lock),
        ]
    raise BundleError("uv or pip is needed to build layers/deps: run `make setup` first")


def compile_tree(tree: Path, target: Target, mounted: str) -> None:
    """Compile every module below `tree`. mounted: the folder it has in Lambda, for tracebacks."""
    if target.interpreter is None:
        return
    command = [
        *(target.interpreter, "-I", "-m", "compileall", "-q", "-f"),
        *("--invalidation-mode", "unchecked-hash"),
        *("-s", str(tree), "-p", mounted, str(tree)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BundleError(f"bytecode could not be compiled:\n{done.stdout}{done.stderr}")


def main() -> None:
    """Fetch the wheels of every stage, for a synthesis without network later on."""
    for target in (machine_target(), lambda_target()):
        with tempfile.TemporaryDirectory() as out:
            deps_layer(Path(out), target)


if __name__ == "__main__":
    main()
