"""Weighing packages; the synthesis is tried where it needs no wheels from elsewhere."""

import json
import os
from pathlib import Path

from benchmarks.package_size import Package, Size, packages_of, weigh


def test_a_folder_is_weighed_packed_and_unpacked(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/one.py").write_bytes(b"x = 1\n" * 1000)
    (tmp_path / "a/one.pyc").write_bytes(os.urandom(100))
    size = weigh(tmp_path)
    assert (size.unpacked, size.files, size.bytecode) == (6100, 2, 1)
    assert 100 < size.packed < 1000
    assert weigh(tmp_path) == size


def test_packages_are_the_layers_and_zips_of_our_functions(tmp_path: Path) -> None:
    def function(handler: str, key: str, layers: list[str]) -> dict[str, object]:
        return {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Handler": handler,
                "Code": {"S3Key": f"{key}.zip"},
                "Layers": [{"Ref": layer} for layer in layers],
            },
        }

    def layer(key: str) -> dict[str, object]:
        return {
            "Type": "AWS::Lambda::LayerVersion",
            "Properties": {"Content": {"S3Key": f"{key}.zip"}},
        }

    template = {
        "Resources": {
            "DepsA1B2C3D4": layer("d"),
            "CliE5F60718": layer("c"),
            "A": function("stock.handlers.api.handler", "s", ["DepsA1B2C3D4"]),
            "B": function("stock.handlers.allocate.handler", "s", ["DepsA1B2C3D4"]),
            "C": function("index.handler", "x", ["CliE5F60718"]),
        }
    }
    (tmp_path / "Banto.template.json").write_text(json.dumps(template))
    assert list(packages_of(tmp_path)) == [
        Package("Deps", "layer", tmp_path / "asset.d", 2),
        Package("stock", "zip", tmp_path / "asset.s", 2),
    ]
    assert Size._fields == ("packed", "unpacked", "files", "bytecode")
