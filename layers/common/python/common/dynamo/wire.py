"""Items as plain dictionaries, keys, expressions and page tokens."""

import base64
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from common.errors import Invalid

Item = dict[str, Any]

# Bytes a sort key may have (a partition key twice as many, which we do not use).
_MAX_KEY = 1024

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
    """A plain dictionary → DynamoDB JSON. None values are left out at the top level.

    Raises TypeError for a float and ValueError for a Decimal with a fraction, at any depth: they
    would not come back as they went in. Store fractions as text.
    """
    return {name: _wire_value(value) for name, value in item.items() if value is not None}


def _wire_value(value: Any) -> Any:
    _refuse_fractions(value)
    return _serializer.serialize(value)


def _refuse_fractions(value: Any) -> None:
    if isinstance(value, Decimal) and value != value.to_integral_value():
        raise ValueError("a fraction is stored as text")
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple, set, frozenset)):
        for inner in value:
            _refuse_fractions(inner)


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
        self.values[placeholder] = _wire_value(value)
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
    key = {name: next(iter(value.values())) for name, value in last_key.items()}
    text = json.dumps(key, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


class Place(NamedTuple):
    """What a page token must agree with: the partition and the range that are being read."""

    pk_attr: str
    sk_attr: str
    pk: str
    begins_with: str


def read_token(token: str | None, place: Place) -> dict[str, Any] | None:
    """The start key of a page token, only for the query it was made for.

    Raises Invalid: a token must not be a way into another partition, nor an error of DynamoDB's.
    """
    if not token:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        if not _is_start(key, place):
            raise ValueError
    except (ValueError, RecursionError):
        raise Invalid("The page token is not valid. Reload the list.") from None
    return {name: {"S": value} for name, value in key.items()}


def _is_start(key: Any, place: Place) -> bool:
    names = {"pk", "sk", place.pk_attr, place.sk_attr}
    if not isinstance(key, dict) or set(key) != names:
        return False
    if not all(isinstance(v, str) and 0 < len(v.encode()) <= _MAX_KEY for v in key.values()):
        return False
    sort_key: str = key[place.sk_attr]
    return key[place.pk_attr] == place.pk and sort_key.startswith(place.begins_with)
