"""Importing does nothing: no environment, no client, no file, and no more than what is needed."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

SOURCES = (ROOT / "functions", ROOT / "layers" / "common" / "python")
AREAS = ("orders", "stock", "mail", "support")

TRIPWIRES = """
import builtins, importlib, json, socket, sys
import boto3

def refuse(*args, **kwargs):
    raise AssertionError("made at import")

boto3.client = boto3.resource = boto3.Session.client = boto3.session.Session.client = refuse
socket.socket.connect = refuse
real_open = builtins.open

def reading(file, mode="r", *args, **kwargs):
    assert not set(mode) & set("wax+"), f"wrote {file} at import"
    return real_open(file, mode, *args, **kwargs)

builtins.open = reading
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
from common import cold_start
made = [clear.__self__ for clear in cold_start._caches if clear.__self__]
assert not made, f"cold-start objects made at import: {made}"
"""

LOADED = """
import importlib, json, sys
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
print(json.dumps(sorted(sys.modules)))
"""


def files() -> Iterator[tuple[str, Path]]:
    """(module name, file) of everything that runs in Lambda."""
    for source in SOURCES:
        for path in sorted(source.rglob("*.py")):
            parts = path.relative_to(source).with_suffix("").parts
            yield ".".join(part for part in parts if part != "__init__"), path


def run(script: str, names: list[str]) -> str:
    """Run a script in a fresh interpreter with none of our variables."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, json.dumps(names)],
        env=kept,
        cwd=ROOT.parent,
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def loaded(*names: str) -> set[str]:
    """What is loaded after importing modules in a fresh interpreter."""
    return set(json.loads(run(LOADED, list(names))))


def trees() -> Iterator[tuple[Path, ast.AST]]:
    for _, path in files():
        yield path.relative_to(ROOT), ast.parse(path.read_text("utf-8"))


def test_nothing_happens_when_everything_is_imported() -> None:
    names = [name for name, _ in files()]

    assert len(names) > 50
    run(TRIPWIRES, names)


@pytest.mark.parametrize("area", AREAS)
def test_a_domain_loads_no_aws_and_no_logger(area: str) -> None:
    names = [name for name, _ in files() if name.startswith(f"{area}.domain")]

    found = loaded(*names)

    heavy = ("boto", "urllib3", "aws_lambda_powertools", "jinja2")
    assert {name for name in found if name.startswith(heavy)} == set()


def test_the_receiver_of_webhooks_loads_no_models_and_no_powertools() -> None:
    found = loaded(
        "orders.handlers.receive_webhook", "common.channels.shopify", "common.channels.generic"
    )

    heavy = ("pydantic", "aws_lambda_powertools", "common.canonical", "common.api", "common.events")
    assert {name for name in found if name.startswith(heavy)} == set()


def test_what_everybody_needs_costs_next_to_nothing() -> None:
    small = ("errors", "clock", "money", "ids", "cold_start", "settings", "problem", "search")

    found = loaded(*(f"common.{name}" for name in small), "common.channels", "common.channels.base")

    heavy = ("boto", "pydantic", "aws_lambda_powertools", "urllib", "http", "asyncio", "ssl")
    assert {name for name in found if name.startswith(heavy)} == set()


def test_the_way_to_malls_loads_nothing_heavy_before_it_is_used() -> None:
    found = loaded("common.http", "common.rates", "common.vault", "common.channels.context")

    heavy = ("boto", "pydantic", "aws_lambda_powertools", "urllib3", "http", "ssl", "email")
    assert {name for name in found if name.startswith(heavy)} == set()


def test_the_environment_is_read_in_one_place() -> None:
    found = set()
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "putenv"):
                found.add(str(path))
    assert found == {"layers/common/python/common/settings.py"}


def test_nothing_scans_a_table() -> None:
    names = {"scan", "paginate_scan", "execute_statement", "batch_execute_statement"}
    found = [
        f"{path}:{node.lineno}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in names
    ]
    assert found == []


def test_only_repositories_and_common_touch_boto() -> None:
    found = set()
    for path, tree in trees():
        for node in ast.walk(tree):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] in ("boto3", "botocore") for name in modules):
                found.add(str(path))
    strangers = {p for p in found if "/repository/" not in p and not p.startswith("layers/common/")}
    assert strangers == set()


def test_every_module_says_what_it_is_for_and_stays_small() -> None:
    for _, path in files():
        text = path.read_text("utf-8")
        assert not text.strip() or ast.get_docstring(ast.parse(text)), path
        assert len(text.splitlines()) <= 300, path


def test_no_package_begins_the_tests() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []
