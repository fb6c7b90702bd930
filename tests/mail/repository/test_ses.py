import socket
from collections.abc import Iterator
from email.header import decode_header

import pytest

from mail.domain.outgoing import NotTaken, OutcomeUnknown, Outgoing, Refused
from mail.repository.ses import SesTransport, encoded_word
from tests.mail.ses_server import SesServer, ses_server

MAIL = Outgoing(
    job_id="order-received-1-abc",
    attempt=2,
    to="hanako.mihon@example.net",
    from_name="喫茶の道具店",
    from_address="order@kissa.example.jp",
    reply_to="desk@kissa.example.jp",
    subject="ご注文ありがとうございます",
    text="本文\n",
    html="<p>本文</p>",
)


@pytest.fixture
def ses(monkeypatch: pytest.MonkeyPatch) -> Iterator[SesServer]:
    with ses_server() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", server.url)
        yield server


def test_a_mail_is_handed_over_with_tags_set_and_headers(ses: SesServer) -> None:
    assert SesTransport("banto-test").send(MAIL) == "ses-1"
    assert ses.requests == [
        {
            "FromEmailAddress": "=?utf-8?b?5Zar6Iy244Gu6YGT5YW35bqX?= <order@kissa.example.jp>",
            "Destination": {"ToAddresses": ["hanako.mihon@example.net"]},
            "ReplyToAddresses": ["desk@kissa.example.jp"],
            "Content": {
                "Simple": {
                    "Subject": {"Data": "ご注文ありがとうございます", "Charset": "UTF-8"},
                    "Body": {
                        "Text": {"Data": "本文\n", "Charset": "UTF-8"},
                        "Html": {"Data": "<p>本文</p>", "Charset": "UTF-8"},
                    },
                    "Headers": [{"Name": "Auto-Submitted", "Value": "auto-generated"}],
                }
            },
            "EmailTags": [
                {"Name": "banto-job", "Value": "order-received-1-abc"},
                {"Name": "banto-attempt", "Value": "2"},
            ],
            "ConfigurationSetName": "banto-test",
        }
    ]


def test_each_mail_has_a_connection_of_its_own(ses: SesServer) -> None:
    for _ in range(3):
        SesTransport("banto-test").send(MAIL)
    assert len(set(ses.connections)) == len(ses.connections) == 3


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (429, "TooManyRequestsException"),
        (400, "LimitExceededException"),
        (400, "ThrottlingException"),
        (503, "ServiceUnavailable"),
        (403, "AccessDeniedException"),
    ],
)
def test_what_ses_does_not_take_now_is_asked_for_once_and_put_back(
    ses: SesServer, status: int, code: str
) -> None:
    ses.answers = [(status, code, "not now")]
    with pytest.raises(NotTaken) as error:
        SesTransport("banto-test").send(MAIL)
    assert error.value.why == code
    assert len(ses.requests) == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "MessageRejected"),
        (400, "MailFromDomainNotVerifiedException"),
        (400, "SendingPausedException"),
        (400, "AccountSuspendedException"),
        (400, "BadRequestException"),
        (404, "NotFoundException"),
    ],
)
def test_a_refusal_says_why_and_its_words_are_not_in_the_error(
    ses: SesServer, status: int, code: str
) -> None:
    ses.answers = [(status, code, "Email address is not verified: hanako.mihon@example.net")]
    with pytest.raises(Refused) as error:
        SesTransport("banto-test").send(MAIL)
    assert error.value.why == code
    assert error.value.said == "Email address is not verified: hanako.mihon@example.net"
    assert "hanako" not in str(error.value)
    assert len(ses.requests) == 1


@pytest.mark.parametrize("answer", ["hang up", (500, "InternalFailure", ""), (504, "", "")])
def test_a_lost_answer_is_an_unknown_outcome_and_nothing_is_repeated(
    ses: SesServer, answer: object
) -> None:
    ses.answers = [answer]
    with pytest.raises(OutcomeUnknown):
        SesTransport("banto-test").send(MAIL)
    assert len(ses.requests) == 1


def test_a_connection_that_was_never_made_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", f"http://127.0.0.1:{port}")
    with pytest.raises(NotTaken) as error:
        SesTransport("banto-test").send(MAIL)
    assert error.value.why == "EndpointConnectionError"


def test_a_mail_without_a_reply_address_has_none(ses: SesServer) -> None:
    mail = Outgoing(
        job_id="j",
        attempt=1,
        to=MAIL.to,
        from_name="",
        from_address=MAIL.from_address,
        reply_to="",
        subject="s",
        text="t",
        html="h",
    )
    SesTransport("banto-test").send(mail)
    assert "ReplyToAddresses" not in ses.requests[0]
    assert ses.requests[0]["FromEmailAddress"] == "order@kissa.example.jp"


def test_display_names_are_encoded_and_cannot_add_a_header() -> None:
    assert encoded_word("") == ""
    assert encoded_word("Kissa Tools") == '"Kissa Tools"'
    assert encoded_word('a"b\\c') == '"a\\"b\\\\c"'
    hostile = encoded_word("店\r\nBcc: x@example.net")
    assert "\r" not in hostile
    assert "\n" not in hostile
    long = encoded_word("とても長い名前のお店" * 8)
    assert all(len(word) <= 75 for word in long.split(" "))
    decoded = "".join(part.decode(charset or "ascii") for part, charset in decode_header(long))
    assert decoded == "とても長い名前のお店" * 8


def test_people_are_not_in_the_repr_of_a_mail() -> None:
    assert "hanako" not in repr(MAIL)
    assert "kissa" not in repr(MAIL)
