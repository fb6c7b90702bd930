"""benchmarks/README.md names every benchmark, its target and every key of its JSON."""

import re

import pytest

from benchmarks import (
    _kernels,
    _postgres,
    cold_import,
    hot_sku,
    import_batch,
    oversell,
    package_size,
    rush,
    sync_lag,
    webhook_to_screen,
)
from benchmarks._report import Options, Report, about_this_run
from tests.conftest import ROOT

README = (ROOT / "benchmarks/README.md").read_text("utf-8")


def test_every_benchmark_is_in_the_table_and_nothing_else_is() -> None:
    there = {path.stem for path in (ROOT / "benchmarks").glob("[a-z]*.py")}
    assert set(re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE)) == there


@pytest.mark.parametrize(
    "text",
    [
        f"receiver ≤ {cold_import.LIMIT} ×",
        f"{cold_import.ROUNDS} interleaved rounds",
        f"≤ {hot_sku.LIMIT} writes of the item an order",
        f"{hot_sku.BURST:,} orders for {hot_sku.BURST * 6 // 10} units",
        f"{hot_sku.ROUNDS} rounds",
        f"{hot_sku.BURST * 100:,} orders of three lines on six SKUs, in {_kernels.BLOCKS} blocks",
        f"the first {_kernels.BESIDE:,} of them in PostgreSQL",
        f"{_postgres.CLIENTS} clients of pgbench",
        f"≤ {hot_sku.SLOWDOWN} × as slow as the first",
        f"≥ {1 / hot_sku.RATIO:.0f} × PostgreSQL's orders a second",
        f"{oversell.SEEDS:,} runs of {oversell.EVENTS} events full of trouble",
        f"{oversell.DAYS} days on which the same buyers meet five policies",
        f"the others show one unit less, {sync_lag.SALES} times",
        f"a burst of {sync_lag.BURST} sales of one SKU",
        f"p50 ≤ {sync_lag.P50:,.0f} ms, p95 ≤ {sync_lag.P95:,.0f} ms",
        f"≤ {sync_lag.PUSHES_A_SECOND} pushes of a shop in any second",
        f"{rush.ATTEMPTS:,} orders of one unit for {rush.ATTEMPTS * 6 // 10:,} units",
        f"from {rush.CLIENTS} processes",
        f"{rush.CONFLICT:.0%}".replace("%", " %") + " of all transactions",
        f"{rush.THROTTLE:.0%}".replace("%", " %") + " of all writes",
        f"{webhook_to_screen.SEQUENTIAL} one after the other",
        f"{webhook_to_screen.MIXED} from {webhook_to_screen.SENDERS} senders",
        f"{import_batch.PRODUCTS:,} products in a goods file",
        f"{import_batch.ORDERS} deliveries in the deployed importer's queue",
        f"≤ {package_size.LIMIT_MB:.0f} MB unpacked",
    ],
)
def test_its_numbers_are_those_of_the_code(text: str) -> None:
    assert text in README


def test_every_key_of_the_json_is_explained() -> None:
    about = about_this_run("x", Report("c", [], rounds=1), quick=Options().quick, seconds=0.0)
    assert [key for key in (*about, *about["machine"]) if f"`{key}`" not in README] == []
