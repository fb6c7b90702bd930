"""The simulator: strict mode holds, what is left out is noticed, and a seed is a run."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from benchmarks import oversell
from benchmarks.oversell import BROKEN, POLICIES, STRICT, digest, first_caught, run_day, run_seed
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(oversell.PROCESSES) as made:
        yield made


def test_two_hundred_runs_full_of_trouble_break_no_promise(pool: ProcessPoolExecutor) -> None:
    runs = list(pool.map(run_seed, range(200), chunksize=10))

    assert [(seed, why) for seed, _, why in runs if why] == []
    assert {tally.events for _, tally, _ in runs} == {oversell.EVENTS}
    # They are runs in which something happens.
    assert sum(tally.orders for _, tally, _ in runs) > 3000
    assert sum(tally.pushes for _, tally, _ in runs) > 3000


@pytest.mark.long
def test_two_thousand_runs_full_of_trouble_break_no_promise(pool: ProcessPoolExecutor) -> None:
    runs = pool.map(run_seed, range(200, oversell.SEEDS), chunksize=25)

    assert [(seed, why) for seed, _, why in runs if why] == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_rule_that_is_left_out_is_noticed(name: str) -> None:
    assert first_caught(BROKEN[name], range(300)) is not None


def test_the_more_often_shops_are_told_the_less_is_oversold_and_strict_mode_sells_nothing_twice(
    pool: ProcessPoolExecutor,
) -> None:
    def oversold(name: str) -> int:
        days = range(8)
        tallies = pool.map(run_day, days, [POLICIES[name]] * len(days))
        return sum(tally.oversold for tally in tallies)

    slow, fast, strict = (oversold(n) for n in ("every 15 min", "in seconds", STRICT.name))

    assert slow > fast > strict == 0


def test_a_seed_is_a_run_byte_for_byte() -> None:
    def replay(hash_seed: str) -> bytes:
        return subprocess.run(
            [sys.executable, "-m", "benchmarks.oversell", "--seed", "7"],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
        ).stdout

    first = replay("1")

    assert first == replay("2")
    assert b"300 events, sha256 " in first


def test_another_seed_is_another_run() -> None:
    found = set()
    for seed in (1, 2):
        world = oversell.trouble(seed)
        world.run()
        found.add(digest(world))

    assert len(found) == 2


def test_the_command_prints_json_and_draws_a_chart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    svg = tmp_path / "chart.svg"
    arguments = ["--json", "--quick", "--seeds", "4", "--policy", "strict", "--svg", str(svg)]

    assert oversell.main(arguments) == 0

    about = json.loads(capsys.readouterr().out)
    assert [row["policy"] for row in about["rows"]] == ["strict"]
    assert about["rows"][0]["units oversold"] == 0
    assert (about["runs"], about["events"], about["broken"]) == (4, 4 * oversell.EVENTS, [])
    assert svg.read_text("utf-8").startswith("<svg ")
    assert "units oversold" in svg.read_text("utf-8")
