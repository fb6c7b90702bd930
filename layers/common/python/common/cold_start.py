"""Factories that run once a Lambda process, at the first call and never at import.

Tests start each case with `forget()`, so no client outlives the fake it was made for.
"""

from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_caches: list[Callable[[], None]] = []


def cold_start(factory: Callable[P, R]) -> Callable[P, R]:
    """Remember what `factory` makes, by its (hashable) arguments, for the life of the process.

    Threads wait for one another: making two AWS clients at a time is not safe.
    """
    made: dict[tuple[object, ...], R] = {}
    making = RLock()
    _caches.append(made.clear)

    @wraps(factory)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        key = (args, tuple(sorted(kwargs.items())))
        if key not in made:
            with making:
                if key not in made:
                    made[key] = factory(*args, **kwargs)
        return made[key]

    return call


def forget() -> None:
    """Drop everything remembered."""
    for clear in _caches:
        clear()
