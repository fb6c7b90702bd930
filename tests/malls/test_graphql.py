"""As much of GraphQL as the emulators have."""

from typing import Any

import pytest

from malls.graphql import Call, GraphqlError, checked, connection, execute, parse

ROOT: dict[str, Any] = {
    "__typename": "QueryRoot",
    "shop": {"__typename": "Shop", "name": "店", "tags": ["a", "b"], "owner": None},
    "add": lambda call: call.args["a"] + call.args["b"],
    "echo": lambda call: str((dict(call.args), dict(call.directives))),
    "rows": lambda call: connection(
        call, [{"__typename": "Row", "n": n} for n in range(5)], "RowConnection"
    ),
    "nodes": [{"__typename": "Row", "n": 1}, {"__typename": "Cell", "m": 2}, None],
}


def ask(text: str, **variables: Any) -> dict[str, Any]:
    return execute(parse(text), variables, ROOT)


def test_fields_are_answered_as_they_are_asked_for() -> None:
    text = "query Name { # a comment\n shop { name, title: name tags owner { name } __typename } }"

    assert ask(text) == {
        "shop": {
            "name": "店",
            "title": "店",
            "tags": ["a", "b"],
            "owner": None,
            "__typename": "Shop",
        }
    }


def test_arguments_are_given_in_place_or_as_variables() -> None:
    assert ask("{ add(a: 1, b: 2) }") == {"add": 3}
    assert ask("query Q($a: Int!, $b: Int = 4) { add(a: $a, b: $b) }", a=1, b=2) == {"add": 3}
    text = (
        'mutation M($k: [ID!]!) { echo(x: {y: [true, null, 1.5, "\\"q\\"", WORD]}) @once(k: $k) }'
    )
    assert ask(text, k=["1"]) == {
        "echo": str(({"x": {"y": [True, None, 1.5, '"q"', "WORD"]}}, {"once": {"k": ["1"]}}))
    }


def test_a_field_of_one_type_is_asked_of_that_type_only() -> None:
    text = "{ nodes { ... on Row { n } ... on Cell { m } } }"

    assert ask(text) == {"nodes": [{"n": 1}, {"m": 2}, None]}


def test_a_connection_has_pages() -> None:
    text = """query Rows($after: String) {
      rows(first: 2, after: $after) { nodes { n } pageInfo { hasNextPage endCursor } }
    }"""

    first = ask(text)["rows"]
    second = ask(text, after=first["pageInfo"]["endCursor"])["rows"]
    last = ask(text, after=second["pageInfo"]["endCursor"])["rows"]

    assert [row["n"] for page in (first, second, last) for row in page["nodes"]] == [0, 1, 2, 3, 4]
    assert [page["pageInfo"]["hasNextPage"] for page in (first, second, last)] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{ shop { nome } }", "undefinedField"),
        ("{ nothing }", "undefinedField"),
        ("{ shop }", "selectionMismatch"),
        ("{ shop { name { x } } }", "selectionMismatch"),
        ("{ shop(id: 1) { name } }", "argumentNotAccepted"),
        ("{ rows(first: 251) { nodes { n } } }", "argumentLiteralsIncompatible"),
        ("{ shop { name }", "parseError"),
        ("{ shop { name } } { shop { name } }", "parseError"),
        ("subscription { shop { name } }", "parseError"),
        ("{ shop { name } } %", "parseError"),
        ("query Q($a: Int!) { add(a: $a, b: 1) }", "INVALID_VARIABLE"),
    ],
)
def test_what_is_not_there_is_an_error(text: str, code: str) -> None:
    with pytest.raises(GraphqlError) as error:
        ask(text)

    assert error.value.code == code


def test_a_variable_that_nobody_defined_is_an_error() -> None:
    with pytest.raises(GraphqlError, match="nope"):
        ask("{ add(a: 1, b: 2) }", nope=1)


def test_the_arguments_of_a_field_are_those_it_takes() -> None:
    assert checked(Call({"id": "1"}, {}), "id", "after") == {"id": "1"}
    for args, code in (
        ({"id": "1", "x": 1}, "argumentNotAccepted"),
        ({"id": None}, "missingRequiredArguments"),
    ):
        with pytest.raises(GraphqlError) as error:
            checked(Call(args, {}), "id", "after")
        assert error.value.code == code
