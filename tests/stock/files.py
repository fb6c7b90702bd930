"""Files of Next Engine as it writes them, and what becomes of them in a house."""

import csv
import io
from collections.abc import Iterable, Mapping

from common.dynamo import Table
from stock.domain.formats import NE_GOODS_COLUMNS, NE_SET_COLUMNS, NE_WAREHOUSE_COLUMNS
from stock.domain.views import ImportJob
from stock.repository.catalogue import Catalogue
from stock.repository.places import Places
from stock.service.exporting import export_page
from tests.stock.house import WHO, House


def goods_file(*rows: Mapping[str, str], codec: str = "cp932") -> bytes:
    """All 93 columns, with CRLF."""
    out = io.StringIO()
    writer = csv.DictWriter(out, NE_GOODS_COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(codec)


def set_file(*rows: str) -> bytes:
    """Rows as `GIFT,茶器セット,5000,10,TEA,2`: set, name, price, tax rate, component, units."""
    return _file(NE_SET_COLUMNS, rows)


def warehouse_file(*rows: str) -> bytes:
    """Rows as `基本拠点,TEA,10,,入荷`: the place, the SKU, units to add, to take away, why."""
    return _file(NE_WAREHOUSE_COLUMNS, rows)


def _file(columns: Iterable[str], rows: Iterable[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in (",".join(columns), *rows)).encode("cp932")


def check_file(house: House, raw: bytes, key: str = "k") -> ImportJob:
    import_id = house.desk.start(raw, "goods.csv", WHO, key)
    house.work(import_id)
    return house.desk.view(import_id)


def begin_file(house: House, raw: bytes, key: str = "k") -> str:
    """Checked, without faults, and a person said yes; nothing is applied yet."""
    job = check_file(house, raw, key)
    house.desk.apply(job.id, WHO, f"apply-{key}")
    return job.id


def apply_file(house: House, raw: bytes, key: str = "k") -> ImportJob:
    import_id = begin_file(house, raw, key)
    house.work(import_id)
    return house.desk.view(import_id)


def undo_file(house: House, job: ImportJob) -> ImportJob:
    house.desk.undo(job.id, WHO, f"undo-{job.id}")
    house.work(job.id)
    return house.desk.view(job.id)


def exported(table: Table, kind: str, encoding: str = "cp932") -> str:
    page = export_page(kind, encoding, None, Catalogue(table), Places(table))  # type: ignore[arg-type]
    assert page.next is None
    return page.text
