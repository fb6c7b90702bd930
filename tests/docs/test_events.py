"""docs/events.md lists every event, field by field, and who listens."""

import ast
import re
import types
import typing
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import AwareDatetime, BaseModel

from common.events import EVENTS, Event
from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "events.md").read_text("utf-8")
WORDS: dict[object, str] = {
    str: "text",
    bool: "true or false",
    int: "whole",
    AwareDatetime: "time",
}


def word(hint: Any) -> str:
    hint = typing.get_args(hint)[0] if typing.get_origin(hint) is typing.Annotated else hint
    if isinstance(hint, types.UnionType):
        inner = next(part for part in typing.get_args(hint) if part is not type(None))
        return "amount" if inner is int else f"{word(inner)} or null"
    if typing.get_origin(hint) is list:
        return f"{word(typing.get_args(hint)[0])} list"
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return hint.__name__
    return WORDS[hint]


def parts(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The models a model is made of, itself left out."""
    for field in kind.model_fields.values():
        for part in (field.annotation, *typing.get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield part
                yield from parts(part)


def fields(kind: type[BaseModel]) -> list[tuple[str, str]]:
    # The base's fields first, as in JSON.
    hints = {name: field.annotation for name, field in kind.model_fields.items()}
    return [(f"`{name}`", word(hint)) for name, hint in hints.items()]


def first_table(after: str) -> list[tuple[str, str]]:
    lines = TEXT.split(after, 1)[1].split("\n|---|---|---|\n", 1)[1].splitlines()
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        rows.append((cells[0], cells[1]))
    return rows


def test_the_headings_are_the_events_under_their_areas_in_order() -> None:
    found = re.findall(r"^##(#?) (?:From )?(\w+)$", TEXT, re.MULTILINE)
    expected: list[tuple[str, str]] = []
    for kind in EVENTS:
        if ("", kind.area) not in expected:
            expected.append(("", kind.area))
        expected.append(("#", kind.__name__))

    assert found == expected


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_every_field_of_an_event_is_there_with_its_type(kind: type[Event]) -> None:
    assert first_table(f"\n### {kind.__name__}\n") == fields(kind)


def test_every_part_of_an_event_is_there_with_its_fields() -> None:
    found = {part for kind in EVENTS for part in parts(kind)}

    assert {part.__name__ for part in found} == {"Demand", "Letter", "LetterLine", "AllocatedLine"}
    for part in found:
        [lead] = re.findall(rf"^{part.__name__}\b.*:$", TEXT, re.MULTILINE)
        assert first_table(f"\n{lead}\n") == fields(part)


def listeners() -> dict[str, set[str]]:
    """Event → functions, as infra/areas says in `area.function("…", on=[events("…")])`."""
    found: dict[str, set[str]] = {}
    for path in (ROOT / "infra" / "areas").glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "function":
                [name] = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
                for event in _events_of(call):
                    found.setdefault(event, set()).add(f"{path.stem}.{name}")
    return found


def _events_of(call: ast.Call) -> Iterator[str]:
    for keyword in call.keywords:
        for inner in ast.walk(keyword.value) if keyword.arg == "on" else ():
            if isinstance(inner, ast.Call) and getattr(inner.func, "id", "") == "events":
                yield from (str(arg.value) for arg in inner.args if isinstance(arg, ast.Constant))


def test_who_listens_is_what_infra_connects() -> None:
    said = {}
    for kind in EVENTS:
        lead = TEXT.split(f"\n### {kind.__name__}\n\n", 1)[1].split("\n", 1)[0]
        said[kind.__name__] = set(re.findall(r"`(\w+\.\w+)`", lead.split("→", 1)[1]))

    assert {name: who for name, who in said.items() if who} == listeners()


def test_the_words_for_a_change_are_those_of_the_order() -> None:
    source = (ROOT / "functions" / "orders" / "domain" / "order.py").read_text("utf-8")
    [kinds] = re.findall(r"^ +kind: (\w+(?: \| \w+)+)$", source, re.MULTILINE)

    [row] = re.findall(r"^\| `change` \| text \| (.+) \|$", TEXT, re.MULTILINE)
    assert row == " ".join(f"`{kind}`" for kind in kinds.split(" | "))
