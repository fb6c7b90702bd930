"""The listings of an emulated seller: Listings Items API 2021-08-01.

What is written is accepted at once and shows when `delay` is over; of a SKU that is not there
nothing ever shows. Giving something that Amazon ships a quantity of the seller's makes it something
the seller ships, as it really does.
"""

import base64
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from malls.amazon.orders import stamp
from malls.amazon.wire import MARKETPLACE, fields_of, instant, invalid, listed, missing
from malls.http_server import Answer, Asked, json_answer
from malls.shelf import Shelf
from malls.shopify.catalogue import Product, jan_of

MOST_A_PAGE = 20
MOST_FOUND = 1000
ANY_TYPE = "PRODUCT"
_TYPES = ("LUGGAGE", "HOME", "KITCHEN", "GROCERY", "CE_ACCESSORY")
_NAMED = {
    "item_name": "title",
    "purchasable_offer": "price",
    "fulfillment_availability": "quantity",
}


@dataclass
class Item:
    """One listing. by_amazon: units in Amazon's own warehouse, None for what the seller ships."""

    sku: str
    asin: str
    product_type: str
    title: str
    price: int
    created: datetime
    updated: datetime
    jan: str = ""
    by_amazon: int | None = None

    def as_product(self) -> dict[str, Any]:
        return {"sku": self.sku, "asin": self.asin, "title": self.title, "price": self.price}


@dataclass
class Goods:
    """Listings by SKU. codes: the mall's listing codes by SKU, which grow with new listings."""

    shelf: Shelf
    codes: dict[str, str]
    rng: random.Random
    delay: timedelta = timedelta(0)
    page_size: int = MOST_A_PAGE
    items: dict[str, Item] = field(default_factory=dict)
    waiting: list[tuple[datetime, Callable[[datetime], None]]] = field(default_factory=list)

    def add(self, product: Product, at: datetime) -> None:
        n = len(self.items)
        self.items[product.sku] = Item(
            product.sku,
            f"B0BANTO{n:03d}",
            _TYPES[n % len(_TYPES)],
            product.name,
            product.price,
            at - timedelta(days=400 - n),
            at - timedelta(days=30),
            jan_of(product),
        )

    def settle(self, now: datetime | None = None) -> None:
        """What was accepted shows; only what is due when a time is given."""
        due = [entry for entry in self.waiting if now is None or entry[0] <= now]
        self.waiting = [entry for entry in self.waiting if entry not in due]
        for at, apply in due:
            apply(now or at)

    # -- operations

    def get(self, asked: Asked) -> Answer:
        item = self.items.get(asked.params["sku"])
        if item is None:
            raise missing("SKU not found in marketplace")
        return json_answer(self._shown(item, listed(asked, "includedData") or ["summaries"]))

    def search(self, asked: Asked) -> Answer:
        names = {"sku": "sku", "createdDate": "created", "lastUpdatedDate": "updated"}
        sort_by = names[asked.one("sortBy", "lastUpdatedDate")]
        after = instant(asked, "createdAfter")
        wanted = listed(asked, "identifiers")
        found = [
            item
            for item in self.items.values()
            if (after is None or item.created >= after) and (not wanted or item.sku in wanted)
        ]
        found.sort(key=lambda item: (getattr(item, sort_by), item.sku))
        if asked.one("sortOrder", "DESC") == "DESC":
            found.reverse()
        size = asked.one("pageSize", "10")
        if not size.isdigit() or not 1 <= int(size) <= MOST_A_PAGE:
            raise invalid("pageSize is 1 to 20")
        try:
            start = int(base64.b64decode(asked.one("pageToken")) or b"0")
        except ValueError:
            raise invalid("pageToken is not valid") from None
        step = min(int(size), self.page_size)
        included = listed(asked, "includedData") or ["summaries"]
        rows = found[:MOST_FOUND][start : start + step]
        answer: dict[str, Any] = {
            "numberOfResults": len(found),
            "items": [self._shown(item, included) for item in rows],
        }
        if start + step < min(len(found), MOST_FOUND):
            token = base64.b64encode(str(start + step).encode()).decode()
            answer["pagination"] = {"nextToken": token}
        return json_answer(answer)

    def _shown(self, item: Item, included: list[str]) -> dict[str, Any]:
        quantity = item.by_amazon
        channel = "DEFAULT" if quantity is None else "AMAZON_JP"
        if quantity is None:
            quantity = max(0, self.shelf.shown(item.sku) or 0)
        parts: dict[str, Any] = {
            "summaries": [
                {
                    "marketplaceId": MARKETPLACE,
                    "asin": item.asin,
                    "productType": item.product_type,
                    "conditionType": "new_new",
                    "status": ["BUYABLE", "DISCOVERABLE"] if quantity else ["DISCOVERABLE"],
                    "itemName": item.title,
                    "createdDate": stamp(item.created),
                    "lastUpdatedDate": stamp(item.updated),
                }
            ],
            "attributes": {
                "item_name": [{"value": item.title, "language_tag": "ja_JP"}],
                "externally_assigned_product_identifier": [{"type": "ean", "value": item.jan}],
            },
            "productTypes": [{"marketplaceId": MARKETPLACE, "productType": item.product_type}],
            "fulfillmentAvailability": [{"fulfillmentChannelCode": channel, "quantity": quantity}],
            "offers": [
                {
                    "marketplaceId": MARKETPLACE,
                    "offerType": "B2C",
                    "price": {"currencyCode": "JPY", "amount": str(item.price)},
                }
            ],
            "issues": [],
        }
        return {"sku": item.sku} | {n: part for n, part in parts.items() if n in included}

    def patch(self, asked: Asked, now: datetime, *, silent: bool) -> Answer:
        """silent: a SKU that is not there is accepted like any other, and forgotten."""
        sku = asked.params["sku"]
        body = fields_of(asked.json(), productType=str, patches=list)
        changes: dict[str, Any] = {}
        for row in body["patches"]:
            patch = fields_of(row, op=str, path=str, value=list)
            name = patch["path"].removeprefix("/attributes/")
            if patch["op"] not in ("add", "replace", "merge") or name not in _NAMED:
                raise invalid("op or path")
            changes |= {_NAMED[name]: _value(name, patch["value"])}
        if not changes:
            raise invalid("patches")
        item = self.items.get(sku)
        if item is None and not silent:
            return self._submitted(sku, "13013")
        if item is not None and body["productType"] not in (item.product_type, ANY_TYPE):
            return self._submitted(sku, "90003005")
        if item is not None and asked.one("mode") != "VALIDATION_PREVIEW":
            self._later(now, lambda at: self._change(item, changes, at))
        return self._submitted(sku, preview=asked.one("mode") == "VALIDATION_PREVIEW")

    def put(self, asked: Asked, now: datetime) -> Answer:
        sku = asked.params["sku"]
        body = fields_of(asked.json(), productType=str, attributes=dict)
        attributes = body["attributes"]
        needed = ["item_name", "purchasable_offer", "fulfillment_availability", "condition_type"]
        if body.get("requirements") == "LISTING_OFFER_ONLY":
            needed = [*needed[1:], "merchant_suggested_asin"]
        if any(name not in attributes for name in needed):
            return self._submitted(sku, "90220")
        changes = {_NAMED[n]: _value(n, v) for n, v in attributes.items() if n in _NAMED}
        numbers = attributes.get("externally_assigned_product_identifier") or [{}]
        new = Item(
            sku, f"B0BANTO{len(self.items):03d}", body["productType"], "", 0, now, now,
            str(numbers[0].get("value", "")),
        )  # fmt: skip

        def apply(at: datetime) -> None:
            if sku not in self.items:
                self.items[sku] = new
                self.codes[sku] = sku
                self.shelf.add(sku, 0)
            self._change(self.items[sku], changes, at)

        self._later(now, apply)
        return self._submitted(sku)

    def _later(self, now: datetime, apply: Callable[[datetime], None]) -> None:
        if self.delay:
            self.waiting.append((now + self.delay, apply))
        else:
            apply(now)

    def _change(self, item: Item, changes: Mapping[str, Any], at: datetime) -> None:
        item.updated = at
        item.title = changes.get("title", item.title)
        item.price = changes.get("price", item.price)
        if "quantity" in changes:
            item.by_amazon = None
            self.shelf.put(item.sku, changes["quantity"], at)

    def _submitted(self, sku: str, problem: str = "", *, preview: bool = False) -> Answer:
        issues = [
            {
                "code": problem,
                "message": "The listing was not changed.",
                "severity": "ERROR",
                "categories": ["INVALID_ATTRIBUTE"],
            }
        ]
        good = "VALID" if preview else "ACCEPTED"
        return json_answer(
            {
                "sku": sku,
                "status": "INVALID" if problem else good,
                "submissionId": f"{self.rng.getrandbits(128):032x}",
                "issues": issues if problem else [],
            }
        )


def _value(name: str, value: Any) -> Any:
    """A title, a price or a quantity of an attribute. Raises Refused."""
    try:
        row = value[0]
        if name == "item_name":
            return str(row["value"])
        if name == "purchasable_offer":
            return int(row["our_price"][0]["schedule"][0]["value_with_tax"])
        quantity = row["quantity"]
        fits = row["fulfillment_channel_code"] == "DEFAULT" and type(quantity) is int
        if fits and quantity >= 0:
            return quantity
    except (LookupError, TypeError, ValueError):
        pass
    raise invalid(name)
