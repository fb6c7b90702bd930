"""The catalogue as WooCommerce has it: goods of one title are variations of one product.

Ids: 100, 110, 120 … for products, and 1, 2 … more for their variations. Facts: the documentation of
the REST API v3, "Products" and "Product variations".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from malls.shopify.catalogue import Product, jan_of


@dataclass
class Thing:
    """A product or a variation. parent: 0 for a product. counts: whether units are counted."""

    id: int
    parent: int
    sku: str
    name: str
    price: str
    kind: str = "simple"
    gtin: str = ""
    tax_class: str = ""
    option: str = ""
    backorders: str = "no"
    status: str = "publish"
    counts: bool = True
    in_stock: bool = True
    children: list[int] = field(default_factory=list)

    @property
    def code(self) -> str:
        """As Banto calls the listing."""
        return f"{self.parent}/{self.id}" if self.parent else str(self.id)


def things_of(products: Sequence[Product]) -> dict[int, Thing]:
    """Products and variations by id."""
    titles: dict[str, list[Product]] = {}
    for product in products:
        titles.setdefault(product.title, []).append(product)
    found: dict[int, Thing] = {}
    for n, (title, same) in enumerate(titles.items()):
        number = 100 + 10 * n
        if len(same) == 1 and same[0].variant is None:
            found[number] = _thing(number, 0, same[0], title)
            continue
        head = Thing(number, 0, "", title, "", kind="variable", counts=False)
        found[number] = head
        for k, product in enumerate(same, 1):
            found[number + k] = _thing(number + k, number, product, title)
            head.children.append(number + k)
    return found


def _thing(number: int, parent: int, product: Product, title: str) -> Thing:
    return Thing(
        number,
        parent,
        product.sku,
        title,
        str(product.price),
        kind="variation" if parent else "simple",
        gtin=jan_of(product),
        tax_class="reduced-rate" if product.tax_percent == 8 else "",
        option=product.variant or "",
        backorders="yes" if product.backorder else "no",
    )


def row_of(thing: Thing, quantity: int | None) -> Mapping[str, Any]:
    """A product or variation as the API shows it. quantity: None when units are not counted."""
    status = "instock" if thing.in_stock else "outofstock"
    if quantity is not None:
        status = "instock" if quantity > 0 else "outofstock"
        if quantity <= 0 and thing.backorders == "yes":
            status = "onbackorder"
    row = {
        "id": thing.id,
        "name": thing.option if thing.parent else thing.name,
        "type": thing.kind,
        "status": thing.status,
        "sku": thing.sku,
        "global_unique_id": thing.gtin,
        "price": thing.price,
        "regular_price": thing.price,
        "tax_class": thing.tax_class,
        "manage_stock": thing.counts,
        "stock_quantity": quantity,
        "stock_status": status,
        "backorders": thing.backorders,
        "backorders_allowed": thing.backorders != "no",
        "attributes": [{"id": 0, "name": "種類", "option": thing.option}] if thing.parent else [],
        "meta_data": [],
        "parent_id": thing.parent,
    }
    return row if thing.parent else row | {"variations": thing.children}
