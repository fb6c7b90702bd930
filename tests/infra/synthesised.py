"""A stage as CloudFormation sees it, and questions to it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.app import STACK_ID, app_for, build
from infra.config import Config
from infra.explain import flat

QUIET = {"@aws-cdk/core:failSynthOnValidationErrors": False}


@dataclass(frozen=True)
class Stage:
    """config: what it was made from; out: its cloud assembly."""

    config: Config
    out: Path
    template: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.config.stage

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """Properties of each resource of a kind such as `SQS::Queue`, by logical id."""
        return {
            id_: resource.get("Properties", {})
            for id_, resource in self.template["Resources"].items()
            if resource["Type"] == f"AWS::{kind}"
        }

    def resource(self, id_: str) -> dict[str, Any]:
        found: dict[str, Any] = self.template["Resources"][id_]
        return found

    def functions(self) -> dict[str, dict[str, Any]]:
        """Properties of our own functions by `<area>.<name>`; CDK's are left out."""
        return {
            props["Handler"].removesuffix(".handler").replace(".handlers.", "."): props
            for props in self.of("Lambda::Function").values()
            if ".handlers." in props["Handler"]
        }

    def statements(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every Allow of every policy of a role, with the logical id of the policy."""
        for id_, props in self.of("IAM::Policy").items():
            for statement in props["PolicyDocument"]["Statement"]:
                if statement["Effect"] == "Allow":
                    yield id_, statement

    def allowed(self, function: str) -> set[tuple[str, str]]:
        """(action, resource) pairs of a function such as `orders.api`; `plain` resources."""
        area, name = function.split(".")
        role = f"{area.title()}{name.replace('_', '')}role"
        return {
            (action, plain(resource))
            for id_, statement in self.statements()
            if id_.startswith(f"{role}DefaultPolicy")
            for action in listed(statement["Action"])
            for resource in listed(statement["Resource"])
        }

    def report(self) -> list[dict[str, Any]]:
        """What cdk-nag and CDK's own checks said."""
        path = self.out / "validation-report.json"
        found: list[dict[str, Any]] = json.loads(path.read_text())["pluginReports"]
        return found

    def explained(self) -> dict[str, str]:
        """Acknowledged findings: `<rule> <construct path>` → reason."""
        return {
            f"{found['ruleName']} {resource['constructPath']}": found["reason"]
            for plugin in self.report()
            for found in plugin.get("suppressedViolations", ())
            for resource in found["violatingConstructs"]
        }


def plain(resource: Any) -> str:
    """`<LogicalId.Arn>/…` without the hash that CDK puts at the end of an id."""
    return re.sub(r"<([A-Za-z]\w*?)[0-9A-F]{8}\b", r"<\1", flat(resource))


def listed(value: Any) -> list[Any]:
    """CloudFormation writes a list of one without its list."""
    return value if isinstance(value, list) else [value]


def synthesise(stage: str, folder: Path, options: Mapping[str, Any] | None = None) -> Stage:
    """Synthesise without bundling."""
    out = folder / stage
    app = app_for(stage, out, {**QUIET, **(options or {})})
    stack = build(app)
    app.synth()
    template = json.loads((out / f"{STACK_ID}.template.json").read_text())
    return Stage(stack.config, out, template)
