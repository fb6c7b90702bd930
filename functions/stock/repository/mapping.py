"""What shops have on sale that is nobody's yet, and the jobs that take their lists over."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

from common.auth import Actor
from common.channels.port import Listing as MallListing
from common.channels.port import SkuRow
from common.clock import from_wire, to_wire
from common.dynamo import ConditionFailed, Item, Key, Table
from common.errors import Contended
from stock.domain.listing import Ref
from stock.domain.listing_job import JobState, ListingJob
from stock.domain.once import Once
from stock.repository import keys
from stock.repository.writes import earlier_answer, once_write


class UnmappedPage(NamedTuple):
    """Rows by code."""

    rows: list[SkuRow]
    next: str | None


class MappingBook:
    """Unmapped listings by shop and code, and one job a shop."""

    def __init__(self, table: Table) -> None:
        self._table = table

    # -- listings that are nobody's

    def refs(self, shop_id: str, codes: Iterable[str]) -> dict[str, Ref]:
        """Where listings are, by the code a shop calls them; unmapped ones are left out."""
        places = {keys.listing_code(shop_id, code): code for code in codes}
        found = self._table.get_many(places)
        return {places[key]: Ref(item["sku"], shop_id, item["id"]) for key, item in found.items()}

    def unmapped(self, shop_id: str, limit: int, token: str | None) -> UnmappedPage:
        """A page of a shop's unmapped listings."""
        page = self._table.query(_unmapped(shop_id), limit=limit, token=token)
        return UnmappedPage([_row_of(item) for item in page.items], page.next)

    def unmapped_one(self, shop_id: str, code: str) -> SkuRow | None:
        """What is known of a listing that is nobody's."""
        item = self._table.get(_unmapped(shop_id), code)
        return _row_of(item) if item else None

    def keep_unmapped(self, shop_id: str, rows: Iterable[SkuRow]) -> None:
        """Remember listings that found no SKU; again is the same."""
        self._table.put_many(_row_item(shop_id, row) for row in rows)

    def forget_unmapped(self, shop_id: str, code: str) -> None:
        """The listing has a SKU now."""
        self._table.commit(self._table.delete(Key(_unmapped(shop_id), code)))

    # -- jobs

    def job(self, shop_id: str) -> ListingJob | None:
        """The last job of a shop."""
        item = self._table.get(*_job(shop_id))
        return _job_of(item) if item else None

    def earlier_answer(self, once: Once) -> dict[str, Any] | None:
        """What the key was answered before. Raises Invalid for a key of another request."""
        return earlier_answer(self._table, once)

    def start(self, job: ListingJob, once: Once, answer: Mapping[str, Any]) -> None:
        """A new job in the place of the one before. Raises Contended when the key was used."""
        self._commit(
            self._table.put(_job_item(job)),
            once_write(self._table, once, answer, job.started_at),
        )

    def save(self, before: ListingJob, after: ListingJob) -> None:
        """Raises Contended when another job took its place, or another worker was faster."""
        unchanged = {"id": before.id, "version": before.version}
        self._commit(self._table.put(_job_item(after), if_equals=unchanged))

    def note(self, shop_id: str, at: datetime, actor: Actor, what: Mapping[str, Any]) -> None:
        """What somebody did with a shop's listings, for good; `what` has no personal data."""
        stamp = to_wire(at)
        key = Key(f"DONE#{shop_id}", f"{stamp}#{what['do']}#{what.get('code', '')}")
        item = {**key._asdict(), "at": stamp, "actor": actor.to_dict(), **what}
        self._table.put_many([item])

    def done(
        self, shop_id: str, limit: int, token: str | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """What was done, newest first: {"at", "actor", "do", …}."""
        page = self._table.query(f"DONE#{shop_id}", limit=limit, token=token, newest_first=True)
        return page.items, page.next

    def _commit(self, *writes: Any) -> None:
        try:
            self._table.commit(*writes)
        except ConditionFailed as failure:
            raise Contended("another job took its place") from failure


def _unmapped(shop_id: str) -> str:
    return f"UNMAPPED#{shop_id}"


def _job(shop_id: str) -> Key:
    return Key(f"LISTINGS#{shop_id}", "JOB")


def _row_item(shop_id: str, row: SkuRow) -> Item:
    return {
        "pk": _unmapped(shop_id),
        "sk": row.listing.code,
        "keys": dict(row.listing.keys),
        "sku": row.sku,
        "jan": row.jan,
        "title": row.title,
        "quantity": row.quantity,
    }


def _row_of(item: Item) -> SkuRow:
    listing = MallListing(item["sk"], item["keys"])
    return SkuRow(listing, item["sku"], item["jan"], item["title"], item.get("quantity"))


def _job_item(job: ListingJob) -> Item:
    return {
        **_job(job.shop_id)._asdict(),
        **asdict(job),
        "state": str(job.state),
        "started_at": to_wire(job.started_at),
        "heard_at": to_wire(job.heard_at),
        "ended_at": to_wire(job.ended_at) if job.ended_at else None,
        "actor": job.actor.to_dict(),
    }


def _job_of(item: Item) -> ListingJob:
    plain = "shop_id id token seen known matched unmapped error detail version".split()
    known: dict[str, Any] = {name: item[name] for name in plain}
    return ListingJob(
        **known,
        state=JobState(item["state"]),
        started_at=from_wire(item["started_at"]),
        heard_at=from_wire(item["heard_at"]),
        ended_at=from_wire(item["ended_at"]) if "ended_at" in item else None,
        actor=Actor(**item["actor"]),
    )
