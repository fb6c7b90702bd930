"""docs/configuration.md and docs/operations.md say what the code does, no more and no less."""

import re
from dataclasses import MISSING, fields

from infra.bundle import ROOT
from infra.config import Config
from tests.infra.synthesised import Stage
from tests.infra.wiring import GIVEN_TO_ALL

CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def table(text: str, heading: str) -> dict[str, list[str]]:
    """First cell, without its backticks → the other cells, of the first table below a heading."""
    section = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| `")]
    return {cells[0].strip(" `"): [cell.strip() for cell in cells[1:]] for cells in rows}


def test_every_option_is_explained_with_its_default() -> None:
    options = table(CONFIGURATION, "Options of a deployment")
    assert list(options) == [f.name for f in fields(Config)]
    for field in fields(Config):
        default, meaning = options[field.name]
        assert len(meaning) > 20, field.name
        if field.default is MISSING or field.name == "sign_in_prefix":
            continue
        said = {None: "none", True: "`true`", False: "`false`"}.get(
            field.default, f"`{field.default}`"
        )
        assert default.startswith(said), field.name


def test_the_defaults_of_stages_are_said(stages: dict[str, Stage]) -> None:
    (default, _) = table(CONFIGURATION, "Options of a deployment")["log_days"]
    assert default == (
        f"`{stages['dev'].config.log_days}`; `local` {stages['local'].config.log_days}, "
        f"`prod` {stages['prod'].config.log_days}"
    )


def test_every_variable_is_explained_with_the_functions_that_get_it(prod: Stage) -> None:
    given: dict[str, list[str]] = {}
    for name, props in prod.functions().items():
        for variable in props["Environment"]["Variables"]:
            given.setdefault(variable, []).append(name)
    explained = table(CONFIGURATION, "Environment of the functions")
    assert set(explained) == set(given)
    for variable, names in given.items():
        to = explained[variable][0]
        if variable in GIVEN_TO_ALL:
            assert to == "every function"
        else:
            assert sorted(to.split(", ")) == sorted(names), variable


def test_every_output_is_named(customised: Stage) -> None:
    section = CONFIGURATION.split("\n## Outputs of the stack\n")[1]
    assert set(re.findall(r"`(\w+)`", section)) == set(customised.template["Outputs"])


def test_every_alarm_is_explained_and_no_other(prod: Stage, customised: Stage) -> None:
    alarms = {
        props["AlarmName"].removeprefix("banto-prod-")
        for props in customised.of("CloudWatch::Alarm").values()
    }
    section = OPERATIONS.split("\n## Alarms\n")[1].split("\n## ")[0]
    kinds = "dead-letters|age|lag|errors|throttles|rate|notices"
    named = re.findall(rf"`([a-z_-]+-(?:{kinds}))`", section)
    assert set(named) == alarms
    assert f"{len(prod.of('CloudWatch::Alarm'))} alarms" in OPERATIONS
