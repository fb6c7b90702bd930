from common import cold_start
from common.aws import client


def test_a_client_is_made_once_until_everything_is_forgotten() -> None:
    first = client("sqs")

    assert client("sqs") is first
    assert client("sqs", retry=False) is not first
    cold_start.forget()
    assert client("sqs") is not first


def test_calls_end_while_a_function_still_has_time() -> None:
    config = client("sqs").meta.config

    assert (config.connect_timeout, config.read_timeout) == (2, 10)
    assert client("sqs", read_seconds=35).meta.config.read_timeout == 35


def test_what_must_not_be_repeated_is_tried_once() -> None:
    assert client("ses").meta.config.retries["total_max_attempts"] == 4
    assert client("ses", retry=False).meta.config.retries["total_max_attempts"] == 1
