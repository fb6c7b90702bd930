"""Logs tell what happened, and nobody's name."""

import json

from common.errors import Invalid
from common.observability import logger
from tests.logs import caught_logs


def test_of_an_exception_the_log_tells_type_and_place_but_not_the_text() -> None:
    name = "花野 " + "香奈里"
    with caught_logs() as lines:
        try:
            int(name)
        except ValueError:
            logger().exception("failed", extra={"order_id": "demo:1"})

    line = json.loads(lines.getvalue())
    assert line["exception_name"] == "ValueError"
    assert line["exception"].endswith("    int(name)\nValueError")
    assert line["order_id"] == "demo:1"
    assert "香奈里" not in lines.getvalue()


def test_of_an_error_of_ours_the_text_is_told() -> None:
    with caught_logs() as lines:
        try:
            raise Invalid("the shop is unknown")
        except Invalid:
            logger().exception("failed")

    assert json.loads(lines.getvalue())["exception"].endswith("\nInvalid: the shop is unknown")


def test_mail_addresses_and_phone_numbers_are_masked_wherever_they_stand() -> None:
    with caught_logs() as lines:
        logger().info("note", extra={"who": {"a": ["taro@example.jp", "call 090-1234-5678"]}})

    assert json.loads(lines.getvalue())["who"] == {"a": ["[mail]", "call [phone]"]}
