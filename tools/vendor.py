"""Rebuilds `admin/vendor` (`make vendor`): the few libraries of the admin page as one ES module.

The page has no build step, so what it needs from npm is bundled once, kept in the repository and
imported by a relative path. `VENDOR.json` says what is inside; a test rebuilds the bundle from
`package-lock.json` and compares the bytes.
"""

import hashlib
import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NODE_MODULES = ROOT / "node_modules"
VENDOR = ROOT / "admin" / "vendor"

# Only what the page uses. A new name is added here and in admin/vendor/preact.d.ts.
EXPORTS: Mapping[str, tuple[str, ...]] = {
    "preact": ("h", "render", "Fragment", "createContext"),
    "preact/hooks": (
        "useState",
        "useEffect",
        "useMemo",
        "useRef",
        "useCallback",
        "useReducer",
        "useLayoutEffect",
        "useId",
        "useErrorBoundary",
        "useContext",
    ),
    "@preact/signals": (
        "signal",
        "computed",
        "effect",
        "batch",
        "untracked",
        "useSignal",
        "useComputed",
        "useSignalEffect",
    ),
}
# htm is bound to h here; `htm/preact/standalone` would bring an old Preact of its own.
HTML = "import htm from 'htm'; import { h } from 'preact'; export const html = htm.bind(h);"
PACKAGES = ("preact", "@preact/signals", "@preact/signals-core", "htm")
ESBUILD_OPTIONS = (
    "--bundle",
    "--format=esm",
    "--minify",
    "--target=es2022",
    "--charset=utf8",
    "--legal-comments=none",
    "--loader=js",
    "--sourcefile=entry.js",
)


def exported_names() -> list[str]:
    return sorted([*(name for names in EXPORTS.values() for name in names), "html"])


def entry() -> str:
    lines = [
        f"export {{ {', '.join(names)} }} from '{source}';" for source, names in EXPORTS.items()
    ]
    return "\n".join([*lines, HTML])


def locked_packages() -> dict[str, Mapping[str, Any]]:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    return {name: lock["packages"][f"node_modules/{name}"] for name in (*PACKAGES, "esbuild")}


def bundle(target: Path, *, packages: Sequence[str] = PACKAGES) -> None:
    """Writes the bundle; raises if another package than the listed ones got into it."""
    locked = locked_packages()
    versions = ", ".join(f"{name} {locked[name]['version']}" for name in packages)
    metafile = target.with_suffix(".meta.json")
    subprocess.run(
        [
            str(NODE_MODULES / ".bin" / "esbuild"),
            *ESBUILD_OPTIONS,
            f"--banner:js=/* {versions}. Made by tools/vendor.py; see LICENSES.txt. */",
            f"--metafile={metafile}",
            f"--outfile={target}",
            "--log-level=warning",
        ],
        cwd=ROOT,
        input=entry(),
        text=True,
        check=True,
    )
    inputs = json.loads(metafile.read_text())["inputs"]
    metafile.unlink()
    strangers = [
        path
        for path in inputs
        if path != "entry.js"
        and not path.startswith(tuple(f"node_modules/{name}/" for name in packages))
    ]
    if strangers:
        raise RuntimeError(f"the bundle would contain {', '.join(strangers)}")


def description(bundled: bytes) -> str:
    locked = locked_packages()
    text = {
        "file": "preact.js",
        "sha256": hashlib.sha256(bundled).hexdigest(),
        "exports": exported_names(),
        "packages": [
            {
                "name": name,
                "version": locked[name]["version"],
                "licence": locked[name]["license"],
                "integrity": locked[name]["integrity"],
            }
            for name in PACKAGES
        ],
        "built_with": {"name": "esbuild", "version": locked["esbuild"]["version"]},
    }
    return json.dumps(text, indent=2) + "\n"


def licences() -> str:
    locked = locked_packages()
    parts = []
    for name in PACKAGES:
        heading = f"{name} {locked[name]['version']} ({locked[name]['license']})"
        text = (NODE_MODULES / name / "LICENSE").read_text().strip("\n")
        parts.append(f"{heading}\n{'=' * len(heading)}\n\n{text}\n")
    return "\n\n".join(parts)


def build(folder: Path) -> None:
    """Writes the bundle, its description and its licences into the folder."""
    bundle(folder / "preact.js")
    (folder / "VENDOR.json").write_text(description((folder / "preact.js").read_bytes()))
    (folder / "LICENSES.txt").write_text(licences())


if __name__ == "__main__":
    print("» Bundling the libraries of the admin page into admin/vendor", flush=True)
    build(VENDOR)
