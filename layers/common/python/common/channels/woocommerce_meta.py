"""WooCommerce's meta data: rows of key and value that plugins add to anything.

Names of keys: the plugin Japanized for WooCommerce (`wc4jp-delivery-date`,
`wc4jp-delivery-time-zone`, `_billing_yomigana_last_name` and, from the block checkout,
`_wc_billing/jp4wc/yomigana_last_name`). Keys that begin with `_` are notes of programs.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from common.canonical import Attribute, DeliveryWish
from common.channels.payload import Payload
from common.channels.reading import day, wish

# What we write ourselves: one row a shipment, its key at the end of the row's key.
SHIPMENT: Final = "_banto_shipment_"
_DAY: Final = "wc4jp-delivery-date"
_HOURS: Final = "wc4jp-delivery-time-zone"


class Shipment(NamedTuple):
    """A shipment that Banto has reported. lines: (line id, units), empty for all."""

    key: str
    text: str
    lines: tuple[tuple[str, int], ...]


class Meta:
    """The rows of one thing. What nobody asks for stays, and so gets into `extra`."""

    def __init__(self, owner: Payload) -> None:
        self._rows = owner.children("meta_data")

    def text(self, *keys: str) -> str:
        """The first text among the rows of these keys, "" when there is none."""
        found = ""
        for row in self._rows:
            if row.peek("key") in keys and isinstance(row.peek("value"), (str, int)):
                value = str(row.take("value")).strip()
                _drop(row)
                found = found or value
        return found

    def visible(self) -> Iterator[Attribute]:
        """Rows that the shop shows: by their display names where they have some."""
        for row in self._rows:
            key, value = row.peek("key"), row.peek("value")
            if not isinstance(key, str) or key.startswith("_") or isinstance(value, (dict, list)):
                continue
            name, shown = row.text("display_key") or key, row.peek("display_value")
            value = row.text("value")
            if isinstance(shown, str):
                value = row.text("display_value") or value
            _drop(row)
            if value:
                yield Attribute(name, value)

    def delivery_wish(self) -> DeliveryWish:
        """When the buyer wants it."""
        date, hours = self.text(_DAY), self.text(_HOURS)
        wanted = day(date)
        # A day in words that we cannot read is no reason to lose it.
        return wish(wanted, hours if wanted or not date else f"{date} {hours}".strip())

    def kana(self, kind: str) -> str:
        """kind: billing or shipping."""
        last, first = (
            self.text(f"_{kind}_yomigana_{name}", f"_wc_{kind}/jp4wc/yomigana_{name}")
            for name in ("last_name", "first_name")
        )
        return f"{last} {first}".strip()

    def shipments(self) -> list[Shipment]:
        """What Banto has reported so far."""
        found = []
        for row in self._rows:
            key = row.peek("key")
            if isinstance(key, str) and key.startswith(SHIPMENT):
                shipment = read_shipment(key, row.peek("value"))
                if shipment is not None:
                    row.take("value")
                    _drop(row)
                    found.append(shipment)
        return found


def _drop(row: Payload) -> None:
    for name in ("id", "key", "display_key", "display_value"):
        row.take(name)


def shipment_row(shipment: Shipment) -> Mapping[str, str]:
    """A row as WooCommerce takes it. Rows are found by their key, so writing twice is once."""
    value = {"text": shipment.text, "lines": [list(line) for line in shipment.lines]}
    return {"key": SHIPMENT + shipment.key, "value": json.dumps(value, ensure_ascii=False)}


def read_shipment(key: str, value: Any) -> Shipment | None:
    """The shipment of a row, None for a row that somebody has changed beyond reading."""
    try:
        data = json.loads(value)
        lines = tuple((str(line), int(units)) for line, units in data["lines"])
        return Shipment(key.removeprefix(SHIPMENT), str(data["text"]), lines)
    except (ValueError, TypeError, KeyError):
        return None
