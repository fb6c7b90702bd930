"""What every channel must do; a new one is held to it by its line in CHANNELS."""

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.canonical import CanonicalOrder, PaymentStatus, SourceStatus
from common.channels import CHANNELS, load
from common.channels.base import Channel, RawRequest, UnreadableDelivery
from common.errors import NotFound
from tests.common.channels.cases import CASES, NOW, PAYLOADS, SHOP, Case, tampered
from tests.conftest import ROOT

HERE = ROOT / "tests" / "common" / "channels"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.fixture(params=sorted(CHANNELS))
def code(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def channel(code: str) -> Channel:
    return load(code)


@pytest.fixture
def case(code: str) -> Case:
    return CASES[code]


def read(channel: Channel, request: RawRequest) -> CanonicalOrder:
    [order] = channel.parse_webhook(request, SHOP)
    return order


def things(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(path, value) of everything in an order, `extra` left out."""
    yield path, value
    if is_dataclass(value):
        for field in fields(value):
            if field.name != "extra":
                yield from things(getattr(value, field.name), f"{path}.{field.name}")
    elif isinstance(value, tuple):
        for n, inner in enumerate(value):
            yield from things(inner, f"{path}[{n}]")


Path = tuple[str | int, ...]


def nodes(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """(path, value) of every object, list and leaf of a JSON value."""
    yield path, value
    inner: Any = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for name, child in inner:
        yield from nodes(child, (*path, name))


def at(payload: Any, path: Path) -> Any:
    for part in path:
        payload = payload[part]
    return payload


# -- the parts of a channel


def test_a_channel_has_module_sample_docs_and_test_under_one_stem(code: str) -> None:
    assert CHANNELS[code] == f"common.channels.{code}"
    assert (PAYLOADS / code / CASES[code].sample).is_file()
    assert (HERE / f"test_{code}.py").is_file()
    docs = (ROOT / "docs" / "channels.md").read_text("utf-8")
    assert f"\n## `{code}`" in docs


def test_cases_and_channels_are_the_same() -> None:
    assert set(CASES) == set(CHANNELS)


def test_a_channel_says_what_it_is(code: str, channel: Channel) -> None:
    assert channel.code == code
    assert channel.name
    assert all(name == name.lower() for name in channel.kept_headers)


def test_an_unknown_channel_is_not_found() -> None:
    with pytest.raises(NotFound):
        load("carrier-pigeon")


def test_verifying_loads_nothing_heavy(code: str, case: Case) -> None:
    request = case.delivery(case.payload(code))
    script = f"""
import datetime, sys
from common.channels import load
from common.channels.base import RawRequest
headers, body = {dict(request.headers)!r}, {request.body!r}
at = datetime.datetime.fromisoformat({request.received_at.isoformat()!r})
assert load({code!r}).verify_webhook(RawRequest(headers, body, at), [{case.secrets[0]!r}]).ok
heavy = ("pydantic", "aws_lambda_powertools", "common.canonical", "boto3", "botocore", "urllib3")
found = sorted(name for name in sys.modules if name.startswith(heavy))
assert not found, found
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_an_adapter_reads_without_any_aws(code: str, case: Case) -> None:
    request = case.delivery(case.payload(code))
    script = f"""
import datetime, sys
from common.channels import load
from common.channels.base import RawRequest, ShopRef
headers, body = {dict(request.headers)!r}, {request.body!r}
at = datetime.datetime.fromisoformat({request.received_at.isoformat()!r})
assert len(load({code!r}).parse_webhook(RawRequest(headers, body, at), ShopRef("s", "JPY"))) == 1
found = sorted(n for n in sys.modules if n.startswith(("boto", "urllib3", "aws_lambda_powertools")))
assert not found, found
"""
    subprocess.run([sys.executable, "-c", script], check=True)


# -- genuine or not


def test_a_genuine_delivery_is_taken(code: str, channel: Channel, case: Case) -> None:
    request = case.delivery(case.payload(code))

    verdict = channel.verify_webhook(request, case.secrets[:1])

    assert verdict.ok
    assert verdict.delivery_id
    assert channel.verify_webhook(request, case.secrets[:1]) == verdict


def test_both_secrets_are_good_while_one_is_being_changed(
    code: str, channel: Channel, case: Case
) -> None:
    new, old = case.secrets
    body = json.dumps(case.payload(code)).encode()

    assert channel.verify_webhook(case.request(body, old), [new, old]).ok
    assert channel.verify_webhook(case.request(body, new), [new, old]).ok
    assert not channel.verify_webhook(case.request(body, old), [new]).ok


def test_one_changed_byte_is_refused(code: str, channel: Channel, case: Case) -> None:
    request = case.delivery(case.payload(code))

    for body in (request.body + b" ", request.body[:-1], b"", request.body.replace(b"1", b"2", 1)):
        assert not channel.verify_webhook(request._replace(body=body), case.secrets).ok


def test_without_secrets_nothing_is_genuine(code: str, channel: Channel, case: Case) -> None:
    request = case.delivery(case.payload(code))

    assert not channel.verify_webhook(request, []).ok


def test_a_secret_that_is_none_opens_nothing(channel: Channel, case: Case) -> None:
    for secret in ("", " ", "\n"):
        for signed_with in ("", secret):
            headers = case.sign(b"{}", signed_with)
            assert not channel.verify_webhook(RawRequest(headers, b"{}", NOW), [secret]).ok


def test_a_spoilt_signature_is_refused(code: str, channel: Channel, case: Case) -> None:
    request = case.delivery(case.payload(code))
    good = request.headers[case.signature]

    for bad in (None, "", " ", good[:-4], good[:-1], good + "AAAA", "v1,", "AAAA", "署名", "\x00"):
        spoilt = tampered(request, **{case.signature: bad})
        assert not channel.verify_webhook(spoilt, case.secrets).ok, bad


def test_bytes_that_are_no_text_are_verified_all_the_same(channel: Channel, case: Case) -> None:
    request = case.request(b"\xff\xfe\x00{not utf-8}")

    assert channel.verify_webhook(request, case.secrets).ok
    with pytest.raises(UnreadableDelivery) as unreadable:
        channel.parse_webhook(request, SHOP)
    assert unreadable.value.reason == "not_json"


@given(headers=st.dictionaries(st.text(max_size=20), st.text(max_size=60)), body=st.binary())
@pytest.mark.parametrize("code", sorted(CHANNELS))
def test_no_header_or_body_makes_verifying_fail(
    code: str, headers: dict[str, str], body: bytes
) -> None:
    known = dict.fromkeys(CASES[code].sign(b"", CASES[code].secrets[0]))
    request = CASES[code].request(b"")
    for sent in (headers, {name: headers.get(name, "x") for name in known}):
        spoilt = RawRequest(sent, body, request.received_at)
        assert not load(code).verify_webhook(spoilt, CASES[code].secrets).ok


def test_only_kept_headers_are_needed_to_read(code: str, channel: Channel, case: Case) -> None:
    request = case.delivery(case.payload(code))
    kept = {n: v for n, v in request.headers.items() if n in channel.kept_headers}

    assert read(channel, request._replace(headers=kept)) == read(channel, request)


def test_no_kept_header_is_a_signature(channel: Channel, case: Case) -> None:
    assert case.signature not in channel.kept_headers


# -- what is read


def test_the_sample_makes_a_sound_order(code: str, channel: Channel, case: Case) -> None:
    order = read(channel, case.delivery(case.payload(code)))

    assert order.channel_order_id
    assert order.display_no
    destinations = {destination.id for destination in order.destinations}
    for line in order.lines:
        assert line.line_id
        assert 0 <= line.quantity_cancelled <= line.quantity
        assert 0 <= line.quantity_shipped <= line.quantity
        assert line.destination_id in destinations | {""}
        assert line.line_total == (line.unit_price or 0) * line.quantity
    assert order.money.goods_total == sum(line.line_total or 0 for line in order.lines)


def test_the_sums_of_the_sample_add_up(code: str, channel: Channel, case: Case) -> None:
    money = read(channel, case.delivery(case.payload(code))).money
    fees = (money.cod_fee, money.payment_fee, money.gift_fee, money.other_fees)

    assert money.tax_included
    assert money.total is not None
    assert money.total == (
        (money.goods_total or 0)
        + (money.shipping_total or 0)
        + sum(fee or 0 for fee in fees)
        - (money.discount_total or 0)
    )
    assert sum(tax.tax or 0 for tax in money.taxes) == money.tax_total


def test_ids_are_texts_times_utc_and_amounts_whole(code: str, channel: Channel, case: Case) -> None:
    order = read(channel, case.delivery(case.payload(code)))

    for path, value in things(order):
        assert not isinstance(value, float), path
        if path.endswith(("id", "display_no", "source_version")):
            assert isinstance(value, str), path
        if path.endswith(("_total", "_fee", ".unit_price", ".total", ".tax", ".amount")):
            assert value is None or type(value) is int, path
        if isinstance(value, datetime):
            assert value.utcoffset() == timedelta(0), path
            assert value.tzinfo is UTC, path


def test_a_second_reading_is_the_same_and_the_payload_is_left_alone(
    code: str, channel: Channel, case: Case
) -> None:
    request = case.delivery(case.payload(code))

    assert read(channel, request) == read(channel, request)


def test_an_unknown_status_is_unknown_and_kept(code: str, channel: Channel, case: Case) -> None:
    payload = case.payload(code)
    case.rename_status(payload)

    order = read(channel, case.delivery(payload))

    assert order.status is SourceStatus.UNKNOWN
    assert order.payment.status is PaymentStatus.UNKNOWN
    assert {word.lower() for word in order.raw_status.values()} >= {"teleported", "escrowed"}


def test_nothing_personal_shows_in_the_repr(code: str, channel: Channel, case: Case) -> None:
    order = read(channel, case.delivery(case.payload(code)))

    shown = repr(order)

    personal = (
        "山田",
        "鈴木",
        "花子",
        "ひのき有",
        "hanako",
        "1234-5678",
        "+8190",
        "渋谷",
        "神南",
        "道頓堀",
    )
    wrote = ("玄関", "はなこ", "150-0041", "14:00-16:00", "いつも", "不在", "お得意")
    assert [word for word in (*personal, *wrote) if word in shown] == []


# -- nothing is lost


def test_an_unknown_field_at_any_level_is_kept(code: str, channel: Channel, case: Case) -> None:
    for payload in case.samples(code).values():
        planted = {}
        for n, (path, value) in enumerate(list(nodes(payload))):
            names = {part for part in path if isinstance(part, str)}
            if isinstance(value, dict) and not case.ignored & names:
                planted[path] = f"canary-{n}-"
                value["zz_unheard_of"] = planted[path]

        text = str(asdict(read(channel, case.delivery(payload))))

        assert len(planted) > 10
        assert {path: word for path, word in planted.items() if word not in text} == {}


def _other(value: Any) -> Any:
    """Another value of the same kind: an unlike number, text or truth."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    text = str(value)
    return text[:-1] + ("8" if text[-1] != "8" else "7") if text[-1:].isdecimal() else text + "x"


def test_every_leaf_makes_a_difference_or_is_ignored_by_name(
    code: str, channel: Channel, case: Case
) -> None:
    unread = {name: _unread(channel, case, payload) for name, payload in case.samples(code).items()}

    assert unread == case.unread


def _unread(channel: Channel, case: Case, payload: dict[str, Any]) -> list[Path]:
    """Leaves whose change changes nothing of what is read."""
    before = read(channel, case.delivery(payload))
    unread = []
    for path, value in nodes(payload):
        names = {part for part in path if isinstance(part, str)}
        if isinstance(value, (dict, list)) or value in (None, "") or names & case.ignored:
            continue
        changed = copy.deepcopy(payload)
        at(changed, path[:-1])[path[-1]] = _other(value)
        try:
            after = list(channel.parse_webhook(case.delivery(changed), SHOP))
        except UnreadableDelivery:
            continue
        if after == [before]:
            unread.append(path)
    return unread


# -- what cannot be read


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"7",
        b"{}",
        b"\xef\xbb\xbf{}",
        b'{"a":NaN}',
        b"[" * 5000,
    ],
)
def test_what_is_no_order_is_unreadable(channel: Channel, case: Case, body: bytes) -> None:
    with pytest.raises(UnreadableDelivery) as unreadable:
        channel.parse_webhook(case.request(body), SHOP)

    assert unreadable.value.reason in ("not_json", "wrong_shape", "no_order_id")


def test_numbers_beyond_64_bits_and_deep_nesting_are_unreadable(
    code: str, channel: Channel, case: Case
) -> None:
    deep: Any = "x"
    for _ in range(30):
        deep = [deep]
    for strange in (2**63, -(2**64), deep, {"a": deep}):
        payload = case.payload(code) | {"zz": strange}
        with pytest.raises(UnreadableDelivery):
            channel.parse_webhook(case.delivery(payload), SHOP)
    body = json.dumps(case.payload(code) | {"zz": 1}).replace('"zz": 1', '"zz": 1e999').encode()
    with pytest.raises(UnreadableDelivery):
        channel.parse_webhook(case.request(body), SHOP)


def test_half_an_emoji_is_mended_not_refused(code: str, channel: Channel, case: Case) -> None:
    body = json.dumps(case.payload(code)).replace(r"\u7384\u95a2", r"\ud83d", 1).encode()

    order = read(channel, case.request(body))

    assert order.remarks == "?前に置いてください"
    assert order.remarks.encode()


@settings(max_examples=150)
@given(payload=st.dictionaries(st.text(max_size=12), JSON, max_size=6))
@pytest.mark.parametrize("code", sorted(CHANNELS))
def test_any_json_object_is_read_or_unreadable(code: str, payload: dict[str, Any]) -> None:
    _read_or_refuse(code, payload)


@settings(max_examples=300)
@given(data=st.data())
@pytest.mark.parametrize("code", sorted(CHANNELS))
def test_the_sample_with_anything_anywhere_is_read_or_unreadable(
    code: str, data: st.DataObject
) -> None:
    payload = CASES[code].payload(code)
    places = [path for path, _ in nodes(payload) if path]
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places))
        try:
            at(payload, path[:-1])[path[-1]] = data.draw(JSON)
        except (TypeError, IndexError, KeyError):
            continue
    _read_or_refuse(code, payload)


def _read_or_refuse(code: str, payload: Any) -> None:
    request = CASES[code].delivery(payload)
    try:
        orders = load(code).parse_webhook(request, SHOP)
    except UnreadableDelivery as refusal:
        _is_fit_for_staff(refusal)
        return
    for order in orders:
        assert order.ordered_at.tzinfo is UTC
        json.dumps(order.extra).encode()


def _is_fit_for_staff(refusal: UnreadableDelivery) -> None:
    assert refusal.reason in ("not_json", "wrong_shape", "no_order_id", "too_large")
    assert 0 < len(refusal.detail) < 1000
