"""What of docs/openapi.json no area's routes say: the document around them, problems, webhooks."""

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]

Json = dict[str, Any]


def webhooks() -> Json:
    """The one route without a sign-in."""
    accepted = {"type": "object", "properties": {"request_id": {"type": "string"}}}
    shop = {"name": "shop", "in": "path", "required": True, "schema": {"type": "string"}}
    body = {"required": True, "content": {"*/*": {"schema": {"type": "string"}}}}
    return {
        "/webhooks/{shop}": {
            "post": {
                "tags": ["orders"],
                "operationId": "orders.receive_webhook",
                "description": "A mall or cart delivers an order, signed as its channel signs "
                "(docs/channels.md). 202 once it is safe with us; on anything else, deliver again.",
                "security": [],
                "parameters": [shop],
                "requestBody": body,
                "responses": {
                    "200": {
                        "description": "A trial of the address, which imports nothing",
                        "content": {"application/json": {"schema": accepted}},
                    },
                    "202": {
                        "description": "Taken",
                        "content": {"application/json": {"schema": accepted}},
                    },
                    "default": {"$ref": "#/components/responses/Problem"},
                },
            }
        }
    }


PROBLEM: Json = {
    "type": "object",
    "description": "What went wrong (RFC 9457). `errors`: the wrong fields, with status 422. "
    "`current`: the thing as it is now, with status 412.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                "required": ["field", "message"],
            },
        },
        "current": {"type": "object"},
    },
    "required": ["type", "title", "status", "detail", "code", "request_id"],
}


def framed(paths: Json, schemas: Json) -> Json:
    """The whole document around paths and schemas."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Banto",
            "version": project["version"],
            "description": "Times are ISO 8601 in UTC with milliseconds, amounts are whole minor "
            "units of the order's currency (yen for JPY), null while they are not determined. "
            "Lists come in pages: hand `next` over to get the following one. Ids in paths are "
            "percent-encoded twice. `x-groups`: who may call.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"signIn": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "signIn": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "Access token of the Cognito user pool.",
                }
            },
            "responses": {
                "Problem": {
                    "description": "What went wrong",
                    "content": {"application/problem+json": problem},
                }
            },
            "schemas": schemas,
        },
    }
