"""店舗: the list, and one shop's overview, connection and settings."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from support.domain.checklist import Failure, Hint, Step
from tests.browser.conftest import Open, wait_until
from tests.browser.fake_api import FakeApi
from tests.browser.fake_data import minutes_ago

CONNECT = "#/shops/rakuten?tab=connect"


def step(page: Page, name: str) -> Locator:
    """One step of the checklist."""
    return page.get_by_role("list", name="接続の手順").locator("> li").filter(has_text=name)


def test_the_list_says_how_each_shop_is_and_what_ends_soon(api: FakeApi, open_page: Open) -> None:
    api.areas.shops["tsuhan"].update(is_paused=True)
    api.areas.poll_errors["honten"] = {
        "kind": "auth",
        "code": "401",
        "since": minutes_ago(90),
        "attempts": 9,
        "next_try": minutes_ago(-1),
    }
    page = open_page("#/shops")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.filter(has_text="本店").locator(".badge")).to_have_text("受注を読めません")
    expect(rows.filter(has_text="通販部").locator(".badge")).to_have_text("一時停止中")
    rakuten = rows.filter(has_text="楽天市場店")
    assert rakuten.locator(".badge").all_text_contents() == ["正常", "あと6日"]


def test_a_shop_says_why_its_orders_are_not_read(api: FakeApi, open_page: Open) -> None:
    api.areas.poll_errors["rakuten"] = {
        "kind": "auth",
        "code": "ES04-01",
        "since": minutes_ago(90),
        "attempts": 9,
        "next_try": minutes_ago(-1),
    }
    page = open_page("#/shops/rakuten")
    notice = page.locator(".notice")
    expect(notice).to_contain_text("1時間前から、モールの受注を読めていません")
    expect(notice).to_contain_text("認証を断られました。認証情報を確かめてください。 ES04-01")
    notice.get_by_role("link", name="接続").click()
    expect(page).to_have_url(re.compile("tab=connect$"))


def test_orders_are_read_now(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/shops/rakuten")
    page.get_by_role("button", name="今すぐ受注を読む").click()
    expect(page.get_by_text("受注の読み取りを始めました。数秒で反映します")).to_be_visible()
    (sent,) = api.sent("POST", "^/orders/pull$")
    assert sent.json == {"shop_id": "rakuten"}
    assert re.fullmatch(r"[\da-f-]{36}", sent.headers["idempotency-key"])


def test_pausing_says_what_it_means_first_and_is_undone(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/shops/honten")
    page.get_by_role("button", name="送信を一時停止").click()
    dialog = page.get_by_role("alertdialog", name="番頭屋 本店への送信を一時停止しますか？")
    expect(dialog).to_contain_text("止めている間も受注は取り込みます。")
    expect(dialog.get_by_role("button", name="キャンセル")).to_be_focused()
    assert api.sent("POST", "pause$") == []
    dialog.get_by_role("button", name="送信を一時停止").click()
    expect(page.locator(".title-row .badge")).to_have_text("一時停止中")
    page.get_by_role("button", name="送信を再開").click()
    expect(page.locator(".title-row .badge")).to_have_text("正常")
    assert [r.path for r in api.sent("POST", "^/settings")] == [
        "/settings/shops/honten/pause",
        "/settings/shops/honten/resume",
    ]


def test_a_shop_shows_what_its_channel_can_do(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/shops/rakuten")
    found = page.get_by_role("region", name="このチャネルでできること")
    expect(found.locator("li.no")).to_have_text(["注文の通知を受け取るできません"])
    expect(found.locator("li.note")).to_have_text(
        ["在庫の反映に時間がかかる", "定期的に人の認証が必要"]
    )
    expect(found).to_contain_text("在庫は1回に400件まで送ります。")


def test_the_checklist_says_what_is_missing(api: FakeApi, open_page: Open) -> None:
    api.areas.shops["rakuten"]["credentials"][0].update(is_set=False, set_at=None)
    page = open_page(CONNECT, person="admin")
    expect(page.locator(".title-row .badge")).to_have_text("接続の準備中")
    marks = page.locator(".checklist > li > .card-head .badge")
    expect(marks).to_have_text(["設定済み", "未設定", "不要"])
    step(page, "接続テスト").get_by_role("button", name="接続テストをする").click()
    found = step(page, "接続テスト").get_by_role("status")
    expect(found).to_contain_text("「認証情報の入力」でつまずきました")
    expect(found).to_contain_text(
        "足りない認証情報を入力してください。 サービスシークレット（serviceSecret）"
    )
    steps = found.get_by_role("listitem").all_text_contents()
    assert steps == [
        "接続先済み",
        "必要な設定済み",
        "認証情報の入力失敗",
        "モールへの接続未確認",
        "認証未確認",
        "権限未確認",
        "応答未確認",
    ]


def test_a_credential_is_stored_with_its_end_and_never_shown_again(
    api: FakeApi, open_page: Open
) -> None:
    page = open_page(CONNECT, person="admin")
    mine = step(page, "認証情報")
    expect(mine).to_contain_text("90日で切れます。前の鍵は期限まで使えます。")
    save = mine.get_by_role("button", name="認証情報を保存")
    expect(save).to_be_disabled()
    field = mine.get_by_label("新しいライセンスキー")
    field.fill("SL00000_new")
    mine.get_by_label("ライセンスキー（licenseKey）の期限").fill("2027-02-01")
    save.click()
    expect(page.get_by_text("認証情報を保存しました。接続テストで確かめてください")).to_be_visible()
    expect(field).to_have_value("")
    expect(mine).to_contain_text("期限 2027-02-01 (月)")
    expect(mine.get_by_text("あと72日")).to_be_visible()
    (sent,) = api.sent("PUT", "credentials$")
    assert sent.json == {
        "credentials": {"license_key": "SL00000_new"},
        "expires_at": {"license_key": "2027-02-01"},
    }
    assert sent.headers["if-match"] == '"1"'
    assert "SL00000_new" not in page.evaluate("JSON.stringify({...sessionStorage})")


def test_a_credential_is_removed_after_a_question(api: FakeApi, open_page: Open) -> None:
    page = open_page(CONNECT, person="admin")
    step(page, "認証情報").get_by_role("button", name="削除").first.click()
    dialog = page.get_by_role("alertdialog", name="サービスシークレット（serviceSecret）を削除")
    dialog.get_by_role("button", name="削除する").click()
    expect(page.get_by_text("認証情報を削除しました")).to_be_visible()
    assert [r.json for r in api.sent("PUT", "credentials$")] == [
        {"credentials": {"service_secret": None}}
    ]


def test_a_mall_that_needs_a_person_is_told_first(api: FakeApi, open_page: Open) -> None:
    api.areas.troubles["rakuten"] = "refused"
    page = open_page(CONNECT, person="admin")
    expect(page.locator(".title-row .badge")).to_have_text("再認証が必要")
    expect(step(page, "認証情報")).to_contain_text(
        "モールが認証の更新を断りました。認証情報を入力し直してください。"
    )


def test_the_connection_test_shows_what_to_do_next(api: FakeApi, open_page: Open) -> None:
    api.areas.check_failure = Failure(Step.PERMITTED, Hint.GRANT_PERMISSIONS, code="GE0014")
    api.slow("POST", "check$", 0.4)
    page = open_page("#/shops/honten?tab=connect")
    test = step(page, "接続テスト")
    test.get_by_role("button", name="接続テストをする").click()
    expect(test.get_by_text("モールに問い合わせています…")).to_be_visible()
    found = test.get_by_role("status")
    expect(found).to_contain_text(
        "「権限」でつまずきましたモールの管理画面で、このAPIの利用を許可してください。"
    )
    expect(found).to_contain_text("モールの返したコード GE0014")
    api.areas.check_failure = None
    test.get_by_role("button", name="接続テストをする").click()
    expect(found).to_contain_text("接続できました20:12 に、認証と応答を確かめました。")
    expect(found.get_by_role("link", name="出品を読み込む")).to_have_attribute(
        "href", "#/listings?view=unmapped&shop=honten"
    )
    assert [r.json for r in api.sent("POST", "check$")] == [None, None]


def test_address_and_options_are_stored_and_the_rest_of_the_shop_stays(
    api: FakeApi, open_page: Open
) -> None:
    page = open_page("#/shops/honten?tab=connect", person="admin")
    address = step(page, "接続先と設定")
    address.get_by_label("ロケーションID").fill("１２３")
    page.keyboard.press("Tab")
    page.reload()
    expect(address.get_by_label("ロケーションID")).to_have_value("123")
    address.get_by_role("button", name="保存").click()
    expect(page.get_by_text("接続先と設定を保存しました")).to_be_visible()
    (sent,) = api.sent("PUT", "^/settings/shops/honten$")
    assert sent.json["options"] == {"location_id": "123"}
    assert sent.json["api_url"] == "https://banto-honten.myshopify.com"
    assert sent.json["mail"]["from_name"] == "番頭屋 本店"


def test_two_people_change_the_same_option(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/shops/honten?tab=connect", person="admin", allow=("412",))
    step(page, "接続先と設定").get_by_label("ロケーションID").fill("123")
    api.areas.shops["honten"].update(options={"location_id": "999"}, version=7)
    step(page, "接続先と設定").get_by_role("button", name="保存").click()
    dialog = page.get_by_role("dialog", name="ほかの変更と重なりました")
    expect(dialog.get_by_role("row", name=re.compile("ロケーションID"))).to_contain_text("123999")
    dialog.get_by_role("button", name="上書き").click()
    expect(dialog).to_have_count(0)
    wait_until(page, lambda: api.areas.shops["honten"]["options"] == {"location_id": "123"})


def test_a_shop_is_made_with_an_address_and_a_secret(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/shops", person="admin", allow=("412",))
    page.get_by_role("link", name="店舗を登録").click()
    page.get_by_label("店舗ID").fill("honten")
    page.get_by_label("店舗名").fill("新しい店")
    page.get_by_label("チャネル").select_option("generic")
    page.get_by_role("button", name="登録する").click()
    expect(page.get_by_text("この店舗IDはすでに使われています")).to_be_visible()
    expect(page.get_by_label("店舗ID")).to_be_focused()
    page.get_by_label("店舗ID").fill("ｎｅｗ－ｓｈｏｐ")
    page.get_by_role("button", name="登録する").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("新しい店")
    (sent,) = api.sent("PUT", "^/settings/shops/new-shop$")
    assert sent.headers["if-none-match"] == "*"
    assert sent.json["channel"] == "generic"
    expect(page).to_have_url(re.compile("#/shops/new-shop[?]tab=connect$"))
    expect(page.get_by_label("Webhookの宛先")).to_have_value(f"{api.origin}/webhooks/new-shop")
    expect(page.get_by_text("秘密鍵を登録するまで、注文の知らせは受け付けません。")).to_be_visible()
    page.get_by_role("button", name="鍵を作る").click()
    expect(page.get_by_label("新しい秘密鍵")).to_have_value(re.compile(r"^whsec_[\w+/]{43}=$"))
    page.get_by_role("button", name="秘密鍵を保存").click()
    expect(page.get_by_text("秘密鍵を保存しました。前の鍵は24時間使えます")).to_be_visible()
    expect(page.get_by_label("新しい秘密鍵")).to_have_value("")


def test_a_shop_is_changed_with_its_version(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/shops/honten?tab=settings", person="admin")
    page.get_by_label("差出人名").fill("番頭屋")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("店舗の設定を保存しました")).to_be_visible()
    (sent,) = api.sent("PUT", "^/settings/shops/honten$")
    assert sent.headers["if-match"] == '"1"'
    assert sent.json["mail"]["from_name"] == "番頭屋"
    assert sent.json["name"] == "番頭屋 本店"
    assert "options" not in sent.json


@pytest.mark.parametrize("person", ["staff", "support", "viewer"])
def test_only_administrators_set_shops_up(api: FakeApi, open_page: Open, person: str) -> None:
    page = open_page("#/shops", person=person)
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.get_by_role("link", name="店舗を登録")).to_have_count(0)
    page.get_by_role("link", name="番頭屋 楽天市場店").click()
    page.get_by_role("link", name="接続", exact=True).click()
    expect(page.get_by_text("変更するには管理者の権限が必要です。")).to_be_visible()
    expect(page.get_by_label("新しい")).to_have_count(0)
    expect(page.get_by_role("button", name="認証情報を保存")).to_be_disabled()
    can_test = person == "staff"
    assert page.get_by_role("button", name="接続テストをする").is_enabled() is can_test


def test_the_words_of_the_screen_follow_the_language(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/shops/rakuten")
    expect(page.get_by_text("このチャネルでできること")).to_be_visible()
    page.get_by_role("button", name="メニュー(表示・サインアウト)").click()
    page.get_by_role("menuitemradio", name="English").click()
    expect(page.get_by_text("What this channel can do")).to_be_visible()
    page.goto(f"{api.origin}/#/health")
    expect(page.get_by_role("heading", name="Imports by shop")).to_be_visible()


def test_a_shop_that_is_not_set_up_does_not_say_that_it_sends(
    api: FakeApi, open_page: Open
) -> None:
    api.areas.shops["rakuten"]["credentials"][0].update(is_set=False, set_at=None)
    page = open_page("#/shops/rakuten")
    expect(page.get_by_text("接続の設定が終わっていません").first).to_be_visible()
    for name in ("今すぐ同期", "今すぐ受注を読む"):
        expect(page.get_by_role("button", name=name)).to_be_disabled()
    expect(page.get_by_role("region", name="モールへの送信")).to_have_count(0)
