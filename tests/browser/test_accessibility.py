"""axe-core finds nothing, on any screen, light or dark, with WCAG 2.2 AA."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.fake_api import FakeApi
from tests.browser.screens import all_screens, order_address, order_in

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """(tags) => axe.run(
  document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})"""
# What fades in has its colours only afterwards; what turns for ever is not waited for.
SETTLED = """Promise.all(document.getAnimations()
  .filter((a) => a.effect.getComputedTiming().iterations === 1)
  .map((a) => a.finished.catch(() => 0)))"""


def violations(page: Page) -> list[tuple[str, list[Any]]]:
    """Rule and where, of everything axe finds in what is shown now."""
    page.evaluate(SETTLED)
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(RUN, TAGS)["violations"]
    return [(v["id"], [node["html"] for node in v["nodes"]][:3]) for v in found]


def both_themes(page: Page) -> dict[str, list[Any]]:
    found = {}
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        found[theme] = violations(page)
    return found


CLEAN: dict[str, list[Any]] = {"light": [], "dark": []}


def test_no_screen_violates_a_rule(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/import", person="admin", bypass_csp=True)
    page.evaluate("localStorage.setItem('banto.prefs', JSON.stringify({pageSize: 50}))")
    page.reload()
    found = {}
    for shown in all_screens(api):
        if shown.person:
            page.goto(f"{api.origin}/{shown.address}")
            expect(page.get_by_text(shown.shows).first).to_be_visible()
            found[shown.name] = both_themes(page)
    assert {name: result for name, result in found.items() if result != CLEAN} == {}
    assert len(found) == len(all_screens(api)) - 1


def test_the_sign_in_page_violates_no_rule(api: FakeApi, open_page: Open) -> None:
    page = open_page("", person="", bypass_csp=True)
    expect(page.get_by_role("button", name="サインイン")).to_be_focused()
    assert both_themes(page) == CLEAN


def test_a_phone_shows_nothing_that_violates_a_rule(api: FakeApi, open_page: Open) -> None:
    page = open_page(
        "#/orders?queue=REVIEW", bypass_csp=True, viewport={"width": 390, "height": 844}
    )
    expect(page.get_by_role("link", name="#5238")).to_be_visible()
    assert both_themes(page) == CLEAN


def open_hold(page: Page) -> None:
    page.get_by_role("button", name="保留にする").click()
    expect(page.get_by_label("保留の理由")).to_be_focused()


def open_address(page: Page) -> None:
    page.get_by_role("button", name="届け先を補う").click()
    page.get_by_label("郵便番号").fill("1")
    page.get_by_role("dialog").get_by_role("button", name="保存").click()
    expect(page.get_by_label("郵便番号")).to_be_focused()


def open_palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("けんさく")


def open_help(page: Page) -> None:
    page.keyboard.press("?")


def open_menu(page: Page) -> None:
    page.get_by_role("button", name="メニュー(表示・サインアウト)").click()


@pytest.mark.parametrize("act", [open_hold, open_address, open_palette, open_help, open_menu])
def test_nothing_that_opens_violates_a_rule(api: FakeApi, open_page: Open, act: Any) -> None:
    page = open_page(order_address(order_in(api, "INCOMPLETE")), bypass_csp=True, allow=("422",))
    expect(page.get_by_role("button", name="届け先を補う")).to_be_visible()
    act(page)
    assert both_themes(page) == CLEAN


def test_the_bulk_bar_and_a_toast_violate_no_rule(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders?queue=REVIEW", bypass_csp=True)
    page.locator("tbody input[type=checkbox]").nth(2).click()
    assert both_themes(page) == CLEAN
    page.get_by_role("button", name="確認済みにする (1)").click()
    expect(page.get_by_text("1件を確認済みにしました")).to_be_visible()
    assert both_themes(page) == CLEAN


def test_the_receive_form_with_its_effect_violates_no_rule(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/stock/FUROSHIKI-L", bypass_csp=True)
    page.get_by_role("button", name="入庫").click()
    page.get_by_label("入庫数").fill("50")
    assert both_themes(page) == CLEAN


def test_an_import_with_errors_violates_no_rule(api: FakeApi, open_page: Open) -> None:
    api.areas.next_import = "errors"
    page = open_page("#/import", bypass_csp=True)
    page.locator("input[type=file]").set_input_files(
        {"name": "a.csv", "mimeType": "text/csv", "buffer": b"sku"}
    )
    page.get_by_role("button", name="内容を確認する").click()
    expect(page.get_by_text("2件のエラーがあるため、まだ取り込めません")).to_be_visible()
    assert both_themes(page) == CLEAN
