"""Several emulators in one process."""

import json
import os
import random
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from malls.__main__ import BUILDS, House, Plan
from malls.eccube.mall import EcCubeMall
from tests.conftest import ROOT
from tests.malls.client import ask_json

NOON = datetime(2026, 11, 21, 3, tzinfo=UTC)


@pytest.fixture
def house(tmp_path: Path) -> House:
    memory = str(tmp_path / "shopify.json")
    plans = [Plan(stem, memory=memory if stem == "shopify" else "") for stem in sorted(BUILDS)]
    return House(plans, random.Random(1))


def test_every_mall_has_its_own_port_and_its_numbers_go_on_after_those_of_before(
    house: House,
) -> None:
    ports = house.open()
    try:
        for stem, port in ports.items():
            status, sold = ask_json(f"http://127.0.0.1:{port}", "POST", "/_mall/orders")
            assert (status, len(sold["orders"])) == (200, 1), stem
            assert house.malls[stem].sold_before > 0
    finally:
        house.close()

    assert len(set(ports.values())) == len(BUILDS)


def test_a_mall_shows_the_same_after_a_restart(tmp_path: Path) -> None:
    kept = tmp_path / "shelf.json"
    plans = [Plan("rakuten", shelf=str(kept))]
    before = House(plans, random.Random(1))
    before.open()
    shelf = before.malls["rakuten"].shelf
    code, *_, last = shelf.all()
    shelf.put(code, 77, NOON)
    before.close()
    kept.write_text(json.dumps({**json.loads(kept.read_text("utf-8")), "gone": 5}), "utf-8")

    after = House(plans, random.Random(1))
    after.open()
    try:
        shown = after.malls["rakuten"].shelf
        assert (shown.shown(code), shown.shown("gone")) == (77, None)
        assert shown.shown(last) == shelf.shown(last)
        # Killed now, it would begin anew, and not with what it showed days ago.
        assert not kept.exists()
    finally:
        after.close()


def test_a_port_that_is_taken_is_given_up_for_another(house: House) -> None:
    ports = house.open()
    other = House([Plan("eccube", port=ports["eccube"])], random.Random(1))
    try:
        assert other.open()["eccube"] != ports["eccube"]
    finally:
        other.close()
        house.close()
    again = House([Plan("eccube", port=ports["eccube"])], random.Random(1))
    assert again.open() == {"eccube": ports["eccube"]}
    again.close()


def test_a_cart_that_is_started_again_still_knows_its_clients_once() -> None:
    form = (
        b"grant_type=refresh_token&client_id=demo-client&client_secret=demo-secret&refresh_token="
    )

    def renew(mall: EcCubeMall, refresh: str) -> tuple[int, str]:
        status, answer = ask_json(mall.url, "POST", "/token", form + refresh.encode())
        return status, answer.get("refresh_token", "")

    with EcCubeMall(rng=random.Random(1)) as before:
        _, refresh = renew(before, "demo-refresh")
    with EcCubeMall(rng=random.Random(2)) as after:
        assert renew(after, refresh)[0] == 200
        assert renew(after, refresh)[0] == 401
        assert renew(after, "def50200" + "0" * 64)[0] == 401


def test_it_sells_from_the_first_line_on_and_ends_with_its_input() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "malls"],
        cwd=ROOT,
        env={
            **os.environ,
            "MALLS": json.dumps([{"stem": "rakuten", "first": 2}]),
            "MALL_UNTIL_EOF": "1",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    [port] = json.loads(process.stdout.readline()).values()
    url = f"http://127.0.0.1:{port}"
    assert ask_json(url, "GET", "/_mall")[1]["orders"] == 0

    process.stdin.write("begin\n")
    process.stdin.flush()
    while ask_json(url, "GET", "/_mall")[1]["orders"] < 2:
        pass
    process.stdin.close()

    assert process.wait(10) == 0
    process.stdout.close()
