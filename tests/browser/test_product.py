"""A product: ordering, parts of a set, places, shops, the past."""

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.fake_api import FakeApi
from tests.browser.test_accessibility import CLEAN, both_themes

YUNOMI = "#/stock/YUNOMI-AI"


def test_a_product_shows_what_is_on_its_way(api: FakeApi, open_page: Open) -> None:
    page = open_page(YUNOMI)
    coming = page.get_by_role("region", name="入荷予定")
    expect(coming.get_by_role("link")).to_have_text("2026-11-25 (水)丸山陶器60個")
    coming.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("丸山陶器")


def test_ordering_is_changed_and_only_changes_are_sent(api: FakeApi, open_page: Open) -> None:
    page = open_page(YUNOMI)
    page.get_by_role("button", name="発注と棚を編集").click()
    dialog = page.get_by_role("dialog", name="発注と棚を編集")
    dialog.get_by_label("仕入先").fill("丸山陶器")
    dialog.get_by_label("発注点").fill("多め")
    dialog.get_by_role("button", name="保存").click()
    expect(dialog.get_by_text("0以上の整数を入力してください")).to_be_visible()
    dialog.get_by_label("発注点").fill("５０")
    dialog.get_by_role("button", name="保存").click()
    card = page.get_by_role("region", name="発注と棚")
    expect(card).to_contain_text("発注点50個補充目標100個 (発注点の2倍)")
    (sent,) = api.sent("PATCH", "")
    assert sent.json == {"supplier": "丸山陶器", "reorder_point": 50}


def test_a_set_is_put_together_by_keyboard(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/stock/MISO-500")
    page.get_by_role("button", name="セットの構成を編集").click()
    dialog = page.get_by_role("dialog", name="セットの構成を編集")
    box = dialog.get_by_role("combobox", name="構成品を追加")
    expect(box).to_be_focused()
    page.keyboard.type("MISO-500\n")
    expect(dialog.get_by_text("自分自身は構成品にできません。")).to_be_visible()
    page.keyboard.type("SENCHA-100\n")
    expect(dialog.get_by_label("SENCHA-100 1セットの個数")).to_be_focused()
    page.keyboard.type("3\n")
    expect(box).to_be_focused()
    dialog.get_by_role("button", name="保存").click()
    card = page.get_by_role("region", name="セットの構成")
    expect(card).to_contain_text("SENCHA-100八女 煎茶 100g× 3今の在庫で73セット作れます")
    (sent,) = api.sent("PATCH", "")
    assert sent.json == {"components": {"SENCHA-100": 3}}
    expect(page.get_by_role("region", name="置き場所")).to_have_count(0)


def test_units_are_moved_between_places(api: FakeApi, open_page: Open) -> None:
    page = open_page(YUNOMI)
    card = page.get_by_role("region", name="置き場所")
    expect(card.locator("tbody tr")).to_have_text(["本倉庫962", "第2倉庫240"])
    card.get_by_role("button", name="移動").click()
    dialog = page.get_by_role("dialog", name="置き場所を移す")
    expect(dialog.get_by_text("ここには96個あります。")).to_be_visible()
    dialog.get_by_label("数量").fill("97")
    dialog.get_by_role("button", name="移す").click()
    expect(dialog.get_by_text("96個までしか移せません")).to_be_visible()
    dialog.get_by_label("数量").fill("16")
    dialog.get_by_role("button", name="移す").click()
    expect(card.locator("tbody tr")).to_have_text(["本倉庫802", "第2倉庫400"])
    (sent,) = api.sent("POST", "transfer$")
    assert sent.json == {
        "quantity": 16,
        "source": "main",
        "target": "annex",
        "is_defective": False,
    }


def test_units_are_found_defective_and_good_again(api: FakeApi, open_page: Open) -> None:
    page = open_page(YUNOMI)
    card = page.get_by_role("region", name="置き場所")
    card.get_by_role("button", name="不良の登録").click()
    dialog = page.get_by_role("dialog", name="不良の登録")
    dialog.get_by_label("数量").fill("4")
    dialog.get_by_role("button", name="登録する").click()
    expect(page.locator(".equation dd").first).to_have_text("116")
    expect(card.locator("tbody tr").first).to_have_text("本倉庫926")
    card.get_by_role("button", name="不良の登録").click()
    dialog.get_by_label("不良 → 良品").check()
    expect(dialog.get_by_text("ここには6個あります。")).to_be_visible()
    dialog.get_by_label("数量").fill("1")
    dialog.get_by_role("button", name="登録する").click()
    expect(page.locator(".equation dd").first).to_have_text("117")
    assert [r.json["quantity"] for r in api.sent("POST", "defect$")] == [4, -1]


def test_putting_a_product_into_shops_says_where_a_person_must(
    api: FakeApi, open_page: Open
) -> None:
    page = open_page("#/stock/TENUGUI-01")
    card = page.get_by_role("region", name="店舗への商品登録")
    expect(card).to_contain_text("まだどの店舗にも登録していません。")
    card.get_by_role("button", name="店舗に登録").click()
    dialog = page.get_by_role("dialog", name="店舗に登録")
    expect(dialog.get_by_role("button", name="店舗に登録")).to_be_disabled()
    cannot = "APIでは登録できないため、選ぶと手作業の手順を表示します。"
    expect(dialog.locator(".check").filter(has_text=cannot)).to_have_count(1)
    expect(dialog.locator(".check").filter(has_text="番頭屋 通販部")).to_contain_text(cannot)
    dialog.get_by_label("番頭屋 本店").check()
    dialog.get_by_label("番頭屋 通販部").check()
    dialog.get_by_role("button", name="2店舗に登録").click()
    expect(card.get_by_text("登録中")).to_have_count(2)
    expect(card.get_by_role("row").filter(has_text="番頭屋 本店")).to_contain_text("登録済み")
    expect(card).to_contain_text("手作業で登録する店舗: 番頭屋 通販部")
    expect(card).to_contain_text("商品コードを「TENUGUI-01」にしてください。")
    (sent,) = api.sent("POST", "offers$")
    assert sent.json == {"shops": ["honten", "tsuhan"], "extra": {}}


def test_the_past_is_asked_for_in_japanese_time(api: FakeApi, open_page: Open) -> None:
    page = open_page(YUNOMI)
    page.get_by_label("日時", exact=True).fill("2026-11-21T09:30")
    expect(page.get_by_role("region", name="過去の在庫")).to_contain_text("在庫数119")
    (sent,) = api.sent("GET", "/at$")
    assert sent.query == {"at": "2026-11-21T09:30:59+09:00"}


def test_places_are_made_and_named_anew(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/places")
    expect(page.locator("tbody tr").first).to_contain_text("本倉庫 いつもの場所main")
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="場所を追加")
    dialog.get_by_label("記号").fill("annex")
    dialog.get_by_label("名前").fill("店頭")
    dialog.get_by_role("button", name="保存").click()
    expect(dialog.get_by_text("この記号はすでに使われています")).to_be_visible()
    dialog.get_by_label("記号").fill("ＳＨＯＰ－１")
    dialog.get_by_role("button", name="保存").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    (sent,) = api.sent("PUT", "places")
    assert (sent.path, sent.json) == ("/stock/places/shop-1", {"name": "店頭"})
    assert sent.headers["if-none-match"] == "*"


def test_the_forms_of_a_product_violate_no_rule(api: FakeApi, open_page: Open) -> None:
    page = open_page(YUNOMI, bypass_csp=True)
    for name in ("発注と棚を編集", "セットの構成を編集", "不良の登録", "店舗に登録"):
        page.get_by_role("button", name=name).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert both_themes(page) == CLEAN
        page.get_by_role("dialog").get_by_role("button", name="キャンセル").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
