"""The quick run of cold_import: every handler can be imported from what its Lambda finds."""

import pytest

from benchmarks import cold_import
from benchmarks._path import handlers
from benchmarks._report import Options, Report


@pytest.fixture(scope="module")
def report() -> Report:
    return cold_import.measure(Options(quick=True))


def test_every_handler_stands_beside_the_client_alone(report: Report) -> None:
    names = [row["import"] for row in report.rows]
    assert names == [
        cold_import.BASELINE,
        *(f"{area}.{name}" for area, name in handlers()),
        f"{cold_import.BASELINE}, one send",
        f"{cold_import.RECEIVER}, first request",
    ]
    assert set(report.rows[0]) == {
        "import",
        "median ms",
        "min ms",
        "ratio",
        "modules",
        "RSS MB",
    }
    assert report.rows[0]["ratio"] == 1.0


def test_numbers_are_of_a_possible_size(report: Report) -> None:
    for row in report.rows:
        assert 1 < float(str(row["median ms"])) < 60_000
        assert int(str(row["modules"])) > 50


def test_the_target_is_the_receivers_import(report: Report) -> None:
    (target,) = report.targets
    assert target.what.startswith(cold_import.RECEIVER)
    assert target.limit == 1.15
    # Reported and not asserted: a busy machine says little about a millisecond.
    assert target.value > 0
