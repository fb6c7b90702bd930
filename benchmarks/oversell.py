"""Can it oversell? Shops, buyers and everything that goes wrong, replayed by a seed.

Two parts. Runs of 300 events full of trouble, each from a seed of its own, in strict mode: after
every event the stored items are checked, and the first promise that is broken ends the command
with the seed. And long days on which the same buyers meet every policy: the full quantity in all
shops, pushed every 15, 10 or 5 minutes or as soon as it changes, and strict mode.

    python -m benchmarks.oversell --seeds 10000      # more runs
    python -m benchmarks.oversell --seed 281         # one of them again, event by event
    python -m benchmarks.oversell --policy strict    # one policy only
"""

import argparse
import hashlib
import json
import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from benchmarks._oversell_chart import chart
from benchmarks._oversell_checks import Violated
from benchmarks._oversell_clock import Broken, Policy, Scene, Tally
from benchmarks._oversell_malls import Kind
from benchmarks._oversell_world import World
from benchmarks._report import Report, Row, Target, about_this_run, as_text

SEEDS = 2000
EVENTS = 300
DAYS = 24
QUICK_SEEDS = 80
QUICK_DAYS = 3
PROCESSES = 2

STRICT = Policy("strict", "strict")
POLICIES: Mapping[str, Policy] = {
    policy.name: policy
    for policy in (
        Policy("every 15 min", "shared", 900),
        Policy("every 10 min", "shared", 600),
        Policy("every 5 min", "shared", 300),
        Policy("in seconds", "shared"),
        STRICT,
    )
}


def _kinds(slowest: timedelta) -> tuple[Kind, ...]:
    """One mall that compares before it sets, one without webhooks, one with late ones, and one
    that accepts now, shows later, and takes long until an order can be seen."""
    return (
        Kind("compares", has_cas=True, webhooks=1.0, batch=3, zeroes=True),
        Kind("polled", visibility=timedelta(seconds=30), batch=3, zeroes=True),
        Kind("hooked", visibility=timedelta(seconds=10), webhooks=3.0),
        Kind("slow", visibility=slowest, settles_in=10),
    )


TROUBLE = Scene(
    _kinds(timedelta(seconds=90)),
    on_hand=(6, 40),
    buyers_every=16.0,
    hours=2.0,
    events=EVENTS,
    reconcile_every=90.0,
)
# Buyers who change their minds before anybody heard of their orders.
FICKLE = replace(TROUBLE, cancelled=0.6, buyers_every=20.0, rebalance_every=20.0)
DAY = Scene(
    _kinds(timedelta(minutes=5)),
    on_hand=(40, 80),
    buyers_every=60.0,
    hours=2.0,
    trouble=0.02,
    unheard=0.02,
    edited=0.0,
)

BROKEN: Mapping[str, Broken] = {
    broken.name: broken
    for broken in (
        Broken("no wait for the watermark", waits_for_watermark=False),
        Broken("the watermark overtakes allocations", waits_for_answers=False),
        Broken("no budget for the old exposure", budgets_old=False),
        Broken("a lost answer taken for a yes", doubts_lost_answers=False),
        Broken("what was cancelled before we saw it forgotten", tells_cancelled=False),
        Broken("a pack taken for a unit", counts_packs=False),
        Broken("clocks two minutes apart", skew=120.0),
    )
}


def trouble(seed: int, broken: Broken | None = None) -> World:
    """One run full of trouble, ready to go. Every fourth is one of fickle buyers."""
    return World(seed, FICKLE if seed % 4 == 0 else TROUBLE, STRICT, broken)


def digest(world: World) -> str:
    """Stands for everything that happened in a run, byte for byte."""
    return hashlib.sha256("\n".join(world.trace).encode()).hexdigest()


@contextmanager
def quiet() -> Iterator[None]:
    """Functions log what goes wrong, which is all the time here."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def run_seed(seed: int) -> tuple[int, Tally, str]:
    """(seed, what came of it, what was broken or "")."""
    world = trouble(seed)
    try:
        with quiet():
            return seed, world.run(), ""
    except Violated as violation:
        return seed, world.tally, str(violation)


def run_day(seed: int, policy: Policy) -> Tally:
    with quiet():
        return World(seed, DAY, policy).run()


def first_caught(broken: Broken, seeds: Iterable[int]) -> int | None:
    """The first seed at which leaving a rule out is noticed."""
    for seed in seeds:
        try:
            with quiet():
                trouble(seed, broken).run()
        except Violated:
            return seed
    return None


def measure(seeds: int, days: int, policies: Sequence[Policy], svg: Path | None) -> Report:
    """Both parts on `PROCESSES` processes."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        found = {
            policy.name: list(pool.map(run_day, range(days), [policy] * days))
            for policy in policies
        }
        runs = list(pool.map(run_seed, range(seeds), chunksize=25)) if STRICT in policies else []
    bad = [(seed, why) for seed, _, why in runs if why]
    events = sum(tally.events for _, tally, _ in runs)
    rows = [_row(name, tallies) for name, tallies in found.items()]
    if svg:
        svg.write_text(chart(rows), "utf-8")
    notes = [
        f"Strict mode: {len(runs):,} runs, {events:,} events, each checked on the stored items; "
        f"{len(bad)} broken promises.",
        *(f"seed {seed}: {why}" for seed, why in bad[:5]),
        "turned away: units that buyers wanted, that were there, and that their shop did not show.",
        "minutes: in which a listing showed 0 while another of the same goods showed some, a day.",
        "",
    ]
    oversold = sum(tally.oversold for tally in found.get(STRICT.name, []))
    targets = [
        Target("units oversold in strict mode", oversold, 0),
        Target("broken promises in strict mode", len(bad), 0),
    ]
    return Report(
        "in strict mode nothing is sold that is not there, whatever goes wrong",
        rows,
        rounds=days,
        targets=targets if STRICT in policies else (),
        notes=notes,
        details={"runs": len(runs), "events": events, "broken": bad},
    )


def _row(name: str, days: Sequence[Tally]) -> Row:
    def total(of: Callable[[Tally], float]) -> int:
        return round(sum(of(day) for day in days))

    return {
        "policy": name,
        "units oversold": total(lambda day: day.oversold),
        "orders shipped": total(lambda day: day.shipped),
        "units left": total(lambda day: day.left),
        "turned away": total(lambda day: day.lost),
        "minutes": round(total(lambda day: day.minutes) / max(1, len(days))),
        "pushes": total(lambda day: day.pushes),
    }


def replay(seed: int) -> int:
    """One run, event by event; 1 when a promise is broken."""
    world, why = trouble(seed), ""
    try:
        with quiet():
            world.run()
    except Violated as violation:
        why = str(violation)
    print("\n".join(world.trace))
    print(f"{world.tally.events} events, sha256 {digest(world)}")
    if why:
        print(f"✗ {why}")
    return 1 if why else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns 1 when strict mode broke a promise."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.oversell")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="a small run, not to be quoted")
    parser.add_argument("--seeds", type=int, help=f"runs full of trouble, {SEEDS:,} if not given")
    parser.add_argument("--seed", type=int, help="replay one of them, event by event")
    parser.add_argument("--policy", choices=sorted(POLICIES), help="one policy only")
    parser.add_argument("--svg", type=Path, help="write the chart to this file")
    given = parser.parse_args(arguments)
    if given.seed is not None:
        return replay(given.seed)
    seeds = given.seeds if given.seeds is not None else QUICK_SEEDS if given.quick else SEEDS
    policies = [POLICIES[given.policy]] if given.policy else list(POLICIES.values())
    began = time.monotonic()
    report = measure(seeds, QUICK_DAYS if given.quick else DAYS, policies, given.svg)
    seconds = time.monotonic() - began
    about = about_this_run("oversell", report, quick=given.quick, seconds=seconds)
    print(json.dumps(about, ensure_ascii=False) if given.json else as_text(about, report.notes))
    return 0 if report.is_met else 1


if __name__ == "__main__":
    sys.exit(main())
