"""Zips and layers: complete, importable alone, with bytecode that is valid in a zip."""

import importlib.util
import os
import stat
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from infra import bundle
from infra.bundle import BundleError, Target
from infra.stack import AREAS

HERE = bundle.machine_target()
UNCHECKED_HASH = 1


def flags(pyc: Path) -> int:
    """The second word of a .pyc file, PEP 552."""
    return int.from_bytes(pyc.read_bytes()[4:8], "little")


def magic(pyc: Path) -> bytes:
    return pyc.read_bytes()[:4]


@pytest.fixture(scope="session")
def assets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The zip of each area and the common layer, for this machine."""
    folder = tmp_path_factory.mktemp("assets")
    for area in AREAS:
        bundle.area_zip(area, folder / area, HERE)
    bundle.common_layer(folder / "common", HERE)
    return {name: folder / name for name in (*AREAS, "common")}


@pytest.mark.parametrize("area", sorted(AREAS))
def test_every_handler_imports_from_its_zip_alone(assets: dict[str, Path], area: str) -> None:
    modules = [
        f"{area}.handlers.{path.stem}"
        for path in sorted((assets[area] / area / "handlers").glob("*.py"))
        if path.stem != "__init__"
    ]
    # -I -S: no repository and no .pth, only the zip, our layer and third-party packages.
    layers = [str(assets["common"] / "python"), sysconfig.get_path("purelib")]
    code = (
        f"import sys, importlib; sys.path[:0] = {[str(assets[area]), *layers]!r}\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        "import common; print(common.__file__)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error::ImportWarning", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"]},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip().startswith(str(assets["common"]))


@pytest.mark.parametrize("area", sorted(AREAS))
def test_a_zip_holds_its_area_and_nothing_else(assets: dict[str, Path], area: str) -> None:
    assert [path.name for path in assets[area].iterdir()] == [area]


def test_every_module_that_is_shipped_has_bytecode_that_is_never_checked(
    assets: dict[str, Path],
) -> None:
    for name, folder in assets.items():
        compiled = list(folder.rglob("*.pyc"))
        assert len(compiled) == len(list(folder.rglob("*.py"))) > 0, name
        assert {flags(path) for path in compiled} == {UNCHECKED_HASH}, name
        assert {magic(path) for path in compiled} == {importlib.util.MAGIC_NUMBER}, name


def test_bytecode_for_lambda_is_of_lambda_s_python(tmp_path: Path) -> None:
    target = bundle.lambda_target()
    if target.interpreter is None:
        pytest.skip(f"no Python {bundle.RUNTIME_VERSION} here")
    bundle.common_layer(tmp_path, target)
    compiled = list(tmp_path.rglob("*.pyc"))
    assert {path.suffixes[0] for path in compiled} == {".cpython-313"}
    assert {flags(path) for path in compiled} == {UNCHECKED_HASH}


def test_without_an_interpreter_of_that_version_no_bytecode_is_shipped(tmp_path: Path) -> None:
    bundle.common_layer(tmp_path, Target("3.13", None, None))
    assert list(tmp_path.rglob("*.pyc")) == []
    assert len(list(tmp_path.rglob("*.py"))) > 5


def test_stale_bytecode_of_the_working_tree_is_replaced(tmp_path: Path) -> None:
    module = tmp_path / "m.py"
    module.write_text("x = 1\n")
    subprocess.run([sys.executable, "-m", "py_compile", str(module)], check=True)
    (compiled,) = tmp_path.rglob("*.pyc")
    assert flags(compiled) == 0
    bundle.compile_tree(tmp_path, HERE, "/opt")
    assert flags(compiled) == UNCHECKED_HASH


def test_tracebacks_name_the_folder_in_lambda_and_not_the_one_of_the_build(
    tmp_path: Path,
) -> None:
    (tmp_path / "m.py").write_text("x = 1\n")
    bundle.compile_tree(tmp_path, HERE, "/var/task")
    (compiled,) = tmp_path.rglob("*.pyc")
    assert b"/var/task/m.py" in compiled.read_bytes()
    assert str(tmp_path).encode() not in compiled.read_bytes()


def test_a_module_that_does_not_compile_is_not_shipped(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text("x = (\n")
    with pytest.raises(BundleError, match=r"m\.py"):
        bundle.compile_tree(tmp_path, HERE, "/opt")


def test_two_builds_have_the_same_bytes(tmp_path: Path) -> None:
    def build(name: str) -> dict[str, bytes]:
        bundle.area_zip("stock", tmp_path / name, HERE)
        files = (p for p in (tmp_path / name).rglob("*") if p.is_file())
        return {str(p.relative_to(tmp_path / name)): p.read_bytes() for p in files}

    assert build("a") == build("b")


def test_the_hash_follows_names_contents_and_target_only(tmp_path: Path) -> None:
    source = tmp_path / "s"
    source.mkdir()
    (source / "a.py").write_text("1")
    first = bundle.source_hash(HERE, source)
    (source / "a.py").touch()
    (source / "__pycache__").mkdir()
    (source / "__pycache__" / "a.cpython-311.pyc").write_bytes(b"x")
    assert bundle.source_hash(HERE, source) == first
    assert bundle.source_hash(Target("3.13", None, None), source) != first
    (source / "a.py").write_text("2")
    second = bundle.source_hash(HERE, source)
    (source / "a.py").rename(source / "b.py")
    assert len({first, second, bundle.source_hash(HERE, source)}) == 3


def test_an_interpreter_of_another_version_or_a_broken_shim_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shim = tmp_path / "python9.9"
    shim.write_text("#!/bin/sh\necho 3.13\n")
    shim.chmod(shim.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert bundle.find_interpreter("9.9") is None
    shim.write_text("#!/bin/sh\necho 9.9\n")
    assert bundle.find_interpreter("9.9") == str(shim)


def test_wheels_that_are_here_already_are_not_fetched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = Target("3.13", "nowhere", None)
    lock = bundle.DEPS / "requirements.txt"
    kept = tmp_path / "kept" / f"3.13-nowhere-{bundle.source_hash(target, lock)[:16]}"
    kept.mkdir(parents=True)
    (kept / "wheel.py").write_text("x = 1\n")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    bundle.deps_layer(tmp_path / "out", target, tmp_path / "kept")
    assert (tmp_path / "out" / "python" / "wheel.py").read_text() == "x = 1\n"


def test_wheels_that_cannot_be_fetched_leave_nothing_half_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uv = tmp_path / "uv"
    uv.write_text("#!/bin/sh\necho no network >&2\nexit 1\n")
    uv.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(BundleError, match="no network"):
        bundle.deps_layer(tmp_path / "out", HERE, tmp_path / "kept")
    assert list((tmp_path / "kept").iterdir()) == []
    assert not (tmp_path / "out").exists()


def test_the_lock_of_the_layer_is_installed_with_hashes_and_from_wheels_only() -> None:
    command = bundle.install_command(Path("/out"), bundle.lambda_target())
    text = " ".join(command)
    assert "--require-hashes" in text
    assert "--only-binary :all:" in text
    assert "--python-platform aarch64-manylinux2014 --python-version 3.13" in text
    assert "--python-platform" not in " ".join(bundle.install_command(Path("/out"), HERE))


def test_without_uv_pip_does_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pip = tmp_path / "pip"
    pip.write_text("#!/bin/sh\n")
    pip.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    text = " ".join(bundle.install_command(Path("/out"), bundle.Target("3.13", "x", None)))
    assert text.startswith(str(pip))
    assert "--require-hashes" in text
    assert "--platform manylinux2014_aarch64 --implementation cp" in text
    assert "--only-binary=:all:" in text
    pip.unlink()
    with pytest.raises(BundleError, match="uv or pip is needed"):
        bundle.install_command(Path("/out"), HERE)
