"""Amazon's published models (Swagger 2.0), as far as they are used: whether a request, a body or an
answer fits. What does not fit comes back as texts, `place: problem`."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.conftest import ROOT

PAYLOADS = ROOT / "tests" / "payloads" / "amazon"
MODELS = (
    "orders_2026-01-01",
    "ordersV0",
    "listingsItems_2021-08-01",
    "feeds_2021-06-30",
    "notifications",
)
_KINDS: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
# What the checks below know; a model that uses more must not pass for checked.
_KNOWN = frozenset(
    "type enum required properties items additionalProperties allOf format pattern minItems "
    "maxItems minimum maximum minLength maxLength $ref $schema collectionFormat default name in "
    "schema uniqueItems readOnly".split()
)


@dataclass(frozen=True)
class Operation:
    """One operation of a model."""

    model: str
    name: str
    method: str
    path: str
    spec: Mapping[str, Any]

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path))

    @property
    def parameters(self) -> Mapping[str, Mapping[str, Any]]:
        return {spec["name"]: spec for spec in self.spec["parameters"]}


@cache
def document(model: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PAYLOADS / f"model_{model}.json").read_text("utf-8"))
    return found


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation of every model."""
    return tuple(
        Operation(model, spec["operationId"], method.upper(), path, spec)
        for model in MODELS
        for path, verbs in document(model)["paths"].items()
        for method, spec in verbs.items()
    )


def operation(name: str) -> Operation:
    return next(found for found in operations() if found.name == name)


def find(method: str, url: str) -> Operation | None:
    """The operation that a request is for."""
    path = urlsplit(url).path
    fits = (o for o in operations() if o.method == method and o.pattern.fullmatch(path))
    return next(fits, None)


def request_problems(found: Operation, url: str, body: bytes) -> list[str]:
    """What is wrong with a request, by the model of its operation."""
    parts = urlsplit(url)
    match = found.pattern.fullmatch(parts.path)
    sent = {
        "path": {
            name: unquote(text) for name, text in (match.groupdict() if match else {}).items()
        },
        "query": dict(parse_qsl(parts.query, keep_blank_values=True)),
        "body": {"body": json.loads(body)} if body else {},
    }
    return list(_request(found, sent))


def parameter_problems(found: Operation, given: Mapping[str, Any]) -> list[str]:
    """What is wrong with parameters by name, as the test environment's cases have them."""
    problems = []
    for name, value in given.items():
        spec = found.parameters.get(name)
        if spec is None:
            problems.append(f"{name}: no such parameter")
        else:
            schema = spec.get("schema", spec)
            problems += list(_value(found.model, schema, value, name))
    return problems


def answer_problems(found: Operation, status: int, body: bytes) -> list[str]:
    """What is wrong with an answer."""
    response = found.spec["responses"].get(str(status))
    if response is None:
        return [f"{found.name} never answers {status}"]
    schema = response.get("schema")
    if schema is None:
        return ["there is a body"] if body else []
    return list(_value(found.model, schema, json.loads(body), found.name))


def notification_problems(message: Any) -> list[str]:
    """What is wrong with an ORDER_CHANGE message, by its JSON schema."""
    schema = json.loads((PAYLOADS / "OrderChangeNotification.json").read_text("utf-8"))
    return list(_value("", schema, message, "message"))


def _request(found: Operation, sent: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    known: dict[str, set[str]] = {"path": set(), "query": set(), "body": set()}
    for name, spec in found.parameters.items():
        place = spec["in"]
        key = "body" if place == "body" else name
        known[place].add(key)
        if key not in sent[place]:
            if spec.get("required"):
                yield f"{name}: missing"
            continue
        value = sent[place][key]
        if place == "body":
            yield from _value(found.model, spec["schema"], value, name)
        else:
            yield from _value(found.model, spec, _typed(spec, value), name)
    for place, names in known.items():
        yield from (f"{name}: no such {place} parameter" for name in sent[place].keys() - names)


def _typed(spec: Mapping[str, Any], text: str) -> Any:
    """A text of a path or query as the type that its model says."""
    if spec["type"] == "array":
        return [_typed(spec["items"], part) for part in text.split(",")]
    if spec["type"] == "integer":
        return int(text) if re.fullmatch(r"-?\d+", text) else text
    if spec["type"] == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return text


def _value(model: str, schema: Mapping[str, Any], value: Any, place: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = document(model)["definitions"][schema["$ref"].rsplit("/", 1)[1]]
    unknown = {name for name in schema if name not in _KNOWN and name != "description"}
    assert not unknown, f"{place}: the checks know nothing of {unknown}"
    if "allOf" in schema:
        schema = _merged(model, schema["allOf"])
    kinds = schema.get("type", "object" if "properties" in schema else None)
    wanted = [kinds] if isinstance(kinds, str) else kinds or []
    if wanted and not any(_is_a(value, kind) for kind in wanted):
        yield f"{place}: {type(value).__name__} is no {' or '.join(wanted)}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place}: not one of {schema['enum']}"
    match value:
        case str():
            yield from _text(schema, value, place)
        case list():
            yield from _list(model, schema, value, place)
        case dict():
            yield from _object(model, schema, value, place)
        case int() | float():
            yield from _number(schema, value, place)


def _number(schema: Mapping[str, Any], value: float, place: str) -> Iterator[str]:
    if value < schema.get("minimum", value) or value > schema.get("maximum", value):
        yield f"{place}: {value} is out of bounds"


def _is_a(value: Any, kind: str) -> bool:
    return isinstance(value, _KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _text(schema: Mapping[str, Any], value: str, place: str) -> Iterator[str]:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"{place}: too short or too long"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{place}: does not fit the pattern"
    try:
        if schema.get("format") == "date-time" and datetime.fromisoformat(value).tzinfo is None:
            yield f"{place}: no offset"
        if schema.get("format") == "date":
            date.fromisoformat(value)
    except ValueError:
        yield f"{place}: no {schema['format']}"


def _list(model: str, schema: Mapping[str, Any], value: list[Any], place: str) -> Iterator[str]:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        yield f"{place}: {len(value)} are too few or too many"
    for n, row in enumerate(value):
        yield from _value(model, schema.get("items", {}), row, f"{place}[{n}]")


def _object(
    model: str, schema: Mapping[str, Any], value: dict[str, Any], place: str
) -> Iterator[str]:
    yield from (
        f"{place}.{name}: missing" for name in schema.get("required", ()) if name not in value
    )
    properties = schema.get("properties", {})
    more = schema.get("additionalProperties")
    for name, inner in value.items():
        if name in properties:
            yield from _value(model, properties[name], inner, f"{place}.{name}")
        elif isinstance(more, dict):
            yield from _value(model, more, inner, f"{place}.{name}")
        elif properties and not more:
            # Swagger lets objects have more; we send and emulate nothing that is not published.
            yield f"{place}.{name}: not published"


def _merged(model: str, parts: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Objects that hold at once, as one."""
    properties: dict[str, Any] = {}
    required: list[str] = []
    for part in parts:
        name = part.get("$ref", "").rsplit("/", 1)[-1]
        found = document(model)["definitions"][name] if name else part
        properties |= found.get("properties", {})
        required += found.get("required", ())
    return {"type": "object", "properties": properties, "required": required}
