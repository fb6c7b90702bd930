"""While an input method composes a word, its keys are not ours (WCAG technique SCR41)."""

from playwright.sync_api import CDPSession, Page, expect

from tests.browser.conftest import Open, wait_until
from tests.browser.fake_api import FakeApi
from tests.browser.screens import order_address, order_in

PROCESS = 229


def keyboard_of(page: Page) -> CDPSession:
    return page.context.new_cdp_session(page)


def compose(ime: CDPSession, text: str) -> None:
    """The word so far, underlined, not yet committed."""
    ime.send(
        "Input.imeSetComposition",
        {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
    )


def press_while_composing(ime: CDPSession, key: str, *, modifiers: int = 0) -> None:
    """What browsers send for a key that the input method takes."""
    for kind in ("rawKeyDown", "keyUp"):
        ime.send(
            "Input.dispatchKeyEvent",
            {
                "type": kind,
                "key": key,
                "code": key,
                "windowsVirtualKeyCode": PROCESS,
                "modifiers": modifiers,
            },
        )


def test_ctrl_enter_does_not_save_a_note_that_is_being_composed(
    api: FakeApi, open_page: Open
) -> None:
    page = open_page(order_address(order_in(api, "REVIEW")))
    memo = page.get_by_label("作業用メモ")
    memo.focus()
    ime = keyboard_of(page)
    compose(ime, "でんわ")
    press_while_composing(ime, "Enter", modifiers=2)
    expect(memo).to_have_value("でんわ")
    assert api.sent("PATCH", "") == []
    ime.send("Input.insertText", {"text": "電話"})
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("作業用メモを保存しました")).to_be_visible()
    assert [r.json for r in api.sent("PATCH", "")] == [{"memo": "電話"}]


def test_a_search_waits_for_the_end_of_the_word(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders")
    expect(page.get_by_role("link", name="T-5240")).to_be_visible()
    page.get_by_role("searchbox").focus()
    ime = keyboard_of(page)
    for so_far in ("さ", "さと", "さとう"):
        compose(ime, so_far)
        page.wait_for_timeout(150)
    press_while_composing(ime, "Enter")
    page.wait_for_timeout(350)
    assert api.sent("GET", "^/orders/search$") == []
    ime.send("Input.insertText", {"text": "佐藤"})
    expect(page.get_by_role("heading", name="「佐藤」の検索結果")).to_be_visible()
    wait_until(page, lambda: api.sent("GET", "^/orders/search$"))
    assert [r.query["q"] for r in api.sent("GET", "^/orders/search$")] == ["佐藤"]


def test_keys_of_an_input_method_move_no_row_and_open_nothing(
    api: FakeApi, open_page: Open
) -> None:
    page = open_page("#/orders")
    expect(page.get_by_role("link", name="T-5240")).to_be_visible()
    ime = keyboard_of(page)
    for key in ("j", "x", "?", "k"):
        press_while_composing(ime, key)
    press_while_composing(ime, "k", modifiers=2)
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("document.activeElement === document.body")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="T-5240")).to_be_focused()


def test_arrows_of_an_input_method_stay_out_of_the_palette(api: FakeApi, open_page: Open) -> None:
    page = open_page("#/orders")
    expect(page.get_by_role("link", name="T-5240")).to_be_visible()
    page.keyboard.press("Control+k")
    first = page.get_by_role("dialog").get_by_role("option").first
    expect(first).to_have_attribute("aria-selected", "true")
    ime = keyboard_of(page)
    compose(ime, "ざい")
    press_while_composing(ime, "ArrowDown")
    expect(first).to_have_attribute("aria-selected", "true")
    press_while_composing(ime, "Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    ime.send("Input.insertText", {"text": "ざいこ"})
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="在庫")).to_be_visible()
