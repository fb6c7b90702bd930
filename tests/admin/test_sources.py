"""What no file of the page may do, and how large all of them may be."""

import gzip
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.admin.sources import ADMIN, VENDOR, modules, name, needed_by
from tools.openapi import describe
from tools.typescript import to_typescript

MODULES = modules()
# Compressed, file by file, as they go over the wire.
FIRST_BYTES = 100_000
ALL_BYTES = 300_000
LINES = 300
# Everything that would make text into markup or code.
FORBIDDEN = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|dangerouslySetInnerHTML|srcdoc"
    r"|\beval\(|new Function|setTimeout\(['\"]|createContextualFragment|DOMParser"
)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_is_type_checked_and_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("// @ts-check\n")
    assert path.parent.name == "i18n" or len(text.splitlines()) <= LINES


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_makes_no_markup_or_code_of_text(path: Path) -> None:
    assert FORBIDDEN.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_every_key_handler_asks_first_whether_an_input_method_owns_the_key(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    asked: list[str] = []
    unguarded = []
    for n, line in enumerate(lines):
        asked = [line, *asked][:30]
        if not re.search(
            r"\bevent\.(key|keyCode|code)\b", line
        ) or "addEventListener('storage'" in "".join(asked[:3]):
            continue
        if not any("imeBusy" in each for each in asked):
            unguarded.append(f"{n + 1}: {line.strip()}")
    assert unguarded == []


def test_enter_is_looked_for_in_one_helper_only() -> None:
    found = [
        name(path)
        for path in MODULES
        if "'Enter'" in path.read_text(encoding="utf-8").replace("['Enter', 'help.enter']", "")
    ]
    assert found == ["lib/keyboard.js"]


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_imports_files_that_are_there_by_relative_address(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    addresses = re.findall(r"^(?:import|export)[^;]*? from '([^']+)'", text, re.MULTILINE)
    addresses += re.findall(
        r"[^.\w]import\('([^']+)'\)(?!\.)", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    )
    missing = [a for a in addresses if not a.startswith(".") or not (path.parent / a).is_file()]
    assert missing == []


def test_no_file_names_another_host() -> None:
    found = []
    for path in [*MODULES, *ADMIN.rglob("*.css"), ADMIN / "index.html"]:
        found += re.findall(r"https?://(?!localhost)[\w.-]+", path.read_text(encoding="utf-8"))
    assert found == []


def test_the_first_page_has_no_code_or_style_of_its_own() -> None:
    text = (ADMIN / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\son\w+=|\sstyle=", text) == []
    addresses = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert [a for a in addresses if not (ADMIN / a).is_file()] == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_style_is_given_as_an_attribute(path: Path) -> None:
    assert re.findall(r"\sstyle=", path.read_text(encoding="utf-8")) == []


def compressed(paths: Iterable[Path]) -> int:
    return sum(len(gzip.compress(path.read_bytes(), mtime=0)) for path in paths)


def test_the_first_page_asks_at_once_for_everything_the_order_list_needs() -> None:
    text = (ADMIN / "index.html").read_text(encoding="utf-8")
    preloaded = re.findall(r'rel="modulepreload" href="([^"]+)"', text)
    wanted = needed_by("main.js", "screens/orders.js") - {ADMIN / "main.js"}
    assert preloaded == sorted(name(path) for path in wanted)


def test_what_is_loaded_before_the_first_order_shows_is_small() -> None:
    styles = [*ADMIN.rglob("*.css"), ADMIN / "index.html", ADMIN / "boot.js", ADMIN / "favicon.svg"]
    assert compressed([*needed_by("main.js", "screens/orders.js"), *styles]) <= FIRST_BYTES


def test_all_screens_in_both_languages_are_small() -> None:
    files = [path for path in ADMIN.rglob("*") if path.suffix in (".js", ".css", ".html", ".svg")]
    assert VENDOR / "preact.js" in files
    assert compressed(files) <= ALL_BYTES


def test_the_types_of_the_api_are_those_of_its_routes() -> None:
    declared = (ADMIN / "schemas.d.ts").read_text(encoding="utf-8")
    assert declared == to_typescript(describe()["components"]["schemas"])
