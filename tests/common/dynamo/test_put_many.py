"""Storing many items at once: every item arrives, also those DynamoDB hands back."""

from typing import Any

import boto3
import pytest

from common.dynamo import Key, Table
from common.errors import Unavailable


class Stingy:
    """A client that takes only the first `most` items of a batch, as DynamoDB may."""

    def __init__(self, most: int) -> None:
        self._real = boto3.client("dynamodb")
        self._most = most
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def batch_write_item(self, RequestItems: dict[str, list[Any]]) -> Any:  # noqa: N803
        self.calls += 1
        [(table, puts)] = RequestItems.items()
        if self._most:
            self._real.batch_write_item(RequestItems={table: puts[: self._most]})
        left = puts[self._most :]
        return {"UnprocessedItems": {table: left} if left else {}}


def _items(count: int) -> list[dict[str, Any]]:
    return [{"pk": "P", "sk": f"{n:03d}", "n": n} for n in range(count)]


def test_every_item_is_stored_in_batches_of_25(stock_table: Table) -> None:
    client = Stingy(25)

    Table("stock", client).put_many(_items(60))  # type: ignore[arg-type]

    assert [item["n"] for item in stock_table.every("P")] == list(range(60))
    assert client.calls == 3


def test_items_handed_back_are_sent_again(stock_table: Table) -> None:
    client = Stingy(10)

    Table("stock", client).put_many(_items(25))  # type: ignore[arg-type]

    assert len(list(stock_table.every("P"))) == 25
    assert client.calls == 3


def test_of_two_items_with_one_key_the_last_counts(stock_table: Table) -> None:
    stock_table.put_many([{"pk": "P", "sk": "a", "n": 1}, {"pk": "P", "sk": "a", "n": 2}])

    assert stock_table.get_many([Key("P", "a")])[Key("P", "a")]["n"] == 2


def test_items_that_are_never_taken_end_as_unavailable(stock_table: Table) -> None:
    with pytest.raises(Unavailable):
        Table("stock", Stingy(0), [].append).put_many(_items(1))  # type: ignore[arg-type]
