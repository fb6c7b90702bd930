"""Everything that is checked without running the program (`make check`). Never writes a source.

Two checks run at a time. Each says one line; what a failed one has to say comes below its line.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AT_A_TIME = 2


@dataclass(frozen=True, slots=True)
class Check:
    """One command that must end with 0, and what it makes sure of."""

    name: str
    claim: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    check: Check
    passed: bool
    seconds: float
    output: str


def python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, *arguments)


# The slow ones first: the others fit beside them.
CHECKS = (
    Check(
        "infra", "every stage synthesises; cdk-nag and cfn-lint agree", python("-m", "infra.check")
    ),
    Check("mypy", "the types are right (strict)", python("-m", "mypy")),
    Check(
        "import-linter",
        "nobody imports whom they must not",
        python("-c", "from importlinter.cli import lint_imports_command as run; run()"),
    ),
    Check("ruff", "nothing smells", python("-m", "ruff", "check", "--no-fix", ".")),
    Check("ruff format", "the Python is formatted", python("-m", "ruff", "format", "--check", ".")),
    Check(
        "tsc", "the types of the admin page are right", ("node_modules/.bin/tsc", "--project", ".")
    ),
)


def run(check: Check) -> Outcome:
    began = time.monotonic()
    done = subprocess.run(
        check.command,
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Outcome(check, done.returncode == 0, time.monotonic() - began, done.stdout)


def report(outcome: Outcome) -> str:
    mark = "✓" if outcome.passed else "✗"
    line = f"{mark} {outcome.check.name}: {outcome.check.claim} ({outcome.seconds:.1f} s)"
    return line if outcome.passed else f"{line}\n{outcome.output.rstrip()}"


def check_all(checks: Sequence[Check]) -> bool:
    """Runs all of them, whatever fails, and reports each as it ends."""
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        outcomes = []
        for future in as_completed([pool.submit(run, check) for check in checks]):
            outcomes.append(future.result())
            print(report(outcomes[-1]), flush=True)
    return all(outcome.passed for outcome in outcomes)


def main() -> int:
    return 0 if check_all(CHECKS) else 1


if __name__ == "__main__":
    sys.exit(main())
