"""What is vendored for the admin page is what the lock says, byte for byte."""

import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest

from tools import vendor

DESCRIPTION = json.loads((vendor.VENDOR / "VENDOR.json").read_text())
BUNDLE = (vendor.VENDOR / "preact.js").read_bytes()


def test_the_bundle_is_the_one_described() -> None:
    assert hashlib.sha256(BUNDLE).hexdigest() == DESCRIPTION["sha256"]


def test_the_description_agrees_with_the_node_lock() -> None:
    locked = vendor.locked_packages()
    assert [package["name"] for package in DESCRIPTION["packages"]] == list(vendor.PACKAGES)
    for package in DESCRIPTION["packages"]:
        entry = locked[package["name"]]
        assert package["version"] == entry["version"]
        assert package["integrity"] == entry["integrity"]
        assert package["licence"] == entry["license"]
    assert DESCRIPTION["built_with"]["version"] == locked["esbuild"]["version"]


def test_bundle_description_and_types_export_the_same_names() -> None:
    exports = re.search(r"export\{([^}]*)\};\s*$", BUNDLE.decode())
    assert exports is not None
    bundled = sorted(name.split(" as ")[-1] for name in exports.group(1).split(","))
    types = (vendor.VENDOR / "preact.d.ts").read_text()
    typed = sorted(set(re.findall(r"^export (?:function|const) (\w+)", types, re.MULTILINE)))
    assert bundled == vendor.exported_names()
    assert typed == vendor.exported_names()
    assert DESCRIPTION["exports"] == vendor.exported_names()


def test_every_package_has_its_licence_beside_the_bundle() -> None:
    text = (vendor.VENDOR / "LICENSES.txt").read_text()
    headings = re.findall(r"^(\S+) \d+\.\d+\.\d+ \(\S+\)\n=+$", text, re.MULTILINE)
    assert headings == list(vendor.PACKAGES)
    assert text.count("Permission is hereby granted, free of charge") == 3
    assert text.count("Apache License\n") == 1


def test_a_rebuild_gives_the_same_bytes(tmp_path: Path) -> None:
    if not (vendor.NODE_MODULES / ".bin" / "esbuild").exists():
        pytest.skip("node_modules is not installed")
    vendor.build(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "LICENSES.txt",
        "VENDOR.json",
        "preact.js",
    ]
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (vendor.VENDOR / path.name).read_bytes(), path.name


def test_a_package_that_is_not_listed_cannot_slip_into_the_bundle(tmp_path: Path) -> None:
    if not (vendor.NODE_MODULES / ".bin" / "esbuild").exists():
        pytest.skip("node_modules is not installed")
    with pytest.raises(RuntimeError, match="@preact/signals-core"):
        vendor.bundle(tmp_path / "preact.js", packages=("preact", "@preact/signals", "htm"))


def test_the_bundle_works_as_an_ecmascript_module() -> None:
    program = """
        import { html, h, signal, computed, effect } from './admin/vendor/preact.js';
        const quantity = signal(2), seen = [];
        const doubled = computed(() => quantity.value * 2);
        effect(() => { seen.push(doubled.value); });
        quantity.value = 5;
        const row = html`<p class="sku">${'x'}</p>`;
        const same = h('p', { class: 'sku' }, 'x');
        console.log(JSON.stringify([seen, row.type, row.props, same.props]));
    """
    result = subprocess.run(
        ["node", "--input-type=module", "--eval", program],
        cwd=vendor.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    props = {"class": "sku", "children": "x"}
    assert json.loads(result.stdout) == [[4, 10], "p", props, props]
