"""The emulated malls of `make run`: one process, the same addresses at every start."""

import threading
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest

from local.client import request
from local.demo import MALLS, SHOPIFY, DemoShop
from local.mall import Malls
from malls.amazon.queues import letter, sender_to
from tests.local.conftest import Upstream, say


def state(url: str) -> Any:
    return request(url, "GET", "/_mall").expect(200).json


def malls(home: Path, per_minute: float, *shops: DemoShop) -> Malls:
    return Malls(home, "http://127.0.0.1:1", shops, per_minute)


def test_they_sell_from_the_beginning_only_and_stop_when_they_are_closed(tmp_path: Path) -> None:
    here = malls(tmp_path, 4, *(shop for shop in MALLS if shop.channel != "yahoo"))
    here.open()
    try:
        assert {stem: state(url)["orders"] for stem, url in here.urls.items()} == dict.fromkeys(
            ("shopify", "generic", "rakuten", "amazon", "eccube", "woocommerce"), 0
        )
        here.begin()
        while state(here.urls["shopify"])["orders"] < 12 or not all(
            state(url)["orders"] for url in here.urls.values()
        ):
            pass
    finally:
        here.close()
    here.close()

    again = malls(tmp_path, 0, MALLS[0])
    again.open()
    again.begin()
    assert again.urls["shopify"] == here.urls["shopify"]
    assert state(again.urls["shopify"])["orders"] == 0
    again.close()


def test_the_demo_shop_sells_tells_and_stops(upstream: Upstream, tmp_path: Path) -> None:
    here = Malls(tmp_path, f"http://localhost:{upstream.port}", [SHOPIFY], 60)
    here.open()
    here.begin()
    waited = threading.Event()
    while len(upstream.asked) < 12 and not waited.wait(0.05):
        pass
    here.close()
    told = len(upstream.asked)
    assert told >= 12
    assert {asked.target for asked in upstream.asked} == {"/webhooks/demo"}
    assert {asked.headers["x-shopify-topic"] for asked in upstream.asked} >= {"orders/create"}
    assert not waited.wait(0.3)
    assert len(upstream.asked) == told


def test_the_demo_shop_goes_on_counting_and_starts_without_a_rush(
    upstream: Upstream, tmp_path: Path
) -> None:
    (tmp_path / "shopify.json").write_text('{"next_number": 3000}')
    here = Malls(tmp_path, f"http://localhost:{upstream.port}", [SHOPIFY], 600)
    here.open()
    here.begin()
    waited = threading.Event()
    while not upstream.asked and not waited.wait(0.02):
        pass
    here.close()
    assert upstream.asked[0].json["order_number"] == 3000
    assert len(upstream.asked) < 12


def test_malls_that_were_never_opened_can_be_closed(tmp_path: Path) -> None:
    malls(tmp_path, 1, SHOPIFY).close()


def test_amazon_writes_to_a_queue_and_knows_when_nobody_took_it(upstream: Upstream) -> None:
    here = f"http://127.0.0.1:{upstream.port}"
    send = sender_to(here)
    queue = "arn:aws:sqs:ap-northeast-1:000000000000:notices"

    digest = md5(b"{}", usedforsecurity=False).hexdigest()
    upstream.answer = lambda _: say({"MessageId": "1", "MD5OfMessageBody": digest})
    assert send(letter(queue, "{}")) == 200
    upstream.answer = lambda _: say({}, 500)
    with pytest.raises(OSError, match="did not take it"):
        send(letter(queue, "{}"))

    assert [asked.operation for asked in upstream.asked] == ["AmazonSQS.SendMessage"] * 2
    sent = {"QueueUrl": f"{here}/000000000000/notices", "MessageBody": "{}"}
    assert [asked.json for asked in upstream.asked] == [sent, sent]
