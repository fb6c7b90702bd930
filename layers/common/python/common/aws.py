"""AWS clients, made once a process with time limits that fit a Lambda."""

from typing import Any

import boto3
from botocore.config import Config

from common.cold_start import cold_start


@cold_start
def client(service: str, *, retry: bool = True, read_seconds: float = 10) -> Any:
    """A boto3 client. `retry=False` for calls that must not be repeated (sending a mail).
    read_seconds: how long an answer may take.

    Callers annotate the result with the type of boto3-stubs under TYPE_CHECKING.
    """
    attempts = 4 if retry else 1
    return boto3.client(  # type: ignore[call-overload]
        service,
        config=Config(
            connect_timeout=2,
            read_timeout=read_seconds,
            retries={"mode": "standard", "total_max_attempts": attempts},
            # A lone keep-alive connection a process is what a Lambda uses.
            max_pool_connections=4,
        ),
    )
