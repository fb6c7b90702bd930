"""What every benchmark says about itself: machine, commit, rounds, a table, and its targets.

def measure(options: Options) -> Report: ...

if __name__ == "__main__":
    sys.exit(run("cold_import", measure))
"""

import argparse
import json
import math
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
Row = Mapping[str, str | int | float | None]


@dataclass(frozen=True, slots=True)
class Options:
    """quick: a much smaller run, to see that the benchmark works and not to quote it."""

    quick: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """A promise: `value` is at most `limit`. The command fails when it is not."""

    what: str
    value: float
    limit: float

    @property
    def is_met(self) -> bool:
        return self.value <= self.limit


@dataclass(frozen=True, slots=True)
class Report:
    """rows: all with the same columns; the unit stands in the column's name.

    rounds: how often each number was measured. notes: how to read the table.
    """

    claim: str
    rows: Sequence[Row]
    rounds: int
    targets: Sequence[Target] = ()
    notes: Sequence[str] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_met(self) -> bool:
        return all(target.is_met for target in self.targets)


Measure = Callable[[Options], Report]


def run(name: str, measure: Measure, arguments: Sequence[str] | None = None) -> int:
    """The command `python -m benchmarks.<name>`. Returns 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="a small run, not to be quoted")
    given = parser.parse_args(arguments)
    began = time.monotonic()
    report = measure(Options(quick=given.quick))
    about = about_this_run(name, report, quick=given.quick, seconds=time.monotonic() - began)
    if given.json:
        print(json.dumps(about, ensure_ascii=False))
    else:
        print(as_text(about, report.notes))
    return 0 if report.is_met else 1


def about_this_run(name: str, report: Report, *, quick: bool, seconds: float) -> dict[str, Any]:
    """The JSON object of a run."""
    return {
        "benchmark": name,
        "claim": report.claim,
        "machine": machine(),
        "commit": commit(),
        "quick": quick,
        "rounds": report.rounds,
        "seconds": round(seconds, 1),
        "rows": [dict(row) for row in report.rows],
        "targets": [
            {
                "what": target.what,
                "value": round(target.value, 4),
                "limit": target.limit,
                "met": target.is_met,
            }
            for target in report.targets
        ],
        **report.details,
    }


def machine() -> dict[str, str | int]:
    """What the numbers depend on most."""
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
    }


def _cpu() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.machine()
    names = (line.split(":", 1)[1].strip() for line in text.splitlines() if "model name" in line)
    return next(names, platform.machine())


def commit() -> str:
    """The commit that was measured, with `+` when files were changed since; `?` outside git."""
    try:
        found = _git("rev-parse", "--short", "HEAD")
        return found + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return "?"


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def as_text(about: Mapping[str, Any], notes: Sequence[str]) -> str:
    """The same for a person: a table, and under it whether the targets were met."""
    where = about["machine"]
    lines = [
        f"{about['benchmark']}: {about['claim']}",
        f"{where['cpu']}, {where['cores']} cores, {where['memory_gb']} GB, {where['system']}, "
        f"Python {where['python']}; commit {about['commit']}; rounds: {about['rounds']}; "
        f"{about['seconds']} s" + ("; QUICK, not to be quoted" if about["quick"] else ""),
        "",
        *table(about["rows"]),
        "",
        *notes,
    ]
    for target in about["targets"]:
        mark = "✓" if target["met"] else "✗"
        lines.append(f"{mark} {target['what']}: {target['value']} (at most {target['limit']})")
    return "\n".join(lines).rstrip()


def table(rows: Sequence[Row]) -> list[str]:
    """Columns aligned, numbers to the right."""
    if not rows:
        return []
    cells = [list(rows[0]), *([_cell(value) for value in row.values()] for row in rows)]
    widths = [max(len(line[n]) for line in cells) for n in range(len(cells[0]))]
    is_text = [any(isinstance(list(row.values())[n], str) for row in rows) for n in _all(widths)]
    return [
        "  ".join(
            line[n].ljust(widths[n]) if is_text[n] else line[n].rjust(widths[n])
            for n in _all(widths)
        ).rstrip()
        for line in cells
    ]


def _all(of: Sequence[object]) -> range:
    return range(len(of))


def _cell(value: str | int | float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else str(value)


def median(values: Sequence[float], digits: int = 1) -> float:
    return round(statistics.median(values), digits)


def percentile(values: Sequence[float], percent: float, digits: int = 1) -> float:
    """The smallest value that `percent` of all are at most."""
    place = math.ceil(len(values) * percent / 100) - 1
    return round(sorted(values)[max(0, place)], digits)
