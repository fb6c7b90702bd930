"""商品 CSV取込: kinds of files, taking an import back; and files for Next Engine."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.fake_api import FakeApi
from tests.browser.fake_data import NOW
from tests.browser.test_accessibility import CLEAN, both_themes
from tests.browser.test_stock import upload


def apply(page: Page) -> None:
    upload(page)
    page.get_by_role("button", name="2件を取り込む").click()
    expect(page.get_by_text("2件を取り込みました")).to_be_visible()


def test_the_kind_of_a_file_is_named_after_the_check(api: FakeApi, open_page: Open) -> None:
    api.areas.next_kind = "ne_goods"
    page = open_page("#/import")
    expect(page.get_by_role("region", name="取り込めるファイル")).to_contain_text(
        "ネクストエンジン 拠点在庫"
    )
    upload(page)
    expect(page.locator(".page-sub")).to_have_text(
        "商品一覧_11月.csvネクストエンジン 商品マスタ文字コード Shift_JIS (CP932)"
    )


def test_a_whole_import_is_taken_back_after_a_question(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/import")
    apply(page)
    page.get_by_role("button", name="取り込みを元に戻す").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("2件の変更を取り消します。")
    expect(dialog.get_by_role("button", name="キャンセル")).to_be_focused()
    assert api.sent("POST", "undo$") == []
    dialog.get_by_role("button", name="元に戻す").click()
    expect(page.get_by_role("progressbar", name="元に戻しています")).to_have_attribute("max", "2")
    expect(page.get_by_text("2件を元に戻しました")).to_be_visible()
    expect(page.get_by_text("うち1件は一部が残っています。")).to_be_visible()
    expect(page.get_by_role("button", name="取り込みを元に戻す")).to_have_count(0)


def test_an_import_that_was_taken_back_meanwhile_says_so(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/import", allow=("409",))
    apply(page)
    page.get_by_role("button", name="取り込みを元に戻す").click()
    api.areas.imports["imp-1"]["state"] = "UNDONE"
    page.get_by_role("alertdialog").get_by_role("button", name="元に戻す").click()
    expect(page.get_by_role("alert")).to_contain_text(
        "反映した取込、または反映中の取込だけを元に戻せます"
    )


def test_an_import_that_is_being_applied_is_stopped_and_taken_back(
    api: FakeApi, open_page: Open
) -> None:
    page = open_page("#/import", now=False)
    upload(page)
    expect(page.get_by_role("button", name="2件を取り込む")).to_be_visible()
    # From here on the page does not ask by itself how far the import is.
    page.clock.install(time=NOW)
    page.get_by_role("button", name="2件を取り込む").click()
    expect(page.get_by_role("progressbar", name="取り込んでいます")).to_be_visible()
    page.get_by_role("button", name="中止して元に戻す").click()
    dialog = page.get_by_role("alertdialog", name="取り込みを中止して元に戻しますか")
    expect(dialog).to_contain_text("まだ反映していない行は取り込まず、反映した行は元に戻します。")
    assert api.sent("POST", "undo$") == []
    dialog.get_by_role("button", name="元に戻す").click()
    expect(page.get_by_role("progressbar", name="元に戻しています")).to_be_visible()
    assert len(api.sent("POST", "undo$")) == 1


def saved(page: Page, kind: str) -> tuple[str, bytes]:
    """Name and bytes of the file that comes when one asks for it."""
    with page.expect_download() as download:
        page.get_by_role("button", name=kind).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_a_file_for_next_engine_is_put_together_from_its_pages(
    api: FakeApi, open_page: Open
) -> None:
    page = open_page("#/import")
    name, raw = saved(page, "商品マスタ")
    assert name == "next-engine-goods_2026-11-21.csv"
    assert (
        raw.decode("cp932")
        == "商品コード,商品名\r\nSKU-0,ソ十表0\r\nSKU-1,ソ十表1\r\nSKU-2,ソ十表2\r\n"
    )
    page.get_by_label("UTF-8", exact=True).check()
    _, raw = saved(page, "拠点在庫")
    assert raw.decode("utf-8-sig").count("商品コード") == 1
    assert raw.count(b"\xef\xbb\xbf") == 1
    assert [r.query.get("next") for r in api.sent("GET", "exports/goods")] == [None, "1", "2"]


def test_a_character_that_does_not_fit_says_what_to_choose(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/import", allow=("409",))
    page.get_by_role("button", name="セット商品").click()
    expect(page.get_by_role("alert")).to_contain_text("文字コードにUTF-8を選んでください")
    page.get_by_label("UTF-8", exact=True).check()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_the_question_and_the_result_violate_no_rule(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/import", bypass_csp=True)
    apply(page)
    page.get_by_role("button", name="取り込みを元に戻す").click()
    assert both_themes(page) == CLEAN
    page.get_by_role("alertdialog").get_by_role("button", name="元に戻す").click()
    expect(page.get_by_text("2件を元に戻しました")).to_be_visible()
    assert both_themes(page) == CLEAN


def test_files_of_before_are_listed_and_can_be_taken_back(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/import")
    past = page.get_by_role("region", name="取込の履歴")
    expect(past).to_contain_text("まだ取り込んだファイルはありません。")
    apply(page)
    page.goto(f"{api.origin}/#/import")
    row = past.locator("tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("商品一覧_11月.csv")
    assert row.get_by_role("cell").all_text_contents()[1:4] == ["取込済み", "2", "佐藤 花"]
    row.get_by_role("link", name="商品一覧_11月.csv").click()
    page.get_by_role("button", name="取り込みを元に戻す").click()
    page.get_by_role("alertdialog").get_by_role("button", name="元に戻す").click()
    expect(page.get_by_text("2件を元に戻しました")).to_be_visible()
    page.goto(f"{api.origin}/#/import")
    expect(row).to_contain_text("元に戻した")


def test_a_file_with_wrong_rows_says_so_in_the_list(api: FakeApi, open_page: Open) -> None:
    api.areas.next_import = "errors"
    page = open_page("#/import")
    upload(page)
    expect(page.get_by_text("2件のエラーがあるため、まだ取り込めません")).to_be_visible()
    page.goto(f"{api.origin}/#/import")
    row = page.get_by_role("region", name="取込の履歴").locator("tbody tr")
    expect(row).to_contain_text("取り込めません")
    expect(row).to_contain_text("エラー2件")
