"""Every screen shows its data, breaks no rule of its security policy, and fits a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.fake_api import FakeApi
from tests.browser.screens import NAMES, all_screens, order_address, order_in, screen

SMALL_TARGETS = """() =>
  [...document.querySelectorAll('main a, main button, main select, .rail a, .rail button')]
    .map((e) => [e.textContent, e.getBoundingClientRect()])
    .filter(([, r]) => r.width && (r.width < 24 || r.height < 24))
    .map(([text]) => text)"""


def test_the_list_of_names_is_the_list_of_screens(api: FakeApi) -> None:
    assert [s.name for s in all_screens(api)] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_screen_shows_its_data_without_any_violation(
    api: FakeApi, open_page: Open, name: str
) -> None:
    shown = screen(api, name)
    page = open_page(shown.address, person=shown.person)
    expect(page.get_by_text(shown.shows).first).to_be_visible()
    expect(page).to_have_title(re.compile(r" · Banto$"))
    assert page.evaluate("window.__violations") == []


@pytest.mark.parametrize("width", [390, 320])
def test_no_screen_scrolls_sideways_on_a_phone(api: FakeApi, open_page: Open, width: int) -> None:
    page = open_page("#/orders", person="admin", viewport={"width": width, "height": 844})
    too_wide = {}
    for shown in all_screens(api):
        if not shown.person:
            continue
        page.goto(f"{api.origin}/{shown.address}")
        expect(page.get_by_text(shown.shows).first).to_be_visible()
        found = page.evaluate("document.documentElement.scrollWidth")
        if found > width:
            too_wide[shown.name] = found
    assert too_wide == {}


def test_everything_can_be_read_at_twice_the_size(api: FakeApi, open_page: Open) -> None:
    # 200 % on a 1280 px screen is a window of 640 px.
    page = open_page("#/orders", viewport={"width": 640, "height": 430})
    expect(page.get_by_role("link", name="T-5240")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 640


def test_targets_are_large_enough_for_a_finger(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders", viewport={"width": 390, "height": 844})
    expect(page.get_by_role("link", name="T-5240")).to_be_visible()
    assert page.evaluate(SMALL_TARGETS) == []


def row_times(page: Page) -> list[str]:
    return page.locator("tbody tr").first.locator("time").all_text_contents()


def test_times_are_tokyo_s_wherever_the_browser_is(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders")
    time = page.locator("tbody tr").first.locator("time")
    expect(time).to_have_text("2026-11-21 (土) 20:09")
    expect(time).to_have_attribute("datetime", "2026-11-21T20:09:00+09:00")
    assert page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == "America/New_York"


def test_what_buyers_write_is_shown_as_text(api: FakeApi, open_page: Open) -> None:
    id_ = order_in(api, "REVIEW")
    attack = '<img src=x onerror="window.hurt=1"><b>太字</b>'
    api.areas.orders[id_]["remarks"] = attack
    api.areas.orders[id_]["buyer"]["name"] = attack
    page = open_page(order_address(id_))
    expect(page.locator(".remarks-text")).to_have_text(attack)
    assert page.evaluate("window.hurt") is None


def test_english_and_dark_are_one_click_away_and_stay(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders")
    page.get_by_role("button", name="メニュー(表示・サインアウト)").click()
    page.get_by_role("menuitemradio", name="English").click()
    expect(page.get_by_role("heading", name="All orders")).to_be_visible()
    page.get_by_role("button", name="Menu (appearance, sign-out)").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.get_by_role("heading", name="All orders")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("body")).to_have_css("color", "rgb(233, 234, 237)")


def test_paper_is_always_light(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders", color_scheme="dark")
    expect(page.get_by_role("link", name="T-5240")).to_be_visible()
    expect(page.locator("html")).to_have_css("color", "rgb(233, 234, 237)")
    page.emulate_media(media="print")
    expect(page.locator("html")).to_have_css("color", "rgb(28, 30, 35)")
    expect(page.locator(".rail")).to_be_hidden()


def test_a_screen_that_breaks_leaves_the_navigation(api: FakeApi, open_page: Open) -> None:
    api.areas.orders[order_in(api, "REVIEW")].pop("facets")
    page = open_page(order_address(order_in(api, "REVIEW")), allow=("TypeError", "undefined"))
    expect(page.get_by_text("画面の表示中に問題が起きました")).to_be_visible()
    page.get_by_role("link", name="在庫", exact=True).click()
    expect(page.get_by_role("link", name="FUROSHIKI-L")).to_be_visible()
