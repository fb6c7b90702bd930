"""Synthesise every stage and look at it with cdk-nag and cfn-lint: `python -m infra.check`.

Needs no network, credentials or Docker. Prints a line for each stage and, below it, what was
found; ends with 1 if anything was.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from infra.app import STACK_ID, app_for, build
from infra.config import STAGES

# The report is read from its file, so synthesis need not fail and print it as well.
_QUIET = {"@aws-cdk/core:failSynthOnValidationErrors": False}

# W3005, a dependency is named twice: CDK makes a function depend on its role's policy and names
# the role along with it.
_NOT_MEANT = ("W3005",)


def synthesise(stage: str, out: Path) -> Path:
    """Write the stage's cloud assembly to `out`. Returns the template's path."""
    app = app_for(stage, out, _QUIET)
    build(app)
    app.synth()
    return out / f"{STACK_ID}.template.json"


def report(out: Path) -> Iterator[dict[str, Any]]:
    """What the validation plugins (cdk-nag and CDK's own) say of an assembly, one a plugin."""
    path = out / "validation-report.json"
    if path.exists():
        yield from json.loads(path.read_text(encoding="utf-8"))["pluginReports"]


def findings(out: Path) -> list[str]:
    """A line for each finding that nobody has explained."""
    return [
        f"{violation['ruleName']}  {resource.get('constructPath', '')}\n    "
        f"{violation['description']}"
        for plugin in report(out)
        for violation in plugin["violations"]
        for resource in violation["violatingConstructs"]
    ]


def explained(out: Path) -> int:
    """How many findings have a reason."""
    return sum(
        len(violation["violatingConstructs"])
        for plugin in report(out)
        for violation in plugin.get("suppressedViolations", ())
    )


def lint(template: Path) -> list[str]:
    """A line for each finding of cfn-lint."""
    command = [
        # cfnlint has no __main__; its script may not be on the path.
        *(sys.executable, "-c", "import sys, cfnlint.runner as r; sys.exit(r.main())"),
        *("--format", "parseable", "--non-zero-exit-code", "none"),
        *("--ignore-checks", *_NOT_MEANT, "--template", str(template)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line.rpartition("Banto.template.json:")[2] for line in done.stdout.splitlines() if line]


def main() -> int:
    """Returns the exit status."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(max_workers=1) as linter:
        lints: dict[str, Future[list[str]]] = {}
        for stage in STAGES:
            # The one is linted while the next one is synthesised.
            template = synthesise(stage, Path(folder) / stage)
            lints[stage] = linter.submit(lint, template)
        found = [_say(stage, Path(folder) / stage, lints[stage].result()) for stage in STAGES]
    return int(any(found))


def _say(stage: str, out: Path, linted: list[str]) -> int:
    """Print what was found in a stage. Returns how much that is."""
    template = json.loads((out / f"{STACK_ID}.template.json").read_text(encoding="utf-8"))
    found = [*findings(out), *linted]
    resources = template["Resources"].values()
    functions = sum(resource["Type"] == "AWS::Lambda::Function" for resource in resources)
    print(
        f"{stage}: {len(resources)} resources, {functions} functions, "
        f"{explained(out)} findings explained, {len(found)} not"
    )
    for line in found:
        print(f"  {line}")
    return len(found)


if __name__ == "__main__":
    sys.exit(main())
