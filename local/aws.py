"""boto3 clients of the emulator, whatever AWS settings the person has."""

import threading
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

from local.ministack import REGION

# What the emulator takes for the root of its one account.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
# Read instead of the person's own ~/.aws, whose profiles are none of our business.
CONFIG = Path(__file__).with_name("aws.ini")


class Emulated:
    """Makes clients for the emulator at `url`, one a service."""

    def __init__(self, url: str) -> None:
        self.url = url
        own = botocore.session.Session(profile="default")
        own.set_config_variable("config_file", str(CONFIG))
        own.set_config_variable("credentials_file", str(CONFIG))
        self._session = boto3.Session(
            botocore_session=own,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            region_name=REGION,
        )
        self._clients: dict[str, Any] = {}
        # A client may be used by several threads, but not made by them.
        self._making = threading.Lock()

    def client(self, service: str) -> Any:
        """The boto3 client of a service; callers annotate it with the type of boto3-stubs."""
        with self._making:
            if service not in self._clients:
                self._clients[service] = self._client(service)
            return self._clients[service]

    def _client(self, service: str) -> Any:
        return self._session.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.url,
            config=Config(
                connect_timeout=5,
                read_timeout=60,
                # No proxy is asked on the way to this machine.
                proxies={},
                max_pool_connections=20,
                retries={"mode": "standard", "total_max_attempts": 3},
                s3={"addressing_style": "path"},
            ),
        )
