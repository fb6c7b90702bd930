"""What happens when DynamoDB is busy, broken or at odds with itself. No real waiting."""

from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from common.dynamo import ConditionFailed, Key, Table
from common.dynamo.calls import TRIES
from common.errors import Contended, Unavailable

Answer = dict[str, Any] | Exception


class Scripted:
    """A client that gives the answers it was told, whatever it is asked; the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.asked: list[dict[str, Any]] = []

    def __getattr__(self, _operation: str) -> Any:
        return self._answer

    def _answer(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def failure(code: str, *reasons: str) -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": "no"},
        "CancellationReasons": [{"Code": reason} for reason in reasons],
    }
    return ClientError(response, "Write")


def cancelled(*reasons: str) -> ClientError:
    return failure("TransactionCanceledException", *reasons)


class Desk:
    """A table on a scripted client, and the pauses it took."""

    def __init__(self, *answers: Answer) -> None:
        self.client = Scripted(*answers)
        self.pauses: list[float] = []
        self.table = Table("t", self.client, self.pauses.append)  # type: ignore[arg-type]

    def write_one(self) -> None:
        self.table.commit(self.table.put({"pk": "P", "sk": "1"}))

    def write_two(self) -> None:
        self.table.commit(*(self.table.put({"pk": "P", "sk": sk}) for sk in "12"))


def test_a_conflict_is_tried_again_after_a_pause() -> None:
    desk = Desk(cancelled("None", "TransactionConflict"), {})

    desk.write_two()

    assert len(desk.client.asked) == 2
    assert len(desk.pauses) == 1


def test_a_conflict_is_settled_before_a_condition_is_believed() -> None:
    desk = Desk(
        cancelled("ConditionalCheckFailed", "TransactionConflict"),
        cancelled("ConditionalCheckFailed", "None"),
    )

    with pytest.raises(ConditionFailed) as failed:
        desk.write_two()

    assert failed.value.indexes == (0,)
    assert len(desk.client.asked) == 2


def test_conflicts_without_end_are_contended_and_the_pauses_stay_short() -> None:
    desk = Desk(cancelled("TransactionConflict", "None"))

    with pytest.raises(Contended):
        desk.write_two()

    assert len(desk.client.asked) == TRIES
    assert len(desk.pauses) == TRIES - 1
    assert all(0 <= pause <= 0.4 for pause in desk.pauses)


def test_a_condition_that_fails_is_not_tried_again() -> None:
    desk = Desk(cancelled("None", "ConditionalCheckFailed"))

    with pytest.raises(ConditionFailed) as failed:
        desk.write_two()

    assert failed.value.indexes == (1,)
    assert len(desk.client.asked) == 1
    assert desk.pauses == []


@pytest.mark.parametrize("reason", ["ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_transaction_throttled_to_the_end_is_unavailable(reason: str) -> None:
    desk = Desk(cancelled("None", reason))

    with pytest.raises(Unavailable):
        desk.write_two()

    assert len(desk.client.asked) == TRIES


@pytest.mark.parametrize(
    "reasons",
    [
        (),
        ("None", "None"),
        ("ValidationError",),
        ("ItemCollectionSizeLimitExceeded", "TransactionConflict"),
        ("AccessDenied",),
        ("SomethingNew", "ConditionalCheckFailed"),
    ],
)
def test_a_mistake_of_ours_is_raised_at_once_as_it_is(reasons: Sequence[str]) -> None:
    desk = Desk(cancelled(*reasons))

    with pytest.raises(ClientError):
        desk.write_two()

    assert len(desk.client.asked) == 1


def test_one_item_held_by_a_transaction_is_tried_again() -> None:
    desk = Desk(failure("TransactionConflictException"), {})

    desk.write_one()

    assert len(desk.client.asked) == 2
    assert len(desk.pauses) == 1


def test_one_item_held_for_ever_is_contended() -> None:
    desk = Desk(failure("TransactionConflictException"))

    with pytest.raises(Contended):
        desk.write_one()

    assert len(desk.client.asked) == TRIES


def test_one_write_of_a_mistake_is_raised_as_it_is() -> None:
    desk = Desk(failure("ValidationException"))

    with pytest.raises(ClientError):
        desk.write_one()

    assert len(desk.client.asked) == 1


@pytest.mark.parametrize(
    "error",
    [
        failure("ProvisionedThroughputExceededException"),
        failure("ThrottlingException"),
        failure("RequestLimitExceeded"),
        failure("InternalServerError"),
        failure("TransactionInProgressException"),
        failure("ServiceUnavailable"),
        EndpointConnectionError(endpoint_url="x"),
        ConnectionClosedError(endpoint_url="x"),
        ReadTimeoutError(endpoint_url="x"),
    ],
    ids=str,
)
def test_a_busy_or_lost_dynamodb_is_unavailable_everywhere(error: Exception) -> None:
    calls = [
        lambda table: table.get("P", "1"),
        lambda table: table.get_many([Key("P", "1")]),
        lambda table: table.query("P"),
        lambda table: table.count("P", cap=1),
        lambda table: table.put_many([{"pk": "P", "sk": "1"}]),
        lambda table: table.commit(table.delete(Key("P", "1"))),
        lambda table: table.commit(table.check_absent(Key("P", "1"))),
    ]
    for call in calls:
        desk = Desk(error)
        with pytest.raises(Unavailable):
            call(desk.table)
        assert len(desk.client.asked) == 1


def _batch(answered: Sequence[str], left: Sequence[str]) -> dict[str, Any]:
    return {
        "Responses": {"t": [{"pk": {"S": "P"}, "sk": {"S": sk}} for sk in answered]},
        "UnprocessedKeys": {"t": {"Keys": [Key("P", sk).wire() for sk in left]}} if left else {},
    }


def test_keys_left_unread_are_asked_for_again() -> None:
    desk = Desk(_batch(["1"], ["2"]), _batch(["2"], []))

    found = desk.table.get_many([Key("P", "1"), Key("P", "2"), Key("P", "3")])

    assert set(found) == {Key("P", "1"), Key("P", "2")}
    assert desk.client.asked[1]["RequestItems"]["t"]["Keys"] == [Key("P", "2").wire()]
    assert len(desk.pauses) == 1


def test_keys_never_read_are_unavailable() -> None:
    desk = Desk(_batch([], ["1"]))

    with pytest.raises(Unavailable):
        desk.table.get_many([Key("P", "1")])

    assert len(desk.client.asked) == TRIES
