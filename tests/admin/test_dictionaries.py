"""The two dictionaries say the same things."""

import re

import pytest

from tests.admin.sources import ADMIN, dictionaries, dictionary, entries, modules

JA, EN = dictionary("ja"), dictionary("en")
# Keys that are put together: a fixed beginning and a word of the API or of a list in the code.
PUT_TOGETHER = re.compile(
    r"(actor|allocation|cap|channel|check\.hint|check\.step|credential|encoding|facet|failed\.reason"
    r"|field|group|how|import\.action|import\.meaning|import\.state|lifecycle|listing\.problem|listing\.state"
    r"|mail\.event|mail\.kind|mail\.reason|mail\.state|mail\.variable|mode"
    r"|money|move|option|payment|payment\.method|purchase\.list|purchase\.none|purchase\.state|stocktake\.state"
    r"|listing\.view|listing\.none|listing\.did|offer\.state|offer\.text|import\.kind|import\.kinds|export"
    r"|queue|reason|remote|review|shipment|shop|shop\.webhook\.hint|sync\.off|sync\.range"
    r"|signin\.problem|source|stock|stock\.mode|tell|theme|timeline|trouble|worker)\.[\w.-]+"
)


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)", text))


def test_every_line_of_a_dictionary_is_read() -> None:
    for path in (ADMIN / "i18n").glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert len(entries(path)) == len(re.findall(r"^ {2}'", text, re.MULTILINE)) > 0


def test_every_file_of_words_is_there_in_both_languages_with_the_same_keys() -> None:
    found = {
        language: {
            path.name.removeprefix(language): [key for key, _ in entries(path)]
            for path in dictionaries(language)
        }
        for language in ("ja", "en")
    }
    assert found["ja"] == found["en"]
    keys = [key for path in dictionaries("ja") for key, _ in entries(path)]
    assert len(keys) == len(set(keys))


def test_both_languages_have_the_same_keys() -> None:
    assert sorted(JA) == sorted(EN)
    assert len(JA) > 500


def test_both_languages_fill_in_the_same_values() -> None:
    # A value may be left out where the other language needs no number, but never invented.
    assert {key: placeholders(EN[key]) for key in JA} == {key: placeholders(JA[key]) for key in JA}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_text_is_empty(language: str) -> None:
    assert [key for key, text in dictionary(language).items() if not text.strip()] == []


def test_every_text_is_used() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in modules() if "i18n" not in path.parts
    )
    unused = [key for key in JA if f"'{key}'" not in code and not PUT_TOGETHER.fullmatch(key)]
    assert unused == []


def test_no_japanese_is_written_outside_the_dictionary() -> None:
    allowed = {
        *(path.relative_to(ADMIN).as_posix() for path in dictionaries("ja")),
        "screens/commands.js",  # words to find a screen by, whatever the language
        "screens/product_import.js",  # the headers of the CSV file
        "screens/sign_in.js",  # the name of the house, and the language's own name
        "app.js",  # the language's own name
        "screens/settings.js",
        "lib/search.js",  # marks that are folded
    }
    found = []
    for path in modules():
        where = path.relative_to(ADMIN).as_posix()
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        if where not in allowed and re.search(r"[\u3041-\u30ff\u4e00-\u9fff]", code):
            found.append(where)
    assert found == []
