"""boto3 clients of the emulator."""

import pytest

from local.aws import Emulated
from tests.local.conftest import Upstream, say


def test_the_persons_own_aws_settings_are_left_alone(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    upstream.answer = lambda _: say({"QueueUrls": ["http://localhost/q"]})
    for name, value in {
        "AWS_PROFILE": "a-real-account",
        "AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:1",
        "AWS_REGION": "eu-central-1",
        "HTTP_PROXY": "http://127.0.0.1:1",
    }.items():
        monkeypatch.setenv(name, value)
    aws = Emulated(f"http://127.0.0.1:{upstream.port}")
    assert aws.client("sqs").list_queues()["QueueUrls"] == ["http://localhost/q"]
    assert "Credential=test/" in upstream.asked[0].headers["authorization"]
    assert "/ap-northeast-1/" in upstream.asked[0].headers["authorization"]


def test_a_client_is_made_once() -> None:
    aws = Emulated("http://127.0.0.1:1")
    assert aws.client("sqs") is aws.client("sqs")
