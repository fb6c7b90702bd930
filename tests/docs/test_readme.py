"""What the READMEs say is there."""

import re
import subprocess
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from common.channels import load
from common.channels.base import RawRequest, ShopRef
from tests.conftest import ROOT

PAGES = ("README.md", "README.ja.md", "CONTRIBUTING.md", "CHANGELOG.md")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_into_the_project_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    inside = [link for link in links if "://" not in link]
    missing = [link for link in inside if not (ROOT / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES)
def test_every_make_command_is_a_target(page: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = re.findall(r"\bmake ([a-z]+)", (ROOT / page).read_text("utf-8"))
    assert set(named) - targets == set()


def test_both_languages_show_the_same_commands() -> None:
    def commands(page: str) -> list[str]:
        blocks = re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
        return [block for block in blocks if block.startswith("make")]

    assert commands("README.md") == ["make run\n", "make test\n", "make deploy STAGE=dev\n"]
    assert commands("README.ja.md") == commands("README.md")


@pytest.mark.parametrize("name", ["README.md", "README.ja.md"])
def test_every_area_and_its_readme_is_linked(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    areas = [path.parent.name for path in sorted(ROOT.glob("functions/*/__init__.py"))]
    assert areas == ["mail", "orders", "stock", "support"]
    for area in areas:
        assert f"(functions/{area}/README.md)" in text


def test_the_order_of_the_readme_is_signed_and_readable_as_it_is_sent() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    (block,) = [b for b in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) if "curl" in b]
    taken: list[tuple[str, RawRequest]] = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            taken.append((self.path, RawRequest(headers, body, datetime.now(UTC))))
            self.send_response(202)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        server.timeout = 20
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        here = block.replace("localhost:8080", f"127.0.0.1:{server.server_port}")
        done = subprocess.run(["bash", "-eu", "-c", here], capture_output=True, check=True)
        thread.join()

    assert b"202 Accepted" in done.stdout
    ((path, request),) = taken
    assert path == "/webhooks/demo"
    assert load("shopify").verify_webhook(request, ["test-secret"]).ok
    (order,) = load("shopify").parse_webhook(request, ShopRef("demo", "JPY"))
    assert [line.sku_candidates for line in order.lines] == [("IPOD2008RED",)]
    assert order.money.total == 1980
