"""How much is uploaded and unpacked: zips and layers of the dev stage, from a real synthesis.

The wheels are those for Lambda's processor. Lambda takes 250 MB unpacked, layers and zip together;
what a cold start feels long before that is the size of what it must read.
"""

import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks._report import ROOT, Options, Report, Row, Target, run

STAGE = "dev"
# What we allow ourselves of the 250.
LIMIT_MB = 30.0
MB = 1_000_000


class Package(NamedTuple):
    """A zip or layer. Sizes are bytes. functions: how many functions use it."""

    name: str
    kind: str
    folder: Path
    functions: int


class Size(NamedTuple):
    packed: int
    unpacked: int
    files: int
    bytecode: int


def measure(_options: Options) -> Report:
    """Synthesise the stage and weigh its packages. Raises RuntimeError when that fails."""
    with tempfile.TemporaryDirectory() as out:
        synthesise(Path(out))
        packages = list(packages_of(Path(out)))
        sizes = {package: weigh(package.folder) for package in packages}
    rows: list[Row] = [
        {
            "package": package.name,
            "kind": package.kind,
            "functions": package.functions,
            "packed KB": round(size.packed / 1000, 1),
            "unpacked KB": round(size.unpacked / 1000, 1),
            "files": size.files,
            "of them .pyc": size.bytecode,
        }
        for package, size in sizes.items()
    ]
    return Report(
        claim="a function is a small zip on two layers",
        rows=rows,
        rounds=1,
        targets=[Target("MB unpacked of the largest function", _largest(sizes) / MB, LIMIT_MB)],
        notes=_notes(sizes),
    )


def _largest(sizes: Mapping[Package, Size]) -> int:
    layers = sum(size.unpacked for package, size in sizes.items() if package.kind == "layer")
    return layers + max(s.unpacked for package, s in sizes.items() if package.kind == "zip")


def _notes(sizes: Mapping[Package, Size]) -> list[str]:
    if any(size.bytecode for size in sizes.values()):
        return []
    return ["No interpreter of the runtime's version is here, so no bytecode is in it.", ""]


def synthesise(out: Path) -> None:
    """The app as `cdk deploy` makes it, with bundling."""
    command = [sys.executable, "-m", "infra.app"]
    context = {"stage": STAGE, **json.loads((ROOT / "cdk.json").read_text())["context"]}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={
            **os.environ,
            "CDK_OUTDIR": str(out),
            "CDK_CONTEXT_JSON": json.dumps(context),
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "true",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the stage cannot be synthesised:\n{done.stdout}{done.stderr}")


def packages_of(out: Path) -> Iterator[Package]:
    """The zips and layers of a cloud assembly, layers first."""
    (path,) = out.glob("*.template.json")
    resources: Mapping[str, Any] = json.loads(path.read_text())["Resources"]
    functions: dict[str, list[Mapping[str, Any]]] = {}
    for resource in resources.values():
        properties = resource.get("Properties", {})
        # Ours, and not the ones that CDK brings along to deploy with.
        if resource["Type"] == "AWS::Lambda::Function" and ".handlers." in properties["Handler"]:
            functions.setdefault(properties["Code"]["S3Key"], []).append(properties)
    for id_, resource in resources.items():
        if resource["Type"] == "AWS::Lambda::LayerVersion":
            using = sum(_uses(id_, used) for group in functions.values() for used in group)
            if using:
                key = resource["Properties"]["Content"]["S3Key"]
                yield Package(id_.rstrip("0123456789ABCDEF"), "layer", _asset(out, key), using)
    for key, group in sorted(functions.items(), key=lambda found: found[1][0]["Handler"]):
        area = group[0]["Handler"].partition(".")[0]
        yield Package(area, "zip", _asset(out, key), len(group))


def _uses(layer: str, function: Mapping[str, Any]) -> bool:
    return {"Ref": layer} in function.get("Layers", ())


def _asset(out: Path, key: str) -> Path:
    return out / f"asset.{key.removesuffix('.zip')}"


def weigh(folder: Path) -> Size:
    """A folder, unpacked and as the zip that the CDK makes of it (deflate, default level)."""
    packed = io.BytesIO()
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            # A date of its own for no file: the CDK does so too, and 1980 is the first there is.
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix())
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    return Size(
        packed=len(packed.getvalue()),
        unpacked=sum(path.stat().st_size for path in files),
        files=len(files),
        bytecode=sum(path.suffix == ".pyc" for path in files),
    )


if __name__ == "__main__":
    sys.exit(run("package_size", measure))
