"""在庫 and 商品 CSV取込."""

import gzip
import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.fake_api import FakeApi


def numbers(page: Page) -> list[str]:
    """在庫数, 引当済, 販売可, 不足 of a product."""
    return page.locator(".equation dd").all_text_contents()


def test_the_table_shows_the_numbers_and_what_is_short(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/stock")
    row = page.get_by_role("row").filter(has_text="HASHI-23")
    expect(row).to_contain_text("不足79−23")
    expect(page.locator("tbody tr")).to_have_count(6)
    page.get_by_role("link", name="不足のみ").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page).to_have_url(re.compile("filter=short$"))


def test_receiving_shows_its_effect_first_and_serves_who_waits(
    api: FakeApi, open_page: Open
) -> None:
    page = open_page("#/stock/FUROSHIKI-L")
    expect(page.get_by_text("引当を待つ受注(早い順)")).to_be_visible()
    assert numbers(page) == ["12", "12", "0", "9"]
    page.get_by_role("button", name="入庫").click()
    dialog = page.get_by_role("dialog", name="入庫")
    expect(dialog.get_by_label("入庫数")).to_be_focused()
    dialog.get_by_role("button", name="入庫する").click()
    expect(dialog.get_by_text("1以上の整数を入力してください")).to_be_visible()
    dialog.get_by_label("入庫数").fill("５０")
    expect(dialog.locator(".effect")).to_contain_text("在庫数12→62+50")
    expect(dialog.locator(".effect")).to_contain_text("販売可0→41+41")
    expect(dialog.locator(".effect")).to_contain_text(
        "待っている受注5件に9個を自動で引き当てます。"
    )
    dialog.get_by_label("伝票番号など").fill("納品書 88")
    dialog.get_by_role("button", name="入庫する").click()
    expect(page.get_by_text("50個を入庫しました")).to_be_visible()
    assert numbers(page) == ["62", "21", "41", "0"]
    first = page.get_by_role("region", name="在庫の動き").locator("tbody tr").first
    expect(first).to_contain_text("入庫+5062+921大野 由紀納品書 88")
    (sent,) = api.sent("POST", "receive$")
    assert sent.json == {"quantity": 50, "reference": "納品書 88", "note": ""}
    assert re.fullmatch(r"[\da-f-]{36}", sent.headers["idempotency-key"])


def test_counting_warns_when_fewer_are_there_than_are_promised(
    api: FakeApi, open_page: Open
) -> None:
    page = open_page("#/stock/FUROSHIKI-L")
    page.get_by_role("button", name="棚卸・調整").click()
    dialog = page.get_by_role("dialog", name="棚卸・調整")
    dialog.get_by_label("数えた在庫数").fill("8")
    expect(dialog.locator(".effect")).to_contain_text("引当済みの数が在庫数を4個上回ります")
    dialog.get_by_label("理由").select_option("DAMAGE")
    dialog.get_by_role("button", name="在庫数を直す").click()
    expect(page.get_by_text("在庫数を8個にしました")).to_be_visible()
    assert numbers(page) == ["8", "12", "−4", "9"]
    (sent,) = api.sent("POST", "adjust$")
    assert (sent.json["on_hand"], sent.json["reason"]) == (8, "DAMAGE")
    assert sent.headers["if-match"] == '"8"'


def test_a_count_meets_an_allocation_without_a_question(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/stock/YUNOMI-AI", allow=("412",))
    page.get_by_role("button", name="棚卸・調整").click()
    page.get_by_label("数えた在庫数").fill("118")
    api.areas.items["YUNOMI-AI"].update(allocated=36, available=84, version=99)
    page.get_by_role("button", name="在庫数を直す").click()
    expect(page.get_by_text("在庫数を118個にしました")).to_be_visible()
    assert [r.headers["if-match"] for r in api.sent("POST", "adjust$")] == ['"5"', '"99"']


def test_a_count_against_another_count_is_a_conflict(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/stock/YUNOMI-AI", allow=("412",))
    page.get_by_role("button", name="棚卸・調整").click()
    page.get_by_label("数えた在庫数").fill("118")
    api.areas.change_level("YUNOMI-AI", "STOCKTAKE", -5, by="森 さくら")
    page.get_by_role("button", name="在庫数を直す").click()
    dialog = page.get_by_role("dialog", name="ほかの変更と重なりました")
    expect(dialog.get_by_role("row", name=re.compile("在庫数"))).to_contain_text("118115")
    dialog.get_by_role("button", name="取り込む").click()
    expect(dialog).to_have_count(0)
    assert numbers(page)[0] == "115"


def test_the_ledger_names_the_orders_of_a_group_commit(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/stock/FUROSHIKI-L")
    page.get_by_role("button", name="受注6件").click()
    expect(page.get_by_role("link", name="tsuhan:5240")).to_have_attribute(
        "href", "#/orders/tsuhan%3A5240"
    )


def test_product_fields_are_edited_and_only_changes_are_sent(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/stock/YUNOMI-AI")
    expect(page.locator(".equation")).to_be_visible()
    page.keyboard.press("e")
    dialog = page.get_by_role("dialog", name="商品情報を編集")
    dialog.get_by_label("売価").fill("二千円")
    dialog.get_by_role("button", name="保存").click()
    expect(dialog.get_by_text("0以上の整数を入力してください")).to_be_visible()
    dialog.get_by_label("売価").fill("２,４２０")
    dialog.get_by_role("button", name="保存").click()
    expect(page.get_by_text("商品情報を保存しました")).to_be_visible()
    assert [r.json for r in api.sent("PATCH", "")] == [{"price": 2420}]


def test_a_product_is_made_and_its_errors_are_told(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/stock", allow=("409",))
    page.get_by_role("button", name="商品を登録").click()
    dialog = page.get_by_role("dialog", name="商品を登録")
    dialog.get_by_role("button", name="登録する").click()
    expect(dialog.get_by_text("入力してください")).to_have_count(2)
    dialog.get_by_label("商品コード").fill("MISO-500")
    dialog.get_by_label("商品名").fill("味噌")
    dialog.get_by_role("button", name="登録する").click()
    expect(dialog.get_by_role("alert")).to_contain_text("この商品コードはすでに登録されています。")
    dialog.get_by_label("商品コード").fill("ＭＩＳＯ－１０００")
    dialog.get_by_label("在庫数").fill("10")
    dialog.get_by_role("button", name="登録する").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("味噌")
    expect(page).to_have_url(re.compile("#/stock/MISO-1000$"))


def upload(page: Page, name: str = "商品一覧_11月.csv") -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": "商品コード,売価\r\n".encode("cp932")}
    )
    page.get_by_role("button", name="内容を確認する").click()


def test_a_file_is_checked_shown_and_applied(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/import")
    upload(page)
    expect(page.get_by_text("内容を確認しています")).to_be_visible()
    expect(page.locator(".tiles")).to_have_text("新規1変更1変更なし118エラー0")
    row = page.get_by_role("row").filter(has_text="YUNOMI-AI")
    expect(row).to_contain_text("売価2200→2420")
    page.get_by_role("button", name="2件を取り込む").click()
    expect(page.get_by_role("progressbar")).to_have_attribute("max", "120")
    expect(page.get_by_text("2件を取り込みました")).to_be_visible()
    (sent,) = api.sent("POST", "^/stock/imports$")
    assert sent.body.startswith(b"\x1f\x8b")
    assert gzip.decompress(sent.body) == "商品コード,売価\r\n".encode("cp932")
    assert sent.headers["x-file-name"].startswith("%E5%95%86")
    assert sent.headers["content-type"] == "application/octet-stream"


def test_an_import_survives_a_reload(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/import")
    upload(page)
    expect(page).to_have_url(re.compile("#/import/imp-1$"))
    page.reload()
    expect(page.get_by_role("button", name="2件を取り込む")).to_be_visible()


def test_a_file_with_errors_says_where_and_is_not_applied(api: FakeApi, open_page: Open) -> None:
    api.areas.next_import = "errors"
    page = open_page("#/import")
    upload(page)
    expect(page.get_by_text("2件のエラーがあるため、まだ取り込めません")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("件を取り込む"))).to_have_count(0)
    row = page.get_by_role("row").filter(has_text="千円")
    expect(row).to_have_text("5行目売価千円整数ではありません")
    with page.expect_download() as download:
        page.get_by_role("button", name="エラーをCSVで保存").click()
    assert download.value.suggested_filename == "商品一覧_11月_errors.csv"
    assert download.value.path().read_text(encoding="utf-8").startswith("行,列,値,理由")


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(
    api: FakeApi, open_page: Open
) -> None:
    page = open_page("#/import")
    page.locator("input[type=file]").set_input_files(
        {"name": "big.csv", "mimeType": "text/csv", "buffer": b"x" * 10_000_001}
    )
    expect(page.get_by_role("alert")).to_contain_text("ファイルが大きすぎます")
    expect(page.get_by_role("button", name="内容を確認する")).to_be_disabled()
    assert api.sent("POST", "imports") == []


def test_the_ledger_names_what_ids_stand_for_and_leads_there(api: FakeApi, open_page: Open) -> None:
    id_ = "01KAJ000000000000000000002"
    for reason, reference, note in (
        ("RECEIVE", id_, "越前屋包装"),
        ("IMPORT", id_, "在庫.csv"),
        ("STOCKTAKE", id_, ""),
        ("DAMAGE", "main", ""),
        ("MODE", "", "strict"),
        ("EXPOSE", "honten/4000/1", ""),
        ("RECEIVE", "納品書 12", "午前着"),
    ):
        api.areas.change_level("HASHI-23", reason, 0, reference=reference, note=note)
    page = open_page("#/stock/HASHI-23")
    ledger = page.get_by_role("region", name="在庫の動き")
    rows = ledger.locator("tbody tr")
    expect(rows.first).to_contain_text("納品書 12")
    sources = [" ".join(rows.nth(n).locator("td").last.inner_text().split()) for n in range(7)]
    assert sources == [
        "納品書 12 午前着",
        "番頭屋 本店 4000/1",
        "厳密",
        "",
        "棚卸",
        "在庫.csv CSV取込",
        "越前屋包装 発注書",
    ]
    links = [link.get_attribute("href") for link in rows.locator("td:last-child a").all()[:3]]
    assert links == [f"#/{where}/{id_}" for where in ("stocktakes", "import", "purchases")]
