from typing import ClassVar

import pytest

from common.settings import MissingSetting, Runtime, Settings, WrongSetting


class Env(Settings):
    """As a handler declares it."""

    tables: ClassVar[tuple[str, ...]] = ("orders",)

    orders_table: str
    burst: int = 10
    dry_run: bool = False


class Wider(Env):
    inbound_queue: str


@pytest.fixture(autouse=True)
def table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_TABLE", "orders-1")


def test_fields_are_read_from_variables_of_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BURST", "25")
    monkeypatch.setenv("DRY_RUN", "true")

    env = Env.load()

    assert (env.orders_table, env.burst, env.dry_run) == ("orders-1", 25, True)


def test_defaults_stand_in_and_class_variables_are_no_settings() -> None:
    env = Env.load()

    assert (env.burst, env.dry_run) == (10, False)
    assert Env.fields() == {"orders_table": str, "burst": int, "dry_run": bool}


def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ORDERS_TABLE")

    with pytest.raises(MissingSetting, match="ORDERS_TABLE is not set"):
        Env.load()


def test_fields_of_a_base_are_read_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INBOUND_QUEUE", "https://q")

    env = Wider.load()

    assert (env.orders_table, env.inbound_queue) == ("orders-1", "https://q")


def test_one_loading_does_not_change_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BURST", "25")
    first = Env.load()
    monkeypatch.delenv("BURST")

    assert (first.burst, Env.load().burst, Env.burst) == (25, 10, 10)


@pytest.mark.parametrize(("name", "kind"), [("BURST", "int"), ("DRY_RUN", "bool")])
def test_a_value_that_cannot_be_meant_is_refused_without_repeating_it(
    monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    monkeypatch.setenv(name, "s3cret")

    with pytest.raises(WrongSetting) as wrong:
        Env.load()

    assert str(wrong.value) == f"{name} is not of type {kind}"


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", True), ("TRUE", True), ("yes", True), ("0", False), ("False", False), ("", False)],
)
def test_truth_is_read_from_words(monkeypatch: pytest.MonkeyPatch, text: str, value: bool) -> None:
    monkeypatch.setenv("DRY_RUN", text)

    assert Env.load().dry_run is value


def test_a_field_of_another_type_is_a_mistake_of_the_handler(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Odd(Settings):
        ratio: float

    monkeypatch.setenv("RATIO", "0.5")
    with pytest.raises(TypeError, match=r"Odd\.ratio"):
        Odd.load()


def test_an_empty_text_is_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_TABLE", "")

    assert Env.load().orders_table == ""


def test_what_every_function_gets_has_defaults_for_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Runtime.fields():
        monkeypatch.delenv(name.upper(), raising=False)

    runtime = Runtime.load()

    assert (runtime.stage, runtime.log_level) == ("test", "INFO")
