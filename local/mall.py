"""The emulated Shopify shop of the demo, as a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

from local.deploy import ROOT
from local.ministack import end_group
from local.ports import Unusable

# Orders at the very first start, so that the page has something to show.
FIRST_ORDERS = 12


class Mall:
    """Sells `per_minute` times a minute and tells `origin` about it, from `open` to `close`.

    It ends with us even when we are killed, because then its standard input does.
    """

    def __init__(self, home: Path, origin: str, shop: str, secret: str, per_minute: float) -> None:
        self._memory = home / "shopify.json"
        self._environment = {
            "MALL_TARGET": f"{origin}/webhooks/{shop}",
            "MALL_SECRET": secret,
            "MALL_PER_MINUTE": str(per_minute),
            "MALL_FIRST": "0" if self._memory.exists() else str(FIRST_ORDERS),
            "MALL_MEMORY": str(self._memory),
            "MALL_UNTIL_EOF": "1",
        }
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def open(self) -> None:
        """Start selling. Raises Unusable when the process does not start."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "malls.shopify"],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None  # noqa: S101  (asked for above)
        line = self._process.stdout.readline()
        if not line:
            raise Unusable("The emulated shop did not start; see the lines above.")
        self.url = f"http://127.0.0.1:{json.loads(line)['port']}"

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
