import json

import pytest

from common.channels.port import ChannelError, ErrorKind
from common.errors import Conflict, NotFound
from support.service.views import CheckView
from tests.logs import caught_logs
from tests.support.fakes import ADMIN, Settings, entered, wanted

CREDENTIALS = {"license_key": "k", "client_id": "c"}


@pytest.fixture
def settings() -> Settings:
    made = Settings()
    body = wanted(channel="shopify", options={"seller": "s-1"})
    made.office.create("mame", body, actor=ADMIN)
    made.credentials.set("mame", entered(CREDENTIALS), version=1, actor=ADMIN)
    return made


def failed(view: CheckView) -> tuple[str, str, list[str], str]:
    assert view.is_ok is False
    (step,) = [step for step in view.steps if step.ok is False]
    return step.step, step.hint, step.fields, step.code


def test_a_shop_that_reaches_its_mall_is_fine_in_every_step(settings: Settings) -> None:
    found = settings.checker.check("mame")
    assert found.is_ok is True
    assert [(step.step, step.ok, step.hint) for step in found.steps] == [
        ("address", True, ""),
        ("options_present", True, ""),
        ("credentials_present", True, ""),
        ("reachable", True, ""),
        ("authorised", True, ""),
        ("permitted", True, ""),
        ("answered", True, ""),
    ]
    assert settings.malls.checked == ["mame"]


def test_what_is_missing_is_named_and_nobody_is_asked(settings: Settings) -> None:
    settings.office.create("bare", wanted(channel="shopify"), actor=ADMIN)
    assert failed(settings.checker.check("bare")) == (
        "options_present",
        "enter_options",
        ["seller"],
        "",
    )
    body = wanted(channel="shopify", options={"seller": "s-1"})
    settings.office.change("bare", body, version=1, actor=ADMIN)
    settings.credentials.set("bare", entered({"client_id": "c"}), version=2, actor=ADMIN)
    assert failed(settings.checker.check("bare")) == (
        "credentials_present",
        "enter_credentials",
        ["license_key"],
        "",
    )
    assert settings.malls.checked == []


@pytest.mark.parametrize("kind", ErrorKind)
def test_whatever_the_mall_does_is_an_answer(settings: Settings, kind: ErrorKind) -> None:
    settings.malls.failure = ChannelError(kind, code="E1")
    assert failed(settings.checker.check("mame"))[3] == "E1"


def test_an_answer_that_nobody_can_read_is_an_answer_too(settings: Settings) -> None:
    settings.malls.failure = KeyError("御堂筋 太郎")
    with caught_logs() as logged:
        found = settings.checker.check("mame")
    assert failed(found) == ("answered", "odd_answer", [], "unreadable")
    assert "御堂筋" not in logged.getvalue()
    last = json.loads(logged.getvalue().splitlines()[-1])
    assert (last["message"], last["shop"], last["step"]) == (
        "connection tested",
        "mame",
        "answered",
    )


def test_a_channel_without_a_mall_cannot_be_tested(settings: Settings) -> None:
    settings.office.create("kissa", wanted(), actor=ADMIN)
    with pytest.raises(Conflict):
        settings.checker.check("kissa")
    with pytest.raises(NotFound):
        settings.checker.check("other")
