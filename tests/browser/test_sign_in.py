"""Signing in and out with code and PKCE, and staying signed in."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.fake_api import FakeApi
from tests.browser.fake_sign_in import CLIENT_ID
from tests.browser.screens import order_address, order_in

PENDING = """sessionStorage.setItem(
  'banto.signin', JSON.stringify({state: 'mine', nonce: 'n', verifier: 'v', back: ''}))"""


def stored(page: Page) -> str:
    return str(page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])"))


def test_a_person_signs_in_and_is_back_where_they_wanted_to_go(
    api: FakeApi, open_page: Open
) -> None:
    page = open_page("#/stock?filter=short", person="")
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "/oauth2/authorize" in r.url else None)
    page.get_by_role("button", name="サインイン").click()
    page.get_by_role("link", name="staff").click()
    expect(page.get_by_role("link", name="FUROSHIKI-L")).to_be_visible()
    expect(page).to_have_url(f"{api.origin}/#/stock?filter=short")
    assert api.sign_in.calls == ["authorization_code"]
    query = asked[0].partition("?")[2]
    assert "code_challenge_method=S256" in query
    assert f"client_id={CLIENT_ID}" in query
    assert "scope=openid+email+profile" in query
    assert re.search(r"nonce=[\w-]{43}&", query)


def test_the_access_token_is_kept_in_memory_only(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders")
    expect(page.get_by_role("link", name="T-5240")).to_be_visible()
    token = api.sent("GET", "^/orders$")[0].headers["authorization"].removeprefix("Bearer ")
    assert len(token) > 10
    assert token not in stored(page)
    assert page.evaluate("Object.keys(localStorage)") == []


def test_an_answer_with_another_state_is_refused(api: FakeApi, open_page: Open) -> None:
    page = open_page("", person="")
    page.evaluate(PENDING)
    page.goto(f"{api.origin}/?code=stolen&state=theirs")
    expect(page.get_by_role("alert")).to_contain_text("サインインを確認できませんでした")
    assert api.sign_in.calls == []
    assert "code" not in page.url


def test_an_id_token_with_another_nonce_is_refused(api: FakeApi, open_page: Open) -> None:
    page = open_page("", person="")
    api.sign_in.wrong_nonce = True
    page.get_by_role("button", name="サインイン").click()
    page.get_by_role("link", name="staff").click()
    expect(page.get_by_role("alert")).to_contain_text("安全のため中止しました")
    assert page.evaluate("sessionStorage.getItem('banto.refresh')") is None


def test_a_person_who_was_refused_is_told(api: FakeApi, open_page: Open) -> None:
    page = open_page("", person="")
    page.evaluate(PENDING)
    page.goto(f"{api.origin}/?error=access_denied&state=mine")
    expect(page.get_by_role("alert")).to_contain_text("サインインできませんでした")


def test_a_reload_goes_on_with_the_session(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/stock")
    expect(page.get_by_role("link", name="FUROSHIKI-L")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="FUROSHIKI-L")).to_be_visible()
    assert api.sign_in.calls == ["refresh_token", "refresh_token"]


def test_many_refused_requests_cause_one_refresh(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/stock", allow=("401",))
    expect(page.get_by_role("link", name="FUROSHIKI-L")).to_be_visible()
    api.sign_in.calls.clear()
    api.sign_in.end_access()
    page.get_by_role("link", name="状況").click()
    expect(page.get_by_text("店舗ごとの取り込み")).to_be_visible()
    expect(page.get_by_text("未送信のメール")).to_be_visible()
    assert api.sign_in.calls == ["refresh_token"]


def test_a_token_near_its_end_is_renewed_before_it_is_used(api: FakeApi, open_page: Open) -> None:
    api.sign_in.lifetime = 30
    page = open_page("#/stock")
    expect(page.get_by_role("link", name="FUROSHIKI-L")).to_be_visible()
    assert len(api.sign_in.calls) > 1
    assert set(api.sign_in.calls) == {"refresh_token"}


def test_signing_in_again_loses_no_draft(api: FakeApi, open_page: Open) -> None:
    address = order_address(order_in(api, "REVIEW"))
    page = open_page(address, allow=("401", "400"))
    memo = page.get_by_label("作業用メモ")
    memo.fill("電話で確認すること")
    api.sign_in.end_all()
    page.get_by_role("button", name="保存").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("もう一度サインインしてください")
    expect(memo).to_have_value("電話で確認すること")
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="サインインする").click()
    page.get_by_role("link", name="staff").click()
    expect(page).to_have_url(f"{api.origin}/{address}")
    expect(memo).to_have_value("電話で確認すること")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("作業用メモを保存しました")).to_be_visible()


def test_signing_out_ends_the_session_here_and_there(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders")
    left: list[str] = []
    page.on("request", lambda r: left.append(r.url) if "/logout" in r.url else None)
    page.get_by_role("button", name="メニュー(表示・サインアウト)").click()
    page.get_by_role("menuitem", name="サインアウト").click()
    expect(page.get_by_text("サインアウトしました")).to_be_visible()
    expect(page.get_by_role("button", name="もう一度サインイン")).to_be_focused()
    assert api.sign_in.calls == ["refresh_token", "revoke"]
    assert "logout_uri=http%3A%2F%2Flocalhost" in left[0]
    assert page.evaluate("sessionStorage.getItem('banto.refresh')") is None


def test_half_an_hour_without_a_touch_ends_the_session(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders", now=False)
    page.clock.install()
    page.reload()
    expect(page.get_by_role("link", name="T-5240")).to_be_visible()
    page.clock.fast_forward("29:00")
    expect(page.get_by_role("alertdialog")).to_be_hidden()
    page.clock.fast_forward("02:00")
    expect(page.get_by_role("alertdialog")).to_contain_text("30分間操作がなかったため")
    assert page.evaluate("sessionStorage.getItem('banto.refresh')") is None


def test_a_token_that_comes_after_the_end_is_not_kept(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders", now=False, allow=("401",))
    page.clock.install()
    page.reload()
    expect(page.get_by_role("link", name="T-5240")).to_be_visible()
    api.sign_in.delay = 0.8
    page.clock.fast_forward("31:00")
    expect(page.get_by_role("alertdialog")).to_be_visible()
    page.wait_for_timeout(1200)
    assert page.evaluate("sessionStorage.getItem('banto.refresh')") is None


@pytest.mark.parametrize(
    ("person", "may"),
    [("admin", True), ("staff", True), ("support", False), ("viewer", False)],
)
def test_who_may_not_change_orders_is_told_whom_to_ask(
    api: FakeApi, open_page: Open, person: str, may: bool
) -> None:
    page = open_page(order_address(order_in(api, "REVIEW")), person=person)
    button = page.get_by_role("button", name="確認済みにする")
    expect(button).to_be_enabled(enabled=may)
    note = page.get_by_text(
        "閲覧のみできます。変更するにはスタッフまたは管理者の権限が必要です。管理者に依頼してください。"
    )
    expect(note).to_be_visible(visible=not may)
    expect(page.get_by_label("作業用メモ")).to_have_count(1 if may else 0)


def test_a_person_in_no_group_is_told_whom_to_ask(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders", person="guest")
    expect(page.get_by_text("使える機能がまだありません")).to_be_visible()
    expect(page.get_by_role("button", name="サインアウト", exact=True)).to_be_visible()
    assert api.sent("GET", "^/orders$") == []


def test_support_may_act_on_mails(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/mail?state=BLOCKED", person="support")
    page.get_by_role("link", name="ご注文番号").first.click()
    expect(page.get_by_role("button", name="もう一度送る")).to_be_enabled()
