"""As much of GraphQL as the emulators need, and strict: a field, argument or variable that is not
there is an error, as it is with the real malls.

An object is a mapping of field names to values; a function among them takes a `Call`. Lists and
None are what they look like. `__typename` is the object's type.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

_TOKEN = re.compile(
    r'[\s,]*(?:#[^\n]*\n[\s,]*)*(\.\.\.|[!$(){}\[\]:=@|]|[_A-Za-z]\w*|-?\d+(?:\.\d+)?|"(?:[^"\\]|\\.)*")'
)


class GraphqlError(Exception):
    """The document cannot be served. code: as in `extensions.code`."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class _Variable(NamedTuple):
    name: str


class Directive(NamedTuple):
    name: str
    args: Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """A field that is asked for; `on` instead of a name for what is asked of one type only."""

    name: str
    key: str
    args: Mapping[str, Any]
    directives: tuple[Directive, ...]
    fields: tuple["Field", ...]
    on: str = ""


@dataclass(frozen=True)
class Document:
    """One operation. kind: query or mutation. needs: variables that must be there."""

    kind: str
    name: str
    variables: frozenset[str]
    needs: frozenset[str]
    fields: tuple[Field, ...]


class Call(NamedTuple):
    """Arguments of a field, variables filled in. directives: their arguments by name."""

    args: Mapping[str, Any]
    directives: Mapping[str, Mapping[str, Any]]


Resolve = Callable[[Call], Any]


@dataclass
class _Reader:
    tokens: list[str]
    place: int = 0

    def peek(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.peek()
        if not token or (wanted and token != wanted):
            raise GraphqlError(f"syntax error at {token!r}, expected {wanted!r}", "parseError")
        self.place += 1
        return token

    def if_there(self, wanted: str) -> bool:
        if self.peek() == wanted:
            self.place += 1
            return True
        return False

    def document(self) -> Document:
        kind = self.take() if self.peek() != "{" else "query"
        if kind not in ("query", "mutation"):
            raise GraphqlError(f"syntax error at {kind!r}", "parseError")
        name = self.take() if self.peek() not in ("(", "{", "@") else ""
        variables, needs = self._definitions()
        fields = self._fields()
        if self.peek():
            raise GraphqlError("more than one operation", "parseError")
        return Document(kind, name, frozenset(variables), frozenset(needs), fields)

    def _definitions(self) -> tuple[set[str], set[str]]:
        variables: set[str] = set()
        needs: set[str] = set()
        if not self.if_there("("):
            return variables, needs
        while not self.if_there(")"):
            self.take("$")
            name = self.take()
            self.take(":")
            is_list = self.if_there("[")
            self.take()
            needed = self.if_there("!")
            if is_list:
                self.take("]")
                needed = self.if_there("!")
            if self.if_there("="):
                self._value()
                needed = False
            variables.add(name)
            if needed:
                needs.add(name)
        return variables, needs

    def _fields(self) -> tuple[Field, ...]:
        self.take("{")
        found = []
        while not self.if_there("}"):
            if self.if_there("..."):
                self.take("on")
                kind = self.take()
                found.append(Field("", "", {}, (), self._fields(), on=kind))
                continue
            key = name = self.take()
            if self.if_there(":"):
                name = self.take()
            args = self._args()
            directives = []
            while self.if_there("@"):
                directives.append(Directive(self.take(), self._args()))
            inner = self._fields() if self.peek() == "{" else ()
            found.append(Field(name, key, args, tuple(directives), inner))
        return tuple(found)

    def _args(self) -> dict[str, Any]:
        args: dict[str, Any] = {}
        if self.if_there("("):
            while not self.if_there(")"):
                name = self.take()
                self.take(":")
                args[name] = self._value()
        return args

    def _value(self) -> Any:
        word = self.take()
        if word == "$":
            return _Variable(self.take())
        if word == "[":
            found = []
            while not self.if_there("]"):
                found.append(self._value())
            return found
        if word == "{":
            pairs: dict[str, Any] = {}
            while not self.if_there("}"):
                name = self.take()
                self.take(":")
                pairs[name] = self._value()
            return pairs
        if word.startswith('"'):
            return re.sub(r"\\(.)", r"\1", word[1:-1])
        if word in ("true", "false", "null"):
            return {"true": True, "false": False}.get(word)
        if re.fullmatch(r"-?\d+", word):
            return int(word)
        return float(word) if re.fullmatch(r"-?\d+\.\d+", word) else word


def parse(text: str) -> Document:
    """Raises GraphqlError."""
    tokens, place, text = [], 0, text.rstrip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise GraphqlError(f"syntax error at {text[place : place + 20]!r}", "parseError")
        tokens.append(found[1])
        place = found.end()
    return _Reader(tokens).document()


def execute(
    document: Document, variables: Mapping[str, Any], root: Mapping[str, Any]
) -> dict[str, Any]:
    """The `data` of the answer. root: the Query or Mutation object. Raises GraphqlError."""
    if missing := document.needs - {n for n, value in variables.items() if value is not None}:
        raise GraphqlError(
            f"Variable ${min(missing)} was provided invalid value", "INVALID_VARIABLE"
        )
    if unknown := set(variables) - document.variables:
        raise GraphqlError(f"Variable ${min(unknown)} isn't defined", "variableNotDefined")
    return _object(root, document.fields, variables)


def _object(
    value: Mapping[str, Any], fields: tuple[Field, ...], variables: Mapping[str, Any]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for asked in _of_type(fields, str(value.get("__typename", ""))):
        kind = value.get("__typename", "an object")
        if asked.name not in value:
            message = f"Field '{asked.name}' doesn't exist on type '{kind}'"
            raise GraphqlError(message, "undefinedField")
        inner = value[asked.name]
        args = {name: filled(arg, variables) for name, arg in asked.args.items()}
        if callable(inner):
            directives = {
                d.name: {n: filled(arg, variables) for n, arg in d.args.items()}
                for d in asked.directives
            }
            inner = inner(Call(args, directives))
        elif args:
            message = f"Field '{asked.name}' doesn't accept argument '{min(args)}'"
            raise GraphqlError(message, "argumentNotAccepted")
        found[asked.key] = _inside(inner, asked, variables)
    return found


def _inside(value: Any, asked: Field, variables: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_inside(row, asked, variables) for row in value]
    if isinstance(value, Mapping):
        if not asked.fields:
            raise GraphqlError(f"Field '{asked.name}' must have selections", "selectionMismatch")
        return _object(value, asked.fields, variables)
    if asked.fields and value is not None:
        raise GraphqlError(f"Selections can't be made on '{asked.name}'", "selectionMismatch")
    return value


def _of_type(fields: tuple[Field, ...], kind: str) -> Iterator[Field]:
    for asked in fields:
        if not asked.on:
            yield asked
        elif asked.on == kind:
            yield from _of_type(asked.fields, kind)


def filled(value: Any, variables: Mapping[str, Any]) -> Any:
    """An argument with its variables' values."""
    if isinstance(value, _Variable):
        return variables.get(value.name)
    if isinstance(value, list):
        return [filled(row, variables) for row in value]
    if isinstance(value, dict):
        return {name: filled(row, variables) for name, row in value.items()}
    return value


def checked(call: Call, needed: str, optional: str = "") -> Mapping[str, Any]:
    """The arguments of a field, by the names of those it takes. Raises GraphqlError."""
    for name in call.args:
        if name not in needed.split() + optional.split():
            raise GraphqlError(f"argument '{name}' is not accepted", "argumentNotAccepted")
    for name in needed.split():
        if call.args.get(name) is None:
            raise GraphqlError(f"argument '{name}' is required", "missingRequiredArguments")
    return call.args


def connection(call: Call, rows: list[Any], kind: str, most: int = 250) -> dict[str, Any]:
    """A page of rows: `first` (at most `most`) after the cursor `after`, which is a place."""
    first, after = call.args.get("first"), call.args.get("after")
    if not isinstance(first, int) or not 1 <= first <= most:
        raise GraphqlError(f"first is 1 to {most}", "argumentLiteralsIncompatible")
    start = int(after) if after and str(after).isdigit() else 0
    page = rows[start : start + first]
    end = start + len(page)
    return {
        "__typename": kind,
        "nodes": page,
        "pageInfo": {
            "__typename": "PageInfo",
            "hasNextPage": end < len(rows),
            "endCursor": str(end) if page else None,
        },
    }
