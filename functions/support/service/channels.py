"""What channels there are, and what each can do."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from common.channels import CHANNELS, load_api
from common.channels.port import Cap, ChannelInfo
from support.domain.credential_clock import Lifetime
from support.service.views import (
    ChannelList,
    ChannelView,
    CredentialFieldView,
    OptionFieldView,
)


class Channels(Protocol):
    """Port: the channels whose malls can be talked to."""

    def info(self, code: str) -> ChannelInfo | None: ...

    def all(self) -> Sequence[ChannelInfo]: ...


class KnownChannels:
    """Channels port on common.channels. One whose API is still to come is left out."""

    def info(self, code: str) -> ChannelInfo | None:
        if code not in CHANNELS:
            return None
        try:
            return load_api(code).info
        except ModuleNotFoundError as error:
            if error.name != f"{CHANNELS[code]}_api":
                raise
            return None

    def all(self) -> Sequence[ChannelInfo]:
        found = (self.info(code) for code in sorted(CHANNELS))
        return [info for info in found if info is not None]


def lifetimes(channels: Channels) -> Mapping[tuple[str, str], Lifetime]:
    """By channel and credential, how long the platform lets it live."""
    return {
        (info.code, field.name): Lifetime(field.lifetime, field.human)
        for info in channels.all()
        for field in info.credentials
    }


def channel_list(channels: Channels) -> ChannelList:
    """Every channel, by code."""
    return ChannelList(items=[_view(info) for info in channels.all()])


def _view(info: ChannelInfo) -> ChannelView:
    return ChannelView(
        code=info.code,
        name=info.name,
        caps=[cap.name.lower() for cap in Cap if cap in info.caps and cap.name],
        credentials=[
            CredentialFieldView(
                name=field.name,
                is_secret=field.secret,
                lifetime=field.lifetime,
                is_human=field.human,
                is_optional=field.optional,
            )
            for field in info.credentials
        ],
        options=[
            OptionFieldView(name=field.name, default=field.default, is_optional=field.optional)
            for field in info.options
        ],
        default_url=info.default_url,
        api_version=info.api_version,
        stock_batch=info.limits.stock_batch,
    )
