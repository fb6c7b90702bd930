"""What the person at the terminal sees: one line for every step that takes time."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

# Opens a step: `with progress("Deploying"): …`
Progress = Callable[[str], "object"]


class Terminal:
    """Writes lines such as `» Deploying the stack … 8.1 s`.

    quiet: write nothing, for tests and benchmarks.
    """

    def __init__(self, out: TextIO | None = None, *, quiet: bool = False) -> None:
        self._out = out or sys.stdout
        self._quiet = quiet
        self._inside = 0

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Say what is being done, and afterwards how long it took."""
        self._write(f"» {what} … ")
        began = time.monotonic()
        try:
            yield
        except BaseException:
            self._write("✗\n")
            raise
        self._write(f"{time.monotonic() - began:.1f} s\n")

    def say(self, text: str = "") -> None:
        self._write(f"{text}\n")

    def _write(self, text: str) -> None:
        if not self._quiet:
            self._out.write(text)
            self._out.flush()
