"""What kinds of files an import takes, told apart by their headings.

`plain` is ours. The others are files of Next Engine as it writes and reads them: its goods (93
columns), its sets (one row a component) and its warehouse stock (units to add or to take away).
"""

import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum


class Kind(StrEnum):
    """What a file is about."""

    PLAIN = "plain"
    NE_GOODS = "ne_goods"
    NE_SET = "ne_set"
    NE_WAREHOUSE = "ne_warehouse"


# The heading people see, and what else is understood.
COLUMNS: Mapping[str, str] = {
    "sku": "商品コード",
    "name": "商品名",
    "jan": "JANコード",
    "price": "売価",
    "safety": "安全在庫",
    "on_hand": "在庫数",
}
_PLAIN = {
    **{label.casefold(): column for column, label in COLUMNS.items()},
    **{column: column for column in COLUMNS},
    "jan": "jan",
    "コード": "sku",
    "在庫": "on_hand",
}

# In the order in which Next Engine writes them.
NE_GOODS_COLUMNS: Sequence[str] = tuple(
    """
    syohin_code sire_code jan_code maker_name maker_kana maker_jyusyo maker_yubin_bangou kataban iro
    syohin_name gaikoku_syohin_name syohin_kbn toriatukai_kbn genka_tnk hyoji_tnk baika_tnk
    gaikoku_baika_tnk kake_ritu omosa haba okuyuki takasa yusou_kbn syohin_status_kbn hatubai_bi
    zaiko_teisu hachu_ten lot keisai_tantou keisai_bi bikou daihyo_syohin_code visible_flg mail_tag
    tag location mail_send_flg mail_send_num gift_ok_flg size org_select1 org_select2 org_select3
    org_select4 org_select5 org_select6 org_select7 org_select8 org_select9 org_select10 org1 org2
    org3 org4 org5 org6 org7 org8 org9 org10 org11 org12 org13 org14 org15 org16 org17 org18 org19
    org20 maker_kataban zaiko_threshold orosi_threshold hasou_houhou_kbn hasoumoto_code zaiko_su
    yoyaku_zaiko_su nyusyukko_riyu hit_syohin_alert_quantity nouki_kbn nouki_sitei_bi
    syohin_setumei_html syohin_setumei_text spec_html spec_text chui_jiko_html chui_jiko_text
    syohin_jyotai_kbn syohin_jyotai_setumei category_code_yauc category_text image_url_http
    image_alt
    """.split()
)
NE_SET_COLUMNS: Sequence[str] = (
    *("set_syohin_code", "set_syohin_name", "set_baika_tnk"),
    *("tax_rate", "syohin_code", "suryo"),
)
NE_WAREHOUSE_COLUMNS: Sequence[str] = ("拠点名", "商品コード", "加算数量", "減算数量", "理由")

# What means the same here; every other column of Next Engine's goods is kept as it came.
NE_GOODS: Mapping[str, str] = {
    "syohin_code": "sku",
    "sire_code": "supplier",
    "jan_code": "jan",
    "syohin_name": "name",
    "genka_tnk": "cost",
    "baika_tnk": "price",
    "zaiko_teisu": "target",
    "hachu_ten": "reorder_point",
    "lot": "lot",
    "location": "shelf",
    "zaiko_su": "on_hand",
}
_NE_SET = {
    "set_syohin_code": "sku",
    "set_syohin_name": "name",
    "set_baika_tnk": "price",
    "tax_rate": "tax_rate",
    "syohin_code": "component",
    "suryo": "units",
}
_NE_WAREHOUSE = {
    "拠点名": "place",
    "商品コード": "sku",
    "加算数量": "add",
    "減算数量": "subtract",
    "理由": "reason",
}
# Columns that are kept have this before their name.
KEPT = "extra:"


def kind_of(header: Sequence[str]) -> Kind:
    """What a file with these headings is about."""
    names = {heading(cell) for cell in header}
    if "set_syohin_code" in names:
        return Kind.NE_SET
    if "syohin_code" in names:
        return Kind.NE_GOODS
    if {"拠点名", "加算数量"} <= names or {"拠点名", "減算数量"} <= names:
        return Kind.NE_WAREHOUSE
    return Kind.PLAIN


def column_of(kind: Kind, cell: str) -> str:
    """Our name of a column, "" for one that is left out."""
    name = heading(cell)
    match kind:
        case Kind.PLAIN:
            return _PLAIN.get(name, "")
        case Kind.NE_GOODS:
            kept = f"{KEPT}{name}" if name in NE_GOODS_COLUMNS else ""
            return NE_GOODS.get(name, kept)
        case Kind.NE_SET:
            return _NE_SET.get(name, "")
        case Kind.NE_WAREHOUSE:
            return _NE_WAREHOUSE.get(name, "")


def label_of(kind: Kind, column: str) -> str:
    """What a person finds a column by in the file: its heading."""
    if kind is Kind.PLAIN:
        return COLUMNS.get(column, column)
    table = {Kind.NE_GOODS: NE_GOODS, Kind.NE_SET: _NE_SET, Kind.NE_WAREHOUSE: _NE_WAREHOUSE}
    names = {ours: theirs for theirs, ours in table[kind].items()}
    return names.get(column, column.removeprefix(KEPT))


def heading(cell: str) -> str:
    """A heading as it is compared: width, case and spaces at its ends do not count."""
    return unicodedata.normalize("NFKC", cell).strip().casefold()
