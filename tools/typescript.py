"""JSON Schemas of the API → TypeScript, one declaration a schema."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]
_PLAIN = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}
_INDENT = "  "


def to_typescript(schemas: Json) -> str:
    """Declarations in the order of the schemas. Raises ValueError for what it cannot express."""
    head = "/** Made from the API's description by `python -m tools.openapi --types`. */\n"
    return head + "".join(f"\n{_declaration(name, schema)}" for name, schema in schemas.items())


def _declaration(name: str, schema: Json) -> str:
    told = _comment(schema)
    if schema.get("type") == "object" and "properties" in schema:
        return f"{told}export interface {name} {_object(schema, '')}\n"
    return f"{told}export type {name} = {_type(schema, '')};\n"


def _comment(schema: Json) -> str:
    described = " ".join(str(schema.get("description", "")).split()).replace("*/", "* /")
    return f"/** {described} */\n" if described else ""


def _object(schema: Json, indent: str) -> str:
    return "{\n" + "".join(_fields(schema, indent + _INDENT)) + indent + "}"


def _fields(schema: Json, indent: str) -> Iterator[str]:
    required = schema.get("required", ())
    for name, field in schema["properties"].items():
        described = _comment(field)
        if described:
            yield indent + described
        key = name if name.isidentifier() else json.dumps(name)
        yield f"{indent}{key}{'' if name in required else '?'}: {_type(field, indent)};\n"


def _type(schema: Json, indent: str) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return " | ".join(dict.fromkeys(_type(one, indent) for one in choices))
    values = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
    if values:
        return " | ".join(json.dumps(value, ensure_ascii=False) for value in values)
    return _of_kind(schema, indent)


def _of_kind(schema: Json, indent: str) -> str:
    kind = schema.get("type")
    if kind is None:
        return "unknown"
    if kind == "array":
        inner = _type(schema.get("items", {}), indent)
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if kind == "object" and "properties" in schema:
        return _object(schema, indent)
    if kind == "object":
        return f"Record<string, {_values(schema, indent)}>"
    if kind not in _PLAIN:
        raise ValueError(f"no TypeScript for {kind!r}")
    return _PLAIN[kind]


def _values(schema: Json, indent: str) -> str:
    values = schema.get("additionalProperties")
    return _type(values, indent) if isinstance(values, dict) else "unknown"
