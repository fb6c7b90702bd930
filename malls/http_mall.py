"""The base of every emulator: a mall's API over HTTP on loopback, with the faults that malls have.

A subclass answers its mall's own API in `api` and sells in `sell`; here is what all share:

GET  /_mall                        what there is: orders, stock, calls, faults, deliveries
POST /_mall/orders                 sell now: {"lines": [["SKU", 2]], "count": 1, "at": "…"}, all
                                   optional; ?count=3 does as well
POST /_mall/orders/<id>/cancel     the buyer cancels
PUT  /_mall/stock/<code>           {"quantity": 5}: somebody edits it in the mall's own screen
PUT  /_mall/faults                 any of `Faults` and of `courier.Faults`; all others become none
"""

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Self

from malls.controls import CONTROL, control
from malls.courier import Courier
from malls.faults import Faults
from malls.http_server import Answer, Asked, Drop, LoopbackServer, Refused, json_answer
from malls.shelf import Shelf
from malls.tokens import Tokens

__all__ = ["Call", "Faults", "HttpMall"]


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the API that came in. applied: it reached the mall itself."""

    operation: str
    at: datetime
    applied: bool


@dataclass
class _Log:
    calls: list[Call] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class HttpMall:
    """One emulated mall; `with mall:` serves it at `url`.

    codes: listing code by SKU. shelf: what it shows, by listing code. courier: brings its webhooks,
    None for a mall that sends none. Deterministic but for the order of concurrent calls, given
    `rng` and `clock`.
    """

    def __init__(
        self,
        shelf: Shelf,
        codes: Mapping[str, str],
        *,
        port: int = 0,
        rng: random.Random | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        courier: Courier | None = None,
    ) -> None:
        self.shelf = shelf
        self.codes = dict(codes)
        self.rng = rng or random.Random()
        self.now = clock
        self.courier = courier
        self.faults = Faults()
        # Orders of earlier runs: numbers go on after so many, as they do in a mall that stays.
        self.sold_before = 0
        self.tokens = Tokens(self.rng, clock)
        self._sleep = sleep
        self._log = _Log()
        self._server = LoopbackServer(port, self.answer)

    # -- what a mall fills in

    def api(self, asked: Asked) -> Answer:
        """The mall's own API. Raises Refused for what it does not serve."""
        raise NotImplementedError

    def sell(
        self, lines: Sequence[tuple[str, int]] | None, count: int, at: datetime
    ) -> Sequence[str]:
        """Somebody buys, `count` times. lines: (SKU, units); None leaves the choice to `rng`.

        Returns the orders' ids. Raises SoldOut when the mall shows fewer, NotOnSale.
        """
        raise NotImplementedError

    def cancel(self, order_id: str) -> None:
        """The buyer cancels; the units are on sale again. Raises KeyError for no such order."""
        raise NotImplementedError

    def something_happens(self, at: datetime) -> None:
        """Now and then one of the orders is paid for, changed or cancelled; most have no such."""

    def count_orders(self) -> int:
        """How many orders it has."""
        raise NotImplementedError

    def operation(self, asked: Asked) -> str:
        """The name of a call, for `faults.only` and `calls`."""
        return f"{asked.method} {asked.path}"

    def refusal(self, refused: Refused) -> Answer:
        """A refusal in the mall's own shape."""
        return json_answer({"errors": str(refused)}, refused.status, refused.headers)

    def expire_tokens(self) -> None:
        """What `faults.expire_tokens` does; a mall with keys that people renew has its own."""
        self.tokens.expire_all()

    # -- serving

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`, no slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        return self._server.port

    @property
    def calls(self) -> list[Call]:
        """Calls of the API so far, oldest first."""
        with self._log.lock:
            return list(self._log.calls)

    def start(self) -> Self:
        """Serve from a thread of its own."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop serving; open connections end."""
        self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def answer(self, asked: Asked) -> Answer:
        """What a request gets. Raises Drop for a connection that ends without an answer."""
        if asked.path == CONTROL or asked.path.startswith(f"{CONTROL}/"):
            try:
                return control(self, asked)
            except Refused as refused:
                return json_answer({"errors": str(refused)}, refused.status)
        try:
            return self._with_faults(asked)
        except Refused as refused:
            return self.refusal(refused)

    # -- faults

    def _with_faults(self, asked: Asked) -> Answer:
        operation = self.operation(asked)
        faults = self.faults
        if faults.only not in operation:
            return self._apply(asked, operation)
        if faults.expire_tokens:
            faults.expire_tokens = False
            self.expire_tokens()
        if self._hits(faults.slow):
            self._sleep(faults.seconds)
        if self._hits(faults.error_500):
            self._note(operation, applied=False)
            raise Refused(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error")
        if self._hits(faults.rate_429):
            self._note(operation, applied=False)
            after = faults.retry_after
            headers = {} if after is None else {"Retry-After": f"{after:g}"}
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "Too Many Requests", headers)
        if self._hits(faults.lose_answer):
            with suppress(Refused):
                self._apply(asked, operation)
            raise Drop
        return self._apply(asked, operation)

    def _hits(self, chance: float) -> bool:
        faults = self.faults
        if chance <= 0 or faults.times == 0 or self.rng.random() >= chance:
            return False
        if faults.times is not None:
            faults.times -= 1
        return True

    def _apply(self, asked: Asked, operation: str) -> Answer:
        self._note(operation, applied=True)
        return self.api(asked)

    def _note(self, operation: str, *, applied: bool) -> None:
        with self._log.lock:
            self._log.calls.append(Call(operation, self.now(), applied))

    # -- controls

    def state(self) -> dict[str, Any]:
        """What `GET /_mall` answers."""
        found: dict[str, Any] = {
            "orders": self.count_orders(),
            "stock": self.shelf.all(),
            "calls": len(self.calls),
            "faults": asdict(self.faults),
        }
        if self.courier is not None:
            hooks = asdict(self.courier.faults)
            found["faults"] |= {name: hooks[name] for name in ("duplicate", "reorder", "lose")}
            found |= {"waiting": self.courier.waiting, "deliveries": asdict(self.courier.tally)}
        return found
