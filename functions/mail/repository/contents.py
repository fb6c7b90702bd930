"""Letters: source and text in the mail table, HTML in the bucket.

letter  pk=MAIL#<job id>  sk=CONTENT#<digest>; object mails/<job id>-<digest>.html
A letter is stored under the digest of what it says and never changes, so a letter written twice
is one, and a job points to exactly what was sent. The bucket's lifecycle rule and the item's
`expires_at` forget both.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from common.aws import client
from common.cold_start import cold_start
from common.dynamo import Key, Table
from common.errors import Unavailable
from mail.domain.job import KEPT
from mail.domain.stored import Content

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_HTML = "text/html; charset=utf-8"


@cold_start
def _presigner() -> "S3Client":
    # The default signs for the global address, which redirects to the bucket's region: a signature
    # does not survive that. This signs for the region's own address.
    config = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    return boto3.client("s3", config=config)


class StoredContents:
    """Contents port on DynamoDB and S3."""

    def __init__(self, table: Table, bucket: str) -> None:
        self._table = table
        self._bucket = bucket

    def put(self, job_id: str, content: Content, *, now: datetime) -> None:
        """Store a letter; repeating it changes nothing. Raises Unavailable."""
        if content.html:
            self._put_html(job_id, content)
        key = _key(job_id, content.digest)
        item = {
            "pk": key.pk,
            "sk": key.sk,
            "source": content.source,
            "text": content.text,
            "expires_at": int((now + KEPT).timestamp()),
        }
        self._table.commit(self._table.put(item))

    def _put_html(self, job_id: str, content: Content) -> None:
        s3: S3Client = client("s3")
        try:
            s3.put_object(
                Bucket=self._bucket,
                Key=_object(job_id, content.digest),
                Body=content.html.encode(),
                ContentType=_HTML,
            )
        except (ClientError, ConnectionError, HTTPClientError) as error:
            raise Unavailable("the bucket did not take the letter") from error

    def get(self, job_id: str, digest: str) -> Content | None:
        """The letter without its HTML."""
        item = self._table.get(*_key(job_id, digest))
        return Content(digest, item["source"], item["text"], "") if item else None

    def html(self, job_id: str, digest: str) -> str | None:
        """The HTML; None when there is none (any more). Raises Unavailable."""
        s3: S3Client = client("s3")
        name = _object(job_id, digest)
        found = _unless_gone(lambda: s3.get_object(Bucket=self._bucket, Key=name))
        return found["Body"].read().decode() if found else None

    def html_url(self, job_id: str, digest: str, *, seconds: int) -> str | None:
        """An address at which the HTML can be read for so long; None when there is none (any
        more). Raises Unavailable."""
        s3: S3Client = client("s3")
        where: Any = {"Bucket": self._bucket, "Key": _object(job_id, digest)}
        if _unless_gone(lambda: s3.head_object(**where)) is None:
            return None
        return _presigner().generate_presigned_url("get_object", Params=where, ExpiresIn=seconds)


def _unless_gone(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
            return None
        raise Unavailable("the bucket did not give the letter") from error
    except (ConnectionError, HTTPClientError) as error:
        raise Unavailable("the bucket did not give the letter") from error


def _key(job_id: str, digest: str) -> Key:
    return Key(f"MAIL#{job_id}", f"CONTENT#{digest}")


def _object(job_id: str, digest: str) -> str:
    return f"mails/{job_id}-{digest}.html"
