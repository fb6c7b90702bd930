"""A stack of a benchmark's own, deployed for it and thrown away afterwards."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.engine import Engine
from local.stack import Stack

# What a stack is measured by: quick or not is in the function already.
Measurement = Callable[[Stack], Any]


@contextmanager
def fresh_stack() -> Iterator[Stack]:
    """The real deployment on loopback, with nobody else's data in it."""
    with tempfile.TemporaryDirectory(prefix="banto-benchmark-") as home, Engine(Path(home)) as it:
        yield it


def register(stack: Stack, sku: str, on_hand: int) -> None:
    """A product with its first units."""
    item = {"sku": sku, "name": f"Benchmark {sku}", "on_hand": on_hand}
    stack.person("admin").post("/api/stock/items", item).expect(201)
