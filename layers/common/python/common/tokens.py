"""Access tokens and credentials as SSM SecureString parameters."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from common.channels.port import Token
from common.clock import from_wire, to_wire
from common.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

_MOST_NAMES = 10
_GONE = "ParameterNotFound"


class Kept(NamedTuple):
    """A token as functions share it. token.refresh: the newest one, "" when none is needed.

    refresh_from: name of the parameter that the first refresh token came from; when a person
    enters another, that one counts. made_with: what the token was made with; when that changes,
    the token is worth nothing.
    """

    token: Token
    refresh_from: str
    made_with: str


class TokenParameter:
    """The parameter of one shop's token, JSON; the newest write counts."""

    def __init__(self, name: str) -> None:
        self._name = name

    def read(self) -> Kept | None:
        """What is stored, or None, also for what is none of ours. Raises Unavailable."""
        from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

        from common.aws import client

        ssm: SSMClient = client("ssm")
        try:
            answer = ssm.get_parameter(Name=self._name, WithDecryption=True)
        except ClientError as error:
            if error.response["Error"]["Code"] == _GONE:
                return None
            raise Unavailable("the parameter store did not answer") from error
        except (ConnectionError, HTTPClientError) as error:
            raise Unavailable("the parameter store did not answer") from error
        return _kept(answer["Parameter"]["Value"])

    def write(self, kept: Kept) -> None:
        """Raises Unavailable."""
        from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

        from common.aws import client

        ssm: SSMClient = client("ssm")
        try:
            ssm.put_parameter(
                Name=self._name, Value=_text(kept), Type="SecureString", Overwrite=True
            )
        except (ClientError, ConnectionError, HTTPClientError):
            # Not chained: botocore may quote the request, and the token is in it.
            raise Unavailable("the token could not be stored") from None


def _text(kept: Kept) -> str:
    return json.dumps(
        {
            "value": kept.token.value,
            "expires_at": to_wire(kept.token.expires_at),
            "refresh": kept.token.refresh,
            "refresh_from": kept.refresh_from,
            "made_with": kept.made_with,
        }
    )


def _kept(text: str) -> Kept | None:
    try:
        found = json.loads(text)
        token = Token(found["value"], from_wire(found["expires_at"]), found["refresh"])
        return Kept(token, found["refresh_from"], found["made_with"])
    except (ValueError, KeyError, TypeError):
        return None


def read_parameters(names: Mapping[str, str]) -> Mapping[str, str]:
    """Values by key of `names`, whose values name parameters; those that are not there are left
    out. Raises Unavailable."""
    from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

    from common.aws import client

    ssm: SSMClient = client("ssm")
    wanted = sorted(set(names.values()))
    found: dict[str, str] = {}
    try:
        for start in range(0, len(wanted), _MOST_NAMES):
            some = wanted[start : start + _MOST_NAMES]
            answer = ssm.get_parameters(Names=some, WithDecryption=True)
            found |= {one["Name"]: one["Value"] for one in answer["Parameters"]}
    except (ClientError, ConnectionError, HTTPClientError) as error:
        raise Unavailable("the parameter store did not answer") from error
    return {key: found[name] for key, name in names.items() if name in found}
