from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

from common.dynamo import Table
from common.errors import Unavailable
from mail.domain.stored import Content
from mail.repository.contents import StoredContents
from mail.repository.suppressions import DynamoSuppressions
from tests.conftest import REGION
from tests.mail.builders import T0

CONTENT = Content("d1", '{"letter": {}}', "本文\n", "<p>本文</p>")


@pytest.fixture
def contents(mail_table: Table) -> StoredContents:
    boto3.client("s3").create_bucket(
        Bucket="raw", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    return StoredContents(mail_table, "raw")


def test_a_letter_comes_back_and_its_html_apart(contents: StoredContents) -> None:
    contents.put("j1", CONTENT, now=T0)
    contents.put("j1", CONTENT, now=T0)
    assert contents.get("j1", "d1") == CONTENT._replace(html="")
    assert contents.html("j1", "d1") == "<p>本文</p>"
    stored = boto3.client("s3").get_object(Bucket="raw", Key="mails/j1-d1.html")
    assert stored["ContentType"] == "text/html; charset=utf-8"


def test_a_letter_that_could_not_be_written_has_no_object(contents: StoredContents) -> None:
    contents.put("j1", Content("d2", "{}", "", ""), now=T0)
    assert contents.get("j1", "d2") == Content("d2", "{}", "", "")
    assert contents.html("j1", "d2") is None
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket="raw")


def test_what_is_not_there_is_none(contents: StoredContents) -> None:
    assert contents.get("j1", "d1") is None
    assert contents.html("j1", "d1") is None


def test_a_letter_is_forgotten_with_its_job(contents: StoredContents, mail_table: Table) -> None:
    contents.put("j1", CONTENT, now=T0)
    item = mail_table.get("MAIL#j1", "CONTENT#d1")
    assert item is not None
    assert item["expires_at"] == int((T0 + timedelta(days=400)).timestamp())


def test_a_bucket_that_does_not_answer_is_tried_again_later(mail_table: Table) -> None:
    gone = StoredContents(mail_table, "no-such-bucket")
    with pytest.raises(Unavailable):
        gone.put("j1", CONTENT, now=T0)
    with pytest.raises(Unavailable):
        gone.html("j1", "d1")
    assert gone.get("j1", "d1") is None


def test_the_address_of_the_html_is_signed_for_the_region(contents: StoredContents) -> None:
    assert contents.html_url("j1", "d1", seconds=300) is None
    contents.put("j1", CONTENT, now=T0)
    url = urlsplit(contents.html_url("j1", "d1", seconds=300) or "")
    assert url.netloc == f"raw.s3.{REGION}.amazonaws.com"
    assert url.path == "/mails/j1-d1.html"
    query = parse_qs(url.query)
    assert query["X-Amz-Expires"] == ["300"]
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]


def test_the_text_of_a_letter_is_not_in_its_repr() -> None:
    assert repr(CONTENT) == "Content(d1)"


def test_a_suppressed_address_is_stored_by_its_digest_and_keeps_its_first_reason(
    mail_table: Table,
) -> None:
    suppressions = DynamoSuppressions(mail_table)
    assert suppressions.why("hanako@example.net") is None
    suppressions.add("Hanako@example.net", "bounce", "j1", T0)
    suppressions.add("hanako@example.net", "complaint", "j2", T0)
    assert suppressions.why("HANAKO@example.net ") == "bounce"
    assert suppressions.why("taro@example.net") is None
