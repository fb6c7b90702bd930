"""在庫連動: stock by shop, modes, 今すぐ同期, lags, and 差異."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open, wait_until
from tests.browser.fake_api import FakeApi
from tests.browser.fake_data import minutes_ago
from tests.browser.test_accessibility import CLEAN, both_themes


def by_shop(page: Page) -> Locator:
    return page.get_by_role("region", name="店舗ごとの在庫")


def cells(page: Page, shop: str) -> list[str]:
    """Of a shop's row, without its name and the button."""
    row = by_shop(page).get_by_role("row").filter(has_text=shop)
    return row.get_by_role("cell").all_text_contents()[1:-1]


def test_a_strict_product_shows_shares_pool_and_lag(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/stock/SENCHA-100")
    card = by_shop(page)
    expect(card).to_contain_text("厳密 売れる数を店舗に分けて表示し、売り越しません。")
    expect(card.locator(".sums-line > div")).to_have_text(["売れる数219", "未配分9"])
    assert card.get_by_role("columnheader").all_text_contents() == [
        "店舗",
        "状態",
        "枠",
        "送った数",
        "モール表示",
        "遅れ",
        "同期",
    ]
    assert cells(page, "本店") == ["反映済み", "90", "90", "90", "0.7秒"]
    assert cells(page, "楽天市場店") == ["反映済み", "80", "80", "80", "1.0秒"]


def test_a_debt_is_explained(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/stock/FUROSHIKI-L")
    card = by_shop(page)
    expect(card.locator(".sums-line > div").last).to_have_text("足りない枠2")
    expect(card).to_contain_text("店舗の枠が、売れる数を2個上回っています")
    expect(card).to_contain_text("どの店舗にも増やさず、表示を減らして解消します。")


def test_a_shared_product_that_is_oversold_says_so_with_a_count(
    api: FakeApi, open_page: Open
) -> None:
    api.areas.items["YUNOMI-AI"]["waiting"] = 3
    page = open_page("#/stock/YUNOMI-AI")
    card = by_shop(page)
    expect(card.locator(".sums-line > div").last).to_have_text("売り越し3")
    expect(card).to_contain_text("売れる数より3個多く売れています")
    expect(card).not_to_contain_text("枠")


def test_a_shared_product_shows_what_is_wrong_in_each_shop(api: FakeApi, open_page: Open) -> None:
    honten, rakuten, tsuhan = api.areas.listings["YUNOMI-AI"]
    honten.update(state="unknown", since=minutes_ago(2), lag_ms=None)
    tsuhan.update(problem="unknown_sku", observed=None)
    page = open_page("#/stock/YUNOMI-AI")
    expect(by_shop(page).get_by_role("row")).to_have_count(4)
    assert cells(page, "本店") == ["反映の確認待ち 2分前の変更", "81", "81", "—"]
    assert cells(page, "楽天市場店") == ["差異あり 差異 +2", "81", "83", "1.0秒"]
    assert cells(page, "通販部") == [
        "モールが拒否 モールにこの商品がありません。出品を確かめてください。",
        "81",
        "—",
        "1.3秒",
    ]
    assert rakuten["drift"] == 2
    page.get_by_role("link", name="差異 +2").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("在庫の差異")


def test_a_product_that_no_shop_sells_says_so(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/stock/HASHI-23")
    expect(by_shop(page)).to_contain_text("この商品はどの店舗にも出品されていません。")
    expect(by_shop(page).get_by_role("button", name="今すぐ同期")).to_have_count(0)


def test_a_product_is_synced_everywhere_or_in_one_shop(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/stock/SENCHA-100")
    by_shop(page).get_by_role("button", name="今すぐ同期", exact=True).click()
    expect(
        page.get_by_text("同期を始めました。モールを読み返し、違いがあれば送り直します")
    ).to_be_visible()
    by_shop(page).get_by_role("button", name="番頭屋 楽天市場店を今すぐ同期").click()
    expect(page.locator(".toast")).to_have_count(2)
    sent = api.sent("POST", "^/stock/items/SENCHA-100/sync$")
    assert [r.json for r in sent] == [{"shop_id": ""}, {"shop_id": "rakuten"}]
    assert len({r.headers["idempotency-key"] for r in sent}) == 2


def test_no_mode_promises_anything_of_a_shop_whose_orders_nobody_reads(
    api: FakeApi, open_page: Open
) -> None:
    api.areas.shops["tsuhan"]["channel"] = "ne_push"
    page = open_page("#/stock/YUNOMI-AI")
    by_shop(page).get_by_role("button", name="在庫連動の方式を変える").click()
    dialog = page.get_by_role("dialog", name="在庫連動の方式を変える")
    dialog.get_by_role("radio", name="厳密", exact=True).check()
    effect = dialog.locator(".effect")
    expect(effect).to_contain_text("番頭屋 通販部からは受注を取り込めません。")
    expect(effect).not_to_contain_text("売り越しません。")


def test_a_mode_is_switched_after_its_effect_was_shown(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/stock/YUNOMI-AI")
    by_shop(page).get_by_role("button", name="在庫連動の方式を変える").click()
    dialog = page.get_by_role("dialog", name="在庫連動の方式を変える")
    effect = dialog.locator(".effect")
    expect(effect).to_contain_text("全店舗の表示の合計が、売れる数を162個上回ります。")
    expect(dialog.get_by_role("button", name="この方式にする")).to_be_disabled()
    dialog.get_by_role("radio", name="厳密", exact=True).check()
    expect(effect).to_contain_text("売れる数81表示の合計243→81")
    expect(effect).to_contain_text("売り越しません。")
    rows = effect.locator("tbody tr").all_text_contents()
    assert [re.sub(r"^.* ", "", row) for row in rows] == [
        "440010020000008127",
        "yunomi-ai/8127",
        "YUNOMI-AI8127",
    ]
    assert api.sent("PUT", "") == []
    dialog.get_by_role("button", name="この方式にする").click()
    expect(page.get_by_text("在庫連動を「厳密」にしました")).to_be_visible()
    expect(by_shop(page).get_by_text("送信中")).to_have_count(2)
    (sent,) = api.sent("PUT", "^/stock/items/YUNOMI-AI/mode$")
    assert (sent.json, sent.headers["if-match"]) == ({"mode": "strict", "last_n": 0}, '"5"')


def test_the_last_n_need_a_number(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/stock/YUNOMI-AI")
    by_shop(page).get_by_role("button", name="在庫連動の方式を変える").click()
    dialog = page.get_by_role("dialog", name="在庫連動の方式を変える")
    dialog.get_by_role("radio", name="残りわずかで厳密").check()
    field = dialog.get_by_label("厳密にする残数")
    field.fill("0")
    expect(dialog.get_by_text("1以上の整数を入力してください").first).to_be_visible()
    expect(dialog.get_by_role("button", name="この方式にする")).to_be_disabled()
    field.fill("１００")
    expect(dialog.locator(".effect")).to_contain_text("表示の合計243→81")
    dialog.get_by_role("button", name="この方式にする").click()
    expect(page.get_by_text("在庫連動を「残りわずかで厳密」にしました")).to_be_visible()
    (sent,) = api.sent("PUT", "mode$")
    assert sent.json == {"mode": "last_n", "last_n": 100}


def test_who_may_only_look_is_told_why(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/stock/SENCHA-100", person="viewer")
    expect(by_shop(page).get_by_role("row")).to_have_count(4)
    for name in ("今すぐ同期", "在庫連動の方式を変える", "番頭屋 本店を今すぐ同期"):
        expect(by_shop(page).get_by_role("button", name=re.compile(f"^{name}"))).to_be_disabled()


def test_stock_over_time_is_drawn_and_can_be_read_as_numbers(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/stock/YUNOMI-AI")
    card = page.get_by_role("region", name="在庫の推移")
    picture = card.get_by_role("img")
    expect(picture).to_have_attribute(
        "aria-label",
        "在庫の推移: 2026-11-20 (金) 15:52 から。今の在庫数は120、販売可は86。"
        "期間中の販売可の最少は5。",
    )
    expect(picture.locator("path[d*='V']")).to_have_count(2)
    card.get_by_text("数字で見る").click()
    rows = card.locator("tbody tr")
    expect(rows).to_have_count(6)
    assert rows.first.get_by_role("cell").all_text_contents() == [
        "2026-11-21 (土) 20:12",
        "120",
        "86",
    ]


def test_a_shop_shows_its_lags_for_a_chosen_time(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/shops/honten")
    card = page.get_by_role("region", name="在庫の送信")
    expect(card.locator(".sums-line > div")).to_have_text(
        [
            "半分（p50）0.7秒",
            "95%（p95）2.0秒",
            "最長4.2秒",
            "変更142件",
        ]
    )
    expect(card.get_by_role("img")).to_have_attribute(
        "aria-label", "反映の遅れ: 142件の変更。半分は0.7秒以内、95%は2.0秒以内、最長4.2秒。"
    )
    card.get_by_role("radio", name="7日間").check()
    expect(card.get_by_role("img").locator("text").last).to_have_text("11-21")
    wait_until(page, lambda: len(api.sent("GET", "^/stock/sync/honten$")) == 2)
    assert [r.query["hours"] for r in api.sent("GET", "^/stock/sync/honten$")] == ["24", "168"]


def test_a_shop_without_changes_says_so(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/shops/tsuhan")
    expect(page.get_by_text("この期間に送った変更はありません。")).to_be_visible()


def test_a_whole_shop_is_synced_now(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/shops/honten")
    page.get_by_role("button", name="今すぐ同期").click()
    expect(page.get_by_text("同期を始めました。店舗全体を読み返します")).to_be_visible()
    assert [r.path for r in api.sent("POST", "sync")] == ["/stock/sync/honten"]


def test_an_outage_says_what_goes_on_and_what_waits(api: FakeApi, open_page: Open) -> None:
    api.areas.ways["rakuten"].update(
        state="failing",
        error="transient",
        detail="timeout",
        since=minutes_ago(25),
        attempts=7,
        next_try=minutes_ago(-3),
        raises_frozen=True,
        waiting={"count": 12, "capped": False},
        oldest=minutes_ago(25),
    )
    page = open_page("#/shops/rakuten")
    expect(page.locator(".title-row .badge")).to_have_text("送信できません")
    expect(page.get_by_text("25分前から、在庫をモールへ送れていません")).to_be_visible()
    expect(page.get_by_text("在庫を増やす送信を止めています")).to_be_visible()
    card = page.get_by_role("region", name="在庫の送信")
    expect(card).to_contain_text("送信待ち12 最も古い変更は25分前")
    expect(card).to_contain_text("次の再送2026-11-21 (土) 20:15 7回失敗")


def test_the_list_of_shops_shows_lags(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/shops")
    rows = page.locator("tbody tr")
    expect(rows.filter(has_text="本店")).to_contain_text("0.7秒 / 2.0秒 / 4.2秒")
    expect(rows.filter(has_text="通販部")).to_contain_text("1時間なし")


def test_a_difference_is_kept_as_the_mall_has_it(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/drift")
    row = page.get_by_role("row").filter(has_text="有田焼 湯のみ 藍染付")
    expect(row).to_be_visible()
    assert row.get_by_role("cell").all_text_contents()[:6] == [
        "YUNOMI-AI有田焼 湯のみ 藍染付",
        "番頭屋 楽天市場店 yunomi-ai/",
        "81",
        "83",
        "+2",
        "42分前",
    ]
    row.get_by_role("button", name="モールに合わせる").click()
    dialog = page.get_by_role("alertdialog", name="モールの83個をそのままにしますか？")
    expect(dialog).to_contain_text("Bantoの在庫数は変わりません。")
    assert api.sent("POST", "drift") == []
    dialog.get_by_role("button", name="モールに合わせる").click()
    expect(page.get_by_text("モールの表示を認めました")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(1)
    assert [r.path for r in api.sent("POST", "drift")] == [
        "/stock/drift/rakuten/yunomi-ai-rakuten/adopt"
    ]


def test_our_number_is_sent_again_and_then_nothing_is_left(api: FakeApi, open_page: Open) -> None:
    api.areas.drifts.pop(0)
    page = open_page("#/drift")
    page.get_by_role("button", name="送り直す").click()
    dialog = page.get_by_role("alertdialog", name="Bantoの数を送り直しますか？")
    expect(dialog).to_contain_text("前に送った数は0個、モールの表示は3個")
    dialog.get_by_role("button", name="送り直す").click()
    expect(page.get_by_text("送り直しています。数秒で反映します")).to_be_visible()
    expect(page.get_by_text("差異はありません")).to_be_visible()
    assert [r.path for r in api.sent("POST", "drift")] == [
        "/stock/drift/honten/tenugui-01-honten/overwrite"
    ]


def test_a_difference_that_is_gone_is_told(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/drift", allow=("404",))
    page.get_by_role("button", name="送り直す").first.click()
    api.areas.drifts.clear()
    dialog = page.get_by_role("alertdialog")
    dialog.get_by_role("button", name="送り直す").click()
    expect(dialog.get_by_role("alert")).to_be_visible()


def test_the_mode_dialog_and_open_numbers_violate_no_rule(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/stock/YUNOMI-AI", bypass_csp=True)
    page.get_by_role("region", name="在庫の推移").get_by_text("数字で見る").click()
    expect(page.get_by_role("region", name="在庫の推移").locator("tbody tr")).to_have_count(6)
    assert both_themes(page) == CLEAN
    by_shop(page).get_by_role("button", name="在庫連動の方式を変える").click()
    expect(page.get_by_role("dialog").get_by_role("row")).to_have_count(4)
    assert both_themes(page) == CLEAN


def test_the_result_of_a_connection_test_violates_no_rule(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/shops/rakuten?tab=connect", person="admin", bypass_csp=True)
    page.get_by_role("button", name="接続テストをする").click()
    expect(page.get_by_text("接続できました")).to_be_visible()
    assert both_themes(page) == CLEAN


def test_what_waits_for_sales_says_up_to_when_they_are_taken_in(
    api: FakeApi, open_page: Open
) -> None:
    api.areas.listings["SENCHA-100"][0].update(state="settling", since=None)
    page = open_page("#/stock/SENCHA-100")
    expect(by_shop(page)).to_contain_text("売上の確認待ち 売上は20:11の分まで取り込み済み")


def test_the_columns_are_explained_and_the_share_only_where_there_is_one(
    api: FakeApi, open_page: Open
) -> None:
    page = open_page("#/stock/SENCHA-100")
    words = by_shop(page).locator("details.words")
    words.get_by_text("列の意味").click()
    expect(words.locator("dt")).to_have_text(["枠", "送った数", "モール表示", "遅れ"])
    expect(words).to_contain_text("露出とも言います。その店舗があと何個売れるかの上限です。")
    page.goto(f"{api.origin}/#/stock/YUNOMI-AI")
    expect(by_shop(page)).to_contain_text("共有")
    words.get_by_text("列の意味").click()
    expect(words.locator("dt")).to_have_text(["送った数", "モール表示", "遅れ"])


def test_a_mode_is_shown_with_what_is_not_known_of_now(api: FakeApi, open_page: Open) -> None:
    api.areas.listings["YUNOMI-AI"][0].update(published=None)
    page = open_page("#/stock/YUNOMI-AI")
    page.get_by_role("button", name="在庫連動の方式を変える").click()
    dialog = page.get_by_role("dialog", name="在庫連動の方式を変える")
    expect(dialog.get_by_role("row").filter(has_text="本店")).to_contain_text("確認中")
    expect(dialog.locator(".sums-line")).to_contain_text("以上→")


def test_the_numbers_of_a_chart_come_as_a_file(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/shops/honten")
    card = page.get_by_role("region", name="在庫の送信")
    card.get_by_text("数字で見る").click()
    expect(card.get_by_role("columnheader")).to_have_text(
        ["日時", "半分（p50）", "95%（p95）", "最長"]
    )
    with page.expect_download() as download:
        card.get_by_role("button", name="CSVで保存").click()
    assert download.value.suggested_filename == "反映の遅れ_2026-11-21.csv"
    lines = Path(download.value.path()).read_text("utf-8-sig").splitlines()
    assert lines[0] == "日時,半分（p50）,95%（p95）,最長"
    assert all(re.fullmatch(r"2026-11-2\d[T\d:]+\+09:00,\d+,\d+,\d+", line) for line in lines[1:])
    assert len(lines) > 2


def test_no_difference_is_not_introduced_as_one(api: FakeApi, open_page: Open) -> None:
    api.areas.drifts = []
    page = open_page("#/drift")
    expect(page.get_by_text("差異はありません")).to_be_visible()
    expect(page.locator(".lead")).to_have_count(0)
