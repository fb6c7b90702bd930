"""Infra and handlers agree, both ways."""

import importlib

import pytest

from common.settings import Settings
from infra.bundle import FUNCTIONS
from tests.infra.synthesised import Stage
from tests.infra.wiring import GIVEN_TO_ALL, differences


def handler_files() -> dict[str, set[str]]:
    """`<area>.<name>` → the variables that its Env declares."""
    found = {}
    for path in FUNCTIONS.glob("*/handlers/*.py"):
        # `api_<topic>` are routes that `api` takes in.
        if path.stem == "__init__" or path.stem.startswith("api_"):
            continue
        area = path.parts[-3]
        module = importlib.import_module(f"{area}.handlers.{path.stem}")
        assert callable(module.handler), f"{area}.{path.stem} has no handler"
        assert issubclass(module.Env, Settings), f"{area}.{path.stem} has no Env(Settings)"
        found[f"{area}.{path.stem}"] = {name.upper() for name in module.Env.fields()}
    return found


def given(stage: Stage) -> dict[str, set[str]]:
    return {
        name: set(props["Environment"]["Variables"]) for name, props in stage.functions().items()
    }


# Only with an option; the stage `customised` has them all.
OPTIONAL = {"support.relay_request"}


def test_every_handler_has_a_function_with_exactly_the_variables_it_declares(
    stage: Stage, customised: Stage
) -> None:
    files = handler_files()
    assert differences(files, given(customised)) == []
    always = {name: files[name] for name in files.keys() - OPTIONAL}
    assert differences(always, given(stage)) == []


ALL = set(GIVEN_TO_ALL)


def test_agreement_has_no_differences() -> None:
    assert differences({"a.b": {"X"}}, {"a.b": {"X"} | ALL}) == []


@pytest.mark.parametrize(
    ("files", "functions", "found"),
    [
        ({"a.b": set()}, {}, "a.b: a handler without a line in infra/areas"),
        ({}, {"a.b": ALL}, "a.b: a line in infra/areas without a handler"),
        ({"a.b": {"X"}}, {"a.b": ALL}, "a.b: declares X, is not given it"),
        ({"a.b": set()}, {"a.b": {"X"} | ALL}, "a.b: is given X, does not declare it"),
        ({"a.b": set()}, {"a.b": ALL - {"STAGE"}}, "a.b: is not given STAGE"),
    ],
)
def test_each_kind_of_difference_is_found(
    files: dict[str, set[str]], functions: dict[str, set[str]], found: str
) -> None:
    assert differences(files, functions) == [found]


def test_the_stages_have_the_same_functions(stages: dict[str, Stage]) -> None:
    assert given(stages["local"]) == given(stages["dev"]) == given(stages["prod"])
