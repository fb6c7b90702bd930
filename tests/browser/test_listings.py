"""出品: codes of shops and the products they are."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.fake_api import FakeApi
from tests.browser.fake_data import minutes_ago
from tests.browser.test_accessibility import CLEAN, both_themes


def ask_for(page: Page, code: str) -> None:
    row = page.get_by_role("row").filter(has_text=code)
    row.get_by_role("button", name="割り当てる").click()


def test_a_code_with_a_known_jan_is_mapped_with_one_press(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/listings")
    row = page.get_by_role("row").filter(has_text="TEA-GIFT")
    expect(row).to_contain_text("番頭屋 通販部490123456793112件")
    ask_for(page, "TEA-GIFT")
    dialog = page.get_by_role("dialog", name="商品を割り当てる")
    expect(dialog.locator(".chosen")).to_contain_text("SENCHA-100八女 煎茶 100g")
    expect(dialog.get_by_text("待っている受注12件も先へ進みます。")).to_be_visible()
    dialog.get_by_role("button", name="割り当てる").click()
    expect(
        page.get_by_text("SENCHA-100 に割り当てました。待っている受注12件は自動で進みます")
    ).to_be_visible()
    expect(row).to_have_count(0)
    (sent,) = api.sent("PUT", "listings")
    assert (sent.path, sent.json) == (
        "/stock/listings/tsuhan/TEA-GIFT",
        {"sku": "SENCHA-100", "units": 1},
    )


def test_a_code_nobody_knows_is_searched_by_name_and_counts_several_units(
    api: FakeApi, open_page: Open
) -> None:
    page = open_page("#/listings?shop=honten")
    expect(page.locator("tbody tr")).to_have_count(2)
    ask_for(page, "44001002009912")
    dialog = page.get_by_role("dialog", name="商品を割り当てる")
    box = dialog.get_by_role("combobox", name="どの商品ですか")
    expect(box).to_be_focused()
    expect(dialog.get_by_role("button", name="割り当てる")).to_be_disabled()
    page.keyboard.type("手ぬぐい")
    expect(dialog.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="割り当てる")).to_be_focused()
    dialog.get_by_label("1出品あたりの個数").fill("２")
    dialog.get_by_role("button", name="割り当てる").click()
    expect(dialog).to_have_count(0)
    (sent,) = api.sent("PUT", "listings")
    assert sent.json == {"sku": "TENUGUI-01", "units": 2}


def test_a_mapping_that_the_server_refuses_says_why(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/listings", allow=("409",))
    listing = {"code": "TEA-GIFT", "sku": "MISO-500", "units": {"MISO-500": 1}, "version": 3}
    api.areas.shop_listings["tsuhan"].append(listing)
    ask_for(page, "TEA-GIFT")
    dialog = page.get_by_role("dialog", name="商品を割り当てる")
    dialog.get_by_role("button", name="割り当てる").click()
    expect(dialog.get_by_role("alert")).to_contain_text("この出品は別の商品につながっています。")


def test_when_all_is_mapped_the_list_says_so(api: FakeApi, open_page: Open) -> None:
    api.areas.unmapped_codes.clear()
    page = open_page("#/listings")
    expect(page.get_by_text("未割当のコードはありません")).to_be_visible()


def test_a_shop_s_listings_are_taken_over_with_progress(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/listings?view=unmapped&shop=honten")
    card = page.get_by_role("region", name="番頭屋 本店の出品")
    expect(card).to_contain_text("前回は5件を読み込み、新しく0件を割り当てました。")
    expect(page.locator("tbody tr")).to_have_count(2)
    card.get_by_role("button", name="出品を読み込む").click()
    expect(card.get_by_text(re.compile("出品を読み込んでいます: (400|800)件"))).to_be_visible()
    expect(card.get_by_role("button", name="出品を読み込む")).to_be_disabled()
    expect(card).to_contain_text("前回は1,200件を読み込み、新しく38件を割り当てました。")
    (sent,) = api.sent("POST", "import$")
    assert sent.path == "/stock/listings/honten/import"


def test_a_mall_that_stays_silent_is_waited_for_and_then_read_again(
    api: FakeApi, open_page: Open
) -> None:
    job = api.areas.taken_over["honten"]
    job.update(state="RUNNING", seen=-400, error="transient", heard_at=minutes_ago(5))
    page = open_page("#/listings?view=unmapped&shop=honten")
    card = page.get_by_role("region", name="番頭屋 本店の出品")
    expect(card).to_contain_text("モールが応答しません。自動でやり直します。")
    again = card.get_by_role("button", name="出品を読み込む")
    expect(again).to_be_disabled()
    job.update(state="FAILED", seen=400)
    expect(card).to_contain_text(
        "400件まで読み込んで止まりました。 モールが10分以上応答しませんでした。"
    )
    expect(again).to_be_enabled()


def test_a_job_whose_worker_died_can_be_begun_again(api: FakeApi, open_page: Open) -> None:
    api.areas.taken_over["honten"].update(state="RUNNING", seen=-9999, heard_at=minutes_ago(31))
    page = open_page("#/listings?view=unmapped&shop=honten")
    card = page.get_by_role("region", name="番頭屋 本店の出品")
    card.get_by_role("button", name="出品を読み込む").click()
    expect(card).to_contain_text("前回は1,200件を読み込み")
    assert len(api.sent("POST", "import$")) == 1


def test_a_shop_that_was_never_read_says_what_reading_does(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/listings?view=mapped&shop=tsuhan", allow=("404",))
    expect(page.get_by_text("店舗で売っているものを読み込み、")).to_be_visible()
    expect(page.get_by_text("割当済みの出品はまだありません")).to_be_visible()


def test_mapped_listings_show_their_state_and_are_let_go_of_after_a_question(
    api: FakeApi, open_page: Open
) -> None:
    page = open_page("#/listings?view=mapped&shop=honten")
    rows = page.get_by_role("table", name="割当済み").locator("tbody tr")
    expect(rows.nth(0)).to_contain_text("YUNOMI-AI反映済み8686")
    expect(rows.nth(1)).to_contain_text("モールが拒否")
    expect(rows.nth(2)).to_contain_text("1出品で3個")
    rows.nth(2).get_by_role("button", name="割当を外す").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("番頭屋 本店でこの出品の在庫をいったん0にしてから外します。")
    dialog.get_by_role("button", name="割当を外す").click()
    expect(rows.nth(2)).to_contain_text("取り下げ中")
    expect(rows.nth(2).get_by_role("button", name="割当を外す")).to_be_disabled()
    (sent,) = api.sent("DELETE", "listings")
    assert sent.headers["if-match"] == '"4"'
    page.get_by_role("link", name="割当の履歴").click()
    past = page.get_by_role("row").filter(has_text="割当を外した")
    expect(past).to_contain_text("割当を外した44001002000077TENUGUI-01大野 由紀")


def test_a_viewer_maps_nothing(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/listings", person="viewer")
    expect(page.get_by_role("button", name="割り当てる").first).to_be_disabled()


def test_the_mapping_dialog_violates_no_rule(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/listings", bypass_csp=True)
    ask_for(page, "44001002009912")
    page.get_by_role("combobox", name="どの商品ですか").fill("手ぬぐい")
    option = page.get_by_role("dialog").get_by_role("option")
    expect(option).to_have_count(1)
    assert both_themes(page) == CLEAN
    option.click()
    assert both_themes(page) == CLEAN
