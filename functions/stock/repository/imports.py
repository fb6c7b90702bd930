"""Jobs of imports, and the files they read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from common.auth import Actor
from common.aws import client
from common.clock import from_wire, to_wire
from common.dynamo import Item, Write, make_token
from common.errors import NotFound, Unavailable
from stock.domain.formats import Kind
from stock.domain.job import Job, RowStep, State
from stock.domain.once import Once
from stock.domain.place import Lying, Place
from stock.domain.sheet import Fault
from stock.domain.undo import Trace, UndoStep, trace_of
from stock.domain.views import ImportRow
from stock.repository import keys
from stock.repository.catalogue import Catalogue
from stock.repository.places import Places, lying_writes
from stock.repository.traces import trace_item, trace_key, trace_of_item
from stock.repository.writes import level_writes, once_write, part_writes, product_writes

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

JOB_LIFE = timedelta(days=90)
_CHUNK = 200


class Imports(Catalogue):
    """The port of `service.run_import` and `service.imports` on the stock table."""

    def job(self, import_id: str) -> Job:
        """Raises NotFound."""
        item = self._table.get(*keys.job(import_id))
        if item is None:
            raise NotFound("There is no such import.")
        return _job_of(item)

    def page(self, limit: int, token: str | None) -> tuple[list[Job], str | None]:
        """Imports, newest first."""
        rows = self._table.query(keys.IMPORTS, limit=limit, token=token, newest_first=True)
        wanted = [keys.job(item["sk"]) for item in rows.items]
        found = self._table.get_many(wanted)
        return [_job_of(found[key]) for key in wanted if key in found], rows.next

    def preview(self, import_id: str) -> list[ImportRow]:
        """The first rows, once the file was checked."""
        item = self._table.get(*keys.preview(import_id)) or {"rows": []}
        return [ImportRow.model_validate(row) for row in item["rows"]]

    def faults(self, import_id: str, chunks: int | None = None) -> Iterator[Fault]:
        """Wrong values in order of rows; chunks: only the first so many times 200."""
        pk, sk = keys.errors(import_id, 0)
        prefix = sk.rsplit("#", 1)[0]
        if chunks:
            found = self._table.query(pk, begins_with=prefix, limit=chunks).items
        else:
            found = list(self._table.every(pk, begins_with=prefix))
        for item in found:
            yield from (Fault(**fault) for fault in item["faults"])

    def create(self, job: Job, once: Once) -> None:
        """Raises Contended when the key was used meanwhile."""
        answer = {"id": job.id}
        created = self._table.put(_job_item(job), if_absent=True)
        row = {**keys.import_row(job.id)._asdict(), "expires_at": _expiry(job)}
        once_only = once_write(self._table, once, answer, job.created_at)
        self._commit(created, self._table.put(row), once_only)

    def save(self, before: Job, after: Job, *also: Write) -> None:
        """Raises Contended when another worker was faster."""
        unchanged = {"version": before.version}
        self._commit(self._table.put(_job_item(after), if_equals=unchanged), *also)

    def begin(self, before: Job, after: Job, once: Once, now: datetime) -> None:
        """The job goes on because somebody asked for it. Raises Contended."""
        self.save(before, after, once_write(self._table, once, {"id": after.id}, now))

    def save_check(
        self,
        before: Job,
        after: Job,
        faults: Sequence[Fault],
        rows: Sequence[ImportRow] | None = None,
    ) -> None:
        """What was found wrong, and what the first rows would do (None: as it was shown before);
        the job last, so that a job that is READY has it all."""
        expires_at = _expiry(before)
        preview = {
            **keys.preview(before.id)._asdict(),
            "rows": [row.model_dump(mode="json") for row in rows or ()],
            "expires_at": expires_at,
        }
        chunks = [faults[start : start + _CHUNK] for start in range(0, len(faults), _CHUNK)]
        errors = [
            {
                **keys.errors(before.id, n)._asdict(),
                "faults": [fault._asdict() for fault in chunk],
                "expires_at": expires_at,
            }
            for n, chunk in enumerate(chunks)
        ]
        self._table.put_many([*([] if rows is None else [preview]), *errors])
        self.save(before, after)

    def apply(self, before: Job, after: Job, steps: Sequence[RowStep]) -> None:
        """Rows and the cursor behind them, all or nothing. Raises Contended."""
        made = [(s.product_before, s.product_after) for s in steps if s.product_after]
        parts = part_writes(self._table, made)
        rows = (write for step in steps for write in self._row_writes(before, step))
        self.save(before, after, *rows, *parts)

    def _row_writes(self, job: Job, step: RowStep) -> Iterator[Write]:
        if step.product_after:
            yield from product_writes(self._table, step.product_before, step.product_after)
        if step.move:
            yield from level_writes(self._table, step.move)
            yield from lying_writes(self._table, step.lying)
            trace = trace_item(job.id, trace_of(step))
            yield self._table.put({**trace, "expires_at": _expiry(job)})

    def places(self) -> Sequence[Place]:
        """Every place."""
        return Places(self._table).all()

    def lying(self, pairs: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Lying]:
        """What lies where, by (SKU, place)."""
        return Places(self._table).lying(pairs)

    def traces(self, import_id: str, limit: int, after: int) -> list[Trace]:
        """What the rows of an import behind this one did, in order of rows."""
        key = trace_key(import_id, after)
        prefix = key.sk.rsplit("#", 1)[0]
        # Where the query goes on, whether or not such a row left a trace.
        token = make_token(key.wire())
        page = self._table.query(key.pk, begins_with=prefix, limit=limit, token=token)
        return [trace_of_item(item) for item in page.items]

    def undo(self, before: Job, after: Job, steps: Sequence[UndoStep]) -> None:
        """Rows taken back and the cursor behind them, all or nothing. Raises Contended."""
        made = [(s.product_before, s.product_after) for s in steps if s.product_after]
        parts = part_writes(self._table, made)
        rows = (write for step in steps for write in self._undo_writes(step))
        self.save(before, after, *rows, *parts)

    def _undo_writes(self, step: UndoStep) -> Iterator[Write]:
        if step.product_after:
            yield from product_writes(self._table, step.product_before, step.product_after)
        if step.move:
            yield from level_writes(self._table, step.move)
        yield from lying_writes(self._table, step.lying)


class ImportFiles:
    """The uploaded files in the bucket."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def put(self, import_id: str, raw: bytes) -> None:
        """Raises Unavailable."""
        s3: S3Client = client("s3")
        try:
            s3.put_object(Bucket=self._bucket, Key=_file_key(import_id), Body=raw)
        except (ClientError, ConnectionError, HTTPClientError) as error:
            raise Unavailable("the bucket did not answer") from error

    def get(self, import_id: str) -> bytes:
        """Raises NotFound when the file is gone, Unavailable."""
        s3: S3Client = client("s3")
        try:
            return s3.get_object(Bucket=self._bucket, Key=_file_key(import_id))["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "AccessDenied"):
                raise NotFound("The file is no longer there.") from error
            raise Unavailable("the bucket did not answer") from error
        except (ConnectionError, HTTPClientError) as error:
            raise Unavailable("the bucket did not answer") from error


def _file_key(import_id: str) -> str:
    return f"imports/{import_id}.csv"


def _expiry(job: Job) -> int:
    return int((job.created_at + JOB_LIFE).timestamp())


def _job_item(job: Job) -> Item:
    return {
        **keys.job(job.id)._asdict(),
        "id": job.id,
        "file_name": job.file_name,
        "created_at": to_wire(job.created_at),
        "state": str(job.state),
        "version": job.version,
        "total": job.total,
        "done": job.done,
        "created": job.created,
        "changed": job.changed,
        "unchanged": job.unchanged,
        "errors_count": job.errors_count,
        "encoding": job.encoding,
        "reason": job.reason,
        "actor": job.actor.to_dict(),
        "kind": str(job.kind),
        "undone_to": job.undone_to,
        "undone": job.undone,
        "kept": job.kept,
        "expires_at": _expiry(job),
    }


def _job_of(item: Item) -> Job:
    known: dict[str, Any] = {
        name: item[name]
        for name in (
            "id file_name version total done created changed unchanged errors_count encoding reason"
        ).split()
    }
    return Job(
        **known,
        created_at=from_wire(item["created_at"]),
        state=State(item["state"]),
        actor=Actor(**item["actor"]),
        kind=Kind(item.get("kind", Kind.PLAIN)),
        undone_to=item.get("undone_to", 0),
        undone=item.get("undone", 0),
        kept=item.get("kept", 0),
    )
