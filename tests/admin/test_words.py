"""Every code that the server can send has a word on the page, in both languages."""

import re
from collections.abc import Iterable
from typing import get_args

import pytest

from common.canonical import PaymentMethod, SourceStatus
from common.channels import CHANNELS
from common.channels.port import Cap, ErrorKind
from mail.domain.job import Kind, State
from orders.domain.facets import Allocation, Lifecycle, PaymentState, Review, ShipmentState
from orders.domain.queues import Queue
from orders.domain.tell import TellKind
from stock.domain.formats import Kind as FileKind
from stock.domain.level import Mode, Reason
from stock.domain.listing_views import ListingState
from stock.domain.offer import OfferState
from stock.domain.purchase import PurchaseState
from stock.domain.stocktake import TakeState
from support.domain.checklist import Hint, Step
from support.service.channels import KnownChannels
from tests.admin.sources import dictionary
from tests.conftest import ROOT


def sources(*folders: str) -> str:
    files = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return "\n".join(path.read_text("utf-8") for path in files)


def codes(pattern: str, *folders: str) -> set[str]:
    found = set(re.findall(pattern, sources(*folders)))
    assert found, pattern
    return found


def keys(language: str) -> set[str]:
    return set(dictionary(language))


REASONS = codes(r'(?:code|rule)="(\w+)"', "functions/orders/domain") | codes(
    r'PaymentState\.\w+: "(\w+)"', "functions/orders/domain"
)
FAILURES = codes(r'UnreadableDelivery\(\s*"(\w+)"', "functions/orders", "layers/common")
CHANGES = codes(r'kind="(\w+)"', "functions/orders/domain") | {"activated", "matched", "cancelled"}

MALLS = KnownChannels().all()
DONE = codes(r'"do": "(\w+)", "code"', "functions/stock/service") | {
    "adopt",
    "overwrite",
    "sync",
    "import_listings",
}

WORDS: dict[str, Iterable[str]] = {
    "reason": REASONS,
    "failed.reason": FAILURES,
    "timeline": CHANGES,
    "queue": Queue,
    "lifecycle": Lifecycle,
    "review": Review,
    "payment": PaymentState,
    "payment.method": PaymentMethod,
    "allocation": Allocation,
    "shipment": ShipmentState,
    "source": SourceStatus,
    "move": Reason,
    "purchase.state": PurchaseState,
    "stocktake.state": TakeState,
    "import.kind": FileKind,
    "offer.state": OfferState,
    "offer.text": OfferState,
    "listing.did": DONE,
    "mail.state": State,
    "mail.kind": Kind,
    "tell": TellKind,
    "listing.state": get_args(ListingState),
    "stock.mode": Mode,
    "check.step": Step,
    "check.hint": Hint,
    "trouble": ("refused", "lost", "not_stored"),
    "channel": CHANNELS,
    "option": {field.name for mall in MALLS for field in mall.options},
    "credential": {field.name for mall in MALLS for field in mall.credentials},
    "how": {f"{mall.code}.{field.name}" for mall in MALLS for field in mall.credentials},
    "remote": [*ErrorKind, "internal"],
    "worker": codes(r'area\.queue\(\s*"(\w+)"', "infra/areas"),
    "cap": [cap.name.lower() for cap in Cap if cap.name],
}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("prefix", WORDS)
def test_every_code_of_the_server_has_a_word(language: str, prefix: str) -> None:
    known = keys(language)
    # A reason that always has a detail has only the word that shows it.
    missing = [c for c in WORDS[prefix] if not {f"{prefix}.{c}", f"{prefix}.{c}.of"} & known]
    assert missing == []
