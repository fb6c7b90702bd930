"""What a Lambda finds on its path: an area's zip, the layers, and boto3 of the runtime.

Made by the same recipe as the deployment, bytecode included, for the Python of this machine.
"""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

from infra import bundle

# What the runtime brings and our layer leaves out; the layer has urllib3 and jmespath.
RUNTIME = ("boto3", "botocore", "s3transfer", "dateutil", "six")


class LambdaPath:
    """Folders as in Lambda, below `home`."""

    def __init__(self, home: Path) -> None:
        self._home = home
        target = bundle.machine_target()
        bundle.deps_layer(home / "deps", target)
        bundle.common_layer(home / "common", target)
        for area in areas():
            bundle.area_zip(area, home / area, target)
        self._link_runtime()

    def _link_runtime(self) -> None:
        runtime = self._home / "runtime"
        runtime.mkdir()
        for name in RUNTIME:
            spec = importlib.util.find_spec(name)
            if spec is None or spec.origin is None:
                raise ImportError(f"{name} is not installed: run `make setup` first")
            origin = Path(spec.origin)
            source = origin.parent if spec.submodule_search_locations else origin
            (runtime / source.name).symlink_to(source)

    def of(self, area: str) -> list[str]:
        """The path of an area's functions, in Lambda's order."""
        folders = (area, "deps/python", "common/python", "runtime")
        return [str(self._home / folder) for folder in folders]

    @property
    def sdk_only(self) -> list[str]:
        """What a function of nothing but boto3 has."""
        return [str(self._home / "deps/python"), str(self._home / "runtime")]


def areas() -> list[str]:
    return sorted(path.parent.name for path in bundle.FUNCTIONS.glob("*/__init__.py"))


def handlers() -> Iterator[tuple[str, str]]:
    """(area, name) of every Lambda."""
    for path in sorted(bundle.FUNCTIONS.glob("*/handlers/*.py")):
        # `api_<topic>` are routes that `api` takes in.
        if path.stem != "__init__" and not path.stem.startswith("api_"):
            yield path.parent.parent.name, path.stem
