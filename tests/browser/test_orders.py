"""受注一覧: queues, keys, selection, bulk changes, new orders, the address."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.fake_api import FakeApi
from tests.browser.fake_data import NOW, minutes_ago
from tests.browser.screens import order_in


def row_link(page: Page, number: str) -> Locator:
    return page.get_by_role("link", name=number, exact=True)


def shown_numbers(page: Page) -> list[str]:
    return page.locator("tbody tr .row-link").all_text_contents()


def test_queues_show_how_many_wait(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders")
    queues = page.get_by_role("navigation", name="受注の状態").first
    review = queues.get_by_role("link", name=re.compile("^確認待ち"))
    expect(review).to_have_text("確認待ち40")
    expect(queues.get_by_role("link", name="取込失敗")).to_have_text("取込失敗2")
    # Finished orders only grow; counting them says little.
    expect(queues.get_by_role("link", name="完了")).to_have_text("完了")
    review.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("確認待ち")
    expect(page).to_have_title("確認待ち (40) · 受注 · Banto")
    expect(page.locator("tbody tr")).to_have_count(40)


def test_j_and_k_walk_along_the_rows_and_enter_opens(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders")
    expect(row_link(page, "T-5240")).to_be_visible()
    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
    expect(row_link(page, "#5239")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#/orders/honten%3A5239$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("#5239")


def test_back_from_an_order_is_the_same_place_with_the_focus_on_its_row(
    api: FakeApi, open_page: Open
) -> None:
    page = open_page("#/orders")
    row_link(page, "#5190").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("#5190")
    page.go_back()
    expect(row_link(page, "#5190")).to_be_focused()
    expect(row_link(page, "#5190")).to_be_in_viewport()


def test_x_ticks_and_shift_ticks_a_range(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders")
    expect(row_link(page, "T-5240")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("x")
    for _ in range(3):
        page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    bar = page.get_by_role("region", name="選択した受注の操作")
    expect(bar).to_contain_text("4件を選択中")
    page.locator("tbody input[type=checkbox]").nth(6).click(modifiers=["Shift"])
    expect(bar).to_contain_text("7件を選択中")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()


def test_letters_do_nothing_while_typing_or_when_switched_off(
    api: FakeApi, open_page: Open
) -> None:
    page = open_page("#/orders")
    expect(row_link(page, "T-5240")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("jkx?")
    expect(page.get_by_role("searchbox")).to_have_value("jkx?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_label("1文字のショートカットキーを使う").uncheck()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).not_to_be_focused()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_be_visible()


def test_two_keys_in_a_row_go_to_a_screen(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders")
    expect(row_link(page, "T-5240")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(page.get_by_role("heading", level=1)).to_have_text("在庫")


def test_the_address_says_what_is_shown_and_brings_it_back(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders?queue=PRINT&shop=tsuhan&order=asc")
    expect(page.get_by_role("heading", level=1)).to_have_text("印刷待ち")
    expect(page.get_by_label("店舗で絞り込み")).to_have_value("tsuhan")
    expect(page.get_by_label("並び順")).to_have_value("asc")
    expect(row_link(page, "T-5240")).to_be_visible()
    numbers = shown_numbers(page)
    assert all(number.startswith("T-") for number in numbers)
    assert numbers == sorted(numbers)
    page.reload()
    expect(row_link(page, numbers[0])).to_be_visible()
    assert shown_numbers(page) == numbers
    page.get_by_label("並び順").select_option("desc")
    expect(page.locator("tbody tr .row-link").first).to_have_text(numbers[-1])
    expect(page).to_have_url(re.compile(r"#/orders\?queue=PRINT&shop=tsuhan$"))
    page.go_back()
    expect(page.locator("tbody tr .row-link").first).to_have_text(numbers[0])


def test_pages_are_followed_by_cursor_and_their_size_is_remembered(
    api: FakeApi, open_page: Open
) -> None:
    page = open_page("#/orders")
    expect(page.get_by_text("100件を表示中")).to_be_visible()
    page.get_by_role("button", name="次の100件").click()
    expect(row_link(page, "#5140")).to_be_visible()
    expect(page).to_have_url(re.compile("next=100$"))
    page.reload()
    expect(row_link(page, "#5140")).to_be_visible()
    page.get_by_role("button", name="先頭へ").click()
    expect(row_link(page, "T-5240")).to_be_visible()
    page.get_by_label("表示件数").select_option("50")
    expect(page.get_by_text("50件を表示中")).to_be_visible()
    page.reload()
    expect(page.get_by_text("50件を表示中")).to_be_visible()


def test_search_finds_by_number_and_says_when_it_finds_nothing(
    api: FakeApi, open_page: Open
) -> None:
    page = open_page("#/orders?queue=REVIEW")
    page.get_by_role("searchbox").fill("5238")
    expect(page.get_by_role("heading", level=1)).to_have_text("「5238」の検索結果")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("searchbox").fill("zzz")
    expect(page.get_by_text("「zzz」に合う受注はありません")).to_be_visible()
    page.get_by_role("button", name="検索を解除").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("確認待ち")


def test_a_search_needs_two_letters(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders")
    page.get_by_role("searchbox").fill("佐")
    expect(page.get_by_text("あと1文字入力してください")).to_be_visible()
    page.get_by_role("searchbox").fill("佐藤")
    expect(page.locator("tbody tr").first).to_contain_text("佐藤")
    assert [r.query["q"] for r in api.sent("GET", "^/orders/search$")] == ["佐藤"]


def test_many_are_reviewed_at_once_and_put_back(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders?queue=REVIEW")
    page.get_by_label("表示中の行をすべて選択").check()
    page.get_by_role("button", name="確認済みにする (40)").click()
    expect(page.get_by_text("40件を確認済みにしました")).to_be_visible()
    expect(page.get_by_text("「確認待ち」の受注はありません")).to_be_visible()
    changes = api.sent("PATCH", "")
    assert [r.json for r in changes] == [{"review": "CLEARED"}] * 40
    assert {r.headers["if-match"] for r in changes} == {'"3"'}
    page.get_by_role("button", name="元に戻す").click()
    expect(page.get_by_text("40件を元に戻しました")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(40)


def test_what_could_not_be_changed_is_named(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders?queue=REVIEW", allow=("412",))
    expect(row_link(page, "#5238")).to_be_visible()
    api.areas.edit_order("honten:5238", {"memo": "先に見ました"}, "森 さくら")
    page.get_by_label("表示中の行をすべて選択").check()
    page.get_by_role("button", name="確認済みにする (40)").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1件は変更できませんでした")
    expect(dialog).to_contain_text("#5238ほかの人が先に変更しました")
    dialog.get_by_role("button", name="閉じる").last.click()
    expect(page.locator("tbody tr")).to_have_count(1)


def test_only_orders_that_wait_for_review_can_be_reviewed(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders?queue=PRINT")
    page.locator("tbody input[type=checkbox]").first.click()
    button = page.get_by_role("button", name="確認済みにする (0)")
    expect(button).to_be_disabled()
    expect(button).to_have_attribute("title", "選択した中に「確認待ち」の受注がありません")


def test_many_are_held_with_a_reason(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders?queue=PRINT")
    page.locator("tbody input[type=checkbox]").nth(0).click()
    page.locator("tbody input[type=checkbox]").nth(1).click()
    page.get_by_role("button", name="保留にする").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="保留にする").click()
    expect(dialog.get_by_text("理由を入力してください")).to_be_visible()
    dialog.get_by_role("button", name="入荷を確認中").click()
    dialog.get_by_role("button", name="3日後").click()
    dialog.get_by_role("button", name="保留にする").click()
    expect(page.get_by_text("2件を保留にしました")).to_be_visible()
    assert [r.json for r in api.sent("PATCH", "")] == [
        {"hold": {"until": "2026-11-24", "reason": "入荷を確認中"}}
    ] * 2


def add_order(api: FakeApi, number: str) -> None:
    old = api.areas.orders[order_in(api, "PRINT")]
    at = minutes_ago(-1)
    changes = {
        "id": f"honten:{number}",
        "number": f"#{number}",
        "ordered_at": at,
        "received_at": at,
    }
    api.areas.orders[f"honten:{number}"] = {**old, **changes}


def test_new_orders_are_announced_and_never_move_the_list(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders", now=False)
    page.clock.install(time=NOW)
    page.reload()
    expect(row_link(page, "T-5240")).to_be_visible()
    place = row_link(page, "T-5240").bounding_box()
    for number in ("9001", "9002", "9003"):
        add_order(api, number)
    page.clock.run_for(17_000)
    bar = page.get_by_role("button", name="新着 3件を表示")
    expect(bar).to_be_visible()
    assert row_link(page, "T-5240").bounding_box() == place
    expect(row_link(page, "#9001")).to_have_count(0)
    bar.click()
    expect(row_link(page, "#9001")).to_be_visible()
    expect(bar).to_be_hidden()


def test_orders_that_move_up_are_not_new(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders?queue=REVIEW", now=False)
    page.clock.install(time=NOW)
    page.reload()
    expect(row_link(page, "#5238")).to_be_visible()
    api.areas.edit_order("honten:5238", {"review": "CLEARED"}, "森 さくら")
    page.clock.run_for(17_000)
    expect(page.get_by_role("navigation", name="受注の状態").first).to_contain_text("確認待ち39")
    expect(page.get_by_role("button", name=re.compile("新着"))).to_have_count(0)
    expect(row_link(page, "#5238")).to_be_visible()


@pytest.mark.parametrize("shop", ["honten", "tsuhan"])
def test_a_shop_filters_the_list(api: FakeApi, open_page: Open, shop: str) -> None:
    page = open_page("#/orders")
    page.get_by_label("店舗で絞り込み").select_option(shop)
    hidden, shown = ("T-5240", "#5239") if shop == "honten" else ("#5239", "T-5240")
    expect(row_link(page, hidden)).to_have_count(0)
    expect(row_link(page, shown)).to_be_visible()
    expect(page).to_have_url(re.compile(f"#/orders\\?shop={shop}$"))


def test_failed_imports_show_why_their_bytes_and_go_in_again(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/failed-imports")
    row = page.get_by_role("row").filter(has_text="データの形が想定と違います")
    expect(row).to_contain_text("lines.0.quantity: 数値ではありません")
    row.get_by_role("button", name="元データ").click()
    expect(page.get_by_role("dialog")).to_contain_text('"quantity": "二"')
    page.keyboard.press("Escape")
    row.get_by_role("button", name="再取込").click()
    expect(page.get_by_text("再取込を受け付けました")).to_be_visible()
    expect(row).to_have_count(0)
    assert [r.path for r in api.sent("POST", "retry$")] == [
        "/orders/failed-imports/2026-11-21T10%3A40%3A00Z%230a1b2c/retry"
    ]
