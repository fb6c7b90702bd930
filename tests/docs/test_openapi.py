"""docs/openapi.json is what the routes say, and can be used."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tools import openapi
from tools.openapi import AREAS, TARGET, describe, main, text
from tools.typescript import to_typescript

DESCRIBED = describe()


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, found in DESCRIBED["paths"].items():
        for method, operation in found.items():
            yield f"{method.upper()} {path}", operation


def refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "$ref":
                yield inner
            else:
                yield from refs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from refs(inner)


def operation(name: str) -> dict[str, Any]:
    return dict(operations())[name]


def headers(name: str) -> dict[str, bool]:
    parameters = operation(name).get("parameters", [])
    return {p["name"]: p["required"] for p in parameters if p["in"] == "header"}


def test_the_file_is_fresh() -> None:
    assert TARGET.read_text() == text(), "run: python -m tools.openapi"


def test_every_area_is_in_it_under_its_address() -> None:
    for area, prefix in AREAS.items():
        paths = [name.split()[1] for name, o in operations() if o["tags"] == [area]]
        assert paths
        assert all(p.startswith((prefix, "/webhooks/")) for p in paths)


def test_every_reference_leads_somewhere() -> None:
    for ref in refs(DESCRIBED):
        place: Any = DESCRIBED
        for part in ref.removeprefix("#/").split("/"):
            place = place[part]
        assert place


def test_every_operation_has_a_name_of_its_own_and_answers_problems() -> None:
    names = [o["operationId"] for _, o in operations()]
    assert len(names) == len(set(names))
    for name, found in operations():
        assert found["responses"]["default"] == {"$ref": "#/components/responses/Problem"}, name
        assert any(status.startswith("2") for status in found["responses"]), name


def test_everything_needs_a_sign_in_but_the_webhooks() -> None:
    assert DESCRIBED["security"] == [{"signIn": []}]
    assert [name for name, o in operations() if o.get("security") == []] == [
        "POST /webhooks/{shop}"
    ]


def test_who_may_call_is_what_the_routes_check() -> None:
    everybody = ["admin", "staff", "support", "viewer"]
    assert operation("GET /api/orders")["x-groups"] == everybody
    assert operation("PATCH /api/orders/{order_id}")["x-groups"] == ["admin", "staff"]
    assert operation("POST /api/stock/items")["x-groups"] == ["admin", "staff"]
    assert operation("POST /api/mail/jobs/{job_id}/retry")["x-groups"] == [
        "admin",
        "staff",
        "support",
    ]
    assert operation("PUT /api/settings/shops/{shop_id}")["x-groups"] == ["admin"]
    assert [name for name, o in operations() if "x-groups" not in o] == [
        "POST /webhooks/{shop}",
        "GET /api/settings/me",
    ]


def test_headers_that_a_route_checks_are_told() -> None:
    assert headers("GET /api/orders") == {}
    assert headers("PATCH /api/orders/{order_id}") == {"If-Match": True}
    assert headers("POST /api/stock/items/{sku}/adjust") == {
        "If-Match": True,
        "Idempotency-Key": True,
    }
    assert headers("PUT /api/settings/shops/{shop_id}") == {
        "If-Match": False,
        "If-None-Match": False,
    }


def test_two_things_of_one_name_have_their_area_before_it() -> None:
    schemas = DESCRIBED["components"]["schemas"]

    assert "Health" not in schemas
    assert "awaiting_stock" in schemas["OrdersHealth"]["properties"]
    assert "waiting_skus" in schemas["StockHealth"]["properties"]


def test_answers_have_all_their_fields_and_requests_only_those_that_are_given() -> None:
    schemas = DESCRIBED["components"]["schemas"]

    assert schemas["Row"]["required"] == list(schemas["Row"]["properties"])
    assert "additionalProperties" not in schemas["Row"]
    assert "required" not in schemas["OrderChange"]
    assert schemas["OrderChange"]["additionalProperties"] is False
    assert schemas["DestinationFix"]["required"] == ["id"]


def test_a_stale_file_is_told_and_left_alone_by_the_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "openapi.json"
    target.write_text("{}")

    assert main(["--check"], target) == 1
    assert target.read_text() == "{}"
    assert main([], target) == 0
    assert main(["--check"], target) == 0
    assert json.loads(target.read_text()) == DESCRIBED
    assert main(["--nonsense"], target) == 2
    assert capsys.readouterr().out.splitlines()[:3] == [
        "docs/openapi.json is not what the routes say. Run: python -m tools.openapi",
        "docs/openapi.json written.",
        "docs/openapi.json is fresh.",
    ]
    assert openapi.__doc__


def test_schemas_are_told_as_typescript() -> None:
    made = to_typescript(
        {
            "Colour": {"enum": ["red", "blue"], "type": "string"},
            "Row": {
                "description": "One row.",
                "type": "object",
                "properties": {
                    "id": {"type": "string"},
                    "total": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
                    "colours": {"type": "array", "items": {"$ref": "#/components/schemas/Colour"}},
                    "maybe": {
                        "type": "array",
                        "items": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                    },
                    "by-name": {"type": "object", "additionalProperties": {"type": "boolean"}},
                    "any": {},
                    "place": {
                        "type": "object",
                        "properties": {"x": {"type": "number", "description": "In metres."}},
                        "required": ["x"],
                    },
                    "kind": {"const": "row"},
                },
                "required": ["id", "total"],
            },
        }
    )

    assert made == (
        "/** Made from the API's description by `python -m tools.openapi --types`. */\n"
        "\n"
        'export type Colour = "red" | "blue";\n'
        "\n"
        "/** One row. */\n"
        "export interface Row {\n"
        "  id: string;\n"
        "  total: number | null;\n"
        "  colours?: Colour[];\n"
        "  maybe?: (string | null)[];\n"
        '  "by-name"?: Record<string, boolean>;\n'
        "  any?: unknown;\n"
        "  place?: {\n"
        "    /** In metres. */\n"
        "    x: number;\n"
        "  };\n"
        '  kind?: "row";\n'
        "}\n"
    )
    with pytest.raises(ValueError, match="no TypeScript for 'tuple'"):
        to_typescript({"Odd": {"type": "tuple"}})


def test_the_types_are_good_typescript(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--types"]) == 0
    types = tmp_path / "api.ts"
    types.write_text(capsys.readouterr().out)
    done = subprocess.run(
        [ROOT / "node_modules" / ".bin" / "tsc", "--strict", "--noEmit", types],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )

    assert done.stdout + done.stderr == ""
    assert done.returncode == 0
