"""How webhooks travel: patience and faults."""

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from malls.courier import RETRY_PAUSES, Courier, Faults, Parcel, http_sender


@dataclass(frozen=True)
class Letter:
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: {"X-Test": "1"})


class Door:
    """Takes parcels; answers with the statuses it was given, then with 200."""

    def __init__(self, *answers: int | OSError) -> None:
        self.answers = list(answers)
        self.taken: list[bytes] = []

    def __call__(self, parcel: Parcel) -> int:
        self.taken.append(parcel.body)
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, OSError):
            raise answer
        return answer


def courier(door: Door, faults: Faults | None = None, seed: int = 1) -> Courier:
    made = Courier(door, random.Random(seed), pauses=(10, 20))
    made.faults = faults or Faults()
    return made


def empty(one: Courier, now: float = 0.0) -> None:
    """Let all that is on its way arrive."""
    due: float | None = now
    while due is not None:
        due = one.step(due)


def test_parcels_arrive_once_and_in_order() -> None:
    door = Door()
    one = courier(door)
    for n in range(5):
        one.accept(Letter(b"%d" % n), 0)
    empty(one)
    assert door.taken == [b"0", b"1", b"2", b"3", b"4"]
    assert one.tally.delivered == 5
    assert one.waiting == 0


def test_a_refused_parcel_is_tried_again_after_longer_and_longer_pauses() -> None:
    door = Door(503, OSError("nobody"))
    one = courier(door)
    one.accept(Letter(b"a"), 0)
    assert one.step(0) == 10
    assert one.step(9.9) == 10
    assert one.step(10) == 30
    assert one.step(30) is None
    assert door.taken == [b"a", b"a", b"a"]
    assert (one.tally.delivered, one.tally.refused, one.tally.given_up) == (1, 2, 0)


def test_after_the_last_pause_the_courier_gives_up() -> None:
    door = Door(500, 500, 500)
    one = courier(door)
    one.accept(Letter(b"a"), 0)
    empty(one)
    assert len(door.taken) == 3
    assert (one.tally.given_up, one.waiting) == (1, 0)


def test_a_redirect_is_a_refusal() -> None:
    door = Door(302)
    one = courier(door)
    one.accept(Letter(b"a"), 0)
    empty(one)
    assert door.taken == [b"a", b"a"]


def test_shopify_tries_for_four_hours() -> None:
    assert len(RETRY_PAUSES) == 8
    assert 3.9 * 3600 < sum(RETRY_PAUSES) < 4.1 * 3600


def test_a_lost_parcel_is_never_sent() -> None:
    door = Door()
    one = courier(door, Faults(lose=1))
    one.accept(Letter(b"a"), 0)
    empty(one)
    assert door.taken == []
    assert (one.tally.lost, one.tally.delivered) == (1, 0)


@pytest.mark.parametrize("seed", range(20))
def test_a_duplicated_parcel_comes_two_to_five_times(seed: int) -> None:
    door = Door()
    one = courier(door, Faults(duplicate=1), seed)
    one.accept(Letter(b"a"), 0)
    empty(one)
    assert 2 <= len(door.taken) <= 5


def test_reordered_parcels_all_arrive_but_not_in_order() -> None:
    door = Door()
    one = courier(door, Faults(reorder=0.5))
    sent = [b"%d" % n for n in range(50)]
    for body in sent:
        one.accept(Letter(body), 0)
    empty(one)
    assert sorted(door.taken) == sorted(sent)
    assert door.taken != sent


def test_a_slow_parcel_is_late() -> None:
    one = courier(Door(), Faults(slow=1))
    one.accept(Letter(b"a"), 100)
    due = one.step(100)
    assert due is not None
    assert 105 <= due <= 120


def test_the_sender_posts_body_and_headers_as_they_are() -> None:
    seen: list[tuple[str, str | None, bytes]] = []

    class Receiver(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.path, self.headers["X-Test"], body))
            self.send_response(202)
            self.end_headers()

        do_POST = answer  # noqa: N815

        def log_message(self, format: str, *args: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}/webhooks/demo"
        assert http_sender(url)(Letter("あ".encode())) == 202
        thread.join()
    assert seen == [("/webhooks/demo", "1", "あ".encode())]


def test_the_sender_says_when_nobody_is_there() -> None:
    with pytest.raises(OSError, match="refused"):
        http_sender("http://127.0.0.1:1/webhooks/demo")(Letter(b"a"))
