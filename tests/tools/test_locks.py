"""The locks hold what pyproject.toml asks for, exactly and hashed, and no address."""

import ast
import json
import re
import sys
import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from tools.lock import (
    DEV,
    LAYER,
    LOCAL,
    RUNTIME_PROVIDES,
    Pin,
    layer_requirements,
    package_name,
    read_lock,
)

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = [DEV, LOCAL, LAYER]


def group(name: str) -> list[str]:
    """The requirements of a dependency group, included groups and all."""
    found = []
    for item in PYPROJECT["dependency-groups"][name]:
        found += [item] if isinstance(item, str) else group(item["include-group"])
    return found


def unmet(requirements: list[str], lock: dict[str, Pin]) -> list[str]:
    wanted = [Requirement(text) for text in requirements]
    return [
        str(requirement)
        for requirement in wanted
        if package_name(requirement.name) not in lock
        or lock[package_name(requirement.name)].version not in requirement.specifier
    ]


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_of_a_lock_is_pinned_and_hashed(name: str) -> None:
    lock = read_lock(ROOT / name)
    assert len(lock) >= 10
    assert all(pin.hashes for pin in lock.values())


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_an_address_or_an_index(name: str) -> None:
    text = (ROOT / name).read_text()
    pins = "\n".join(line.split(" #")[0] for line in text.splitlines())
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash=)|index|@", pins, re.MULTILINE)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("six==1.17.0", "six==1.17.0"),
        ("six>=1.17.0 --hash=sha256:" + "0" * 64, "six>=1.17.0"),
        ("--index-url somewhere", "--index-url"),
    ],
)
def test_a_line_that_is_not_an_exact_hashed_pin_is_refused(
    tmp_path: Path, line: str, complaint: str
) -> None:
    path = tmp_path / "lock.txt"
    path.write_text(line + "\n")
    with pytest.raises(ValueError, match=re.escape(complaint)):
        read_lock(path)


def test_the_developers_lock_meets_the_project_and_its_dev_group() -> None:
    wanted = [*PYPROJECT["project"]["dependencies"], *group("dev")]
    assert unmet(wanted, read_lock(ROOT / DEV)) == []


def test_the_local_lock_meets_its_group() -> None:
    assert unmet(group("local"), read_lock(ROOT / LOCAL)) == []


def test_the_layer_lock_meets_the_project_less_what_the_runtime_provides() -> None:
    lock = read_lock(ROOT / LAYER)
    assert unmet(layer_requirements(PYPROJECT), lock) == []
    assert lock.keys().isdisjoint({*RUNTIME_PROVIDES, "botocore", "s3transfer"})


def test_a_requirement_that_a_lock_does_not_meet_is_named() -> None:
    lock = {"six": Pin("1.17.0", frozenset())}
    assert unmet(["six>=1.16", "six>=2", "jinja2"], lock) == ["six>=2", "jinja2"]


def test_the_layer_and_the_developers_have_the_same_versions() -> None:
    layer, dev = read_lock(ROOT / LAYER), read_lock(ROOT / DEV)
    assert {name: pin.version for name, pin in layer.items()} == {
        name: dev[name].version for name in layer
    }


@pytest.mark.parametrize("python", ["3.11", "3.13"])
def test_the_layer_is_complete_for_the_runtime_and_for_the_local_engine(python: str) -> None:
    lock = read_lock(ROOT / LAYER)
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "extra": "",
    }
    needed = [
        f"{name} needs {requirement.name}"
        for name in lock
        for requirement in map(Requirement, requires(name) or [])
        if requirement.marker is None or requirement.marker.evaluate(environment)
        if package_name(requirement.name) not in lock
    ]
    assert needed == []


def test_the_layer_lock_has_no_marker_that_leaves_a_platform_out() -> None:
    assert ";" not in (ROOT / LAYER).read_text()


class Imports(ast.NodeVisitor):
    """The top-level names a module imports when it runs, not those for type checkers only."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
            node.body = []
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        self.names |= {alias.name.split(".")[0] for alias in node.names}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module and node.level == 0:
            self.names.add(node.module.split(".")[0])


def imported_modules(folder: Path) -> set[str]:
    imports = Imports()
    for path in folder.rglob("*.py"):
        imports.visit(ast.parse(path.read_text()))
    return imports.names


def test_what_runs_in_lambda_imports_only_what_lambda_has() -> None:
    ours = {"orders", "stock", "mail", "support", "common"}
    folders = [ROOT / "functions", ROOT / "layers" / "common" / "python"]
    imported = set().union(*map(imported_modules, folders)) - ours - sys.stdlib_module_names
    assert "pydantic" in imported
    provided = {*read_lock(ROOT / LAYER), *RUNTIME_PROVIDES, "botocore"}
    distributions = packages_distributions()
    missing = {
        name
        for name in imported
        if provided.isdisjoint(package_name(item) for item in distributions.get(name, []))
    }
    assert missing == set()


def test_the_node_lock_is_exact_and_hashed_and_names_no_registry() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    lock = json.loads((ROOT / "package-lock.json").read_text())
    entries = {path: entry for path, entry in lock["packages"].items() if path}
    assert lock["lockfileVersion"] == 3
    assert package["private"] is True
    assert {
        name: entries[f"node_modules/{name}"]["version"] for name in package["devDependencies"]
    } == package["devDependencies"]
    assert [path for path, entry in entries.items() if "resolved" in entry] == []
    assert [
        path for path, entry in entries.items() if not entry["integrity"].startswith("sha512-")
    ] == []


def test_the_oldest_python_of_the_project_is_the_one_that_is_locked_for() -> None:
    assert SpecifierSet(PYPROJECT["project"]["requires-python"]) == SpecifierSet(">=3.11")
