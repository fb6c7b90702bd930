"""Waiting in flow tests: ask again and again, and say at the end what was last seen."""

import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from urllib.parse import quote

import pytest

from local.client import ApiClient

T = TypeVar("T")

# Generous: a machine may have better things to do. Passing tests never wait for it.
PATIENCE = 180.0
# Asking takes time of the machine from those who are asked about.
PAUSE = 0.25
_SHOWN = 1500


def until(
    look: Callable[[], T], right: Callable[[T], bool], what: str, *, patience: float = PATIENCE
) -> T:
    """What `look` returns once it is `right`. Raises AssertionError with what was last seen."""
    end = time.monotonic() + patience
    while not right(seen := look()):
        if time.monotonic() > end:
            raise AssertionError(
                f"{what}: not within {patience:.0f} s. Last seen: {str(seen)[:_SHOWN]}"
            )
        time.sleep(PAUSE)
    return seen


def pages(person: ApiClient, path: str, **query: str | int) -> Iterator[Any]:
    """Every item of a list of the API."""
    following: str | None = None
    while True:
        more = {"next": following} if following else {}
        page = person.get(path, limit=300, **query, **more)
        yield from page["items"]
        following = page["next"]
        if following is None:
            return


def in_path(id_: str) -> str:
    """An id as the admin page writes it into a path: encoded twice."""
    return quote(quote(id_, safe=""), safe="")


def tell(request: pytest.FixtureRequest, text: str) -> None:
    """A line on the terminal, also when the test passes."""
    plugins = request.config.pluginmanager
    capture, reporter = plugins.getplugin("capturemanager"), plugins.getplugin("terminalreporter")
    if capture is not None and reporter is not None:
        with capture.global_and_fixture_disabled():
            reporter.write_line(f"  {text}")
