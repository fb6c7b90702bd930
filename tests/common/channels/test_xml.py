"""XML of malls: plain objects out of it, and nothing dangerous in."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.channels.xml import MAX_BYTES, MAX_DEPTH, UnreadableXml, read_xml, write_xml


def test_elements_become_objects_lists_and_texts() -> None:
    body = b"<R n='1'><A>x</A><B><C/></B><B> y </B><I>z</I></R>"

    assert read_xml(body, lists=frozenset("I")) == (
        "R",
        {"@n": "1", "A": "x", "B": [{"C": ""}, "y"], "I": ["z"]},
    )


def test_text_beside_elements_is_kept() -> None:
    assert read_xml(b"<R>x<A>y</A></R>") == ("R", {"A": "y", "#text": "x"})


def test_names_are_without_their_space() -> None:
    assert read_xml(b"<a:R xmlns:a='urn:x'><a:A>1</a:A></a:R>") == ("R", {"A": "1"})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<R>",
        b"<R></S>",
        b"\xff\xfe",
        b"<!DOCTYPE R><R/>",
        b"<!DOCTYPE R [<!ENTITY a 'b'>]><R>&a;</R>",
        b"<!DOCTYPE R SYSTEM 'file:///etc/passwd'><R/>",
        "<!DOCTYPE R [<!ENTITY a 'b'>]><R>&a;</R>".encode("utf-16"),
        b"<R>&undeclared;</R>",
        b"<?xml version='1.0' encoding='no-such'?><R/>",
        b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1),
        b"<R>" + b" " * MAX_BYTES + b"</R>",
    ],
)
def test_what_is_no_xml_or_dangerous_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableXml):
        read_xml(body)


def test_what_is_written_is_escaped_and_has_no_control_characters() -> None:
    body = write_xml("R", {"A": "<&>\x00\ud800\n", "B": [True, None, 3], "@q": '"'})

    assert body == (
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b'<R q="&quot;"><A>&lt;&amp;&gt;\n</A><B>true</B><B></B><B>3</B></R>'
    )


@given(st.dictionaries(st.sampled_from("ABC"), st.text(max_size=20), min_size=1))
def test_what_is_written_is_read_back(content: dict[str, str]) -> None:
    name, read = read_xml(write_xml("R", content))

    clean = {k: v for k, v in content.items() if v == v.strip() and v.isprintable()}
    assert name == "R"
    assert {k: v for k, v in read.items() if k in clean} == clean


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(UnreadableXml):
        read_xml(body)
