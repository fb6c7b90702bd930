"""What a mall shows and sells: never more than it shows. Safe to use from several threads."""

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

Lines = Sequence[tuple[str, int]]


class SoldOut(Exception):
    """The mall shows fewer than somebody wants. Carries the code."""


class NotOnSale(Exception):
    """The mall has no such listing. Carries the code."""


@dataclass(frozen=True, slots=True)
class Write:
    """One quantity that was set: through the API (`api`), or by a person in the mall's own screen
    (`hand`). Sales and returns are no writes."""

    code: str
    before: int
    quantity: int
    at: datetime
    by: str


class Shelf:
    """Quantities by listing code. backorder: codes that are sold below zero.

    writes: every quantity that was set, oldest first. sold: units by code, less those given back.
    """

    def __init__(self, quantities: Mapping[str, int], backorder: Collection[str] = ()) -> None:
        self._shown = dict(quantities)
        self._backorder = frozenset(backorder)
        self._lock = threading.RLock()
        self.writes: list[Write] = []
        self.sold: dict[str, int] = {}

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else sells or writes meanwhile, for what must be all or nothing."""
        with self._lock:
            yield

    def shown(self, code: str) -> int | None:
        """Units on sale, None for a code that is not."""
        with self._lock:
            return self._shown.get(code)

    def all(self) -> dict[str, int]:
        """Every code with its quantity."""
        with self._lock:
            return dict(self._shown)

    def can_sell(self, code: str, units: int = 1) -> bool:
        """Whether somebody could buy so many now."""
        with self._lock:
            return code in self._backorder or self._shown.get(code, 0) >= units

    def sell(self, lines: Lines) -> None:
        """Take all units off the shelf, or none. Raises SoldOut, NotOnSale."""
        wanted: dict[str, int] = {}
        for code, units in lines:
            wanted[code] = wanted.get(code, 0) + units
        with self._lock:
            for code, units in wanted.items():
                if code not in self._shown:
                    raise NotOnSale(code)
                if not self.can_sell(code, units):
                    raise SoldOut(code)
            for code, units in wanted.items():
                self._shown[code] -= units
                self.sold[code] = self.sold.get(code, 0) + units

    def give_back(self, lines: Lines) -> None:
        """Units of a cancelled order are on sale again."""
        with self._lock:
            for code, units in lines:
                if code in self._shown:
                    self._shown[code] += units
                    self.sold[code] = self.sold.get(code, 0) - units

    def put(self, code: str, quantity: int, at: datetime, by: str = "api") -> None:
        """Show so many from now on. Raises NotOnSale."""
        with self._lock:
            if code not in self._shown:
                raise NotOnSale(code)
            self.writes.append(Write(code, self._shown[code], quantity, at, by))
            self._shown[code] = quantity

    def remember(self, quantities: Mapping[str, int]) -> None:
        """Show what was shown in an earlier run; codes that are gone since are left out."""
        with self._lock:
            self._shown |= {c: n for c, n in quantities.items() if c in self._shown}

    def add(self, code: str, quantity: int) -> None:
        """A new listing, or one that is on sale again."""
        with self._lock:
            self._shown.setdefault(code, quantity)
