"""Zips and layers as CDK assets, made on this machine by the recipe of infra/bundle.py."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsii
from aws_cdk import AssetHashType, BundlingOptions, BundlingOutput, DockerImage, ILocalBundling
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra import bundle
from infra.bundle import Target
from infra.config import Config

RUNTIME = lambda_.Runtime.PYTHON_3_13
ARCHITECTURE = lambda_.Architecture.ARM_64


@jsii.implements(ILocalBundling)
class _Recipe:
    """Runs a recipe where CDK would start Docker."""

    def __init__(self, make: Callable[[Path], None]) -> None:
        self._make = make

    def try_bundle(self, output_dir: str, *_image: Any, **_options: Any) -> bool:
        """True: the asset is made. Errors of the recipe end the synthesis."""
        self._make(Path(output_dir))
        return True


def target_of(config: Config) -> Target:
    """Lambda in the cloud; on one machine, that machine."""
    return bundle.lambda_target() if config.cloud else bundle.machine_target()


def area_code(config: Config, area: str) -> lambda_.Code:
    """The zip of one area."""
    target = target_of(config)
    source = bundle.FUNCTIONS / area
    return _code(
        source,
        bundle.source_hash(target, source),
        lambda out: bundle.area_zip(area, out, target),
    )


def layers(scope: Construct, config: Config) -> tuple[lambda_.LayerVersion, ...]:
    """Third-party packages, and our shared code."""
    target = target_of(config)
    lock = bundle.DEPS / "requirements.txt"
    deps = _code(
        bundle.DEPS,
        bundle.source_hash(target, lock),
        lambda out: bundle.deps_layer(out, target),
    )
    common = _code(
        bundle.COMMON,
        bundle.source_hash(target, bundle.COMMON / "python"),
        lambda out: bundle.common_layer(out, target),
    )
    return tuple(
        lambda_.LayerVersion(
            scope,
            id_,
            code=code,
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[ARCHITECTURE],
        )
        for id_, code in (("Deps", deps), ("Common", common))
    )


def _code(source: Path, hash_: str, make: Callable[[Path], None]) -> lambda_.Code:
    return lambda_.Code.from_asset(
        str(source),
        # Our own hash: of the sources and the target, and of nothing that differs between runs.
        asset_hash=hash_,
        asset_hash_type=AssetHashType.CUSTOM,
        bundling=BundlingOptions(
            image=DockerImage.from_registry("never-used"),
            local=_Recipe(make),
            output_type=BundlingOutput.NOT_ARCHIVED,
        ),
    )
