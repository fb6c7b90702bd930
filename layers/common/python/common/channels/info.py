"""What a channel says of itself: what its API has, what it needs, and how much it bears."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Flag, auto
from typing import NamedTuple


class Cap(Flag):
    """What a channel's API has. Screens hide what is not there."""

    WEBHOOK = auto()
    WEBHOOK_THIN = auto()
    QUEUE_IN = auto()
    POLL = auto()
    STOCK = auto()
    STOCK_CAS = auto()
    STOCK_READ = auto()
    STOCK_ASYNC = auto()
    CONFIRM = auto()
    SHIP = auto()
    CANCEL = auto()
    LIST_SKUS = auto()
    PRODUCT_UPSERT = auto()
    FIXED_IP = auto()
    HUMAN_REAUTH = auto()


class CredentialField(NamedTuple):
    """A credential that a person enters. name: also the word on the screen (i18n).

    lifetime: days until the platform ends it, None for never. human: a person renews it.
    """

    name: str
    secret: bool = True
    lifetime: int | None = None
    human: bool = True
    optional: bool = False


class OptionField(NamedTuple):
    """A setting of a shop that is no secret, such as a seller's id."""

    name: str
    default: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """rate: sustained calls a second by operation, "*" for all others; burst likewise.

    visibility_delay: the longest until an order can be seen by a poll. longest_request: after this
    a request that was not answered is not applied any more. poll_overlap: how far a poll reads
    back before its cursor. max_window: the longest span one search may cover. poll_every: polls
    begin no closer to one another, where a mall's rate does not bear one a minute.
    """

    rate: Mapping[str, float] = field(default_factory=lambda: {"*": 2.0})
    burst: Mapping[str, int] = field(default_factory=lambda: {"*": 4})
    stock_batch: int = 1
    read_batch: int = 1
    order_batch: int = 1
    max_window: timedelta = timedelta(days=30)
    poll_overlap: timedelta = timedelta(minutes=15)
    poll_every: timedelta = timedelta(0)
    visibility_delay: timedelta = timedelta(0)
    longest_request: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """What a channel is. default_url: base address of the API, "" when each shop has its own.

    has_versions: a later state of an order always says so by its `source_version`. Where it does
    not, what is read later counts as later.
    """

    code: str
    name: str
    caps: Cap
    limits: Limits
    credentials: tuple[CredentialField, ...] = ()
    options: tuple[OptionField, ...] = ()
    default_url: str = ""
    api_version: str = ""
    has_versions: bool = True
