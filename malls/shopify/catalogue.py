"""What the demo shop sells. The goods, makers and article numbers are made up."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Product:
    """One SKU of the shop.

    price: yen with tax. tax_percent: 10, or 8 for food. on_hand: units in the storehouse when the
    demo begins. backorder: the shop goes on selling at zero ("inventory_policy": "continue").
    """

    sku: str
    title: str
    price: int
    on_hand: int
    variant: str | None = None
    tax_percent: int = 10
    grams: int = 200
    backorder: bool = False
    vendor: str = "番頭商店"

    @property
    def name(self) -> str:
        """Title and variant as Shopify writes them: `帆布トート - 生成り`."""
        return f"{self.title} - {self.variant}" if self.variant else self.title


PRODUCTS: Sequence[Product] = (
    Product("TOTE-NAT", "帆布トート", 4980, 240, "生成り", grams=420),
    Product("TOTE-NVY", "帆布トート", 4980, 240, "濃紺", grams=420),
    Product("TENUGUI-ASANOHA", "注染てぬぐい", 1320, 400, "麻の葉", grams=40),
    Product("TENUGUI-SEIGAIHA", "注染てぬぐい", 1320, 400, "青海波", grams=40),
    Product("YUNOMI-01", "湯呑み 丸紋", 2200, 180, grams=310),
    Product("DONABE-6", "土鍋 6号", 6600, 90, grams=2400),
    Product("SENCHA-100", "深蒸し煎茶", 1296, 300, "100g", 8, 120),
    Product("HOJICHA-80", "焙じ茶", 972, 300, "80g", 8, 100),
    Product("KOMPEITO-5", "金平糖 五色", 540, 500, tax_percent=8, grams=90),
    Product("INCENSE-HINOKI", "お香 檜", 1650, 260, grams=60),
    Product("KASA-ENJI", "蛇の目風雨傘", 8800, 60, "臙脂", grams=680),
    # Few of these, and the shop sells on: the order desk always has something under 引当待ち.
    Product("KOKESHI-KOYO", "季節のこけし", 5500, 12, "紅葉", grams=350, backorder=True),
    # The goods of Shopify's own sample order, so that README's curl finds them.
    Product("IPOD2008GREEN", "IPod Nano - 8gb", 19900, 50, "green", vendor="Apple"),
    Product("IPOD2008RED", "IPod Nano - 8gb", 19900, 50, "red", vendor="Apple"),
    Product("IPOD2008BLACK", "IPod Nano - 8gb", 19900, 50, "black", vendor="Apple"),
)

BY_SKU: Mapping[str, Product] = {product.sku: product for product in PRODUCTS}


def place_of(sku: str) -> int:
    """The number that a product's ids end in: its place in the catalogue, or one made from a SKU
    that is not in it."""
    places = {p.sku: n for n, p in enumerate(PRODUCTS, 1)}
    return places.get(sku) or 1000 + zlib.crc32(sku.encode()) % 900_000_000


def variant_id(sku: str) -> int:
    """What Shopify calls the variant with this SKU."""
    return 4_000_000_000_000 + place_of(sku)


def product_id(sku: str) -> int:
    """What Shopify calls the product of this SKU."""
    return 8_000_000_000_000 + place_of(sku)


def inventory_item_id(sku: str) -> int:
    """What Shopify's stock calls it."""
    return 6_000_000_000_000 + place_of(sku)


def jan_of(product: Product) -> str:
    """A valid article number (EAN-13) from the range that shops may use inside (prefix 20)."""
    digits = f"20{place_of(product.sku):010d}"
    odd, even = (sum(map(int, digits[start::2])) for start in (0, 1))
    return f"{digits}{-(odd + 3 * even) % 10}"
