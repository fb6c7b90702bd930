"""発注・入荷."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, wait_until
from tests.browser.fake_api import FakeApi
from tests.browser.test_accessibility import CLEAN, both_themes

DRAFT, ORDERED, LATE = (f"01KAJ00000000000000000000{n}" for n in (1, 2, 3))


def test_purchase_orders_are_listed_with_what_is_still_to_come(
    api: FakeApi, open_page: Open
) -> None:
    page = open_page("#/purchases")
    rows = page.get_by_role("table", name="発注書の一覧").locator("tbody tr")
    expect(rows).to_have_count(5)
    expect(rows.nth(1)).to_contain_text("丸山陶器一部入荷2点72")
    expect(rows.filter(has_text="予定日超過")).to_have_count(1)
    expect(rows.filter(has_text="予定日超過")).to_contain_text("越前屋包装発注済み")
    page.get_by_role("link", name="下書き", exact=True).click()
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile("list=DRAFT$"))
    expect(page.locator(".rail [aria-current]")).to_have_text("在庫")


def test_a_purchase_order_is_typed_without_the_mouse(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/purchases")
    expect(page.get_by_role("link", name="越前屋包装")).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_label("仕入先")).to_be_focused()
    page.keyboard.type("丸山陶器")
    page.keyboard.press("Enter")
    box = page.get_by_role("combobox", name="商品を追加")
    expect(box).to_be_focused()
    page.keyboard.type("4901234567894")
    page.keyboard.press("Enter")
    expect(page.get_by_label("YUNOMI-AI 発注数")).to_be_focused()
    page.keyboard.type("６０")
    page.keyboard.press("Enter")
    expect(box).to_be_focused()
    page.keyboard.type("hashi")
    expect(page.get_by_role("option")).to_have_text(["HASHI-23若狭塗 夫婦箸 桐箱入り在庫 7"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_label("HASHI-23 発注数")).to_be_focused()
    page.keyboard.type("12")
    expect(page.locator(".foot-sums")).to_have_text("合計数量72合計金額(税抜)¥118,800")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("下書きを保存しました")).to_be_visible()
    (sent,) = api.sent("POST", "^/stock/purchases$")
    assert sent.json == {
        "supplier": "丸山陶器",
        "arrives_on": None,
        "note": "",
        "lines": [
            {"sku": "YUNOMI-AI", "quantity": 60, "cost": 1320, "arrives_on": None},
            {"sku": "HASHI-23", "quantity": 12, "cost": 3300, "arrives_on": None},
        ],
    }
    assert api.sent("POST", "send$") == []
    expect(page).to_have_url(re.compile("#/purchases/01KAK"))


def test_what_is_missing_in_a_purchase_order_is_told_before_it_is_sent(
    api: FakeApi, open_page: Open
) -> None:
    page = open_page("#/purchases/new")
    page.get_by_role("button", name="発注済みにする").click()
    expect(page.get_by_text("入力してください", exact=True)).to_be_visible()
    expect(page.get_by_text("商品を1つ以上選んでください")).to_be_visible()
    expect(page.get_by_label("仕入先")).to_be_focused()
    box = page.get_by_role("combobox", name="商品を追加")
    box.fill("NANIKA")
    box.press("Enter")
    expect(page.get_by_text("「NANIKA」に合う商品がありません。")).to_be_visible()
    assert api.sent("POST", "purchases") == []


def test_a_draft_is_changed_and_ordered_in_one_step(api: FakeApi, open_page: Open) -> None:
    page = open_page(f"#/purchases/{DRAFT}")
    page.get_by_label("入荷予定日").fill("2026-11-28")
    page.get_by_role("button", name="発注済みにする").click()
    expect(page.get_by_text("発注済みにしました。入荷予定に入りました")).to_be_visible()
    expect(page.locator("h1 + .state-cell")).to_have_text("発注済み")
    (put,) = api.sent("PUT", "purchases")
    (send,) = api.sent("POST", "send$")
    assert put.headers["if-match"] == '"1"'
    assert put.json["arrives_on"] == "2026-11-28"
    assert send.headers["if-match"] == '"2"'


def test_a_draft_that_somebody_else_changed_is_shown_side_by_side(
    api: FakeApi, open_page: Open
) -> None:
    page = open_page(f"#/purchases/{DRAFT}", allow=("412",))
    page.get_by_label("SENCHA-100 発注数").fill("200")
    api.areas.purchases[DRAFT]["note"] = "至急"
    api.areas.purchases[DRAFT]["version"] = 7
    page.get_by_role("button", name="下書きを保存").click()
    dialog = page.get_by_role("dialog", name="ほかの変更と重なりました")
    expect(dialog.get_by_role("row", name=re.compile("^メモ"))).to_contain_text("至急")
    dialog.get_by_role("button", name="取り込む").click()
    expect(page.get_by_label("メモ")).to_have_value("至急")
    expect(page.get_by_label("SENCHA-100 発注数")).to_have_value("120")


def receive(page: Page) -> None:
    page.get_by_role("button", name="入荷", exact=True).click()
    page.get_by_label("YUNOMI-AI 良品").fill("38")
    page.get_by_label("YUNOMI-AI 不良").fill("2")


def test_units_come_in_parts_good_and_defective(api: FakeApi, open_page: Open) -> None:
    page = open_page(f"#/purchases/{ORDERED}")
    receive(page)
    dialog = page.get_by_role("dialog", name="入荷")
    told = dialog.get_by_text("不良の2個は在庫数に入らず")
    expect(told).to_be_visible()
    notice, note = told.bounding_box(), dialog.get_by_label("メモ").bounding_box()
    assert notice
    assert note
    assert notice["y"] + notice["height"] < note["y"]
    dialog.get_by_role("button", name="40個を入荷する").click()
    expect(
        page.get_by_text("良品38個と不良2個を入荷しました。未入荷はあと32個です")
    ).to_be_visible()
    row = page.get_by_role("row").filter(has_text="YUNOMI-AI")
    expect(row).to_contain_text("6040220")
    assert api.areas.items["YUNOMI-AI"]["on_hand"] == 158
    page.keyboard.press("i")
    dialog.get_by_role("button", name="未入荷をすべて良品で入れる").click()
    dialog.get_by_role("button", name="32個を入荷する").click()
    expect(page.locator("h1 + .state-cell")).to_have_text("入荷済み")
    expect(page.get_by_role("button", name="入荷", exact=True)).to_have_count(0)
    first, second = api.sent("POST", "receive$")
    assert first.json == {
        "lines": [{"sku": "YUNOMI-AI", "good": 38, "defective": 2}],
        "place": "main",
        "note": "",
    }
    assert first.headers["idempotency-key"] != second.headers["idempotency-key"]


def test_receiving_again_after_a_lost_answer_counts_once(api: FakeApi, open_page: Open) -> None:
    api.fail("POST", "receive$", 0, after=True)
    page = open_page(f"#/purchases/{ORDERED}", allow=("ERR_", "Failed to load"))
    receive(page)
    dialog = page.get_by_role("dialog", name="入荷")
    dialog.get_by_role("button", name="40個を入荷する").click()
    expect(dialog.get_by_role("alert")).to_contain_text("サーバーから応答がありません")
    dialog.get_by_role("button", name="再試行").click()
    expect(dialog).to_have_count(0)
    assert api.areas.items["YUNOMI-AI"]["on_hand"] == 158
    keys = {r.headers["idempotency-key"] for r in api.sent("POST", "receive$")}
    assert len(keys) == 1


def test_more_than_ordered_is_pointed_out_and_taken(api: FakeApi, open_page: Open) -> None:
    page = open_page(f"#/purchases/{LATE}")
    expect(page.get_by_text("入荷予定日を過ぎています")).to_be_visible()
    page.get_by_role("button", name="入荷", exact=True).click()
    dialog = page.get_by_role("dialog", name="入荷")
    dialog.get_by_role("button", name="入荷", exact=True).click()
    expect(dialog.get_by_text("届いた数を1つ以上入力してください")).to_be_visible()
    dialog.get_by_label("FUROSHIKI-L 良品").fill("52")
    expect(dialog.get_by_text("未入荷の数より多く入力しています: FUROSHIKI-L。")).to_be_visible()
    dialog.get_by_role("button", name="52個を入荷する").click()
    expect(page.get_by_text("この発注書はすべて入荷済みです")).to_be_visible()


def test_arrival_dates_change_for_all_or_for_one(api: FakeApi, open_page: Open) -> None:
    page = open_page(f"#/purchases/{ORDERED}")
    page.get_by_role("button", name="予定日を変える").click()
    page.get_by_label("全体の入荷予定日").fill("2026-12-01")
    page.get_by_label("HASHI-23 予定日(個別)").fill("2026-12-10")
    page.get_by_role("dialog").get_by_role("button", name="保存").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("row").filter(has_text="HASHI-23")).to_contain_text("2026-12-10 (木)")
    expect(page.get_by_role("row").filter(has_text="YUNOMI-AI")).to_contain_text("2026-12-01 (火)")
    (sent,) = api.sent("POST", "postpone$")
    assert sent.json == {"arrives_on": "2026-12-01", "lines": {"HASHI-23": "2026-12-10"}}


def test_the_rest_is_given_up_after_a_question(api: FakeApi, open_page: Open) -> None:
    page = open_page(f"#/purchases/{ORDERED}")
    page.get_by_role("button", name="残りを取り消す").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("すでに入荷した分はそのまま残ります。")
    dialog.get_by_role("button", name="取り消す").click()
    expect(page.locator("h1 + .state-cell")).to_have_text("取消")


def test_the_proposal_becomes_a_purchase_order_by_supplier(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/purchases?list=PROPOSAL")
    tea = page.get_by_role("region", name="八女製茶")
    expect(tea.get_by_text("発注書あり")).to_be_visible()
    expect(tea.get_by_role("button", name="発注書を作る (0点)")).to_be_disabled()
    expect(page.get_by_role("heading", level=2).last).to_have_text("仕入先 未設定")
    pots = page.get_by_role("region", name="丸山陶器")
    pots.get_by_role("button", name="発注書を作る (2点)").click()
    expect(page.get_by_role("textbox", name="仕入先")).to_have_value("丸山陶器")
    expect(page.get_by_label("HASHI-23 発注数")).to_have_value("20")
    expect(page.get_by_label("YUNOMI-AI 仕入単価")).to_have_value("1320")
    assert api.sent("POST", "") == []
    page.get_by_role("button", name="下書きを保存").click()
    wait_until(page, lambda: len(api.sent("POST", "^/stock/purchases$")) == 1)


def test_no_proposal_says_why(api: FakeApi, open_page: Open) -> None:
    api.areas.proposed_at = None
    api.areas.proposals = []
    page = open_page("#/purchases?list=PROPOSAL")
    expect(
        page.get_by_text("商品に発注点を設定すると、翌朝からここに提案が出ます。")
    ).to_be_visible()


def test_a_viewer_reads_a_draft_and_changes_nothing(api: FakeApi, open_page: Open) -> None:
    page = open_page(f"#/purchases/{DRAFT}", person="viewer")
    expect(page.get_by_text("八女 煎茶 100g")).to_be_visible()
    expect(page.get_by_role("button", name="発注済みにする")).to_have_count(0)
    expect(page.get_by_role("textbox")).to_have_count(0)


def test_what_opens_over_a_purchase_order_violates_no_rule(api: FakeApi, open_page: Open) -> None:
    page = open_page(f"#/purchases/{ORDERED}", bypass_csp=True)
    receive(page)
    assert both_themes(page) == CLEAN
    page.goto(f"{api.origin}/#/purchases/new")
    page.get_by_role("combobox", name="商品を追加").fill("hashi")
    expect(page.get_by_role("option")).to_have_count(1)
    assert both_themes(page) == CLEAN
