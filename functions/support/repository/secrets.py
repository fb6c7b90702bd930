"""Secrets of shops as SSM SecureString parameters, each value under a name of its own:

<prefix>/<shop id>/webhook/<ulid>
<prefix>/<shop id>/credentials/<name>/<ulid>
"""

from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from common.aws import client
from common.errors import Unavailable
from common.ids import ulid
from common.observability import logger

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

_GONE = "ParameterNotFound"


class ParameterVault:
    """Vault port on SSM. prefix: with or without a slash at its end."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix.rstrip("/")

    def put(self, shop_id: str, kind: str, secret: str, now: datetime) -> str:
        """Store a secret under a new name, which is returned. kind: `webhook`, or `credentials/`
        and a name. Raises Unavailable."""
        name = f"{self._prefix}/{shop_id}/{kind}/{ulid(now)}"
        ssm: SSMClient = client("ssm")
        try:
            ssm.put_parameter(Name=name, Value=secret, Type="SecureString")
        except (ClientError, ConnectionError, HTTPClientError):
            # Not chained: botocore may quote the request, and the secret is in it.
            raise Unavailable("the secret could not be stored") from None
        return name

    def get(self, name: str) -> str | None:
        """The secret, or None. Raises Unavailable."""
        ssm: SSMClient = client("ssm")
        try:
            return ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
        except ClientError as error:
            if error.response["Error"]["Code"] == _GONE:
                return None
            raise Unavailable("the secret could not be read") from error
        except (ConnectionError, HTTPClientError) as error:
            raise Unavailable("the secret could not be read") from error

    def delete(self, name: str) -> None:
        """Forget a secret that no shop names any more; one that stays by accident is harmless."""
        ssm: SSMClient = client("ssm")
        try:
            ssm.delete_parameter(Name=name)
        except (ClientError, ConnectionError, HTTPClientError) as error:
            logger().warning(
                "secret not deleted", extra={"parameter": name, "error": type(error).__name__}
            )
