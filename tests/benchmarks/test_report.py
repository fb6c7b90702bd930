"""What every benchmark says about itself."""

import json

import pytest

from benchmarks._report import Options, Report, Row, Target, median, percentile, run, table

KEYS = {
    "benchmark",
    "claim",
    "machine",
    "commit",
    "quick",
    "rounds",
    "seconds",
    "rows",
    "targets",
}
ROWS: list[Row] = [{"what": "a", "ms": 1.5, "n": 1000}, {"what": "bcd", "ms": None, "n": 1}]


def _measure(value: float) -> Report:
    return Report("it is so", ROWS, rounds=3, targets=[Target("ms at most", value, 2.0)])


def test_json_is_one_object_with_machine_commit_and_rounds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("sample", lambda _: _measure(1.5), ["--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert set(said) == KEYS
    assert set(said["machine"]) == {"cpu", "cores", "memory_gb", "system", "python"}
    assert (said["benchmark"], said["rounds"], said["quick"]) == ("sample", 3, False)
    assert said["rows"][0] == {"what": "a", "ms": 1.5, "n": 1000}
    assert said["targets"] == [{"what": "ms at most", "value": 1.5, "limit": 2.0, "met": True}]


def test_a_missed_target_fails_the_command_and_is_marked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("sample", lambda _: _measure(2.5), []) == 1
    assert "✗ ms at most: 2.5 (at most 2.0)" in capsys.readouterr().out


def test_quick_is_handed_on_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    given: list[Options] = []

    def measure(options: Options) -> Report:
        given.append(options)
        return _measure(1.0)

    assert run("sample", measure, ["--quick"]) == 0
    assert given == [Options(quick=True)]
    assert "QUICK, not to be quoted" in capsys.readouterr().out


def test_a_table_aligns_texts_left_and_numbers_right() -> None:
    assert table(ROWS) == [
        "what   ms      n",
        "a     1.5  1,000",
        "bcd     –      1",
    ]
    assert table([]) == []


def test_the_middle_and_the_tail_of_values() -> None:
    assert median([3.0, 1.0, 2.04]) == 2.0
    values = [float(n) for n in range(1, 101)]
    assert (percentile(values, 50), percentile(values, 95)) == (50.0, 95.0)
    assert percentile([7.0], 95) == 7.0
