"""Logs tell what happened, and nobody's name."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from common.errors import Invalid, Unavailable
from common.observability import logger, mask
from tests.logs import caught_logs

CANARIES = ("taro@example.jp", "090-1234-5678", "香奈里")


def logged(work: Callable[[], object]) -> dict[str, Any]:
    with caught_logs() as lines:
        work()
    assert len(lines.getvalue().splitlines()) == 1
    line: dict[str, Any] = json.loads(lines.getvalue())
    return line


def failing(work: Callable[[], object]) -> dict[str, Any]:
    """The line that is logged of what `work` raises."""

    def fail() -> None:
        try:
            work()
        except Exception:  # noqa: BLE001 - whatever it is
            logger().exception("failed", extra={"order_id": "demo:1"})

    return logged(fail)


def test_a_line_has_level_stage_area_and_the_ids_it_was_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = logged(lambda: logger().info("done", extra={"order_id": "demo:1", "n": 3}))

    assert (line["level"], line["message"]) == ("INFO", "done")
    assert (line["stage"], line["service"]) == ("test", "banto")
    assert (line["order_id"], line["n"]) == ("demo:1", 3)


def test_of_an_exception_the_log_tells_type_and_place_but_not_the_text() -> None:
    name = "花野 " + "香奈里"

    def read() -> None:
        int(name)

    line = failing(read)

    assert line["exception_name"] == "ValueError"
    assert line["exception"].endswith("    int(name)\nValueError")
    assert line["order_id"] == "demo:1"
    assert "香奈里" not in json.dumps(line, ensure_ascii=False)


def test_of_an_error_of_ours_the_text_is_told() -> None:
    def refuse() -> None:
        raise Invalid("the shop is unknown")

    assert failing(refuse)["exception"].endswith("\nInvalid: the shop is unknown")


def test_what_an_error_came_from_is_told_without_its_text() -> None:
    def refuse() -> None:
        try:
            int("香奈里")
        except ValueError as error:
            raise Unavailable("the archive did not answer") from error

    told = failing(refuse)["exception"]

    assert told.index("\nValueError\n") < told.index("\nUnavailable: the archive did not answer")
    assert "香奈里" not in told.replace('int("香奈里")', "")


def test_what_was_hidden_on_purpose_stays_hidden() -> None:
    def refuse() -> None:
        try:
            int("x")
        except ValueError:
            raise Invalid("no number") from None

    assert "ValueError" not in failing(refuse)["exception"].splitlines()


def test_of_an_error_of_aws_the_code_is_told() -> None:
    def refuse() -> None:
        response: Any = {"Error": {"Code": "ValidationException", "Message": CANARIES[0]}}
        raise ClientError(response, "PutItem")

    assert failing(refuse)["exception"].endswith("\nClientError: ValidationException in PutItem")


def test_a_note_on_an_exception_does_not_get_through() -> None:
    def refuse() -> None:
        error = Invalid("no")
        error.add_note("香奈里")
        raise error

    assert "香奈里" not in json.dumps(failing(refuse), ensure_ascii=False).replace(
        'add_note(\\"香奈里', ""
    )


def test_a_value_that_did_not_fit_a_model_does_not_get_through() -> None:
    class Thing(BaseModel):
        quantity: int

    values = json.loads(json.dumps(CANARIES))
    for value in values:
        line = failing(lambda v=value: Thing(quantity=v))
        assert line["exception_name"] == "ValidationError"
        assert value not in json.dumps(line, ensure_ascii=False)


@dataclass
class Stranger:
    mail: str


def test_addresses_and_phones_are_masked_wherever_they_stand() -> None:
    mail, phone, _ = CANARIES
    line = logged(
        lambda: logger().info(
            f"to {mail}",
            extra={
                "text": f"call {phone}",
                "deep": {"a": [mail, {"b": (phone, {"c": mail})}], mail: 1},
                "many": {mail},
                "thing": Stranger(mail),
                "error": ValueError(mail),
                "bytes": mail.encode(),
                "at": datetime(2026, 11, 21, 12, tzinfo=UTC),
            },
        )
    )

    text = json.dumps(line)
    assert mail not in text
    assert phone not in text
    assert line["message"] == "to [mail]"
    assert line["deep"] == {"a": ["[mail]", {"b": ["[phone]", {"c": "[mail]"}]}], "[mail]": 1}
    assert line["many"] == ["[mail]"]
    assert line["thing"] == "Stranger(mail='[mail]')"
    assert line["at"] == "2026-11-21 12:00:00+00:00"


def test_a_message_that_is_a_structure_is_masked_too() -> None:
    line = logged(lambda: logger().info({"who": CANARIES[0]}))

    assert line["message"] == {"who": "[mail]"}


@pytest.mark.parametrize(
    "text",
    [
        *("090-1234-5678", "090 1234 5678", "09012345678", "03-1234-5678", "0312345678"),
        *(
            "0120-123-456",
            "03(1234)5678",
            "(03)1234-5678",
            "0467-12-3456",
            "０９０－１２３４－５６７８",
        ),
        *("+81 90-1234-5678", "+819012345678", "+1 555-625-1199", "555-625-1199"),
    ],
)
def test_phone_numbers_of_every_spelling_are_masked(text: str) -> None:
    for around in ("{}", "電話は{}です", "tel:{}", "'{}'", "({})", "{}, {}"):
        said = around.format(text, text)
        assert "[phone]" in mask(said)
        assert text not in mask(said)


@pytest.mark.parametrize(
    "text",
    [
        *("taro@example.jp", "taro.yamada+1@mail.example.co.jp", "o'neil@example.com"),
        *("taro%40example.jp", "taro＠example．jp", "t_@x-y.example"),
    ],
)
def test_mail_addresses_of_every_spelling_are_masked(text: str) -> None:
    for around in ("{}", "<{}>", "宛先は{}です。", "/x?to={}&y=1"):
        assert mask(around.format(text)).count("[mail]") == 1
        assert "example" not in mask(around.format(text))


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T12:00:00.000Z",
        "2026-11-21",
        "demo:1001",
        "ORDER#demo:5904123456789012345",
        "H#00000012",
        "000000000012",
        "123456-20261121-0012345678",
        "250-1234567-1234567",
        "550e8400-e29b-41d4-a716-446655440000",
        "01234567-8901-4123-8123-012345678901",
        "01M7YZMHG00000000000000000",
        "4901234567894",
        "1795262400",
        "100-0001",
        "deliveries/main/2026/11/21/" + "0" * 64,
        "1,234,567",
        "0.0612345678",
        "arn:aws:lambda:ap-northeast-1:000000000000:function:x",
    ],
)
def test_ids_times_and_codes_are_left_alone(text: str) -> None:
    assert mask(text) == text


def test_numbers_truths_and_nothing_are_left_alone() -> None:
    assert mask([1, 1.5, True, None, {"a": 0}]) == [1, 1.5, True, None, {"a": 0}]
    assert mask(Decimal("1.5")) == "1.5"


@given(
    st.recursive(
        st.none() | st.integers() | st.text() | st.binary() | st.dates(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
        max_leaves=10,
    )
)
def test_anything_can_be_masked_and_written(value: Any) -> None:
    json.dumps(mask(value))
