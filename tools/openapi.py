"""docs/openapi.json: the APIs of all areas as one description, made from their routes.

    python -m tools.openapi            write it
    python -m tools.openapi --check    say whether it is fresh, and write nothing
    python -m tools.openapi --types    print its schemas as TypeScript

Routes say their parameters, bodies and answers themselves. What they check with helpers of
`common.api` is found in the names they use: the groups that may call, `If-Match`,
`If-None-Match`, `Idempotency-Key`.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from common.auth import Group
from tools.openapi_frame import PROBLEM, framed, webhooks
from tools.typescript import to_typescript

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "openapi.json"
# Area → what its routes stand under.
AREAS = {
    "orders": "/api/orders",
    "stock": "/api/stock",
    "mail": "/api/mail",
    "support": "/api/settings",
}
METHODS = ("get", "post", "put", "patch", "delete")
# Made by the resolver for its own kind of errors; ours are problems.
_NOT_OURS = frozenset({"HTTPValidationError", "ResponseValidationError", "ValidationError"})
_REF = "#/components/schemas/"

Json = dict[str, Any]


def describe() -> Json:
    """The whole description, in a stable order."""
    parts = {area: _description(area) for area in AREAS}
    renamed = _renamed({area: part["components"]["schemas"] for area, part in parts.items()})
    paths: Json = webhooks()
    schemas: Json = {"Problem": PROBLEM}
    for area, prefix in AREAS.items():
        part = _with_names(parts[area], renamed[area])
        for path in sorted(part["paths"]):
            operations = part["paths"][path]
            paths[prefix + path.rstrip("/")] = {
                method: _operation(area, path, method, operations[method])
                for method in METHODS
                if method in operations
            }
        schemas |= part["components"]["schemas"]
    _open_answers(paths, schemas)
    return framed(paths, dict(sorted(schemas.items())))


def _description(area: str) -> Json:
    app = import_module(f"{area}.handlers.api").app
    found: Json = json.loads(app.get_openapi_json_schema(title=area, version="1"))
    found["components"]["schemas"] = {
        name: schema
        for name, schema in found["components"]["schemas"].items()
        if name not in _NOT_OURS
    }
    return found


def _renamed(schemas: Mapping[str, Json]) -> dict[str, dict[str, str]]:
    """Area → name → name in the whole. Two areas may use one name for different things; then
    each has its area before it, and so has whatever refers to it under one name."""
    owners: dict[str, list[str]] = {}
    for area, found in schemas.items():
        for name in found:
            owners.setdefault(name, []).append(area)
    shared = {name for name, areas in owners.items() if len(areas) > 1}
    unlike: set[str] = set()
    while True:
        more = {
            name
            for name in shared - unlike
            if len({json.dumps(schemas[area][name], sort_keys=True) for area in owners[name]}) > 1
            or any(unlike & set(_refs(schemas[area][name])) for area in owners[name])
        }
        if not more:
            break
        unlike |= more
    return {
        area: {name: f"{area.title()}{name}" if name in unlike else name for name in found}
        for area, found in schemas.items()
    }


def _with_names(part: Json, names: Mapping[str, str]) -> Json:
    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: _REF + names.get(inner.removeprefix(_REF), inner.removeprefix(_REF))
                if key == "$ref"
                else walk(inner)
                for key, inner in value.items()
                # A title repeats the name that it stands beside. A field of this name is no text.
                if not (key == "title" and isinstance(inner, str))
            }
        return [walk(inner) for inner in value] if isinstance(value, list) else value

    schemas = part["components"]["schemas"]
    found: Json = walk({"paths": part["paths"]})
    found["components"] = {"schemas": {names[name]: walk(one) for name, one in schemas.items()}}
    return found


def _refs(value: Any) -> Iterator[str]:
    """Names of the schemas that a piece of the description refers to."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "$ref":
                yield str(inner).removeprefix(_REF)
            else:
                yield from _refs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _refs(inner)


def _operation(area: str, path: str, method: str, given: Json) -> Json:
    module, route = _route(area, path, method, given["operationId"])
    used = set(_names_used(route.__code__, module))
    parameters = [*given.get("parameters", []), *_headers(used, method)]
    answers = {
        status: answer for status, answer in given["responses"].items() if status.startswith("2")
    }
    found: Json = {"tags": [area], "operationId": f"{area}.{route.__name__}"}
    if route.__doc__:
        found["description"] = " ".join(route.__doc__.split())
    if "require" in used:
        found["x-groups"] = _groups(used)
    if parameters:
        found["parameters"] = parameters
    if "requestBody" in given:
        found["requestBody"] = given["requestBody"]
    found["responses"] = {**answers, "default": {"$ref": "#/components/responses/Problem"}}
    return found


def _route(area: str, path: str, method: str, operation_id: str) -> tuple[ModuleType, FunctionType]:
    """The function of a route, and the module it stands in: `api` or one of the `api_<topic>`."""
    handlers = f"{area}.handlers"
    for module in [value for name, value in sys.modules.items() if name.startswith(handlers)]:
        for name, value in vars(module).items():
            # How the resolver makes an operation's id of the function.
            if (
                isinstance(value, FunctionType)
                and value.__module__ == module.__name__
                and operation_id == re.sub(r"\W", "_", name + path) + f"_{method}"
            ):
                return module, value
    raise LookupError(f"no function for {operation_id}")


def _names_used(code: CodeType, module: ModuleType) -> Iterator[str]:
    """Names in a function, and in the private helpers of its module that it calls."""
    yield from code.co_names
    for name in code.co_names:
        helper = vars(module).get(name) if name.startswith("_") else None
        if isinstance(helper, FunctionType) and helper.__code__ is not code:
            yield from _names_used(helper.__code__, module)


def _groups(used: set[str]) -> list[str]:
    named = [group.value for group in Group if group.name in used]
    return sorted({*named, Group.ADMIN.value}) if named else sorted(Group)


def _headers(used: set[str], method: str) -> Iterator[Json]:
    def header(name: str, description: str, *, required: bool) -> Json:
        schema = {"type": "string"}
        return {"name": name, "in": "header", "required": required, "schema": schema} | {
            "description": description
        }

    if "if_match" in used:
        # A PUT may also be a creation, or without a condition; its description says.
        told = 'The version that was read, as in ETag: `"3"`'
        yield header("If-Match", told, required=method != "put")
    if "is_creation" in used:
        yield header("If-None-Match", "`*` for something new", required=False)
    if "idempotency_key" in used:
        told = "New for each action; the same key gives the same effect once, for 24 hours"
        yield header("Idempotency-Key", told, required=True)


def _open_answers(paths: Json, schemas: Json) -> None:
    """Answers have every field, and may have more one day; requests are held to what they are."""
    asked = set(_reachable(schemas, _bodies(paths)))
    for name, schema in schemas.items():
        if name not in asked and "properties" in schema and name != "Problem":
            schema.pop("additionalProperties", None)
            schema["required"] = list(schema["properties"])


def _bodies(paths: Json) -> Iterator[str]:
    for operations in paths.values():
        for operation in operations.values():
            yield from _refs(operation.get("requestBody", {}))


def _reachable(schemas: Json, names: Iterator[str]) -> Iterator[str]:
    waiting, seen = list(names), set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += _refs(schemas[name])
            yield name


def text() -> str:
    """The file's content as it should be."""
    return json.dumps(describe(), ensure_ascii=False, indent=1) + "\n"


def main(arguments: list[str], target: Path = TARGET) -> int:
    """Exit status: 0 done or fresh, 1 not fresh, 2 not understood."""
    if arguments == ["--types"]:
        print(to_typescript(describe()["components"]["schemas"]), end="")
        return 0
    if arguments not in ([], ["--check"]):
        print(__doc__)
        return 2
    wanted = text()
    if target.exists() and target.read_text() == wanted:
        print("docs/openapi.json is fresh.")
        return 0
    if arguments:
        print("docs/openapi.json is not what the routes say. Run: python -m tools.openapi")
        return 1
    target.write_text(wanted)
    print("docs/openapi.json written.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
