"""メール and 状況."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.fake_api import FakeApi
from tests.browser.fake_data import minutes_ago
from tests.browser.screens import mail_in


def test_the_outbox_opens_with_what_is_on_its_way(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/mail")
    tabs = page.get_by_role("navigation", name="メールの状態")
    expect(tabs.get_by_role("link", name="送信待ち")).to_have_attribute("aria-current", "page")
    expect(tabs.get_by_role("link", name="配信済み")).to_have_text("配信済み30")
    tabs.get_by_role("link", name="迷惑報告").click()
    expect(page.get_by_text("「迷惑報告」のメールはありません")).to_be_visible()
    expect(page).to_have_url(re.compile("state=COMPLAINED$"))


def test_a_mail_shows_its_text_and_opens_its_html_elsewhere(api: FakeApi, open_page: Open) -> None:
    page = open_page(f"#/mail/{mail_in(api, 'DELIVERED')}")
    expect(page.locator("pre.letter")).to_contain_text(
        "このたびはご注文いただき、誠にありがとうございます。"
    )
    expect(page.get_by_text("相手のサーバーに届きました")).to_be_visible()
    with page.expect_popup() as popup:
        page.get_by_role("button", name="HTML版を開く").click()
    popup.value.wait_for_url(f"{api.origin}/mail.html")
    assert popup.value.evaluate("window.opener") is None
    expect(page.get_by_role("link", name="HTML版を開く")).to_have_attribute("href", "/mail.html")


def test_a_queued_mail_is_cancelled_after_a_question(api: FakeApi, open_page: Open) -> None:
    page = open_page(f"#/mail/{mail_in(api, 'QUEUED')}")
    page.get_by_role("button", name="送信を取り消す").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog.get_by_role("button", name="キャンセル")).to_be_focused()
    dialog.get_by_role("button", name="送信を取り消す").click()
    expect(page.locator("h1 + .badge")).to_have_text("取消")
    (sent,) = api.sent("POST", "cancel$")
    assert sent.headers["if-match"] == '"2"'


def test_a_blocked_mail_says_why_and_is_sent_again(api: FakeApi, open_page: Open) -> None:
    page = open_page(f"#/mail/{mail_in(api, 'BLOCKED')}")
    expect(page.get_by_text("文面に必要な「差出人アドレス」が空です。")).to_be_visible()
    page.get_by_role("button", name="もう一度送る").click()
    expect(page.get_by_text("送信待ちに入れました")).to_be_visible()
    expect(page.locator("h1 + .badge")).to_have_text("送信待ち")


def test_a_mail_that_went_on_by_itself_is_shown_as_it_is_now(api: FakeApi, open_page: Open) -> None:
    id_ = mail_in(api, "QUEUED")
    page = open_page(f"#/mail/{id_}", allow=("412",))
    page.get_by_role("button", name="送信を取り消す").click()
    api.areas.mails[id_].update(state="SENT", version=5, actions=[])
    page.get_by_role("alertdialog").get_by_role("button", name="送信を取り消す").click()
    expect(page.get_by_role("alert")).to_contain_text("ほかの人が先に変更しました")
    expect(page.locator("h1 + .badge")).to_have_text("送信済み")


def test_health_is_green_when_all_is_well(api: FakeApi, open_page: Open) -> None:
    api.areas.failed.clear()
    api.areas.mails.clear()
    api.areas.drifts.clear()
    api.areas.shops["rakuten"]["credentials"][1].update(expires_at="2027-01-30")
    page = open_page("#/health")
    expect(page.locator(".verdict")).to_contain_text("問題ありません")
    row = page.get_by_role("region", name="店舗ごとの取り込み").get_by_role("row").nth(1)
    expect(row).to_have_text(
        "番頭屋 本店正常2026-11-21 (土) 20:10 2分前2026-11-21 (土) 20:10 2分前"
    )
    queues = page.get_by_role("region", name="裏側の処理").locator("tbody tr")
    expect(queues).to_have_count(8)
    expect(queues.first).to_have_text("注文の取り込み正常000")


def test_health_says_what_to_do_when_something_is_wrong(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/health")
    found = page.get_by_role("status").filter(has_text="対応が必要なことが4件あります")
    expect(found).to_contain_text("取り込めなかった注文が2件あります")
    expect(found).to_contain_text("送れなかったメールが12件あります")
    found.get_by_role("link", name="取込失敗を開く").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("取込失敗")


def test_health_shows_what_it_knows_when_one_area_does_not_answer(
    api: FakeApi, open_page: Open
) -> None:
    api.fail("GET", "^/mail/health$", 500, times=9)
    page = open_page("#/health", allow=("500",))
    expect(page.get_by_role("alert")).to_contain_text("受付番号 req-500")
    expect(page.get_by_text("番頭屋 通販部")).to_be_visible()


def test_a_shop_nothing_comes_from_is_pointed_out(api: FakeApi, open_page: Open) -> None:
    api.areas.last_imports["tsuhan"] = minutes_ago(60 * 25)
    page = open_page("#/health")
    expect(
        page.get_by_text("番頭屋 通販部 から24時間以上、注文の知らせが届いていません")
    ).to_be_visible()


def test_what_ends_fails_and_differs_is_found_with_what_to_do(
    api: FakeApi, open_page: Open
) -> None:
    api.areas.failed.clear()
    api.areas.mails.clear()
    api.areas.troubles["honten"] = "lost"
    api.areas.ways["tsuhan"].update(state="failing", error="rate", since=minutes_ago(12))
    api.areas.poll_errors["tsuhan"] = {
        "kind": "auth",
        "code": "401",
        "since": minutes_ago(90),
        "attempts": 3,
        "next_try": minutes_ago(-2),
    }
    page = open_page("#/health")
    found = page.get_by_role("status").filter(has_text="対応が必要なことが5件あります")
    titles = [
        "番頭屋 本店 への認証をやり直してください",
        "12分前から、番頭屋 通販部 へ在庫を送れていません",
        "1時間前から、番頭屋 通販部 の受注を読めていません",
        "番頭屋 楽天市場店 のライセンスキー（licenseKey）の期限まであと6日です",
        "モールの表示と合わない在庫が2件あります",
    ]
    expect(found.locator(".notice-text > strong")).to_have_text(titles)
    expect(found).to_contain_text("モールの回数制限にかかっています。自動でやり直します。")
    expect(found).to_contain_text("licenseKey を発行し直し、ここに入れます。")
    found.get_by_role("link", name="番頭屋 楽天市場店を開く").click()
    expect(page).to_have_url(re.compile("#/shops/rakuten[?]tab=connect$"))


def test_what_a_mall_refused_is_sent_again(api: FakeApi, open_page: Open) -> None:
    api.areas.refuse("honten:5012", "ship", "ORDER_EXT_API_SHIP_ERROR_003")
    api.areas.refuse("tsuhan:5006", "cancel", "409", "conflict")
    page = open_page("#/health")
    card = page.get_by_role("region", name="モールに伝えられなかったこと")
    expect(card.locator("tbody tr")).to_have_count(2)
    row = card.get_by_role("row").filter(has_text="honten:5012")
    assert row.get_by_role("cell").all_text_contents() == [
        "honten:5012",
        "出荷の連絡",
        "モールが内容を受け付けません。接続の設定を確かめてください。 ORDER_EXT_API_SHIP_ERROR_003",
        "40分前",
        "もう一度送る",
    ]
    expect(page.get_by_text("モールに伝えられなかったことが2件あります")).to_be_visible()
    row.get_by_role("button", name="もう一度送る").click()
    expect(page.get_by_text("もう一度送っています")).to_be_visible()
    expect(card.locator("tbody tr")).to_have_count(1)
    (sent,) = api.sent("POST", "retry$")
    assert sent.path == "/orders/mall-failures/honten%3A5012%23ship/retry"
