"""The tree of errors is the tree that the docstring draws."""

import inspect
import re

import pytest

from common import errors
from common.channels.base import UnreadableDelivery
from common.errors import BantoError, Changed, FieldError, Invalid, Retryable, Terminal


def drawn() -> dict[str, tuple[str, int | None]]:
    """Name → (parent, status) as the docstring of the module draws it."""
    parents: list[str] = []
    found: dict[str, tuple[str, int | None]] = {}
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"^    ([│ ]*)(?:[├└]── )?([A-Z]\w+)(?: +(\d{3}))?", line)
        if match:
            bars, name, status = match.groups()
            depth = 0 if name == "BantoError" else len(bars) // 4 + 1
            parents = [*parents[:depth], name]
            found[name] = (parents[depth - 1] if depth else "", int(status) if status else None)
    return found


def made() -> dict[str, type[BantoError]]:
    classes = dict(inspect.getmembers(errors, inspect.isclass))
    return {name: kind for name, kind in classes.items() if issubclass(kind, BantoError)}


def test_the_tree_is_drawn_as_it_is() -> None:
    tree = drawn()

    assert set(tree) == set(made())
    for name, kind in made().items():
        parent, status = tree[name]
        assert kind.__base__ is not None
        assert kind.__base__.__name__ == (parent or "Exception")
        if status is not None:
            assert kind.status == status, name


def test_every_error_is_either_retryable_or_terminal() -> None:
    for kind in (*made().values(), UnreadableDelivery):
        if kind is not BantoError:
            assert issubclass(kind, Retryable) != issubclass(kind, Terminal), kind


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in made().values()]

    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("kind", [*made().values()], ids=lambda kind: kind.__name__)
def test_an_error_without_a_text_says_its_title(kind: type[BantoError]) -> None:
    assert str(kind()) == kind.title
    assert kind().detail == ""
    assert str(kind("Reload the list.")) == "Reload the list."


def test_an_invalid_request_says_which_fields() -> None:
    fault = FieldError("lines.0.quantity", "at least 1")

    assert Invalid("Mend it.", [fault]).errors == (fault,)


def test_a_change_brings_the_thing_as_it_is_now() -> None:
    current = {"version": 3}
    error = Changed("Somebody was faster.", current)
    current["version"] = 4

    assert error.current == {"version": 3}
    assert Changed().current == {}


def test_an_unreadable_delivery_has_reason_and_place() -> None:
    error = UnreadableDelivery("wrong_shape", "lines[0].quantity")

    assert (error.reason, error.detail, error.status) == ("wrong_shape", "lines[0].quantity", 422)
