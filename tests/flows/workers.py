"""Killing a function between any two of its steps, and holding one still.

A step that others can see is a call to AWS, so the function's calls are led through a proxy that
kills the function's process right before a call is passed on, or right after it was carried out
and before its answer is seen.
"""

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local.proxy import exchange
from local.stack import Stack

# The only processes that are ever killed are those that were told of our proxy.
_MARK = "AWS_ENDPOINT_URL"
# A message whose reader died comes back after 3 s, and not after half a minute. On a busy machine
# that is less than a reader needs, so it may be read as often as it takes.
_BACK_AFTER = "3"
_TRIES = 1000

# The name of a call and the side on which to die: ("GetItem", "before"). `PutItem:2` is the second
# PutItem since `calls` was cleared.
Death = tuple[str, str]


@dataclass
class Executioner:
    """Sees every call of one function. calls: their names (`GetItem` …), in order.

    deaths: where the function has still to die, one after the other. died: where it did.
    """

    url: str
    engine_port: int
    # Lets the function start anew, without anything it remembers.
    renew: Callable[[], None]
    calls: list[str] = field(default_factory=list)
    deaths: list[Death] = field(default_factory=list)
    died: list[Death] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def strikes(self, call: str, when: str) -> bool:
        """Kill the function if it has to die here, and say so."""
        numbered = f"{call}:{self.calls.count(call)}"
        with self._lock:
            if not self.deaths or self.deaths[0] not in ((call, when), (numbered, when)):
                return False
            self.died.append(self.deaths.pop(0))
        for pid in self._processes():
            os.kill(pid, signal.SIGKILL)
        return True

    def _processes(self) -> Iterator[int]:
        """Processes whose AWS is this proxy."""
        wanted = f"{_MARK}={self.url}".encode()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    yield int(folder.name)
            except (OSError, ProcessLookupError):
                continue


@contextmanager
def executioner(stack: Stack, area: str, name: str) -> Iterator[Executioner]:
    """Lead a function's calls through a proxy for a while."""
    server = _Server(("127.0.0.1", 0), _Handler)
    url = f"http://127.0.0.1:{server.server_address[1]}"
    before = stack.variables(area, name)
    ours = {**before, _MARK: url}
    port = int(urlsplit(stack.aws.url).port or 0)
    renew = partial(_restart, stack, area, name, ours)
    server.executioner = Executioner(url, port, renew)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        renew()
        with _soon_back(stack, area, name):
            yield server.executioner
    finally:
        _restart(stack, area, name, before)
        server.shutdown()
        server.server_close()
        thread.join()


def _restart(stack: Stack, area: str, name: str, variables: Mapping[str, str]) -> None:
    """Give a function these variables; its next call starts a new process."""
    stack.aws.client("lambda").update_function_configuration(
        FunctionName=stack.function_name(area, name), Environment={"Variables": dict(variables)}
    )


@contextmanager
def _soon_back(stack: Stack, area: str, name: str) -> Iterator[None]:
    """Messages that a function leaves behind are visible again soon, and never die."""
    sqs = stack.aws.client("sqs")
    arns = [arn for arn, _ in _sources(stack, area, name) if ":sqs:" in arn]
    urls = [sqs.get_queue_url(QueueName=arn.rsplit(":", 1)[1])["QueueUrl"] for arn in arns]
    names = ["VisibilityTimeout", "RedrivePolicy"]
    before = {
        url: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        for url in urls
    }
    for url, attributes in before.items():
        policy = {**json.loads(attributes["RedrivePolicy"]), "maxReceiveCount": _TRIES}
        patient = {"VisibilityTimeout": _BACK_AFTER, "RedrivePolicy": json.dumps(policy)}
        sqs.set_queue_attributes(QueueUrl=url, Attributes=patient)
    try:
        yield
    finally:
        for url, attributes in before.items():
            sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)


def _sources(stack: Stack, area: str, name: str) -> list[tuple[str, str]]:
    """(ARN, id of the mapping) of the queues and streams that a function reads."""
    found = stack.aws.client("lambda").list_event_source_mappings(
        FunctionName=stack.function_name(area, name)
    )
    return [(one["EventSourceArn"], one["UUID"]) for one in found["EventSourceMappings"]]


def forget_everything(stack: Stack, area: str, name: str) -> None:
    """Let a function start anew: what it remembered is gone."""
    _restart(stack, area, name, stack.variables(area, name))


@contextmanager
def paused(stack: Stack, area: str, name: str) -> Iterator[None]:
    """Nothing is taken from a function's queue meanwhile."""
    aws = stack.aws.client("lambda")
    ids = [id_ for _, id_ in _sources(stack, area, name)]
    for id_ in ids:
        aws.update_event_source_mapping(UUID=id_, Enabled=False)
    try:
        yield
    finally:
        for id_ in ids:
            aws.update_event_source_mapping(UUID=id_, Enabled=True)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    executioner: Executioner


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _pass_on(self) -> None:
        it = self.server.executioner
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        call = self.headers.get("X-Amz-Target", f"{self.command} {self.path}").rpartition(".")[2]
        it.calls.append(call)
        if it.strikes(call, "before"):
            self.close_connection = True
            return
        kept = [(n, v) for n, v in self.headers.items() if n.lower() != "content-length"]
        reply = exchange(it.engine_port, self.command, self.path, kept, body)
        if it.strikes(call, "after"):
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = do_PUT = do_DELETE = _pass_on  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the terminal belongs to the tests."""
