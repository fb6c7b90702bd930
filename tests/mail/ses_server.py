"""A mail service on loopback that answers as told: the real client against a real socket."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class SesServer:
    """requests: what came in, by which connection. answers: (status, code, message), "hang up",
    or by default taken."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.connections: list[int] = []
        self.answers: list[Any] = []
        self.url = ""


@contextmanager
def ses_server() -> Iterator[SesServer]:
    """Serve until the block ends."""
    state = SesServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            state.requests.append(json.loads(self.rfile.read(length)))
            state.connections.append(self.client_address[1])
            answer = state.answers.pop(0) if state.answers else (200, "", "")
            if answer == "hang up":
                self.close_connection = True
                return
            status, code, message = answer
            body = {"MessageId": f"ses-{len(state.requests)}"} if status == 200 else {}
            payload = json.dumps(body or {"message": message}).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(payload)))
            if code:
                self.send_header("x-amzn-errortype", code)
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
