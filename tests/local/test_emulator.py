"""What we add to MiniStack, on a fake of its insides."""

import asyncio
import json
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from local.emulator import (
    Streams,
    action_of,
    complete,
    complete_permissions,
    first_unread,
    ours,
    resource_of,
    sharing_zips,
    unread,
)
from local.emulator_faults import Faults
from local.ministack import EMULATOR

A = "000000000000"
R = "ap-northeast-1"
ORDERS = (A, R, "orders")
STOCK = (A, R, "stock")


def mapping(table: str) -> dict[str, Any]:
    return {"EventSourceArn": f"arn:aws:dynamodb:{R}:{A}:table/{table}/stream/2026"}


def test_the_slowest_reader_of_a_stream_counts() -> None:
    mappings = {
        (A, R, "1"): mapping("stock"),
        (A, R, "2"): mapping("stock"),
        (A, R, "3"): mapping("orders"),
        (A, R, "4"): {"EventSourceArn": f"arn:aws:sqs:{R}:{A}:inbound"},
    }
    positions = {(A, R, "1"): 7, (A, R, "2"): 5, (A, R, "3"): 9}
    assert first_unread(mappings, positions) == {STOCK: 5, ORDERS: 9}


def test_a_reader_that_never_read_counts_from_the_start() -> None:
    assert first_unread({(A, R, "1"): mapping("stock")}, {}) == {STOCK: 0}


def test_only_what_is_unread_is_kept() -> None:
    records = {STOCK: ["f", "g", "h"], ORDERS: ["a", "b"]}
    trimmed = {STOCK: 5}
    assert unread(records, trimmed, {STOCK: 6, ORDERS: 0}) == {
        STOCK: (6, ["g", "h"]),
        ORDERS: (0, ["a", "b"]),
    }


def test_what_was_read_to_the_end_keeps_its_position() -> None:
    assert unread({STOCK: ["a", "b"]}, {STOCK: 5}, {STOCK: 7}) == {STOCK: (7, [])}


def test_a_stream_without_readers_keeps_nothing() -> None:
    assert unread({STOCK: ["a", "b"]}, {}, {}) == {STOCK: (2, [])}


def test_a_reader_behind_the_horizon_keeps_what_is_left() -> None:
    assert unread({STOCK: ["a"]}, {STOCK: 5}, {STOCK: 2}) == {STOCK: (5, ["a"])}


class Dynamodb:
    """MiniStack's module, as far as it is touched."""

    def __init__(self) -> None:
        self._stream_records = SimpleNamespace(_data={})
        self._stream_trimmed = SimpleNamespace(_data={})
        self.loaded: list[Any] = []
        self.load_persisted_state: Callable[[Any], None] = self.loaded.append

    def get_state(self) -> dict[str, Any]:
        return {"tables": {"t": 1}}


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """MiniStack's functions: one of them reads the stream of stock and is at position 6."""
    fake = SimpleNamespace(
        _esms=SimpleNamespace(_data={(A, R, "1"): mapping("stock")}),
        _dynamodb_stream_positions=SimpleNamespace(_data={(A, R, "1"): 6}),
    )
    monkeypatch.setitem(sys.modules, "ministack.services.lambda_svc", fake)
    return fake


@pytest.mark.usefixtures("functions")
def test_unread_changes_survive_a_restart() -> None:
    before = Dynamodb()
    complete(before)
    before._stream_records._data[STOCK] = [{"n": 5}, {"n": 6}, {"n": 7}]
    before._stream_trimmed._data[STOCK] = 5
    saved = json.loads(json.dumps(before.get_state()))

    after = Dynamodb()
    complete(after)
    after.load_persisted_state(saved)
    assert after.loaded == [saved]
    assert saved["tables"] == {"t": 1}
    assert after._stream_records._data == {STOCK: [{"n": 6}, {"n": 7}]}
    assert after._stream_trimmed._data == {STOCK: 6}


def test_a_state_of_before_has_no_unread_changes() -> None:
    fake = Dynamodb()
    complete(fake)
    fake.load_persisted_state({"tables": {}})
    assert fake._stream_records._data == {}


def test_without_any_function_nothing_is_unread() -> None:
    fake = Dynamodb()
    fake._stream_records._data[STOCK] = ["a"]
    assert "ministack.services.lambda_svc" not in sys.modules
    assert Streams(fake).unread() == {}


def test_a_zip_is_unpacked_once_and_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    module = sharing_zips()
    for name in ("first", "second"):
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as made:
            made.writestr(zipfile.ZipInfo("python/common/ids.py"), "x = 1")
        (tmp_path / name).mkdir()
        with module.ZipFile(tmp_path / f"{name}.zip") as opened:
            opened.extractall(tmp_path / name)
        assert (tmp_path / name / "python/common/ids.py").read_text() == "x = 1"
    assert (tmp_path / "first").resolve() == (tmp_path / "second").resolve()
    assert len(list((tmp_path / "unpacked").iterdir())) == 1


def test_the_rest_of_zipfile_is_as_it_was() -> None:
    assert sharing_zips().BadZipFile is zipfile.BadZipFile
    assert zipfile.ZipFile.extractall is not sharing_zips().ZipFile.extractall


@pytest.mark.parametrize(
    ("asked", "needed"),
    [
        ("sqs:SendMessageBatch", "sqs:SendMessage"),
        ("sqs:DeleteMessageBatch", "sqs:DeleteMessage"),
        ("sqs:ReceiveMessage", "sqs:ReceiveMessage"),
        ("dynamodb:GetBatch", "dynamodb:GetBatch"),
        (None, None),
    ],
)
def test_a_batch_needs_the_permission_of_one(asked: str | None, needed: str | None) -> None:
    assert action_of(asked) == needed


SCOPE = f"{R}:{A}"


def test_reading_several_parameters_needs_the_permission_for_the_first() -> None:
    body = json.dumps({"Names": ["/banto/local/shops/a", "/banto/local/shops/b"]}).encode()
    found = resource_of("/", {"x-amz-target": "AmazonSSM.GetParameters"}, body, SCOPE)
    assert found == f"arn:aws:ssm:{SCOPE}:parameter/banto/local/shops/a"


def test_sending_a_mail_needs_the_permission_for_its_sender() -> None:
    body = json.dumps({"FromEmailAddress": "番頭デモ店 <orders@demo-shop.example>"}).encode()
    found = resource_of("/v2/email/outbound-emails", {}, body, SCOPE)
    assert found == f"arn:aws:ses:{SCOPE}:identity/demo-shop.example"


def test_all_other_permissions_are_found_by_ministack() -> None:
    fake = SimpleNamespace(
        extract_iam_action=lambda *_: "sqs:SendMessageBatch",
        extract_resource_arn=lambda *given: f"{given[0]} {given[6]}",
    )
    complete_permissions(fake)
    assert fake.extract_iam_action("sqs", "POST", "/") == "sqs:SendMessage"
    assert fake.extract_resource_arn("sqs", "POST", "/", {}, b"", {}, R, A) == f"sqs {R}"


def test_it_ends_when_its_parent_is_gone() -> None:
    program = (
        "import runpy, os; "
        f"end = runpy.run_path({str(EMULATOR)!r})['end_with_input']; "
        "end(lambda: os._exit(7))"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE)
    assert parent.stdin is not None
    with pytest.raises(subprocess.TimeoutExpired):
        parent.wait(0.3)
    parent.stdin.close()
    assert parent.wait(5) == 7


class Asgi:
    """The application that is wrapped, and what the server got to see."""

    def __init__(self) -> None:
        self.reached: list[str] = []
        self.schemes: list[str | None] = []
        self.bodies: list[bytes] = []
        self.sent: list[dict[str, Any]] = []
        self.ended_after: list[int] = []
        self.faults = Faults()

    async def app(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.reached.append(scope.get("path", scope["type"]))
        self.schemes.append(scope.get("scheme"))
        if receive is not None:
            self.bodies.append((await receive())["body"])
        if scope["type"] == "lifespan":
            await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    def ask(self, scope: dict[str, Any], body: bytes | None = None) -> None:
        parts = [{"body": body, "more_body": False}]

        async def receive() -> Any:
            return parts.pop()

        def work() -> dict[str, Any]:
            return {"executing": {"f": 1}, "unread": {}}

        end = lambda: self.ended_after.append(len(self.sent))  # noqa: E731
        wrapped = ours(self.app, work, end, self.faults)
        scope = {"headers": [], **scope}
        told = receive if body is not None else None
        # In a thread of its own: in a full run the browser's event loop has the main one.
        thread = threading.Thread(target=lambda: asyncio.run(wrapped(scope, told, self.send)))
        thread.start()
        thread.join()


def test_the_work_under_way_can_be_asked_for() -> None:
    asgi = Asgi()
    asgi.ask({"type": "http", "path": "/_local/work"})
    start, body = asgi.sent
    assert start["status"] == 200
    assert json.loads(body["body"]) == {"executing": {"f": 1}, "unread": {}}
    assert asgi.reached == []


def test_everything_else_is_ministacks() -> None:
    asgi = Asgi()
    asgi.ask({"type": "http", "path": "/_ministack/health"})
    assert (asgi.reached, asgi.sent) == (["/_ministack/health"], [])


def test_loopback_counts_as_a_secure_way() -> None:
    asgi = Asgi()
    asgi.ask({"type": "http", "path": "/", "scheme": "http"})
    assert asgi.schemes == ["https"]


def test_it_ends_as_soon_as_the_state_is_written_and_not_before() -> None:
    asgi = Asgi()
    asgi.ask({"type": "lifespan"})
    assert [message["type"] for message in asgi.sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    assert asgi.ended_after == [2]


def call(action: str) -> dict[str, Any]:
    headers = [(b"X-Amz-Target", f"DynamoDB_20120810.{action}".encode())]
    return {"type": "http", "path": "/", "headers": headers}


def test_writes_are_refused_as_often_as_is_asked_for_and_others_come_through_whole() -> None:
    asgi = Asgi()
    asgi.ask({"type": "http", "path": "/_local/faults"}, b'{"conflict": 1, "throttle": 1}')
    asgi.sent.clear()

    asgi.ask(call("TransactWriteItems"), b'{"TransactItems": [{}, {}]}')
    asgi.ask(call("PutItem"), b"{}")
    asgi.ask(call("Query"), b'{"TableName": "t"}')

    assert asgi.bodies == [b'{"TableName": "t"}']
    statuses = [m["status"] for m in asgi.sent if "status" in m]
    [conflict, throttle] = [json.loads(m["body"]) for m in asgi.sent if "body" in m]
    assert statuses == [400, 400]
    assert conflict["__type"].endswith("#TransactionCanceledException")
    reasons = sorted(reason["Code"] for reason in conflict["CancellationReasons"])
    assert reasons == ["None", "TransactionConflict"]
    assert throttle["__type"].endswith("#ThrottlingException")
    asgi.sent.clear()
    asgi.ask({"type": "http", "path": "/_local/faults"}, b"")
    assert json.loads(asgi.sent[1]["body"]) == {"conflict": 1, "throttle": 1}


def test_nothing_is_refused_unless_it_is_asked_for() -> None:
    asgi = Asgi()
    asgi.ask(call("PutItem"))
    assert (asgi.reached, asgi.sent) == (["/"], [])
