"""Every channel's emulator as a process of its own."""

import json
import os
import subprocess
import sys

import pytest

from common.channels import CHANNELS
from tests.conftest import ROOT
from tests.malls.client import ask_json


@pytest.mark.parametrize("code", sorted(CHANNELS))
def test_an_emulator_starts_sells_and_stops_with_its_parent(code: str) -> None:
    env = {"MALL_UNTIL_EOF": "1", "MALL_PER_MINUTE": "0", "MALL_FIRST": "2"}
    with subprocess.Popen(
        [sys.executable, "-m", f"malls.{code}"],
        cwd=ROOT,
        env={**os.environ, **env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        url = f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}"
        _, sold = ask_json(url, "POST", "/_mall/orders", {"lines": [["TOTE-NAT", 1]]})
        status, state = ask_json(url, "GET", "/_mall")
        assert ask_json(url, "PUT", "/_mall/stock/TOTE-NAT", {"quantity": 0})[0] == 200
        refused, _ = ask_json(url, "POST", "/_mall/orders", {"lines": [["TOTE-NAT", 1]]})
        process.stdin.close()
        assert process.wait(10) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""

    assert (len(sold["orders"]), status, refused) == (1, 200, 409)
    # The first orders may still be on their way into the count.
    assert 1 <= state["orders"] <= 3
