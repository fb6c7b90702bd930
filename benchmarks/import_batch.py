"""A whole catalogue, and a night's orders, at once: how long, and is all of it there, once?

- products: a goods file of Next Engine is uploaded, checked, applied and taken back, through the
  API and the deployed worker, as staff do it;
- orders: deliveries are put into the queue of the deployed importer, as a mall's backlog after a
  night comes in, every tenth of them twice.
"""

import base64
import io
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, NamedTuple

from benchmarks._report import Options, Report, Row, Target, run
from benchmarks._stack import fresh_stack, register
from common.clock import to_wire
from local.demo import DemoShop, open_shop
from local.stack import Stack
from malls import own_cart

PRODUCTS, ORDERS, AGAIN = 5_000, 500, 10
SECRET = "whsec_aW1wb3J0LXNlY3JldC1vZi10aGUtYmVuY2htYXJrcyE="  # noqa: S105 - of a shop that only lives here
SHOP = DemoShop("import", "取込店", "generic", "import.example", SECRET)
SKU = "IMPORT-1"
PATIENCE = 600.0
PAUSE = 0.1


class Step(NamedTuple):
    """One step of one import."""

    what: str
    items: int
    seconds: float
    wrong: int


def measure(options: Options) -> Report:
    """Deploy a stack of its own, measure on it, and throw it away."""
    with fresh_stack() as stack:
        return measure_on(stack, options)


def measure_on(stack: Stack, options: Options) -> Report:
    """Both imports; quick: a fiftieth of the products, and a tenth of the orders."""
    products, orders = (PRODUCTS // 50, ORDERS // 10) if options.quick else (PRODUCTS, ORDERS)
    steps = [*_products(stack, products), _orders(stack, orders)]
    rows: list[Row] = [
        {
            "step": step.what,
            "items": step.items,
            "seconds": round(step.seconds, 1),
            "items/s": round(step.items / step.seconds),
            "missing or wrong": step.wrong,
        }
        for step in steps
    ]
    return Report(
        claim="a whole catalogue or a night's orders come in at once, each item once",
        rows=rows,
        rounds=1,
        targets=[Target("missing or wrong items", sum(step.wrong for step in steps), 0)],
        notes=["The emulator runs two functions of one kind at a time here.", ""],
    )


def _products(stack: Stack, count: int) -> Iterator[Step]:
    staff, raw = stack.person("staff"), _file(count)
    began = time.perf_counter()
    path = f"/api/stock/imports/{_upload(stack, raw)}"
    job = _wait(lambda: staff.get(path), lambda seen: seen["state"] == "READY", path)
    yield Step("products: checked", count, time.perf_counter() - began, job["errors_count"])
    began = time.perf_counter()
    staff.post(f"{path}/apply", {}, key="apply").expect(202)
    job = _wait(lambda: staff.get(path), lambda seen: seen["state"] == "DONE", path)
    took = time.perf_counter() - began
    yield Step("products: applied", count, took, count - job["created"])
    began = time.perf_counter()
    staff.post(f"{path}/undo", {}, key="undo").expect(202)
    job = _wait(lambda: staff.get(path), lambda seen: seen["state"] == "UNDONE", path)
    left = sum(item["on_hand"] for item in _items(stack))
    yield Step("products: taken back", count, time.perf_counter() - began, left)


def _items(stack: Stack) -> Iterator[Any]:
    token: str | None = None
    while True:
        more = {"next": token} if token else {}
        page = stack.person("staff").get("/api/stock/items", limit=300, **more)
        yield from (item for item in page["items"] if item["sku"].startswith("NE-"))
        token = page["next"]
        if token is None:
            return


def _upload(stack: Stack, raw: bytes) -> str:
    answer = stack.person("staff").call(
        "POST",
        "/api/stock/imports",
        body=raw,
        headers={"Idempotency-Key": "upload", "X-File-Name": "goods.csv"},
    )
    return str(answer.expect(202).json["id"])


def _file(count: int) -> bytes:
    out = io.StringIO()
    out.write("syohin_code,sire_code,syohin_name,genka_tnk,baika_tnk,zaiko_su,hachu_ten\r\n")
    for n in range(count):
        out.write(f"NE-{n:05d},S{n % 9},煎茶 {n}号,600.00,1000,{n % 50 + 1},5\r\n")
    return out.getvalue().encode("cp932")


def _orders(stack: Stack, count: int) -> Step:
    open_shop(stack, SHOP)
    register(stack, SKU, count * 2)
    url = stack.variables("orders", "receive_webhook")["INBOUND_QUEUE"]
    bodies = list(_deliveries(count))
    began = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda batch: _send(stack, url, batch), _batches(bodies)))
    staff = stack.person("staff")
    level = _wait(
        lambda: staff.get(f"/api/stock/items/{SKU}"),
        lambda seen: seen["allocated"] >= count,
        "the orders",
    )
    took = time.perf_counter() - began
    stack.settle(PATIENCE)
    level = staff.get(f"/api/stock/items/{SKU}")
    return Step("orders: stored and allocated", count, took, abs(level["allocated"] - count))


def _deliveries(count: int) -> Iterator[str]:
    now = datetime.now(UTC)
    for n in range(count):
        order = own_cart.build_order(f"N{n:05d}", [(SKU, 1)], now)
        sent = own_cart.delivery(SECRET, order, id_=f"msg_{n}", at=now, kind="order.created")
        body = json.dumps(
            {
                "shop_id": SHOP.id,
                "channel": SHOP.channel,
                "headers": {name.lower(): value for name, value in sent.headers.items()},
                "received_at": to_wire(now),
                "delivery_id": f"msg_{n}",
                "body": base64.b64encode(sent.body).decode(),
            }
        )
        yield body
        if n % AGAIN == 0:
            yield body


def _batches(bodies: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(bodies), 10):
        yield bodies[start : start + 10]


def _send(stack: Stack, url: str, batch: Sequence[str]) -> None:
    entries: Any = [{"Id": str(n), "MessageBody": body} for n, body in enumerate(batch)]
    stack.aws.client("sqs").send_message_batch(QueueUrl=url, Entries=entries)


def _wait(look: Callable[[], Any], is_there: Callable[[Any], bool], what: str) -> Any:
    end = time.monotonic() + PATIENCE
    while True:
        seen = look()
        if is_there(seen):
            return seen
        if time.monotonic() > end:
            raise RuntimeError(f"{what} did not get there within {PATIENCE:.0f} s")
        time.sleep(PAUSE)


if __name__ == "__main__":
    sys.exit(run("import_batch", measure))
