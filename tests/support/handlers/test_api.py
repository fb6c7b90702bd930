import itertools
import json
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from common.channels.port import (
    Cap,
    ChannelError,
    ChannelInfo,
    Context,
    CredentialField,
    ErrorKind,
    Limits,
    Request,
    Unsupported,
)
from common.dynamo import Table
from support.handlers import api
from tests.common.servers import ScriptedServer, Told, free_port, serving
from tests.conftest import FakeContext
from tests.http import body_of, http_event
from tests.support.fakes import wanted

_numbers = itertools.count()
SECRET = "whsec_" + "A" * 32
SHOP = wanted().model_dump(exclude_unset=True)


@pytest.fixture(autouse=True)
def table(settings_table: Table, calls_table: Table, monkeypatch: pytest.MonkeyPatch) -> Table:
    monkeypatch.setenv("CALLS_TABLE", calls_table.name)
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


class Mall(Unsupported):
    """The generic channel, as if it had a mall: it asks for its token and calls it."""

    info = ChannelInfo(
        code="generic",
        name="Mall",
        caps=Cap.POLL,
        limits=Limits(),
        credentials=(CredentialField("key", lifetime=90),),
    )

    def check(self, ctx: Context) -> None:
        answer = ctx.send("check", Request("GET", ctx.shop.url, {"x-key": ctx.credential("key")}))
        if answer.status == 401:
            raise ChannelError(ErrorKind.AUTH, code="E401")


@pytest.fixture
def mall(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    """A mall on this machine, in the place where `generic_api` is looked for."""
    module = ModuleType("common.channels.generic_api")
    module.API = Mall()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    with serving() as server:
        yield server


def test_a_shop_is_connected_tested_paused_and_watched(mall: ScriptedServer, table: Table) -> None:
    create(api_url=mall.url)
    path = "/shops/kissa/credentials"
    body = {"credentials": {"key": "hidden-key"}, "expires_at": {"key": "2099-01-01"}}
    assert call("PUT", path, body=body)["statusCode"] == 428
    stored = call("PUT", path, body=body, headers=version(1))
    assert (stored["statusCode"], stored["headers"]["etag"]) == (200, '"2"')
    (credential,) = body_of(stored)["credentials"]
    assert (credential["is_set"], credential["expires_at"]) == (True, "2099-01-01")
    assert credential["set_at"].endswith("Z")

    checked = call("POST", "/shops/kissa/check")
    assert (checked["statusCode"], body_of(checked)["is_ok"]) == (200, True)
    assert mall.asked[0].headers["x-key"] == "hidden-key"
    mall.tell(Told(401))
    refused = body_of(call("POST", "/shops/kissa/check"))
    assert [step["hint"] for step in refused["steps"] if step["ok"] is False] == [
        "check_credentials"
    ]

    paused = call("POST", "/shops/kissa/pause")
    assert (body_of(paused)["is_paused"], paused["headers"]["etag"]) == (True, '"3"')
    assert body_of(call("POST", "/shops/kissa/resume"))["is_paused"] is False
    (ending,) = body_of(call("GET", "/credentials"))["items"]
    assert (ending["shop_id"], ending["name"], ending["how"]) == ("kissa", "key", "generic.key")
    everything = (
        stored["body"] + call("GET", "/shops")["body"] + call("GET", "/credentials")["body"]
    )
    everything += json.dumps([*table.every("SHOP"), *table.every("SHOP#kissa")])
    assert "hidden" not in everything
    assert [item["actor"]["id"] for item in table.every("SHOP#kissa")] == ["staff-1"] * 4


def test_a_mall_that_is_not_there_is_said_in_time_and_is_no_error_of_ours(
    mall: ScriptedServer,
) -> None:
    create(api_url=f"http://127.0.0.1:{free_port()}")
    body = {"credentials": {"key": "k"}}
    call("PUT", "/shops/kissa/credentials", body=body, headers=version(1))
    checked = call("POST", "/shops/kissa/check")
    assert checked["statusCode"] == 200
    (step,) = [step for step in body_of(checked)["steps"] if step["ok"] is False]
    assert (step["step"], step["hint"], step["code"]) == (
        "reachable",
        "check_address",
        "no_connection",
    )


def test_a_wrong_credential_is_refused_without_repeating_it(mall: ScriptedServer) -> None:
    create()
    for body in (
        {"credentials": {"key": "hidden" * 1000}},
        {"credentials": {"KEY": "hidden"}},
        {"credentials": {"other": "hidden"}},
        {"credentials": {"key": "hidden"}, "expires_at": {"key": "hidden"}},
        {"credentials": {"key": ["hidden"]}},
    ):
        answer = call("PUT", "/shops/kissa/credentials", body=body, headers=version(1))
        assert answer["statusCode"] == 422
        assert "hidden" not in answer["body"]


def test_channels_say_what_their_malls_can_do(mall: ScriptedServer) -> None:
    found = {item["code"]: item for item in body_of(call("GET", "/channels"))["items"]}
    assert found["generic"]["caps"] == ["poll"]
    assert found["generic"]["credentials"][0]["lifetime"] == 90


def test_staff_may_pause_and_test_a_shop_and_only_administrators_set_it_up(
    mall: ScriptedServer,
) -> None:
    create()
    body = {"credentials": {"key": "k"}}

    def status(method: str, path: str, group: str) -> int:
        payload = body if method == "PUT" else None
        answer = call(method, path, body=payload, headers=version(1), groups=(group,))
        code: int = answer["statusCode"]
        return code

    for path in ("check", "pause", "resume"):
        assert status("POST", f"/shops/kissa/{path}", "viewer") == 403
        assert status("POST", f"/shops/kissa/{path}", "support") == 403
        assert status("POST", f"/shops/kissa/{path}", "staff") == 200
    assert status("PUT", "/shops/kissa/credentials", "staff") == 403
    for path in ("/channels", "/credentials"):
        assert status("GET", path, "viewer") == 200
        assert call("GET", path, groups=())["statusCode"] == 403
