"""棚卸."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.fake_api import FakeApi
from tests.browser.test_accessibility import CLEAN, both_themes

TAKE = "#/stocktakes/01KAT1"


def tiles(page: Page) -> list[str]:
    """Counted products, of these different, units more, units fewer."""
    return page.locator(".tiles dd").all_text_contents()


def test_a_stock_take_is_started_and_counted_with_a_scanner(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/stocktakes")
    expect(page.get_by_role("link", name="10月 棚卸")).to_be_visible()
    page.keyboard.press("n")
    page.get_by_label("名前").fill("A棚")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("A棚")
    box = page.get_by_role("combobox", name="商品")
    expect(box).to_be_focused()
    expect(page.get_by_role("button", name="在庫に反映")).to_be_disabled()
    page.keyboard.type("4901234567894\n")
    number = page.get_by_label("数えた数")
    expect(number).to_be_focused()
    page.keyboard.type("１１８\n")
    expect(
        page.get_by_text("YUNOMI-AI 有田焼 湯のみ 藍染付: 118個。帳簿は120個で、差は−2です")
    ).to_be_visible()
    expect(box).to_be_focused()
    page.keyboard.type("misO-500\n")
    expect(number).to_be_focused()
    page.keyboard.type("0\n")
    expect(page.get_by_text("MISO-500 天然醸造 米味噌 500g: 0個。帳簿と同じです")).to_be_visible()
    assert tiles(page) == ["2", "1", "0", "−2"]
    assert [(r.path, r.json) for r in api.sent("PUT", "counts")] == [
        ("/stock/stocktakes/01KAT2/counts/YUNOMI-AI", {"counted": 118}),
        ("/stock/stocktakes/01KAT2/counts/MISO-500", {"counted": 0}),
    ]


def test_what_was_counted_before_is_said_and_replaced(api: FakeApi, open_page: Open) -> None:
    page = open_page(TAKE)
    expect(page.get_by_role("row").filter(has_text="HASHI-23")).to_contain_text("76−1")
    box = page.get_by_role("combobox", name="商品")
    box.fill("HASHI-23")
    box.press("Enter")
    expect(page.get_by_text("大野 由紀さんが一度6個と数えています。")).to_be_visible()
    page.get_by_label("数えた数").press("Escape")
    expect(page.get_by_label("数えた数")).to_have_count(0)
    expect(box).to_be_focused()
    page.keyboard.type("HASHI-23\n")
    expect(page.get_by_label("数えた数")).to_be_focused()
    page.keyboard.type("\n")
    expect(page.get_by_text("0以上の整数を入力してください")).to_be_visible()
    page.keyboard.type("7\n")
    expect(page.get_by_role("row").filter(has_text="HASHI-23")).to_contain_text("77±0")
    assert tiles(page) == ["2", "0", "0", "0"]


def test_only_differences_are_shown_when_asked_for(api: FakeApi, open_page: Open) -> None:
    page = open_page(TAKE)
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("link", name="差異のみ").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile("only=different$"))


def test_applying_shows_what_changes_and_then_how_far_it_is(api: FakeApi, open_page: Open) -> None:
    page = open_page(TAKE)
    page.get_by_role("button", name="在庫に反映").click()
    dialog = page.get_by_role("dialog", name="数えた結果を在庫に反映しますか")
    expect(dialog).to_contain_text("数えた2商品のうち、差異のある1商品の在庫数を直します。")
    expect(dialog.locator("tbody tr")).to_have_text(["HASHI-23若狭塗 夫婦箸 桐箱入り7 → 6−1"])
    assert api.sent("POST", "apply$") == []
    dialog.get_by_role("button", name="1商品を直す").click()
    expect(page.get_by_role("progressbar")).to_have_attribute("max", "2")
    expect(page.get_by_text("在庫に反映しました (差異 1商品)")).to_be_visible()
    expect(page.get_by_role("combobox", name="商品")).to_have_count(0)
    assert api.areas.items["HASHI-23"]["on_hand"] == 6
    (sent,) = api.sent("POST", "apply$")
    assert sent.headers["if-match"] == '"1"'


def test_a_stock_take_that_was_closed_meanwhile_says_so(api: FakeApi, open_page: Open) -> None:
    page = open_page(TAKE, allow=("409",))
    box = page.get_by_role("combobox", name="商品")
    box.fill("MISO-500")
    box.press("Enter")
    api.areas.stocktakes["01KAT1"]["state"] = "CANCELLED"
    page.get_by_label("数えた数").fill("3")
    page.keyboard.press("Enter")
    expect(page.locator("h1 + .badge")).to_have_text("取消")
    expect(page.get_by_role("button", name="在庫に反映")).to_have_count(0)


def test_a_stock_take_is_cancelled_after_a_question(api: FakeApi, open_page: Open) -> None:
    page = open_page(TAKE)
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("button", name="棚卸を取り消す").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("数えた2商品の記録は使われず、在庫数は変わりません。")
    dialog.get_by_role("button", name="取り消す", exact=True).click()
    expect(page.locator("h1 + .badge")).to_have_text("取消")
    assert api.areas.items["HASHI-23"]["on_hand"] == 7


def test_counting_and_applying_violate_no_rule(api: FakeApi, open_page: Open) -> None:
    page = open_page(TAKE, bypass_csp=True)
    box = page.get_by_role("combobox", name="商品")
    box.fill("MISO-500")
    box.press("Enter")
    expect(page.get_by_label("数えた数")).to_be_focused()
    assert both_themes(page) == CLEAN
    page.get_by_role("button", name="在庫に反映").click()
    assert both_themes(page) == CLEAN


def test_what_was_counted_again_elsewhere_is_said_to_be_left_alone(
    api: FakeApi, open_page: Open
) -> None:
    take = api.areas.stocktakes["01KAT1"]
    take.update(state="APPLIED", applied=3, outdated=1)
    page = open_page("#/stocktakes/01KAT1")
    expect(page.get_by_text("1商品は反映していません")).to_be_visible()
    expect(page.get_by_text("二重に直さないよう、その商品は今の在庫数のままです。")).to_be_visible()
