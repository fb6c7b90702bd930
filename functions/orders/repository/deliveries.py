"""Raw deliveries in S3; those that could not be read, and when each shop last sent something.

Keys: PARKED <time>#<id>, SHOP#<shop id> IMPORT and CONNECTED in the orders table;
deliveries/<shop>/<day>/<sha256> in the bucket.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from common.aws import client
from common.clock import from_wire, to_wire
from common.dynamo import ConditionFailed, Item, Key, Table
from common.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PARKED = "PARKED"
_CAP = 1000


class Parked(NamedTuple):
    """A delivery that could not be read, with everything needed to try again.

    id: `<time received>#<digest>`, newest last. reason: a code; detail: where, never what.
    """

    id: str
    shop_id: str
    channel: str
    received_at: str
    reason: str
    detail: str
    attempts: int
    size: int
    raw_key: str
    headers: dict[str, str]


class ParkedPage(NamedTuple):
    items: list[Parked]
    next: str | None


class ShopImport(NamedTuple):
    """When a shop last sent a delivery, and last an order that was new (wire times)."""

    shop_id: str
    last_import_at: str
    last_order_at: str | None


def raw_key_of(shop_id: str, body: bytes, received_at: datetime) -> str:
    """Where a delivery's bytes are kept: the same bytes on the same day, the same place."""
    digest = hashlib.sha256(body).hexdigest()
    return f"deliveries/{shop_id}/{received_at:%Y/%m/%d}/{digest}"


class RawArchive:
    """The bytes of every delivery, encrypted, forgotten by the bucket's lifecycle rule."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def put(self, key: str, body: bytes) -> None:
        """Keep the bytes. Raises Unavailable."""
        s3: S3Client = client("s3")
        try:
            s3.put_object(Bucket=self._bucket, Key=key, Body=body)
        except (ClientError, ConnectionError, HTTPClientError) as error:
            raise Unavailable("the archive did not answer") from error

    def get(self, key: str) -> bytes:
        """The bytes again. Raises NotFound when their time is over, Unavailable."""
        s3: S3Client = client("s3")
        try:
            return s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404", "AccessDenied"):
                raise NotFound("The bytes of this delivery are no longer kept.") from None
            raise Unavailable("the archive did not answer") from error
        except (ConnectionError, HTTPClientError) as error:
            raise Unavailable("the archive did not answer") from error


class DeliveryRepository:
    """Parked deliveries and the shops' import times."""

    def __init__(self, table: Table) -> None:
        self._table = table
        # It never changes, so each is read once.
        self._connected: dict[str, datetime] = {}

    def park(self, parked: Parked) -> None:
        """Keep it visible; parking it again counts the attempts up."""
        fields = parked._asdict()
        for derived in ("id", "attempts"):
            fields.pop(derived)
        write = self._table.update(_parked_key(parked.id), assign=fields, add={"attempts": 1})
        self._table.commit(write)

    def unpark(self, parked_id: str) -> None:
        """It was read after all. Harmless when it is not there."""
        self._table.commit(self._table.delete(_parked_key(parked_id)))

    def parked(self, parked_id: str) -> Parked:
        """One parked delivery. Raises NotFound."""
        item = self._table.get(*_parked_key(parked_id))
        if item is None:
            raise NotFound("This delivery is not parked any more.")
        return _parked_of(item)

    def parked_page(self, *, token: str | None, limit: int) -> ParkedPage:
        """Parked deliveries, newest first."""
        page = self._table.query(PARKED, limit=limit, token=token, newest_first=True)
        return ParkedPage([_parked_of(item) for item in page.items], page.next)

    def parked_count(self) -> tuple[int, bool]:
        """How many there are, counted up to 1,000; True when there are more."""
        return self._table.count(PARKED, cap=_CAP)

    def connected_at(self, shop_id: str, now: datetime) -> datetime:
        """When the shop began to send us orders: now, if it never did before."""
        found = self._connected.get(shop_id)
        if found is None:
            found = self._connected[shop_id] = self._connect(shop_id, now)
        return found

    def _connect(self, shop_id: str, now: datetime) -> datetime:
        key = Key(f"SHOP#{shop_id}", "CONNECTED")
        item = self._table.get(*key)
        if item is None:
            item = {**key._asdict(), "at": to_wire(now)}
            try:
                self._table.commit(self._table.put(item, if_absent=True))
            except ConditionFailed:
                return self._connect(shop_id, now)
        return from_wire(item["at"])

    def note_import(self, shop_id: str, now: datetime, *, brought_order: bool) -> None:
        """The shop is alive."""
        seen = {"shop_id": shop_id, "last_import_at": to_wire(now)}
        if brought_order:
            seen["last_order_at"] = to_wire(now)
        self._table.commit(self._table.update(_shop_key(shop_id), assign=seen))

    def imports(self, shop_ids: list[str]) -> Iterator[ShopImport]:
        """Import times of the shops that ever sent anything."""
        found = self._table.get_many(_shop_key(shop_id) for shop_id in shop_ids)
        for item in found.values():
            yield ShopImport(item["shop_id"], item["last_import_at"], item.get("last_order_at"))


def _parked_key(parked_id: str) -> Key:
    return Key(PARKED, parked_id)


def _shop_key(shop_id: str) -> Key:
    return Key(f"SHOP#{shop_id}", "IMPORT")


def _parked_of(item: Item) -> Parked:
    names = [name for name in Parked._fields if name != "id"]
    return Parked(id=item["sk"], **{name: item[name] for name in names})
