"""Desk, queue and worker of imports around one table and the bucket `raw`."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import boto3

from common.auth import Actor
from common.dynamo import Table
from stock.domain.views import ImportJob
from stock.repository.imports import ImportFiles, Imports
from stock.service.imports import ImportDesk
from stock.service.run_import import ImportWorker
from tests.stock.builders import NOON

WHO = Actor("staff", "staff-1", "staff-1")
HEADER = "商品コード,商品名,売価,在庫数\n"


class FakeQueue:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[Mapping[str, Any]] = []

    def send(self, bodies: Iterable[Mapping[str, Any]]) -> None:
        self.sent += bodies


class House:
    """Desk, queue and worker around one table and bucket."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.queue = FakeQueue()
        self.files = ImportFiles("raw")
        self.desk = self.desk_with(Imports(table))

    def desk_with(self, jobs: Imports) -> ImportDesk:
        return ImportDesk(jobs, self.files, self.queue, lambda: NOON)

    def work(self, import_id: str, has_time: Callable[[], bool] = lambda: True) -> None:
        self.work_with(Imports(self.table), import_id, has_time)

    def work_with(
        self, jobs: Imports, import_id: str, has_time: Callable[[], bool] = lambda: True
    ) -> None:
        ImportWorker(jobs, self.files, self.queue, lambda: NOON, has_time).run(import_id)

    def start(self, text: str, key: str = "k") -> str:
        return self.desk.start(text.encode(), "商品.csv", WHO, key)

    def checked(self, text: str, key: str = "k") -> ImportJob:
        import_id = self.start(text, key)
        self.work(import_id)
        return self.desk.view(import_id)

    def applied(self, text: str) -> ImportJob:
        job = self.checked(text)
        self.desk.apply(job.id, WHO, "apply")
        self.work(job.id)
        return self.desk.view(job.id)


def counts(job: ImportJob) -> tuple[str, int, int, int, int, int]:
    return job.state, job.total, job.done, job.created, job.changed, job.unchanged


def make_bucket() -> None:
    place: Any = {"LocationConstraint": "ap-northeast-1"}
    boto3.client("s3").create_bucket(Bucket="raw", CreateBucketConfiguration=place)
