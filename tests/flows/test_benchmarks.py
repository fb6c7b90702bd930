"""The benchmarks that need a stack, quickly: they run, and say what they promise to say."""

import pytest

from benchmarks import hot_sku, import_batch, rush, sync_lag, webhook_to_screen
from benchmarks._postgres import is_installed
from benchmarks._report import Options
from local.stack import Stack

pytestmark = pytest.mark.flow


def test_hot_sku_counts_writes_and_finds_nothing_oversold_or_lost(stack: Stack) -> None:
    report = hot_sku.measure_on(stack, Options(quick=True))
    bursts, kernels = report.rows[:3], report.rows[3:]
    assert [row["way"] for row in bursts] == [
        hot_sku.DEPLOYED,
        hot_sku.GROUPS,
        hot_sku.ONE_BY_ONE,
    ]
    # PostgreSQL's row is there where it is installed.
    assert [row["way"] for row in kernels] == [
        "three lines, ours",
        "three lines, PostgreSQL",
    ][: 1 + is_installed()]
    assert {row["orders"] for row in kernels} == {200}
    assert set(report.rows[0]) == {
        "way",
        "orders",
        "orders/s, median",
        "best",
        "hot-item writes",
        "writes/order",
        "ledger entries",
        "oversold",
        "lost",
    }
    for row in bursts:
        assert (row["orders"], row["oversold"], row["lost"]) == (100, 0, 0)
        assert row["ledger entries"] == row["hot-item writes"]
    deployed, grouped, single = (float(str(row["writes/order"])) for row in bursts)
    assert single == 1.0
    assert deployed < single
    assert grouped < 0.1
    assert [target.is_met for target in report.targets[1:3]] == [True, True]


def test_webhook_to_screen_measures_every_order(stack: Stack) -> None:
    report = webhook_to_screen.measure_on(stack, Options(quick=True))
    assert [row["n"] for row in report.rows] == [1, 6, 8]
    assert set(report.rows[0]) == {
        "orders",
        "n",
        "answered p50 ms",
        "answered p95 ms",
        "listed p50 ms",
        "listed p95 ms",
        "listed min ms",
        "listed max ms",
    }
    for row in report.rows:
        assert 0 < float(str(row["answered p50 ms"])) <= float(str(row["listed max ms"]))
        assert float(str(row["listed p50 ms"])) <= float(str(row["listed p95 ms"]))


def test_import_batch_finds_every_item_once(stack: Stack) -> None:
    report = import_batch.measure_on(stack, Options(quick=True))
    assert [(row["items"], row["missing or wrong"]) for row in report.rows] == [
        (100, 0),
        (100, 0),
        (100, 0),
        (50, 0),
    ]


def test_sync_lag_sees_every_sale_in_every_other_shop(stack: Stack) -> None:
    report = sync_lag.measure_on(stack, Options(quick=True))
    assert [(row["shop"], row["n"]) for row in report.rows] == [("rakuten", 4), ("shopify", 4)]
    for row in report.rows:
        assert 0 < float(str(row["p50 ms"])) <= float(str(row["max ms"]))
        assert int(str(row["most in a second"])) <= sync_lag.PUSHES_A_SECOND
        assert 1 <= int(str(row["burst pushes"])) <= 10


def test_a_rush_sells_nothing_twice_and_loses_nothing(stack: Stack) -> None:
    report = rush.measure_on(stack, Options(quick=True))
    [row] = report.rows
    assert (row["attempts"], row["allocated"], row["waiting"]) == (300, 180, 120)
    # The database did refuse.
    assert int(str(row["conflicts"])) > 0
    assert int(str(row["throttled"])) > 0
    assert [(target.what, target.value) for target in report.targets if not target.is_met] == []
