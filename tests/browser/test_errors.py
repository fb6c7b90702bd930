"""What happens when the server is slow, wrong, busy or away."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.fake_api import FakeApi
from tests.browser.screens import order_address, order_in


def test_an_error_keeps_the_rows_and_names_the_request(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders", allow=("500",))
    expect(page.get_by_role("link", name="T-5240")).to_be_visible()
    api.fail("GET", "^/orders$", 500)
    page.keyboard.press("r")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("サーバーで問題が起きました")
    expect(alert).to_contain_text("受付番号 req-500")
    expect(page.get_by_role("link", name="T-5240")).to_be_visible()
    alert.get_by_role("button", name="再試行").click()
    expect(alert).to_be_hidden()


def test_a_busy_server_is_asked_once_more_by_itself(api: FakeApi, open_page: Open) -> None:
    api.fail("GET", "^/stock/items$", 429, headers={"retry-after": "1"})
    page = open_page("#/stock", allow=("429",))
    expect(page.get_by_role("link", name="FUROSHIKI-L")).to_be_visible()
    assert len(api.sent("GET", "^/stock/items$")) == 2


def test_a_very_busy_server_is_left_to_the_person(api: FakeApi, open_page: Open) -> None:
    api.fail("GET", "^/stock/items$", 429, headers={"retry-after": "30"})
    page = open_page("#/stock", allow=("429",))
    expect(page.get_by_role("alert")).to_contain_text(
        "30秒ほど待ってから、もう一度お試しください。"
    )
    assert len(api.sent("GET", "^/stock/items$")) == 1


def test_a_stumble_is_read_over(api: FakeApi, open_page: Open) -> None:
    api.fail("GET", "^/orders$", 503)
    page = open_page("#/orders", allow=("503",))
    expect(page.get_by_role("link", name="T-5240")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_pressing_twice_sends_once(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/stock/MISO-500")
    page.get_by_role("button", name="入庫").click()
    page.get_by_label("入庫数").fill("7")
    api.slow("POST", "receive$", 0.8)
    button = page.get_by_role("button", name="入庫する")
    button.dblclick()
    expect(button).to_have_attribute("aria-busy", "true")
    page.get_by_label("入庫数").press("Enter")
    expect(page.get_by_text("7個を入庫しました")).to_be_visible()
    assert len(api.sent("POST", "receive$")) == 1
    assert api.areas.items["MISO-500"]["on_hand"] == 7


def test_a_lost_answer_can_be_asked_for_again_without_doing_it_twice(
    api: FakeApi, open_page: Open
) -> None:
    page = open_page("#/stock/MISO-500", allow=("ERR_CONTENT_LENGTH_MISMATCH",))
    page.get_by_role("button", name="入庫").click()
    page.get_by_label("入庫数").fill("7")
    api.fail("POST", "receive$", 0, after=True)
    page.get_by_role("button", name="入庫する").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("サーバーから応答がありません")
    alert.get_by_role("button", name="再試行").click()
    expect(page.get_by_text("7個を入庫しました")).to_be_visible()
    first, second = api.sent("POST", "receive$")
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    assert api.areas.items["MISO-500"]["on_hand"] == 7


def test_another_quantity_is_another_request(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/stock/MISO-500", allow=("500",))
    page.get_by_role("button", name="入庫").click()
    page.get_by_label("入庫数").fill("7")
    api.fail("POST", "receive$", 500)
    page.get_by_role("button", name="入庫する").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("入庫数").fill("8")
    page.get_by_role("button", name="入庫する").click()
    expect(page.get_by_text("8個を入庫しました")).to_be_visible()
    first, second = api.sent("POST", "receive$")
    assert first.headers["idempotency-key"] != second.headers["idempotency-key"]


def test_without_a_network_the_page_says_so_and_comes_back(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders", allow=("ERR_INTERNET_DISCONNECTED",), offline=False)
    expect(page.get_by_role("link", name="T-5240")).to_be_visible()
    page.context.set_offline(True)
    page.keyboard.press("r")
    expect(page.get_by_text("ネットワークにつながっていません。")).to_be_visible()
    expect(page.get_by_role("link", name="T-5240")).to_be_visible()
    page.context.set_offline(False)
    page.keyboard.press("r")
    expect(page.get_by_text("ネットワークにつながっていません。")).to_be_hidden()


def test_a_slow_answer_for_another_view_does_not_overtake(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders")
    expect(page.get_by_role("link", name="T-5240")).to_be_visible()
    queues = page.get_by_role("navigation", name="受注の状態").first
    api.slow("GET", "^/orders$", 1.0)
    queues.get_by_role("link", name=re.compile("^確認待ち")).click()
    queues.get_by_role("link", name="保留").click()
    held = api.areas.orders[order_in(api, "HOLD")]["number"]
    expect(page.get_by_role("link", name=held, exact=True)).to_be_visible()
    page.wait_for_timeout(1100)
    expect(page.get_by_role("heading", level=1)).to_have_text("保留")
    expect(page.locator("tbody tr")).to_have_count(8)


@pytest.mark.parametrize("status", [403, 409, 413, 418])
def test_a_refused_change_says_what_to_do(api: FakeApi, open_page: Open, status: int) -> None:
    said = {
        403: "必要な場合は、管理者に権限の追加を依頼してください。",
        409: "この受注は出荷済みです。",
        413: "10MBまでのファイルを取り込めます。",
        418: "うまくいきませんでした (418)",
    }
    page = open_page(order_address(order_in(api, "REVIEW")), allow=(str(status),))
    page.get_by_label("作業用メモ").fill("x")
    api.fail("PATCH", "", status, detail="この受注は出荷済みです。")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text(said[status])
    expect(page.get_by_role("alert")).to_contain_text(f"req-{status}")


def test_a_page_without_its_configuration_says_so(api: FakeApi, open_page: Open) -> None:
    page = open_page("", person="", allow=("500",))
    page.route("**/config.json", lambda route: route.fulfill(status=500))
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("画面を開始できませんでした。")
    expect(page.get_by_role("alert")).to_contain_text("config.json: HTTP 500")


def test_a_screen_that_cannot_be_loaded_says_so(api: FakeApi, open_page: Open) -> None:
    page = open_page("", person="", locale="ja-JP", allow=("ERR_FAILED",))
    page.route("**/screens/mail.js", lambda route: route.abort())
    token = api.sign_in.refresh_token("staff")
    page.evaluate("(token) => sessionStorage.setItem('banto.refresh', token)", token)
    page.reload()
    page.get_by_role("link", name="メール", exact=True).click()
    expect(page.get_by_text("サーバーから応答がありません")).to_be_visible()
    page.unroute("**/screens/mail.js")
    page.get_by_role("button", name="画面を読み込み直す").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("メール")
