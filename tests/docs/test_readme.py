"""What the READMEs say is there."""

import re

import pytest

from tests.conftest import ROOT

PAGES = ("README.md", "README.ja.md", "CONTRIBUTING.md", "CHANGELOG.md")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_into_the_project_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    inside = [link for link in links if "://" not in link]
    missing = [link for link in inside if not (ROOT / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES)
def test_every_make_command_is_a_target(page: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = re.findall(r"\bmake ([a-z]+)", (ROOT / page).read_text("utf-8"))
    assert set(named) - targets == set()


def test_both_languages_show_the_same_commands() -> None:
    def commands(page: str) -> list[str]:
        blocks = re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
        return [block for block in blocks if block.startswith("make")]

    assert commands("README.md") == ["make run\n", "make test\n", "make deploy STAGE=dev\n"]
    assert commands("README.ja.md") == commands("README.md")


@pytest.mark.parametrize("name", ["README.md", "README.ja.md"])
def test_every_area_and_its_readme_is_linked(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    areas = [path.parent.name for path in sorted(ROOT.glob("functions/*/__init__.py"))]
    assert areas == ["mail", "orders", "stock", "support"]
    for area in areas:
        assert f"(functions/{area}/README.md)" in text
