"""Taking over what a shop has on sale, page by page of the mall's own list."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from common.auth import Actor
from common.channels.port import Cap, ChannelApi, ChannelError, Context, SkuRow
from common.clock import Clock
from common.errors import Contended, NotFound, Unavailable, UnsupportedByChannel
from common.ids import ulid
from common.search import fold
from common.shops import Shop, Shops
from stock.domain.level import LevelMove
from stock.domain.listing import Listing, Ref
from stock.domain.listing_job import (
    Counts,
    JobState,
    ListingJob,
    codes_of,
    matched_sku,
)
from stock.domain.listing_views import ListingImport, job_view
from stock.domain.once import Once
from stock.domain.product import Product
from stock.service.catalogue import Entry

# Products with one JAN code: two are as good as many, because neither is the one.
_SAME_JAN = 3


class Jobs(Protocol):
    """Port: jobs and unmapped listings. Writes raise Contended when somebody was faster."""

    def job(self, shop_id: str) -> ListingJob | None: ...

    def earlier_answer(self, once: Once) -> dict[str, Any] | None: ...

    def start(self, job: ListingJob, once: Once, answer: Mapping[str, Any]) -> None: ...

    def save(self, before: ListingJob, after: ListingJob) -> None: ...

    def refs(self, shop_id: str, codes: Iterable[str]) -> dict[str, Ref]: ...

    def keep_unmapped(self, shop_id: str, rows: Iterable[SkuRow]) -> None: ...

    def forget_unmapped(self, shop_id: str, code: str) -> None: ...


class Shelf(Protocol):
    """Port: listings."""

    def get_many(self, refs: Iterable[Ref]) -> Mapping[Ref, Listing]: ...

    def save(
        self, before: Listing | None, after: Listing, moves: Sequence[LevelMove] = ()
    ) -> None: ...

    def map(self, new: Listing, product: Product) -> None: ...


class Goods(Protocol):
    """Port: products by SKU, and by what a search finds."""

    def entries(self, skus: Iterable[str]) -> Mapping[str, Entry]: ...

    def hits(
        self, folded: str, limit: int, token: str | None
    ) -> tuple[list[tuple[str, str]], str | None]: ...


class Malls(Protocol):
    """Port: ways to the malls. Raises NotFound for a channel that has none."""

    def of(self, shop: Shop) -> tuple[ChannelApi, Context]: ...


class Sender(Protocol):
    """Port: the queue of jobs."""

    def send(self, bodies: Iterable[Mapping[str, Any]]) -> None: ...


class ListingDesk:
    """Begins jobs and shows how far they are."""

    def __init__(self, shops: Shops, jobs: Jobs, queue: Sender, clock: Clock) -> None:
        self._shops = shops
        self._jobs = jobs
        self._queue = queue
        self._clock = clock

    def start(self, shop_id: str, caps: Cap, actor: Actor, key: str) -> str:
        """Have a shop's list taken over; ends a job that is under way. Returns its id.

        Raises NotFound, UnsupportedByChannel.
        """
        if self._shops.get(shop_id) is None:
            raise NotFound("There is no such shop.")
        if Cap.LIST_SKUS not in caps:
            raise UnsupportedByChannel("This mall does not list what is on sale.")
        once = Once(key, {"do": "import_listings", "shop": shop_id})
        earlier = self._jobs.earlier_answer(once)
        if earlier is None:
            now = self._clock()
            job = ListingJob(shop_id, ulid(now), now, now, actor=actor)
            earlier = {"id": job.id}
            try:
                self._jobs.start(job, once, earlier)
            except Contended:
                found = self._jobs.earlier_answer(once)
                if found is None:
                    raise
                earlier = found
        # Also when asked again, in case the first one died before this.
        self._queue.send([{"shop_id": shop_id, "job": earlier["id"]}])
        return str(earlier["id"])

    def view(self, shop_id: str) -> ListingImport:
        """The last job of a shop. Raises NotFound."""
        job = self._jobs.job(shop_id)
        if job is None:
            raise NotFound("Nothing was taken over yet.")
        return job_view(job)


class ListingWorker:
    """Works a job off. A page may be taken over twice: it changes nothing the second time."""

    def __init__(
        self,
        shops: Shops,
        jobs: Jobs,
        shelf: Shelf,
        goods: Goods,
        malls: Malls,
        queue: Sender,
        clock: Clock,
        has_time: Callable[[], bool],
    ) -> None:
        self._shops = shops
        self._jobs = jobs
        self._shelf = shelf
        self._goods = goods
        self._malls = malls
        self._queue = queue
        self._clock = clock
        self._has_time = has_time

    def run(self, shop_id: str, job_id: str) -> None:
        """Raises Unavailable while the mall does not answer; run it again then."""
        shop, job = self._shops.get(shop_id), self._jobs.job(shop_id)
        if shop is None or job is None or job.id != job_id:
            return
        while job.state is JobState.RUNNING:
            if not self._has_time():
                self._queue.send([{"shop_id": shop_id, "job": job_id}])
                return
            try:
                job = self._page(shop, job)
            except Contended:
                # Another job took its place, or another worker is ahead of us.
                return

    def _page(self, shop: Shop, job: ListingJob) -> ListingJob:
        api, context = self._malls.of(shop)
        try:
            page = api.list_skus(context, job.token)
        except ChannelError as error:
            if error.is_temporary:
                return self._wait(job, job.unanswered(error.kind, error.code, self._clock()))
            after = job.failed(error.kind, error.code, self._clock())
        else:
            counts = self._take_over(shop.id, page.rows)
            after = job.after_page(counts, page.next, self._clock())
        self._jobs.save(job, after)
        return after

    def _wait(self, job: ListingJob, after: ListingJob) -> ListingJob:
        """Raises Unavailable, so that the message comes back, unless we have waited enough."""
        self._jobs.save(job, after)
        if after.state is JobState.RUNNING:
            raise Unavailable("the mall did not answer")
        return after

    def _take_over(self, shop_id: str, rows: Sequence[SkuRow]) -> Counts:
        refs = self._jobs.refs(shop_id, (row.listing.code for row in rows))
        listings = self._shelf.get_many(refs.values())
        new = [row for row in rows if row.listing.code not in refs]
        for row in rows:
            ref = refs.get(row.listing.code)
            if ref is not None and ref in listings:
                self._refresh(listings[ref], row)
        skus = self._matches(new)
        unmapped = []
        for row in new:
            sku = skus.get(row.listing.code)
            if sku is None or not self._map(shop_id, row, sku):
                unmapped.append(row)
        self._jobs.keep_unmapped(shop_id, unmapped)
        return Counts(len(rows) - len(new), len(new) - len(unmapped), len(unmapped))

    def _refresh(self, one: Listing, row: SkuRow) -> None:
        """What the mall calls it, and the names its API needs, may change."""
        after = replace(one, title=row.title, jan=row.jan, keys=dict(row.listing.keys))
        if after == one:
            return
        try:
            self._shelf.save(one, replace(after, version=one.version + 1))
        except Contended:
            # A publish was faster; the next run sees the same difference.
            return

    def _matches(self, rows: Sequence[SkuRow]) -> dict[str, Entry]:
        candidates = {row.listing.code: list(codes_of(row.listing.code, row.sku)) for row in rows}
        entries = dict(self._goods.entries(code for some in candidates.values() for code in some))
        found: dict[str, Entry] = {}
        for row in rows:
            some = candidates[row.listing.code]
            is_known = any(code in entries for code in some)
            by_jan = {row.jan: self._by_jan(row.jan)} if row.jan and not is_known else {}
            match = matched_sku(some, row.jan, entries, by_jan)
            if match is None:
                continue
            sku, _ = match
            entry = entries.get(sku) or self._goods.entries([sku]).get(sku)
            if entry is not None:
                found[row.listing.code] = entry
        return found

    def _by_jan(self, jan: str) -> list[str]:
        hits, _ = self._goods.hits(fold(jan), _SAME_JAN, None)
        wanted = {sku for text, sku in hits if text == fold(jan)}
        products = self._goods.entries(wanted)
        return [sku for sku in sorted(products) if products[sku].product.jan == jan]

    def _map(self, shop_id: str, row: SkuRow, entry: Entry) -> bool:
        """False when the product was changed just now: then it is left to people."""
        product = entry.product
        new = Listing(
            shop_id,
            row.listing.code,
            product.sku,
            dict(product.components) or {product.sku: 1},
            title=row.title,
            jan=row.jan,
            keys=dict(row.listing.keys),
            mapped_at=self._clock(),
        )
        try:
            self._shelf.map(new, product)
        except Contended:
            # Or somebody mapped it meanwhile.
            return bool(self._jobs.refs(shop_id, [new.code]))
        self._jobs.forget_unmapped(shop_id, new.code)
        return True
