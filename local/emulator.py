"""Runs MiniStack with what it lacks for us. A program of .venv-local, not a module of ours.

    python local/emulator.py

1. MiniStack 1.5.33 saves how far each DynamoDB stream was read, but not the stream: after a
   restart, changes that nobody had read yet are lost, and the readers sleep until as many new
   ones have come as there were before. Here what is unread is saved with the tables.
2. When its state is written it waits for functions at work, and they for an answer of its own.
   Here it ends at once; what was being worked on is there again after the next start.
3. Every process of a function unpacks code and layers for itself, which is most of a cold start
   and 60 MB each. Here they are unpacked once, and shared.
4. It checks permissions when it is asked to (AUTH), as AWS does, but not all of it: so every
   function has here what its role allows, and no more. What differs from AWS is mended below.
5. Its transactions never meet, and it throttles nobody. `PUT /_local/faults` with
   {"conflict": 0.1, "throttle": 0.05} has writes to DynamoDB refused so often, as AWS does.
6. `GET /_local/work` says what is going on: functions at work, and changes not read yet. Nothing
   else can know when everything has come to rest.
"""

import hashlib
import json
import os
import runpy
import signal
import sys
import tempfile
import threading
import zipfile
from collections.abc import Awaitable, Callable, Coroutine, Mapping, MutableMapping
from email.utils import parseaddr
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

VERSION = "1.5.33"
FAULTS = "/_local/faults"
_API = "DynamoDB_20120810."
WORK = "/_local/work"

# (account, region, name of a table or id of an event source mapping)
Key = tuple[str, str, str]


def first_unread(
    mappings: Mapping[Key, Mapping[str, Any]], positions: Mapping[Key, int]
) -> dict[Key, int]:
    """Table → the position of the first change that some reader of its stream has not read."""
    first: dict[Key, int] = {}
    for (account, region, id_), mapping in mappings.items():
        source = str(mapping.get("EventSourceArn", ""))
        if ":dynamodb:" in source:
            table = (account, region, source.split("/")[1])
            position = positions.get((account, region, id_), 0)
            first[table] = min(position, first.get(table, position))
    return first


def unread(
    records: Mapping[Key, list[Any]], trimmed: Mapping[Key, int], first: Mapping[Key, int]
) -> dict[Key, tuple[int, list[Any]]]:
    """Table → the position of the first change to keep, and the changes from there on.

    records: changes since `trimmed`. A stream that nobody reads keeps none.
    """
    kept = {}
    for table, changes in records.items():
        begin = trimmed.get(table, 0)
        wanted = max(begin, first.get(table, begin + len(changes)))
        kept[table] = (wanted, changes[wanted - begin :])
    return kept


class Streams:
    """The streams of MiniStack's DynamoDB, and their readers among its functions."""

    def __init__(self, dynamodb: Any) -> None:
        self._records: MutableMapping[Key, list[Any]] = dynamodb._stream_records._data
        self._trimmed: MutableMapping[Key, int] = dynamodb._stream_trimmed._data

    def unread(self) -> dict[Key, tuple[int, list[Any]]]:
        functions = sys.modules.get("ministack.services.lambda_svc")
        if functions is None:
            return {}
        positions = functions._dynamodb_stream_positions._data
        return unread(self._records, self._trimmed, first_unread(functions._esms._data, positions))

    def restore(self, saved: Any) -> None:
        """Take back what `unread` gave, after a way through JSON."""
        for account, region, table, position, changes in saved:
            self._trimmed[account, region, table] = position
            self._records[account, region, table] = changes

    def save(self) -> list[Any]:
        """What `restore` takes."""
        return [[*table, position, kept] for table, (position, kept) in self.unread().items()]


def complete(dynamodb: Any) -> Streams:
    """Make the DynamoDB of MiniStack save and load the unread part of its streams."""
    streams = Streams(dynamodb)
    get_state, load_state = dynamodb.get_state, dynamodb.load_persisted_state

    def get() -> dict[str, Any]:
        return {**get_state(), "unread_changes": streams.save()}

    def load(data: dict[str, Any]) -> None:
        load_state(data)
        streams.restore(data.get("unread_changes", ()))

    dynamodb.get_state, dynamodb.load_persisted_state = get, load
    return streams


class SharedZip(zipfile.ZipFile):
    """A zip whose content is unpacked once; whoever unpacks it again gets a link to that."""

    _one_at_a_time = threading.Lock()

    def extractall(self, path: Any = None, members: Any = None, pwd: Any = None) -> None:
        """Replaces the empty folder `path` by a link."""
        with self._one_at_a_time:
            content = Path(str(self.filename)).read_bytes()
            shared = Path(tempfile.gettempdir(), "unpacked", hashlib.sha256(content).hexdigest())
            if not shared.exists():
                half = shared.with_suffix(".half")
                super().extractall(half, members, pwd)
                half.rename(shared)
        folder = Path(path)
        folder.rmdir()
        folder.symlink_to(shared)


def sharing_zips() -> ModuleType:
    """The module `zipfile`, but with SharedZip."""
    module = ModuleType("zipfile")
    module.__dict__.update(vars(zipfile) | {"ZipFile": SharedZip})
    return module


def action_of(action: str | None) -> str | None:
    """The permission that AWS asks for: a batch needs what its single messages need."""
    return action.removesuffix("Batch") if action and action.startswith("sqs:") else action


def resource_of(path: str, headers: Mapping[str, str], body: bytes, scope: str) -> str | None:
    """The resource of the two calls for which MiniStack would ask for every resource.

    scope: `<region>:<account>`. None for all other calls.
    """
    if headers.get("x-amz-target", "").endswith(".GetParameters"):
        name = json.loads(body)["Names"][0]
        return f"arn:aws:ssm:{scope}:parameter/{name.lstrip('/')}"
    if path == "/v2/email/outbound-emails":
        _, address = parseaddr(json.loads(body).get("FromEmailAddress", ""))
        return f"arn:aws:ses:{scope}:identity/{address.rpartition('@')[2]}"
    return None


def complete_permissions(iam_actions: Any) -> None:
    """Make MiniStack ask for the actions and resources that AWS asks for."""
    find_action, find_resource = iam_actions.extract_iam_action, iam_actions.extract_resource_arn

    def action(*given: Any, **named: Any) -> str | None:
        return action_of(find_action(*given, **named))

    def resource(
        service: str,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        query: Any,
        region: str,
        account: str,
    ) -> Any:
        found = resource_of(path, headers, body, f"{region}:{account}")
        return found or find_resource(service, method, path, headers, body, query, region, account)

    iam_actions.extract_iam_action = action
    iam_actions.extract_resource_arn = resource


Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[dict[str, Any], Any, Send], Coroutine[Any, Any, None]]


class Refuses(Protocol):
    """Port: local/emulator_faults.py."""

    conflict: float
    throttle: float
    given: Mapping[str, int]

    def refusal(self, target: str, body: bytes) -> dict[str, Any] | None: ...

    def change(self, wanted: Mapping[str, float]) -> None: ...


def ours(
    app: App, work: Callable[[], Mapping[str, Any]], end: Callable[[], None], faults: Refuses
) -> App:
    """The same ASGI application, which also answers `GET /_local/work` and `PUT /_local/faults`,
    and refuses what `faults` says. end: called when the state is written."""

    async def wrapped(scope: dict[str, Any], receive: Any, send: Send) -> None:
        if scope["type"] == "lifespan":
            await app(scope, receive, _and_then(send, end))
        elif scope["type"] != "http":
            await app(scope, receive, send)
        elif scope["path"] == WORK:
            await _answer(send, 200, work())
        elif scope["path"] == FAULTS:
            body = await _body(receive)
            if body:
                faults.change(json.loads(body))
            await _answer(send, 200, dict(faults.given))
        else:
            headers = {name.lower(): value for name, value in scope["headers"]}
            target = headers.get(b"x-amz-target", b"").decode()
            if target.startswith(_API) and (faults.conflict or faults.throttle):
                body = await _body(receive)
                refusal = faults.refusal(target, body)
                if refusal is not None:
                    await _answer(send, 400, refusal)
                    return
                receive = _again(body)
            # Nobody listens on the way to 127.0.0.1; policies that ask for TLS are content.
            await app({**scope, "scheme": "https"}, receive, send)

    return wrapped


async def _body(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _again(body: bytes) -> Callable[[], Awaitable[dict[str, Any]]]:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _answer(send: Send, status: int, found: Mapping[str, Any]) -> None:
    headers = [(b"content-type", b"application/x-amz-json-1.0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(found).encode()})


def _and_then(send: Send, end: Callable[[], None]) -> Send:
    async def sending(message: dict[str, Any]) -> None:
        await send(message)
        if message["type"] == "lifespan.shutdown.complete":
            end()

    return sending


def end_with_input(end: Callable[[], None]) -> None:
    """Call `end` when standard input ends, as it does when whoever started us is gone."""
    sys.stdin.buffer.read()
    end()


def main() -> None:
    from importlib.metadata import version

    if version("ministack") != VERSION:
        sys.exit(f"local/emulator.py is for MiniStack {VERSION}, and this is another.")
    # Beside this program, and the only module there that it may see.
    faults = runpy.run_path(str(Path(__file__).with_name("emulator_faults.py")))["Faults"]()
    from ministack import app as ministack  # type: ignore[import-not-found]
    from ministack.core import iam_actions, lambda_runtime  # type: ignore[import-not-found]
    from ministack.services import dynamodb, lambda_svc  # type: ignore[import-not-found]

    lambda_runtime.zipfile = sharing_zips()
    complete_permissions(iam_actions)
    streams = complete(dynamodb)

    def work() -> Mapping[str, Any]:
        _, at_work = lambda_svc.executions_in_flight()
        executing = {name.rsplit(":", 1)[-1]: count for name, count in at_work.items()}
        changes = {table[2]: len(kept) for table, (_, kept) in streams.unread().items() if kept}
        return {"executing": executing, "unread": changes}

    if os.environ.get("UNTIL_EOF") == "1":
        stop = partial(os.kill, os.getpid(), signal.SIGTERM)
        threading.Thread(target=end_with_input, args=(stop,), daemon=True).start()
    ministack.app = ours(ministack.app, work, lambda: os._exit(0), faults)
    ministack.main()


if __name__ == "__main__":
    main()
