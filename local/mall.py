"""The emulated malls of the demo, as one process of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.demo import DemoShop
from local.deploy import ROOT
from local.ministack import end_group
from local.ports import Unusable

# Orders of the Shopify shop at the very first start, so that the page has something to show.
FIRST_ORDERS = 12
# The other malls sell this much less, so that a small machine keeps up.
TRICKLE = 1 / 8
# And so many at the very first start.
FIRST_OF_OTHERS = 1
# A mall sells no more than this a minute: numbers after a restart count minutes.
_MOST_OTHERS = 1.0


class Malls:
    """Sell on and tell `origin` about it, from `begin` to `close`.

    per_minute: orders of the Shopify shop. aws: where the queues are that Amazon writes to. They
    end with us even when we are killed, because then their standard input does. urls: where each
    channel's mall is, after `open`; the same at every start, as long as nobody else takes the
    ports.
    """

    def __init__(
        self,
        home: Path,
        origin: str,
        shops: Sequence[DemoShop],
        per_minute: float,
        aws: str = "",
    ) -> None:
        self._home = home
        self._origin = origin
        self._aws = aws
        self._shops = shops
        self._per_minute = per_minute
        self._ports = home / "malls.json"
        self._process: subprocess.Popen[str] | None = None
        self.urls: Mapping[str, str] = {}

    def open(self) -> None:
        """Serve, and sell nothing yet. Raises Unusable when the process does not start."""
        known = json.loads(self._ports.read_text()) if self._ports.exists() else {}
        plans = [self._plan(shop, known.get(shop.channel, 0)) for shop in self._shops]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "malls"],
            cwd=ROOT,
            env={**os.environ, "MALLS": json.dumps(plans), "MALL_UNTIL_EOF": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None  # noqa: S101  (asked for above)
        line = self._process.stdout.readline()
        if not line:
            raise Unusable("The emulated malls did not start; see the lines above.")
        ports = json.loads(line)
        self._ports.write_text(json.dumps(ports))
        self.urls = {stem: f"http://127.0.0.1:{port}" for stem, port in ports.items()}

    def begin(self) -> None:
        """Now people buy."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write("begin\n")
            self._process.stdin.flush()

    def close(self, patience: float = 5.0) -> None:
        """Stop selling; what was just sold is still delivered."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            end_group(self._process.pid)
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process = None

    def _plan(self, shop: DemoShop, port: int) -> Mapping[str, object]:
        """As malls/__main__.py reads it."""
        is_first = self._per_minute > 0 and not self._ports.exists()
        plan: dict[str, object] = {
            "stem": shop.channel,
            "port": port,
            "per_minute": min(self._per_minute * TRICKLE, _MOST_OTHERS),
            "first": FIRST_OF_OTHERS if is_first else 0,
            "shelf": str(self._home / f"{shop.channel}.shelf.json"),
        }
        if shop.secret:
            plan |= {"target": f"{self._origin}/webhooks/{shop.id}", "secret": shop.secret}
        elif shop.channel == "amazon":
            plan |= {"target": self._aws}
        if shop.channel == "shopify":
            memory = self._home / "shopify.json"
            is_new = self._per_minute > 0 and not memory.exists()
            plan |= {
                "per_minute": self._per_minute,
                "memory": str(memory),
                "first": FIRST_ORDERS if is_new else 0,
            }
        return plan
