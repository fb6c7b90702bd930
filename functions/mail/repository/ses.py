"""Sending through SES, once: no retry of the SDK, and every failure sorted into one of three.

SES has no key against doubles, so the only safe answer to a lost answer is to wait for the event.
"""

from email.header import Header
from typing import TYPE_CHECKING

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ProxyConnectionError,
)

from common.aws import client
from mail.domain.address import mailbox
from mail.domain.feedback import ATTEMPT_TAG, JOB_TAG
from mail.domain.outgoing import NotTaken, OutcomeUnknown, Outgoing, Refused

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import SendEmailRequestTypeDef

_SAID_MAX = 300
_UTF8 = "UTF-8"
# Over the rate or the daily quota: SES drops the mail and says so.
_THROTTLED = frozenset(
    {
        "TooManyRequestsException",
        "LimitExceededException",
        "ThrottlingException",
        "Throttling",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    }
)
# The connection was never made, so nothing was sent.
_NEVER_LEFT = (
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ProxyConnectionError,
)


class SesTransport:
    """Transport port on SES v2, through one configuration set, which publishes its events."""

    def __init__(self, configuration_set: str) -> None:
        self._configuration_set = configuration_set

    def send(self, mail: Outgoing) -> str:
        """Send it, once; SES's message id. Raises NotTaken, Refused, OutcomeUnknown."""
        ses: SESV2Client = client("sesv2", retry=False)
        try:
            return ses.send_email(**self._request(mail))["MessageId"]
        except ClientError as error:
            raise _sorted(error) from None
        except _NEVER_LEFT as error:
            raise NotTaken(type(error).__name__) from None
        except ParamValidationError:
            raise Refused("ParamValidationError") from None
        except BotoCoreError as error:
            raise OutcomeUnknown(type(error).__name__) from None
        finally:
            # A frozen function wakes up with connections that SES has closed long ago. Writing to
            # one loses the answer, which would look like an unknown outcome: each mail has its
            # own, whatever the server says of keeping it.
            ses.close()

    def _request(self, mail: Outgoing) -> "SendEmailRequestTypeDef":
        request: SendEmailRequestTypeDef = {
            "FromEmailAddress": mailbox(encoded_word(mail.from_name), mail.from_address),
            "Destination": {"ToAddresses": [mail.to]},
            "Content": {
                "Simple": {
                    "Subject": {"Data": mail.subject, "Charset": _UTF8},
                    "Body": {
                        "Text": {"Data": mail.text, "Charset": _UTF8},
                        "Html": {"Data": mail.html, "Charset": _UTF8},
                    },
                    # RFC 3834: keeps out-of-office answers away.
                    "Headers": [{"Name": "Auto-Submitted", "Value": "auto-generated"}],
                }
            },
            "EmailTags": [
                {"Name": JOB_TAG, "Value": mail.job_id},
                {"Name": ATTEMPT_TAG, "Value": str(mail.attempt)},
            ],
            "ConfigurationSetName": self._configuration_set,
        }
        if mail.reply_to:
            request["ReplyToAddresses"] = [mail.reply_to]
        return request


def encoded_word(name: str) -> str:
    """A display name for a From header: RFC 2047 words of at most 75 characters, or a quoted
    string for ASCII. No line break can get through."""
    plain = " ".join(name.split())
    if plain.isascii():
        escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"' if plain else ""
    return Header(plain, "utf-8", maxlinelen=75).encode(linesep="")


def _sorted(error: ClientError) -> NotTaken | Refused | OutcomeUnknown:
    code = error.response["Error"]["Code"]
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    # 401 and 403: the deployment lacks a right, which is no fault of the mail.
    if code in _THROTTLED or status in (401, 403, 429, 503):
        return NotTaken(code)
    if status >= 500:
        # Something on the way gave up waiting, or SES failed in the middle.
        return OutcomeUnknown(code)
    return Refused(code, error.response["Error"].get("Message", "")[:_SAID_MAX])
