"""docs/openapi.json as the fake API keeps to it: what may be asked, and how it is answered."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

API = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text("utf-8"))
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
    "array": (list,),
    "object": (dict,),
}
Schema = Mapping[str, Any]


def faults(value: Any, schema: Schema, where: str = "") -> Iterator[tuple[str, str]]:
    """(place, what is wrong there) of everything that does not fit."""
    if "$ref" in schema:
        yield from faults(value, API["components"]["schemas"][schema["$ref"].split("/")[-1]], where)
    elif "anyOf" in schema:
        tries = [list(faults(value, one, where)) for one in schema["anyOf"]]
        if all(tries):
            yield from tries[0]
    elif "enum" in schema or "const" in schema:
        if value not in schema.get("enum", [schema.get("const")]):
            yield where, f"{value!r} is none of the values"
    elif "type" in schema and not isinstance(value, _TYPES[schema["type"]]):
        yield where, f"{value!r} is no {schema['type']}"
    elif isinstance(value, list):
        for n, item in enumerate(value):
            yield from faults(item, schema.get("items", {}), f"{where}.{n}")
    elif isinstance(value, dict):
        yield from _member_faults(value, schema, where)
    else:
        yield from _limit_faults(value, schema, where)


def _member_faults(
    value: Mapping[str, Any], schema: Schema, where: str
) -> Iterator[tuple[str, str]]:
    known = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{where}.{name}", "is missing"
    for name, member in value.items():
        more = schema.get("additionalProperties", not known)
        if name in known:
            yield from faults(member, known[name], f"{where}.{name}")
        elif isinstance(more, dict):
            yield from faults(member, more, f"{where}.{name}")
        elif not more:
            yield f"{where}.{name}", "is unknown"


def _limit_faults(value: Any, schema: Schema, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            yield where, "is too short or too long"
        if not re.search(schema.get("pattern", ""), value):
            yield where, "has another form"
    elif isinstance(value, (int, float)) and not (
        schema.get("minimum", value) <= value <= schema.get("maximum", value)
    ):
        yield where, "is too small or too large"


def operation(method: str, path: str) -> Schema:
    """The description of a request. path: without /api, as sent or as described."""
    for template, operations in API["paths"].items():
        pattern = re.sub(r"{\w+}", "[^/]+", template)
        if re.fullmatch(pattern, f"/api{path}") and method.lower() in operations:
            return dict(operations[method.lower()])
    return {}


def asked(method: str, path: str) -> Schema:
    """The schema of the JSON that a request sends; {} takes anything."""
    content = operation(method, path).get("requestBody", {}).get("content", {})
    return dict(content.get("application/json", {}).get("schema", {}))


def answered(method: str, path: str) -> Schema:
    """The schema of the good answer."""
    replies = operation(method, path)["responses"]
    good = next(replies[status] for status in ("200", "201", "202") if status in replies)
    return dict(good["content"]["application/json"]["schema"])
