"""Everything that `make run` starts but the demo: emulator, deployment, people, gateway.

Tests and benchmarks use it as a library:

    with Engine(Path(tmp)) as stack:
        stack.person("staff").get("/api/orders")
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from botocore.exceptions import BotoCoreError, ClientError

from local.aws import Emulated
from local.cognito import SignInPages
from local.deploy import ROOT, Deployment
from local.gateway import Behind, Gateway
from local.ministack import Ministack, port_of_state
from local.people import invite, password_in
from local.ports import free_port
from local.ses_relay import Relay
from local.stack import NotQuiet, Stack
from local.terminal import Terminal

PYTHON = ROOT / ".venv-local" / "bin" / "python"
ADMIN = ROOT / "admin"
# Seconds for work under way when we are asked to stop. What is not done goes on at the next start.
DRAINED_WITHIN = 5.0


class Engine:
    """One stack on this machine.

    home: a folder for state and logs; with the same one, the next engine goes on with the data.
    page_port, engine_port: of the admin page and of the emulator; None: any free one, or the one
    that the data in `home` was made with.
    Opening raises local.ports.Unusable with what to do.
    """

    def __init__(
        self,
        home: Path,
        *,
        page_port: int | None = None,
        engine_port: int | None = None,
        terminal: Terminal | None = None,
    ) -> None:
        self._home = home.resolve()
        self._page_port = page_port or free_port()
        self._terminal = terminal or Terminal(quiet=True)
        port = engine_port or port_of_state(self._home) or free_port()
        self._aws = Emulated(f"http://127.0.0.1:{port}")
        self._relay = Relay(self._aws, port)
        self.ministack = Ministack(
            self._home, port, PYTHON, {"AWS_ENDPOINT_URL_SESV2": self._relay.url}
        )
        self._gateway: Gateway | None = None
        self._stack: Stack | None = None

    def open(self) -> Stack:
        """Start it all and deploy what has changed."""
        try:
            return self._open()
        except BaseException:
            self.close()
            raise

    def close(self, impatient: Callable[[], bool] = lambda: False) -> bool:
        """Stop it all. Returns whether the state was written.

        impatient: asked again and again; True ends the waiting for work under way.
        """
        if self._gateway is not None:
            self._gateway.close()
        if self._stack is not None and self.ministack.alive():
            self._drain(self._stack, impatient)
        # Before the emulator, so that the last events still find it.
        self._relay.close()
        self._gateway = self._stack = None
        return self.ministack.stop()

    def _open(self) -> Stack:
        self._home.mkdir(parents=True, exist_ok=True)
        with self._terminal.step("Starting the AWS emulator (MiniStack)"):
            self.ministack.stop_leftover()
            self._relay.open()
            self.ministack.start()
        context = {"port": str(self._page_port)}
        outputs = Deployment(self._aws, self._terminal, self._home, context).run()
        password = password_in(self._home)
        invite(self._aws, outputs["UserPoolId"], password)
        behind = Behind(
            port=self.ministack.port,
            api_host=outputs["ApiUrl"].removeprefix("http://"),
            sign_in=SignInPages(self._aws, outputs["UserPoolClientId"]),
        )
        self._gateway = Gateway(self._page_port, ADMIN, behind)
        self._gateway.open()
        self._stack = Stack(self._gateway.origin, outputs, self._aws, password)
        return self._stack

    def _drain(self, stack: Stack, impatient: Callable[[], bool]) -> None:
        with suppress(NotQuiet, OSError, ClientError, BotoCoreError):
            stack.settle(DRAINED_WITHIN, impatient)

    def __enter__(self) -> Stack:
        return self.open()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
