"""Items as plain dictionaries, keys, expressions and page tokens."""

import base64
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from common.errors import Invalid

Item = dict[str, Any]

_serializer = TypeSerializer()
_deserializer = TypeDeserializer()


class Key(NamedTuple):
    """Primary key of an item."""

    pk: str
    sk: str

    def wire(self) -> dict[str, Any]:
        return {"pk": {"S": self.pk}, "sk": {"S": self.sk}}


class Page(NamedTuple):
    """Items of one query and the opaque token of the next page, None at the end."""

    items: list[Item]
    next: str | None


def to_wire(item: Mapping[str, Any]) -> dict[str, Any]:
    """A plain dictionary → DynamoDB JSON. None values are left out at the top level."""
    return {name: _serializer.serialize(value) for name, value in item.items() if value is not None}


def from_wire(wire: Mapping[str, Any]) -> Item:
    """DynamoDB JSON → a plain dictionary with ints."""
    return {name: _plain(_deserializer.deserialize(value)) for name, value in wire.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


class Expression:
    """Collects names and values so that no reserved word or literal can break an expression."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, Any] = {}

    def name(self, attribute: str) -> str:
        """A placeholder for an attribute, or for a dotted path into maps."""
        parts = []
        for part in attribute.split("."):
            placeholder = f"#{len(self.names)}"
            for known, meant in self.names.items():
                if meant == part:
                    placeholder = known
            self.names[placeholder] = part
            parts.append(placeholder)
        return ".".join(parts)

    def value(self, value: Any) -> str:
        placeholder = f":{len(self.values)}"
        self.values[placeholder] = _serializer.serialize(value)
        return placeholder

    def all_of(self, equals: Mapping[str, Any]) -> str:
        """`a = :1 AND b = :2`; a value of None means "the attribute is not there"."""
        return " AND ".join(
            f"attribute_not_exists({self.name(n)})"
            if v is None
            else f"{self.name(n)} = {self.value(v)}"
            for n, v in equals.items()
        )

    def parameters(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self.names:
            found["ExpressionAttributeNames"] = self.names
        if self.values:
            found["ExpressionAttributeValues"] = self.values
        return found


def make_token(last_key: Mapping[str, Any]) -> str:
    """An opaque page token of DynamoDB's last key."""
    text = json.dumps({name: next(iter(value.values())) for name, value in last_key.items()})
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_token(token: str | None, pk: str, pk_attr: str) -> dict[str, Any] | None:
    """The start key of a page token, only for the partition it was made for.

    Raises Invalid: a token must not be a way into another partition.
    """
    if not token:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        if key[pk_attr] != pk or not all(isinstance(value, str) for value in key.values()):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Invalid("The page token is not valid. Reload the list.") from None
    return {name: {"S": value} for name, value in key.items()}
