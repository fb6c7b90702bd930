"""Browser tests run against the fake API, in one headless Chromium for the whole session."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.fake_api import FakeApi
from tests.browser.fake_data import NOW

HERE = Path(__file__).parent
ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
PATIENCE_MS = 10_000
# Far from Tokyo on purpose: the page shows Tokyo's time wherever it is read.
ELSEWHERE = "America/New_York"
USUAL: dict[str, Any] = {
    "timezone_id": ELSEWHERE,
    "locale": "ja-JP",
    "viewport": {"width": 1280, "height": 860},
}
WATCH = """
window.__violations = [];
document.addEventListener('securitypolicyviolation', (event) => {
  window.__violations.push(
    `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});
"""

# Opens an address as a person of that group (admin, staff, support, viewer; "" for nobody).
# allow: parts of console messages that belong to the test. now=False: the test sets the clock.
# Further names are options of the browser context.
Open = Callable[..., Page]


def wait_until(page: Page, condition: Callable[[], object]) -> None:
    """For what no locator can see, such as what the server was asked."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        page.wait_for_timeout(20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or "/usr/bin/chromium"
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="session")
def running_api() -> Iterator[FakeApi]:
    api = FakeApi()
    yield api
    api.close()


@pytest.fixture
def api(running_api: FakeApi) -> FakeApi:
    running_api.reset()
    return running_api


@pytest.fixture(scope="session")
def usual_context(browser: Browser) -> Iterator[BrowserContext]:
    """Shared, because its cache spares most of the time a page takes to load."""
    context = browser.new_context(**USUAL)
    context.set_default_timeout(PATIENCE_MS)
    context.clock.set_fixed_time(NOW)
    yield context
    context.close()


@pytest.fixture
def contexts(
    browser: Browser, usual_context: BrowserContext
) -> Iterator[Callable[..., BrowserContext]]:
    """The usual context, or one of its own for a test that wants another."""
    made: list[BrowserContext] = []

    def choose(now: bool, options: dict[str, Any]) -> BrowserContext:
        if now and not options:
            return usual_context
        context = browser.new_context(**{**USUAL, **options})
        context.set_default_timeout(PATIENCE_MS)
        if now:
            context.clock.set_fixed_time(NOW)
        made.append(context)
        return context

    yield choose
    for context in made:
        context.close()


@pytest.fixture
def open_page(api: FakeApi, contexts: Callable[..., BrowserContext]) -> Iterator[Open]:
    """Opens a page; afterwards nothing may have gone wrong on it that the test did not name."""
    pages: list[tuple[Page, list[str], tuple[str, ...]]] = []

    def open_(
        address: str = "#/orders",
        *,
        person: str = "staff",
        allow: tuple[str, ...] = (),
        now: bool = True,
        **options: Any,
    ) -> Page:
        page = contexts(now, options).new_page()
        troubles: list[str] = []
        pages.append((page, troubles, allow))
        page.on("console", lambda m: troubles.append(f"{m.type}: {m.text}"))
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        page.add_init_script(WATCH)
        if person:
            token = api.sign_in.refresh_token(person)
            page.add_init_script(
                f"if (!sessionStorage.length) sessionStorage.setItem('banto.refresh', '{token}')"
            )
        page.goto(f"{api.origin}/{address}")
        return page

    yield open_
    for page, troubles, allow in pages:
        troubles += [f"CSP: {v}" for v in page.evaluate("window.__violations ?? []")]
        page.evaluate("localStorage.clear()")
        page.close()
        left = [trouble for trouble in troubles if not any(word in trouble for word in allow)]
        assert left == []
