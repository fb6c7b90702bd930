import itertools
import json
from typing import Any

import pytest

from common.dynamo import Table
from support.handlers import api
from tests.conftest import FakeContext
from tests.http import body_of, http_event
from tests.support.fakes import wanted

_numbers = itertools.count()
SECRET = "whsec_" + "A" * 32
SHOP = wanted().model_dump()


@pytest.fixture(autouse=True)
def table(settings_table: Table, monkeypatch: pytest.MonkeyPatch) -> Table:
    monkeypatch.setenv("SETTINGS_TABLE", "settings")
    monkeypatch.setenv("SHOP_SECRETS_PREFIX", "/banto/test/shops/")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", f"support-test-{next(_numbers)}")
    return settings_table


def call(method: str, path: str, **options: Any) -> dict[str, Any]:
    return api.handler(http_event(method, f"/api/settings{path}", **options), FakeContext())


def create(shop_id: str = "kissa", **changes: Any) -> dict[str, Any]:
    headers = {"If-None-Match": "*"}
    return call("PUT", f"/shops/{shop_id}", body=SHOP | changes, headers=headers)


def version(number: int) -> dict[str, str]:
    return {"If-Match": f'"{number}"'}


def test_me_is_who_is_signed_in_whatever_the_groups() -> None:
    answer = call("GET", "/me", groups=("support", "staff"))
    assert body_of(answer) == {
        "id": "staff-1",
        "name": "staff-1",
        "groups": ["staff", "support"],
    }
    assert body_of(call("GET", "/me", groups=()))["groups"] == []


def test_who_is_not_signed_in_gets_nothing() -> None:
    event = http_event("GET", "/api/settings/me")
    del event["requestContext"]["authorizer"]
    assert api.handler(event, FakeContext())["statusCode"] == 401


def test_a_shop_is_made_read_listed_and_changed() -> None:
    made = create()
    assert (made["statusCode"], made["headers"]["etag"]) == (201, '"1"')
    assert body_of(made)["webhook_url_path"] == "/webhooks/kissa"
    read = call("GET", "/shops/kissa")
    assert (read["statusCode"], read["headers"]["etag"]) == (200, '"1"')
    assert body_of(call("GET", "/shops"))["items"] == [body_of(made)]
    changed = call("PUT", "/shops/kissa", body=SHOP | {"enabled": False}, headers=version(1))
    assert (changed["statusCode"], changed["headers"]["etag"]) == (200, '"2"')
    assert body_of(changed)["enabled"] is False


def test_a_write_needs_its_precondition() -> None:
    assert call("PUT", "/shops/kissa", body=SHOP)["statusCode"] == 428
    create()
    assert create()["statusCode"] == 412
    stale = call("PUT", "/shops/kissa", body=SHOP, headers=version(9))
    assert stale["statusCode"] == 412
    assert body_of(stale)["current"]["version"] == 1
    assert call("PUT", "/shops/other", body=SHOP, headers=version(1))["statusCode"] == 404


def test_wrong_values_are_named() -> None:
    answer = create(channel="ebay", mail={"from_address": "nobody"})
    assert answer["statusCode"] == 422
    fields = [error["field"].split(".")[-1] for error in body_of(answer)["errors"]]
    assert fields == ["channel", "from_address"]
    assert body_of(create("Kissa"))["errors"][0]["field"] == "id"
    assert call("GET", "/shops")["body"] == '{"items":[]}'


def test_a_secret_is_stored_and_no_answer_shows_it(table: Table) -> None:
    create()
    answer = call("PUT", "/shops/kissa/webhook-secret", body={"secret": SECRET})
    assert (answer["statusCode"], answer["headers"]["etag"]) == (200, '"2"')
    assert body_of(answer)["secret"] is None
    assert body_of(answer)["shop"]["has_secret"] is True
    everything = (
        answer["body"] + call("GET", "/shops")["body"] + call("GET", "/shops/kissa")["body"]
    )
    assert SECRET not in everything
    assert "/banto/" not in everything
    stored = json.dumps([*table.every("SHOP"), *table.every("SHOP#kissa")])
    assert SECRET not in stored
    assert "/banto/test/shops/kissa/webhook/" in stored


def test_the_server_makes_a_secret_when_it_is_told_the_version() -> None:
    create()
    path = "/shops/kissa/webhook-secret"
    assert call("PUT", path, body={})["statusCode"] == 428
    made = call("PUT", path, body={}, headers=version(1))
    assert body_of(made)["secret"].startswith("whsec_")
    assert call("PUT", path, body={}, headers=version(1))["statusCode"] == 412
    assert call("PUT", path, body={"secret": SECRET}, headers=version(1))["statusCode"] == 412


def test_a_wrong_secret_is_refused_without_repeating_it() -> None:
    create()
    answer = call("PUT", "/shops/kissa/webhook-secret", body={"secret": "hidden-secret"})
    assert answer["statusCode"] == 422
    assert "hidden" not in answer["body"]
    too_long = call("PUT", "/shops/kissa/webhook-secret", body={"secret": "hidden" * 50})
    assert too_long["statusCode"] == 422
    assert "hidden" not in too_long["body"]


@pytest.mark.parametrize("group", ["admin", "staff", "support", "viewer"])
def test_every_group_may_read_shops(group: str) -> None:
    create()
    assert call("GET", "/shops", groups=(group,))["statusCode"] == 200
    assert call("GET", "/shops/kissa", groups=(group,))["statusCode"] == 200
    assert call("GET", "/shops", groups=())["statusCode"] == 403


@pytest.mark.parametrize("group", ["staff", "support", "viewer"])
def test_only_administrators_write(group: str, table: Table) -> None:
    create()
    headers = {"If-None-Match": "*"}
    made = call("PUT", "/shops/other", body=SHOP, headers=headers, groups=(group,))
    assert made["statusCode"] == 403
    assert "admin" in body_of(made)["detail"]
    changed = call("PUT", "/shops/kissa", body=SHOP, headers=version(1), groups=(group,))
    assert changed["statusCode"] == 403
    path = "/shops/kissa/webhook-secret"
    assert call("PUT", path, body={"secret": SECRET}, groups=(group,))["statusCode"] == 403
    assert [item["version"] for item in table.every("SHOP")] == [1]


def test_logs_name_ids_and_fields_and_never_values(capsys: pytest.CaptureFixture[str]) -> None:
    create()
    call("PUT", "/shops/kissa/webhook-secret", body={"secret": SECRET})
    call("PUT", "/shops/kissa/webhook-secret", body={"secret": "hidden-secret"})
    create("bad", mail={"from_address": "nobody-at-all"})
    output = capsys.readouterr().out
    lines = [json.loads(line) for line in output.splitlines()]
    assert [(line["message"], line["shop"], line["actor"]) for line in lines] == [
        ("shop saved", "kissa", "staff-1"),
        ("shop saved", "kissa", "staff-1"),
    ]
    assert lines[1]["fields"] == ["webhook_secret"]
    for word in ("whsec", "hidden", "喫茶", "kissa.example", "nobody"):
        assert word not in output


def test_the_description_names_requests_and_answers() -> None:
    described = json.loads(api.app.get_openapi_json_schema(title="Banto", version="1"))
    schemas = described["components"]["schemas"]
    assert {"ShopRequest", "ShopView", "ShopList", "SecretStored", "MeView"} <= set(schemas)
