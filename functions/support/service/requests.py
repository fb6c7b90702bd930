"""What /api/settings is asked for."""

import unicodedata
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from common.addresses import is_address
from common.channels import CHANNELS
from support.domain.shop import MailSettings


def _one_line(text: str) -> str:
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise ValueError("One line without control characters.")
    return text


def _address(text: str) -> str:
    if text and not is_address(text):
        raise ValueError("One mail address of plain ASCII, such as shop@example.jp.")
    return text


def _channel(text: str) -> str:
    if text not in CHANNELS:
        raise ValueError(f"One of: {', '.join(sorted(CHANNELS))}.")
    return text


Line = Annotated[str, AfterValidator(_one_line)]
Address = Annotated[str, AfterValidator(_address)]


class _Request(BaseModel):
    # Secrets and addresses are not repeated in errors, which might be logged.
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)


class MailRequest(_Request):
    """How the shop writes. Without from_address and signature its mails wait as BLOCKED."""

    from_address: Address = ""
    from_name: Annotated[Line, Field(max_length=60)] = ""
    reply_to: Address = ""
    signature: Annotated[str, Field(max_length=2000)] = ""

    def settings(self) -> MailSettings:
        return MailSettings(**self.model_dump())


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class ShopRequest(_Request):
    """The whole shop, as it shall be. api_url and options stay as they are when not given."""

    name: Annotated[Line, Field(min_length=1, max_length=60)]
    channel: Annotated[str, AfterValidator(_channel)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "JPY"
    enabled: Annotated[bool, Field(strict=True)] = True
    mail: MailRequest = Field(default_factory=MailRequest)
    api_url: Annotated[Line, Field(max_length=300)] | None = None
    options: dict[Name, Annotated[Line, Field(max_length=500)]] | None = None


class CredentialsRequest(_Request):
    """What a person enters for the mall: values by name, null to forget one. expires_at: the last
    day on which one is good (YYYY-MM-DD, in Japan), null for always; without it, the mall's usual
    lifetime from today. SSM takes 4 KB a value."""

    credentials: dict[Name, Annotated[str, Field(min_length=1, max_length=4000)] | None] = Field(
        default_factory=dict, max_length=20, repr=False
    )
    expires_at: dict[Name, date | None] = Field(default_factory=dict, max_length=20)


class SecretRequest(_Request):
    """A webhook secret; without one, the server makes it (generic channel only)."""

    secret: str | None = Field(default=None, min_length=1, max_length=200, repr=False)
