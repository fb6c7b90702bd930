"""What areas tell one another stays readable, and shows nobody."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from common.events import EVENTS, Event, Letter, OrderReceived, ProductRegistered
from tests.conftest import ROOT

SAMPLES = ROOT / "tests" / "payloads" / "events"
WIRE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def sample(kind: type[Event]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / f"{kind.__name__}.json").read_text("utf-8"))
    return found


def subclasses(kind: type[Event]) -> set[type[Event]]:
    direct = set(kind.__subclasses__())
    return direct.union(*(subclasses(child) for child in direct))


def known(told: Any, once: Any) -> Any:
    """What is told now, without the fields that came to be since."""
    if isinstance(once, dict):
        return {name: known(told[name], inner) for name, inner in once.items()}
    if isinstance(once, list):
        return [known(now, then) for now, then in zip(told, once, strict=True)]
    return told


each_event = pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)


def test_every_event_is_listed_and_has_a_sample() -> None:
    told = {kind for kind in subclasses(Event) if not kind.__subclasses__()}

    assert set(EVENTS) == {kind for kind in told if kind.__module__ == "common.events"}
    assert {path.stem for path in SAMPLES.glob("*.json")} == {kind.__name__ for kind in EVENTS}


@each_event
def test_an_event_as_first_published_is_still_understood(kind: type[Event]) -> None:
    event = kind.model_validate_json(json.dumps(sample(kind)))

    assert known(json.loads(event.model_dump_json()), sample(kind)) == sample(kind)


@each_event
def test_an_event_comes_back_as_it_was(kind: type[Event]) -> None:
    event = kind.model_validate(sample(kind))

    assert kind.model_validate_json(event.model_dump_json()) == event


@each_event
def test_fields_of_a_newer_version_are_ignored(kind: type[Event]) -> None:
    newer = sample(kind) | {"added_later": {"x": 1}}

    assert kind.model_validate(newer) == kind.model_validate(sample(kind))


@each_event
def test_times_go_out_in_utc_with_fixed_width(kind: type[Event]) -> None:
    jst = datetime(2026, 11, 21, 21, 0, 0, 123999, tzinfo=timezone(timedelta(hours=9)))
    names = [name for name in ("at", "ordered_at", "watermark") if name in kind.model_fields]
    event = kind.model_validate(sample(kind) | dict.fromkeys(names, jst))

    out = json.loads(event.model_dump_json())

    for name in names:
        assert out[name] == "2026-11-21T12:00:00.123Z"
        assert WIRE_TIME.fullmatch(out[name])


@each_event
def test_a_time_without_offset_is_refused(kind: type[Event]) -> None:
    with pytest.raises(ValidationError):
        kind.model_validate(sample(kind) | {"at": "2026-11-21T12:00:00"})


@each_event
def test_an_event_does_not_change(kind: type[Event]) -> None:
    event = kind.model_validate(sample(kind))

    with pytest.raises(ValidationError):
        event.event_id = "other"


@each_event
def test_source_and_type_are_what_rules_match(kind: type[Event]) -> None:
    assert kind.detail_type() == kind.__name__
    assert kind.source() in ("banto.orders", "banto.stock", "banto.mail", "banto.support")
    assert re.fullmatch(r"[A-Z][a-z]+([A-Z][a-z]+)+", kind.__name__)


def test_nobody_shows_in_the_text_of_an_event() -> None:
    event = OrderReceived.model_validate(sample(OrderReceived))

    for text in (repr(event), str(event), f"{event.letter}", repr(event.letter), str([event])):
        for personal in ("山田", "hanako", "神南"):
            assert personal not in text
    assert str(event.letter) == "Letter(#2045)"


def test_nobody_shows_in_the_error_of_a_broken_event() -> None:
    broken = sample(OrderReceived)
    broken["letter"] |= {"buyer_name": ["山田 花子"], "lines": "山田"}

    with pytest.raises(ValidationError) as failed:
        OrderReceived.model_validate(broken)

    assert "山田" not in str(failed.value)


def test_the_letter_is_personal_and_nothing_else_is() -> None:
    fields: dict[str, Any] = {n: f.annotation for n, f in OrderReceived.model_fields.items()}

    personal = {"buyer_name", "email", "destination"}
    assert personal <= set(Letter.model_fields)
    assert not personal & set(fields)
    assert [n for n, kind in fields.items() if kind is Letter] == ["letter"]
    assert issubclass(Letter, BaseModel)


def test_the_least_a_product_event_needs() -> None:
    event = ProductRegistered(event_id="e", at=datetime(2026, 11, 21, tzinfo=UTC), sku="A", name="")

    assert event.source() == "banto.stock"
