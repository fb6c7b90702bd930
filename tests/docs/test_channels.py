"""docs/channels.md says what the adapters do: every field with its type, every channel."""

import dataclasses
import datetime as dt
import json
import re
import types
import typing
from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest

from common import canonical
from common.canonical import CanonicalOrder
from common.channels import CHANNELS, load, load_api
from common.channels.base import RawRequest, ShopRef
from common.channels.generic_order import _adapter
from common.channels.port import Cap
from common.channels.rules import MAX_AMOUNT, MAX_ID, MAX_LINES, MAX_QUANTITY, MAX_TEXT
from common.channels.shopify import _ORDER_TOPICS
from common.clock import utc_now
from tests.conftest import ROOT

# What a row of the matrix is about.
CAPABILITIES = {
    "orders by poll": Cap.POLL,
    "stock is written": Cap.STOCK,
    "only if it shows what we think": Cap.STOCK_CAS,
    "accepted is not shown yet": Cap.STOCK_ASYNC,
    "stock is read back": Cap.STOCK_READ,
    "confirm an order": Cap.CONFIRM,
    "tell a shipment": Cap.SHIP,
    "cancel an order": Cap.CANCEL,
    "list what is on sale": Cap.LIST_SKUS,
    "create and change products": Cap.PRODUCT_UPSERT,
    "needs a fixed source address": Cap.FIXED_IP,
    "a person renews a key": Cap.HUMAN_REAUTH,
}
TEXT = (ROOT / "docs" / "channels.md").read_text("utf-8")
# Fields that are filled in when they are left out, though the dataclass needs them.
FILLED = {
    *("display_no", "source_version", "status", "buyer", "destinations", "lines"),
    *("money", "payment"),
}
WORDS: dict[object, str] = {
    str: "text",
    bool: "true or false",
    int: "whole",
    Decimal: "rate",
    dt.datetime: "instant",
    dt.date: "date",
    dict[str, str]: "map",
    dict[str, Any]: "object",
}


def records(kind: type, found: list[type] | None = None) -> list[type]:
    """A dataclass and all it is made of, in order of first appearance."""
    found = [] if found is None else found
    if kind not in found:
        found.append(kind)
        for hint in typing.get_type_hints(kind).values():
            for part in (hint, *typing.get_args(hint)):
                if dataclasses.is_dataclass(part) and isinstance(part, type):
                    records(part, found)
    return found


def word(hint: Any) -> str:
    if isinstance(hint, types.UnionType):
        inner = [part for part in typing.get_args(hint) if part is not type(None)]
        return "amount" if inner == [int] else word(inner[0])
    if typing.get_origin(hint) is tuple:
        return f"{word(typing.get_args(hint)[0])} list"
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return " ".join(f"`{member}`" for member in hint)
    if dataclasses.is_dataclass(hint):
        return str(getattr(hint, "__name__", ""))
    return WORDS[hint]


def rows(kind: type) -> Iterator[tuple[str, str]]:
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        needed = (
            field.default is dataclasses.MISSING
            and field.default_factory is dataclasses.MISSING
            and not (kind is CanonicalOrder and field.name in FILLED)
        )
        kind_of = "instant" if field.name == "source_version" else word(hints[field.name])
        yield (f"**`{field.name}`**" if needed else f"`{field.name}`"), kind_of


def table(heading: str) -> list[list[str]]:
    section = TEXT.split(f"\n{heading}\n", 1)[1].split("\n#", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("kind", records(CanonicalOrder), ids=lambda kind: kind.__name__)
def test_every_field_of_the_generic_order_is_there_with_its_type(kind: type) -> None:
    heading = "### The order (`data`)" if kind is CanonicalOrder else f"### {kind.__name__}"

    assert [(row[0], row[1]) for row in table(heading)] == list(rows(kind))


def test_no_dataclass_of_the_order_is_left_out() -> None:
    made = {
        thing
        for thing in vars(canonical).values()
        if dataclasses.is_dataclass(thing) and isinstance(thing, type)
    }

    assert set(records(CanonicalOrder)) == made


def test_the_matrix_has_every_channel_in_code_order_with_its_name_and_headers() -> None:
    header = re.search(r"^\| \| (.+) \|$", TEXT, re.MULTILINE)
    assert header is not None
    assert [cell.strip().strip("`") for cell in header[1].split("|")] == sorted(CHANNELS)
    matrix = {row[0]: row[1:] for row in table("## What each can do")}
    channels = [load(code) for code in sorted(CHANNELS)]
    assert matrix["name on the screen"] == [channel.name for channel in channels]
    kept = [" ".join(f"`{name}`" for name in channel.kept_headers) for channel in channels]
    assert matrix["headers kept with the body"] == kept


def test_the_matrix_says_what_each_api_can_do() -> None:
    matrix = {
        row[0]: dict(zip(sorted(CHANNELS), row[1:], strict=True))
        for row in table("## What each can do")
    }

    for code in sorted(CHANNELS):
        info = load_api(code).info
        said = {name: matrix[name][code] for name in CAPABILITIES}
        is_so = {name: "yes" if cap in info.caps else "no" for name, cap in CAPABILITIES.items()}
        assert said == is_so, code
        batch = str(info.limits.stock_batch) if Cap.STOCK in info.caps else "none"
        assert matrix["quantities a call"][code] == batch
    assert all(len(row) == len(CHANNELS) for row in matrix.values())


def test_every_channel_has_a_section_that_says_how_to_connect() -> None:
    for code in sorted(CHANNELS):
        section = TEXT.split(f"\n## `{code}`\n", 1)[1].split("\n## ", 1)[0]
        for part in (
            "What comes in.",
            "How it is verified.",
            "Connecting a shop.",
            "How it is read.",
            "What goes out.",
        ):
            assert f"**{part}**" in section, (code, part)
    assert set(re.findall(r"^## `(\w+)`$", TEXT, re.MULTILINE)) == set(CHANNELS)


def test_the_topics_of_shopify_are_those_of_the_adapter() -> None:
    section = TEXT.split("\n## `shopify`\n", 1)[1]
    said = re.findall(r"`(orders/\w+)`", section.split("\n**How", 1)[0])
    asked = re.search(r"^ *topics = (\[.+\])$", section, re.MULTILINE)

    assert sorted(said) == sorted(_ORDER_TOPICS)
    assert asked is not None
    assert sorted(json.loads(asked[1])) == sorted(_ORDER_TOPICS)


def test_the_example_is_read_whole() -> None:
    example = re.search(r"^```json\n(.+?)^```", TEXT, re.DOTALL | re.MULTILINE)
    assert example is not None
    request = RawRequest({}, example[1].encode(), utc_now())

    [order] = load("generic").parse_webhook(request, ShopRef("main", "JPY"))

    assert order.extra == {}
    assert (order.lines[0].sku_candidates, order.money.total) == (("TEA-100",), 2550)
    assert _adapter().dump_python(order, mode="json")["destinations"][0]["id"] == "1"


def test_the_limits_are_those_of_the_code() -> None:
    said = TEXT.split("Limits: ", 1)[1].split(".\n", 1)[0]

    assert f"{MAX_LINES} lines" in said
    assert f"quantities up to {MAX_QUANTITY:,}" in said
    assert MAX_AMOUNT == 10**15
    assert "amounts below 10¹⁵" in said
    assert f"`channel_order_id` up to {MAX_ID} characters" in said
    assert f"titles and codes up to {MAX_TEXT} characters" in said
