"""Asking a mall from the fixed outgoing address: both ends of it.

Some malls take calls from addresses that they were told only. One function of ours has such an
address, and sends one request for its caller; nobody else is in a network. Over the wire of
Lambda, with bodies in base64:

    {method, url, headers, body, timeout} → {status, headers, body}
                                          or {error: {kind, code, detail, may_be_applied}}
"""

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
)

from common.aws import client
from common.channels.port import ChannelError, ErrorKind, Request, Response
from common.http import READ_SECONDS, Transport

# Lambda passes on 6 MB, and base64 makes four bytes of three.
MAX_BYTES = 4 * 1024 * 1024
# Longer than the relay may run, so that its answer is not missed.
_WAIT_SECONDS = 35.0


class LambdaRelay:
    """Transport by way of the function that has the fixed address. Repeats nothing."""

    def __init__(self, function_name: str) -> None:
        self._name = function_name

    def __call__(self, request: Request, timeout: float = READ_SECONDS) -> Response:
        """As Transport says; also INVALID for a body above 4 MB."""
        if len(request.body) > MAX_BYTES:
            raise ChannelError(
                ErrorKind.INVALID, f"A request has {MAX_BYTES} bytes at most.", code="too_large"
            )
        answer = json.loads(self._invoke(_packed(request, timeout)))
        if "error" in answer:
            error = answer["error"]
            raise ChannelError(
                ErrorKind(error["kind"]),
                error["detail"],
                code=error["code"],
                may_be_applied=error["may_be_applied"],
            )
        return Response(answer["status"], answer["headers"], base64.b64decode(answer["body"]))

    def _invoke(self, payload: bytes) -> bytes:
        lambda_ = client("lambda", retry=False, read_seconds=_WAIT_SECONDS)
        try:
            answer = lambda_.invoke(FunctionName=self._name, Payload=payload)
            returned: bytes = answer["Payload"].read()
        except (EndpointConnectionError, ConnectTimeoutError) as error:
            raise _silent("no_relay", may_be_applied=False) from error
        except ClientError as error:
            # Throttled, not there or not allowed: it did not run. Of a failure of Lambda's own
            # nobody knows.
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            raise _silent("no_relay", may_be_applied=status >= 500) from error
        except BotoCoreError as error:
            raise _silent("relay_lost", may_be_applied=True) from error
        if "FunctionError" in answer:
            raise _silent("relay_failed", may_be_applied=True)
        return returned


def _packed(request: Request, timeout: float) -> bytes:
    asked = request._asdict() | {
        "headers": dict(request.headers),
        "body": base64.b64encode(request.body).decode(),
        "timeout": timeout,
    }
    return json.dumps(asked).encode()


def _silent(code: str, *, may_be_applied: bool) -> ChannelError:
    return ChannelError(
        ErrorKind.TRANSIENT,
        "The function with the fixed address did not answer.",
        code=code,
        may_be_applied=may_be_applied,
    )


def relayed(
    event: Mapping[str, Any], transport: Transport, schemes: tuple[str, ...] = ("https",)
) -> dict[str, Any]:
    """Send what `LambdaRelay` packed. A ChannelError is an answer too; nothing of the request is
    in it."""
    try:
        if _scheme(event["url"]) not in schemes:
            raise ChannelError(ErrorKind.INVALID, "Only https is relayed.", code="bad_request")
        body = base64.b64decode(event["body"])
        answer = transport(
            Request(event["method"], event["url"], event["headers"], body),
            min(event["timeout"], READ_SECONDS),
        )
    except ChannelError as error:
        return {
            "error": {
                "kind": error.kind,
                "code": error.code,
                "detail": error.detail,
                "may_be_applied": error.may_be_applied,
            }
        }
    return {
        "status": answer.status,
        "headers": dict(answer.headers),
        "body": base64.b64encode(answer.body).decode(),
    }


def _scheme(url: str) -> str:
    try:
        return urlsplit(url).scheme
    except ValueError:
        return ""
