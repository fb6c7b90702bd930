"""What the contract tests need to know of each channel: one module a stem.

`CASE` is for what comes in (test_contract.py): a good order, and how to spoil it. `API_CASE` is for
what goes out (test_api_contract.py): the mall's emulator, and what cannot be seen from outside it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from common.canonical import CanonicalOrder
from common.channels import CHANNELS, load
from common.channels.base import RawRequest, ShopRef
from common.channels.port import Listing
from malls.http_mall import HttpMall
from tests.common.channels.contexts import ShopContext, context
from tests.conftest import ROOT

PAYLOADS = ROOT / "tests" / "payloads"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SHOP = ShopRef("main", "JPY")

Clock = Callable[[], datetime]


def _whole(file: Any) -> Any:
    return file


@dataclass(frozen=True)
class Hook:
    """How a mall's webhooks are signed.

    sign: (body, secret) → headers of a genuine delivery at NOW. signature: name of the header.
    thin: file of a delivery that only names an order, "" when deliveries carry the whole order (and
    are the samples). thin_id: that order's id.
    """

    secrets: tuple[str, str]
    sign: Callable[[bytes, str], dict[str, str]]
    signature: str
    thin: str = ""
    thin_id: str = ""


@dataclass(frozen=True)
class Case:
    """One channel's orders.

    sample: file of an order, "" for a channel that has no orders. unwrap: the order inside the
    file. others: more orders among the payloads, and where in their files they are.
    rename_status: gives the order a status nobody knows. words: what is kept of it in `raw_status`,
    in lower case. ignored: names of fields that are left out on purpose. unread: paths of leaves of
    each sample that are read, but make no difference beside the others. hook: None for a mall that
    sends nothing. parse: reads an order of the API, None where deliveries carry whole orders; it
    raises UnreadableDelivery. decode, encode: between the mall's bytes and plain objects.
    personal: texts of the sample that must not be in a `repr`. emoji: the remarks of the
    sample, whose first letter is cut in half.
    """

    sample: str
    rename_status: Callable[[Any], None]
    ignored: frozenset[str]
    unread: Mapping[str, list[tuple[str | int, ...]]]
    hook: Hook | None = None
    parse: Callable[[bytes, ShopRef], CanonicalOrder] | None = None
    unwrap: Callable[[Any], Any] = _whole
    others: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    words: frozenset[str] = frozenset({"teleported", "escrowed"})
    decode: Callable[[bytes], Any] = json.loads
    encode: Callable[[Any], bytes] = lambda payload: json.dumps(
        payload, ensure_ascii=False
    ).encode()
    personal: tuple[str, ...] = ()
    emoji: str = "玄関前に置いてください"

    @property
    def is_json(self) -> bool:
        return self.decode is json.loads

    def payload(self, code: str) -> Any:
        return self.unwrap(self.decode((PAYLOADS / code / self.sample).read_bytes()))

    def samples(self, code: str) -> dict[str, Any]:
        """Every order among the payloads of the channel, by file."""
        found = {self.sample: self.payload(code)}
        for name, unwrap in self.others.items():
            found[name] = unwrap(self.decode((PAYLOADS / code / name).read_bytes()))
        return found

    def delivery_of(self, code: str) -> bytes:
        """The body of a genuine delivery."""
        assert self.hook is not None
        thin = self.hook.thin
        return (PAYLOADS / code / thin).read_bytes() if thin else self.encode(self.payload(code))

    def request(self, body: bytes, secret: str | None = None) -> RawRequest:
        assert self.hook is not None
        return RawRequest(self.hook.sign(body, secret or self.hook.secrets[0]), body, NOW)

    def delivery(self, payload: Any) -> RawRequest:
        """The payload as a genuine delivery."""
        return self.request(self.encode(payload))

    def read_bytes(self, code: str, body: bytes) -> tuple[CanonicalOrder, ...]:
        """The orders of a body: by `parse`, or as a delivery. Raises UnreadableDelivery."""
        if self.parse is not None:
            return (self.parse(body, SHOP),)
        orders = load(code).parse_webhook(self.request(body), SHOP)
        assert all(isinstance(order, CanonicalOrder) for order in orders)
        return tuple(order for order in orders if isinstance(order, CanonicalOrder))

    def read(self, code: str, payload: Any) -> CanonicalOrder:
        [order] = self.read_bytes(code, self.encode(payload))
        return order


def _nothing(_: HttpMall) -> None:
    """No need to wait for anything."""


def _codes(mall: HttpMall, sku: str) -> Listing:
    return Listing(mall.codes[sku])


_NOWHERE = Listing("no-such-listing")


@dataclass(frozen=True)
class ApiCase:
    """One channel's API, against its emulator.

    mall: an emulator that is not serving yet, with the catalogue of malls/shopify/catalogue.py on
    sale, and the same every time. credentials, options: of a shop of it. wrong: credentials that
    the mall refuses. listing: the listing of a SKU, with its keys. page: makes the mall give out
    pages of two orders and two listings. strange: gives an order of the mall a status nobody knows.
    spoil: makes an order of the mall one that nobody can read. shipments, is_confirmed,
    is_cancelled: what the mall has of an order. settle: the mall applies what it has accepted.
    renews: the adapter renews the mall's tokens by itself; else a person must, and calls raise
    AUTH. push, ship, confirm, cancel: part of the name of the operation in the emulator that
    applies it (`Faults.only`). silent: the mall answers as if it knew every listing. vague: it does
    not say why it refuses one. path: of its API, where the shop's address has one. unknown: a
    listing the mall does not have. draft_extra: what a new product needs besides.
    """

    stem: str
    mall: Callable[[Clock], HttpMall]
    credentials: Mapping[str, str]
    wrong: Mapping[str, str]
    options: Mapping[str, str] = field(default_factory=dict)
    listing: Callable[[HttpMall, str], Listing] = _codes
    unknown: Listing = _NOWHERE
    page: Callable[[HttpMall], None] | None = None
    strange: Callable[[HttpMall, str], None] | None = None
    spoil: Callable[[HttpMall, str], None] | None = None
    shipments: Callable[[HttpMall, str], int] | None = None
    is_confirmed: Callable[[HttpMall, str], bool] | None = None
    is_cancelled: Callable[[HttpMall, str], bool] | None = None
    settle: Callable[[HttpMall], None] = _nothing
    renews: bool = False
    silent: bool = False
    vague: bool = False
    path: str = ""
    push: str = ""
    ship: str = ""
    confirm: str = ""
    cancel: str = ""
    draft_extra: Mapping[str, str] = field(default_factory=dict)

    def context(self, mall: HttpMall, **given: Any) -> ShopContext:
        """A shop's way to this emulator. `{url}` in an option is where the mall is."""
        options = {n: v.replace("{url}", mall.url) for n, v in given.pop("options", {}).items()}
        given = {"credentials": self.credentials, "options": options, **given}
        return context(self.stem, mall.url + self.path, **given)


def case_of(code: str) -> Case:
    """Raises ModuleNotFoundError for a channel without a case."""
    case: Case = import_module(f"tests.common.channels.cases.{code}").CASE
    return case


def api_case_of(code: str) -> ApiCase:
    case: ApiCase = import_module(f"tests.common.channels.cases.{code}").API_CASE
    return case


def codes(wanted: Callable[[Case], bool] = lambda _: True) -> list[str]:
    """The channels whose case is so, by code."""
    return [code for code in sorted(CHANNELS) if wanted(case_of(code))]


def tampered(request: RawRequest, **headers: str | None) -> RawRequest:
    """The request with other headers; `_` stands for `-`, None takes a header away."""
    changed: dict[str, str] = dict(request.headers)
    for name, value in headers.items():
        changed.pop(name.replace("_", "-"), None)
        if value is not None:
            changed[name.replace("_", "-")] = value
    return request._replace(headers=changed)
