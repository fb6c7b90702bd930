"""Sets: products that are made of others, and have no units of their own."""

from collections.abc import Mapping

from common.errors import Invalid
from stock.domain.level import Level
from stock.domain.product import Product

_HAS_UNITS = "在庫や引当のある商品はセットにできません。別の商品コードを使ってください"
_IS_PART = "ほかのセットの構成品になっている商品はセットにできません"
_IS_LISTED = "店舗とつながっている商品の構成は変更できません。先に出品の割当を解除してください"
NO_UNITS = "セット商品の在庫は構成品で管理します。構成品の在庫を変更してください"


def set_fault(
    product: Product, level: Level, components: Mapping[str, int], *, is_listed: bool
) -> str:
    """Why a product cannot be made of these components, in Japanese; "" when it can, or is.
    is_listed: a shop has it on sale, and shows what its components of before allow."""
    if components == product.components:
        return ""
    if is_listed:
        return _IS_LISTED
    if product.is_set or not components:
        return ""
    if product.used_in:
        return _IS_PART
    return _HAS_UNITS if level.on_hand or level.allocated or level.waiting else ""


def require_units(product: Product) -> None:
    """Raises Invalid for a set: units that came in under its SKU could never be sold."""
    if product.is_set:
        raise Invalid(f"{product.sku}：{NO_UNITS}")
