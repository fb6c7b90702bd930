"""docs/glossary.md speaks of codes that exist, by the names the page shows."""

import re
from enum import StrEnum

import pytest

from mail.domain.job import State
from orders.domain.facets import PaymentState
from orders.domain.queues import READY_PAYMENTS, Queue
from stock.domain.level import Reason
from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "glossary.md").read_text("utf-8")
PAGE = (ROOT / "admin" / "i18n" / "ja.js").read_text("utf-8")
TABLES: dict[str, tuple[type[StrEnum], str]] = {
    "Queues of orders": (Queue, "queue."),
    "Payment of an order": (PaymentState, "payment."),
    "Why stock moved": (Reason, "move."),
    "Where a mail is": (State, "mail.state."),
}


def rows(heading: str) -> list[list[str]]:
    section = TEXT.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def source() -> str:
    files = [*ROOT.glob("functions/**/*.py"), *ROOT.glob("layers/common/**/*.py")]
    return "\n".join(path.read_text("utf-8") for path in files)


@pytest.mark.parametrize("heading", TABLES)
def test_every_code_is_listed_in_the_order_of_the_code(heading: str) -> None:
    kind, _ = TABLES[heading]

    assert [row[0] for row in rows(heading)] == [f"`{member.value}`" for member in kind]


@pytest.mark.parametrize("heading", TABLES)
def test_a_code_is_called_what_the_page_calls_it(heading: str) -> None:
    _, prefix = TABLES[heading]
    shown = dict(re.findall(rf"^ *'{re.escape(prefix)}([A-Z_]+)': '(.+)',$", PAGE, re.MULTILINE))

    assert {row[0].strip("`"): row[1] for row in rows(heading)}.items() <= shown.items()


def test_what_may_ship_is_what_the_gate_lets_through() -> None:
    said = {row[0].strip("`") for row in rows("Payment of an order") if row[2].startswith("yes")}

    assert said == {state.value for state in READY_PAYMENTS}


def test_every_word_in_code_is_in_the_code() -> None:
    code = source()
    named = [word for row in rows("Words") for word in re.findall(r"`([^`]+)`", row[1])]

    assert len(named) > 30
    assert [word for word in named if not re.search(rf"(?<![a-zA-Z]){word}", code)] == []


def test_no_japanese_word_is_explained_twice() -> None:
    words = [word for row in rows("Words") for word in row[0].split("・")]

    assert len(set(words)) == len(words)
