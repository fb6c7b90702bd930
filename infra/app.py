"""The CDK app. cdk.json runs it: `python -m infra.app`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from infra import config
from infra.bundle import ROOT
from infra.stack import BantoStack

STACK_ID = "Banto"


def build(app: App) -> BantoStack:
    """The stack of the stage that the app's context says, with cdk-nag watching."""
    Validations.of(app).add_plugins(AwsSolutionsChecks())
    return BantoStack(app, STACK_ID, config.load(app.node.try_get_context))


def app_for(stage: str, outdir: Path, context: Mapping[str, Any] | None = None) -> App:
    """An app as the CDK command would start it, but without bundling: nothing is downloaded.

    For checks and tests. Context wins over what cdk.json says.
    """
    kept = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    return App(
        outdir=str(outdir),
        analytics_reporting=False,
        context={**kept, "aws:cdk:bundling-stacks": [], "stage": stage, **(context or {})},
    )


def main() -> None:
    """Synthesise for the CDK command, which hands the context over."""
    app = App(analytics_reporting=False)
    build(app)
    app.synth()


if __name__ == "__main__":
    main()
