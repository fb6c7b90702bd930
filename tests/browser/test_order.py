"""受注詳細: notes, conflicts, reviews, holds, addresses, history."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.fake_api import FakeApi
from tests.browser.screens import order_address, order_in


def write_against(api: FakeApi, page: Page, mine: str, theirs: str) -> Locator:
    """Two people write the note of one order; the page's person is late."""
    memo = page.get_by_label("作業用メモ")
    memo.fill(mine)
    api.areas.edit_order(order_in(api, "REVIEW"), {"memo": theirs}, "森 さくら")
    page.get_by_role("button", name="保存").click()
    dialog = page.get_by_role("dialog", name="ほかの変更と重なりました")
    expect(dialog).to_contain_text("森 さくらさんが 20:03 に変更しました")
    expect(dialog.get_by_role("row", name=re.compile("作業用メモ"))).to_contain_text(
        f"{mine}{theirs}"
    )
    return dialog


def open_order(api: FakeApi, open_page: Open, badge: str, **how: object) -> Page:
    return open_page(order_address(order_in(api, badge)), allow=("412", "422"), **how)


def test_a_note_is_saved_with_the_version_it_was_written_on(api: FakeApi, open_page: Open) -> None:
    page = open_order(api, open_page, "REVIEW")
    save = page.get_by_role("button", name="保存")
    expect(save).to_be_disabled()
    page.get_by_label("作業用メモ").fill("のし確認済み")
    save.click()
    expect(page.get_by_text("作業用メモを保存しました")).to_be_visible()
    expect(save).to_be_disabled()
    (sent,) = api.sent("PATCH", "")
    assert (sent.json, sent.headers["if-match"]) == ({"memo": "のし確認済み"}, '"3"')
    history = page.get_by_role("region", name="履歴").get_by_role("listitem").first
    expect(history).to_contain_text("編集しました")
    expect(history).to_contain_text("大野 由紀")
    expect(history).to_contain_text("作業用メモのし確認済み")


def test_a_draft_survives_a_reload_and_can_be_dropped(api: FakeApi, open_page: Open) -> None:
    page = open_order(api, open_page, "REVIEW")
    memo = page.get_by_label("作業用メモ")
    memo.fill("書きかけ")
    page.reload()
    expect(memo).to_have_value("書きかけ")
    page.get_by_role("button", name="変更を破棄").click()
    expect(memo).to_have_value("")


def test_a_conflict_can_be_overwritten(api: FakeApi, open_page: Open) -> None:
    page = open_order(api, open_page, "REVIEW")
    dialog = write_against(api, page, "電話した", "メールした")
    dialog.get_by_role("button", name="上書き").click()
    expect(page.get_by_text("作業用メモを保存しました")).to_be_visible()
    assert api.areas.orders[order_in(api, "REVIEW")]["memo"] == "電話した"
    assert [r.headers["if-match"] for r in api.sent("PATCH", "")] == ['"3"', '"4"']


def test_in_a_conflict_the_other_value_can_be_taken(api: FakeApi, open_page: Open) -> None:
    page = open_order(api, open_page, "REVIEW")
    dialog = write_against(api, page, "電話した", "メールした")
    dialog.get_by_role("button", name="取り込む").click()
    expect(page.get_by_label("作業用メモ")).to_have_value("メールした")
    expect(dialog).to_have_count(0)
    assert len(api.sent("PATCH", "")) == 1


def test_in_a_conflict_one_can_go_back_to_editing(api: FakeApi, open_page: Open) -> None:
    page = open_order(api, open_page, "REVIEW")
    dialog = write_against(api, page, "電話した", "メールした")
    dialog.get_by_role("button", name="やめる").click()
    expect(page.get_by_label("作業用メモ")).to_have_value("電話した")
    assert api.areas.orders[order_in(api, "REVIEW")]["memo"] == "メールした"


def test_a_change_elsewhere_in_the_order_asks_nobody(api: FakeApi, open_page: Open) -> None:
    page = open_order(api, open_page, "REVIEW")
    page.get_by_label("作業用メモ").fill("電話した")
    api.areas.orders[order_in(api, "REVIEW")]["version"] += 1
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("作業用メモを保存しました")).to_be_visible()
    assert [r.headers["if-match"] for r in api.sent("PATCH", "")] == ['"3"', '"4"']


def test_a_review_of_something_that_changed_is_not_sent_again(
    api: FakeApi, open_page: Open
) -> None:
    page = open_order(api, open_page, "REVIEW")
    expect(page.get_by_role("button", name="確認済みにする")).to_be_visible()
    api.areas.edit_order(order_in(api, "REVIEW"), {"memo": "住所が変わりました"}, "森 さくら")
    page.get_by_role("button", name="確認済みにする").click()
    expect(page.get_by_role("alert")).to_contain_text("ほかの人が先に変更しました")
    assert len(api.sent("PATCH", "")) == 1
    page.get_by_role("alert").get_by_role("button", name="再試行").click()
    expect(page.get_by_label("作業用メモ")).to_have_value("住所が変わりました")


def test_reviewing_goes_on_to_the_next_order_and_can_be_undone(
    api: FakeApi, open_page: Open
) -> None:
    page = open_page("#/orders?queue=REVIEW")
    page.get_by_role("link", name="#5238", exact=True).click()
    page.get_by_role("button", name="確認済みにして次へ").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("T-5234")
    page.get_by_role("button", name="元に戻す").click()
    expect(page.get_by_text("#5238 を確認待ちに戻しました")).to_be_visible()
    assert api.areas.orders["honten:5238"]["facets"]["review"] == "NEEDED"
    page.keyboard.press("k")
    expect(page.get_by_role("heading", level=1)).to_have_text("#5238")
    page.keyboard.press("u")
    expect(page).to_have_url(re.compile("#/orders\\?queue=REVIEW$"))


def test_a_hold_is_set_with_a_reason_and_released(api: FakeApi, open_page: Open) -> None:
    page = open_order(api, open_page, "PRINT")
    page.get_by_role("button", name="保留にする").click()
    page.get_by_label("保留の理由").fill("お客様の返事待ち")
    page.get_by_role("dialog").get_by_role("button", name="保留にする").click()
    expect(page.get_by_text("保留中です", exact=True)).to_be_visible()
    assert api.sent("PATCH", "")[0].json == {"hold": {"until": None, "reason": "お客様の返事待ち"}}
    page.get_by_role("button", name="保留を解除").click()
    expect(page.get_by_text("保留を解除しました")).to_be_visible()
    assert api.sent("PATCH", "")[1].json == {"hold": None}


def test_an_address_is_completed_where_it_lacks_something(api: FakeApi, open_page: Open) -> None:
    page = open_order(api, open_page, "INCOMPLETE")
    expect(page.get_by_text("届け先の情報が足りません: 郵便番号、町名・番地")).to_be_visible()
    page.get_by_role("button", name="届け先を補う").click()
    dialog = page.get_by_role("dialog", name="届け先を直す")
    dialog.get_by_label("郵便番号").fill("１２")
    dialog.get_by_role("button", name="保存").click()
    postal = dialog.get_by_label("郵便番号")
    expect(postal).to_be_focused()
    expect(dialog.get_by_text("郵便番号は 123-4567 の形で入力してください")).to_be_visible()
    expect(postal).to_have_attribute("aria-invalid", "true")
    postal.fill("８１２００１１")
    dialog.get_by_label("町名・番地").fill("𠮷塚1丁目2-3")
    expect(postal).to_have_value("812-0011")
    dialog.get_by_role("button", name="保存").click()
    expect(page.get_by_text("届け先を保存しました")).to_be_visible()
    expect(page.get_by_text("届け先の情報が足りません")).to_have_count(0)
    expect(page.get_by_text("〒812-0011 福岡県 福岡市博多区 𠮷塚1丁目2-3")).to_be_visible()
    assert api.sent("PATCH", "")[-1].json == {
        "destination": {"id": "d1", "postal": "812-0011", "line1": "𠮷塚1丁目2-3"}
    }


def test_an_unknown_product_leads_to_registering_it(api: FakeApi, open_page: Open) -> None:
    page = open_order(api, open_page, "INCOMPLETE")
    page.get_by_role("link", name="商品を登録").click()
    dialog = page.get_by_role("dialog", name="商品を登録")
    code = api.areas.orders[order_in(api, "INCOMPLETE")]["lines"][0]["code"]
    expect(dialog.get_by_label("商品コード")).to_have_value(code)
    expect(dialog.get_by_label("商品名")).to_be_focused()


def test_an_order_shows_goods_money_mails_and_history(api: FakeApi, open_page: Open) -> None:
    id_ = order_in(api, "REVIEW")
    order = api.areas.orders[id_]
    page = open_page(order_address(id_))
    lines = page.get_by_role("region", name="明細")
    expect(lines.get_by_role("row")).to_have_count(1 + len(order["lines"]))
    expect(page.get_by_role("region", name="金額")).to_contain_text(f"合計¥{order['total']:,}")
    expect(page.get_by_role("region", name="この受注のメール")).to_contain_text("自動受付メール")
    expect(page.get_by_role("region", name="履歴")).to_contain_text("受注を取り込みました")
    expect(page.get_by_role("region", name="購入者")).to_contain_text(order["buyer"]["kana"])


def test_an_order_that_is_not_there_says_so(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders/honten%3A1", allow=("404",))
    expect(page.get_by_text("この受注は見つかりませんでした")).to_be_visible()
