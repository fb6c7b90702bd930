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

from common.canonical import PaymentStatus, SourceStatus
from common.channels import CHANNELS, load, load_api
from common.channels.base import Channel, OrderRef, RawRequest, UnreadableDelivery
from common.channels.port import Cap
from common.errors import NotFound
from tests.common.channels.channel_cases import (
    NOW,
    PAYLOADS,
    SHOP,
    Case,
    Hook,
    case_of,
    codes,
    tampered,
)
from tests.conftest import ROOT

HERE = ROOT / "tests" / "common" / "channels"
NOTHING_HEAVY = """
heavy = ("pydantic", "aws_lambda_powertools", "common.canonical", "boto3", "botocore", "urllib3")
found = sorted(name for name in sys.modules if name.startswith(heavy))
assert not found, found
"""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)


# Malls that send something, those that send whole orders, channels that have orders at all.
HOOKED = codes(lambda case: case.hook is not None)
WHOLE = codes(lambda case: case.hook is not None and case.parse is None)
THIN = codes(lambda case: case.hook is not None and bool(case.hook.thin))
SILENT = codes(lambda case: case.hook is None)
ORDERS = codes(lambda case: bool(case.sample))
JSON_ORDERS = codes(lambda case: bool(case.sample) and case.is_json)

every = pytest.mark.parametrize("code", sorted(CHANNELS))
hooked = pytest.mark.parametrize("code", HOOKED)
whole = pytest.mark.parametrize("code", WHOLE)
thin = pytest.mark.parametrize("code", THIN)
silent = pytest.mark.parametrize("code", SILENT)
with_orders = pytest.mark.parametrize("code", ORDERS)
in_json = pytest.mark.parametrize("code", JSON_ORDERS)


@pytest.fixture
def channel(code: str) -> Channel:
    return load(code)


@pytest.fixture
def case(code: str) -> Case:
    return case_of(code)


@pytest.fixture
def hook(case: Case) -> Hook:
    assert case.hook is not None
    return case.hook


def hook_of(code: str) -> Hook:
    found = case_of(code).hook
    assert found is not None
    return found


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


@every
def test_a_channel_has_module_sample_docs_and_test_under_one_stem(code: str) -> None:
    assert CHANNELS[code] == f"common.channels.{code}"
    assert not case_of(code).sample or (PAYLOADS / code / case_of(code).sample).is_file()
    assert (HERE / f"test_{code}.py").is_file()
    docs = (ROOT / "docs" / "channels.md").read_text("utf-8")
    assert f"\n## `{code}`" in docs


def test_cases_and_channels_are_the_same() -> None:
    assert {path.stem for path in (HERE / "cases").glob("[a-z]*.py")} == set(CHANNELS)


def test_every_channel_is_held_to_every_promise_it_can_keep() -> None:
    """What a channel sends, and what is asked of it, leave no channel out."""
    assert sorted([*HOOKED, *SILENT]) == sorted(CHANNELS)
    assert sorted([*WHOLE, *THIN]) == HOOKED
    assert set(HOOKED) <= set(ORDERS)
    for code in CHANNELS:
        has_orders = Cap.POLL | Cap.WEBHOOK | Cap.WEBHOOK_THIN | Cap.QUEUE_IN
        caps = load_api(code).info.caps
        assert bool(caps & has_orders) == (code in ORDERS), code
        assert (Cap.WEBHOOK in caps) == (code in WHOLE), code
        assert (Cap.WEBHOOK_THIN in caps) == (code in THIN), code


@every
def test_a_channel_says_what_it_is(code: str, channel: Channel) -> None:
    assert channel.code == code
    assert channel.name
    assert all(name == name.lower() for name in channel.kept_headers)


def test_an_unknown_channel_is_not_found() -> None:
    with pytest.raises(NotFound):
        load("carrier-pigeon")


@hooked
def test_verifying_loads_nothing_heavy(code: str, case: Case, hook: Hook) -> None:
    request = case.request(case.delivery_of(code))
    script = f"""
import datetime, sys
from common.channels import load
from common.channels.base import RawRequest
headers, body = {dict(request.headers)!r}, {request.body!r}
at = datetime.datetime.fromisoformat({request.received_at.isoformat()!r})
assert load({code!r}).verify_webhook(RawRequest(headers, body, at), [{hook.secrets[0]!r}]).ok
{NOTHING_HEAVY}
"""
    subprocess.run([sys.executable, "-c", script], check=True)


@silent
def test_refusing_loads_nothing_heavy(code: str) -> None:
    script = f"""
import datetime, sys
from common.channels import load
from common.channels.base import RawRequest
request = RawRequest({{}}, b"{{}}", datetime.datetime.now(datetime.UTC))
assert not load({code!r}).verify_webhook(request, ["secret"]).ok
{NOTHING_HEAVY}
"""
    subprocess.run([sys.executable, "-c", script], check=True)


@hooked
def test_an_adapter_reads_without_any_aws(code: str, case: Case) -> None:
    request = case.request(case.delivery_of(code))
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


@silent
def test_a_mall_that_sends_nothing_is_never_believed(code: str, channel: Channel) -> None:
    assert channel.kept_headers == ()
    for headers in ({}, {"authorization": "secret"}, {"webhook-id": "1"}):
        request = RawRequest(headers, b"{}", NOW)
        assert not channel.verify_webhook(request, ["secret", ""]).ok
        assert list(channel.parse_webhook(request, SHOP)) == []


@thin
def test_a_thin_delivery_names_the_order_it_speaks_of(
    code: str, channel: Channel, case: Case, hook: Hook
) -> None:
    request = case.request(case.delivery_of(code))

    assert list(channel.parse_webhook(request, SHOP)) == [OrderRef(hook.thin_id)]


@hooked
def test_a_genuine_delivery_is_taken(code: str, channel: Channel, case: Case, hook: Hook) -> None:
    request = case.request(case.delivery_of(code))

    verdict = channel.verify_webhook(request, hook.secrets[:1])

    assert verdict.ok
    assert verdict.delivery_id
    assert channel.verify_webhook(request, hook.secrets[:1]) == verdict


@hooked
def test_both_secrets_are_good_while_one_is_being_changed(
    code: str, channel: Channel, case: Case, hook: Hook
) -> None:
    new, old = hook.secrets
    body = case.delivery_of(code)

    assert channel.verify_webhook(case.request(body, old), [new, old]).ok
    assert channel.verify_webhook(case.request(body, new), [new, old]).ok
    assert not channel.verify_webhook(case.request(body, old), [new]).ok


@hooked
def test_one_changed_byte_is_refused(code: str, channel: Channel, case: Case, hook: Hook) -> None:
    request = case.request(case.delivery_of(code))

    for body in (request.body + b" ", request.body[:-1], b"", request.body.replace(b"1", b"2", 1)):
        assert not channel.verify_webhook(request._replace(body=body), hook.secrets).ok


@hooked
def test_without_secrets_nothing_is_genuine(code: str, channel: Channel, case: Case) -> None:
    request = case.request(case.delivery_of(code))

    assert not channel.verify_webhook(request, []).ok


@hooked
def test_a_secret_that_is_none_opens_nothing(code: str, channel: Channel, hook: Hook) -> None:
    for secret in ("", " ", "\n"):
        for signed_with in ("", secret):
            headers = hook.sign(b"{}", signed_with)
            assert not channel.verify_webhook(RawRequest(headers, b"{}", NOW), [secret]).ok


@hooked
def test_a_spoilt_signature_is_refused(code: str, channel: Channel, case: Case, hook: Hook) -> None:
    request = case.request(case.delivery_of(code))
    good = request.headers[hook.signature]

    for bad in (None, "", " ", good[:-4], good[:-1], good + "AAAA", "v1,", "AAAA", "署名", "\x00"):
        spoilt = tampered(request, **{hook.signature: bad})
        assert not channel.verify_webhook(spoilt, hook.secrets).ok, bad


@hooked
def test_bytes_that_are_no_text_are_verified_all_the_same(
    code: str, channel: Channel, case: Case, hook: Hook
) -> None:
    request = case.request(b"\xff\xfe\x00{not utf-8}")

    assert channel.verify_webhook(request, hook.secrets).ok
    with pytest.raises(UnreadableDelivery) as unreadable:
        channel.parse_webhook(request, SHOP)
    assert unreadable.value.reason == "not_json"


@hooked
@given(headers=st.dictionaries(st.text(max_size=20), st.text(max_size=60)), body=st.binary())
def test_no_header_or_body_makes_verifying_fail(
    code: str, headers: dict[str, str], body: bytes
) -> None:
    hook = hook_of(code)
    known = dict.fromkeys(hook.sign(b"", hook.secrets[0]))
    request = case_of(code).request(b"")
    for sent in (headers, {name: headers.get(name, "x") for name in known}):
        spoilt = RawRequest(sent, body, request.received_at)
        assert not load(code).verify_webhook(spoilt, hook.secrets).ok


@hooked
def test_only_kept_headers_are_needed_to_read(code: str, channel: Channel, case: Case) -> None:
    request = case.request(case.delivery_of(code))
    kept = {n: v for n, v in request.headers.items() if n in channel.kept_headers}

    read = list(channel.parse_webhook(request, SHOP))

    assert len(read) == 1
    assert list(channel.parse_webhook(request._replace(headers=kept), SHOP)) == read


@hooked
def test_no_kept_header_is_a_signature(code: str, channel: Channel, hook: Hook) -> None:
    assert hook.signature not in channel.kept_headers


# -- what is read


@with_orders
def test_the_sample_makes_a_sound_order(code: str, case: Case) -> None:
    order = case.read(code, case.payload(code))

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


@with_orders
def test_the_sums_of_the_sample_add_up(code: str, case: Case) -> None:
    money = case.read(code, case.payload(code)).money
    fees = (money.cod_fee, money.payment_fee, money.gift_fee, money.other_fees)

    assert money.total is not None
    assert money.total == (
        (money.goods_total or 0)
        + (money.shipping_total or 0)
        + sum(fee or 0 for fee in fees)
        - (money.discount_total or 0)
        + (0 if money.tax_included else money.tax_total or 0)
    )
    if money.taxes and money.tax_total is not None:
        assert sum(tax.tax or 0 for tax in money.taxes) == money.tax_total


@with_orders
def test_ids_are_texts_times_utc_and_amounts_whole(code: str, case: Case) -> None:
    order = case.read(code, case.payload(code))

    for path, value in things(order):
        assert not isinstance(value, float), path
        if path.endswith(("id", "display_no", "source_version")):
            assert isinstance(value, str), path
        if path.endswith(("_total", "_fee", ".unit_price", ".total", ".tax", ".amount")):
            assert value is None or type(value) is int, path
        if isinstance(value, datetime):
            assert value.utcoffset() == timedelta(0), path
            assert value.tzinfo is UTC, path


@with_orders
def test_a_second_reading_is_the_same_and_the_payload_is_left_alone(code: str, case: Case) -> None:
    payload = case.payload(code)

    assert case.read(code, payload) == case.read(code, payload)
    assert payload == case.payload(code)


@with_orders
def test_an_unknown_status_is_unknown_and_kept(code: str, case: Case) -> None:
    payload = case.payload(code)
    case.rename_status(payload)

    order = case.read(code, payload)

    assert order.status is SourceStatus.UNKNOWN
    assert order.payment.status is PaymentStatus.UNKNOWN
    assert {word.lower() for word in order.raw_status.values()} >= case.words


@with_orders
def test_every_line_says_what_the_mall_sells_it_as(code: str, case: Case) -> None:
    for name, payload in case.samples(code).items():
        for line in case.read(code, payload).lines:
            assert line.listing, (name, line.line_id)


@with_orders
def test_nothing_personal_shows_in_the_repr(code: str, case: Case) -> None:
    written = str(asdict(case.read(code, case.payload(code))))
    shown = repr(case.read(code, case.payload(code)))

    assert len(case.personal) >= 5
    assert [word for word in case.personal if word not in written] == []
    assert [word for word in case.personal if word in shown] == []


# -- nothing is lost


@with_orders
def test_an_unknown_field_at_any_level_is_kept(code: str, case: Case) -> None:
    for payload in case.samples(code).values():
        planted = {}
        for n, (path, value) in enumerate(list(nodes(payload))):
            names = {part for part in path if isinstance(part, str)}
            if isinstance(value, dict) and not case.ignored & names:
                planted[path] = f"canary-{n}-"
                value["zz_unheard_of"] = planted[path]

        text = str(asdict(case.read(code, payload)))

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


@with_orders
def test_every_leaf_makes_a_difference_or_is_ignored_by_name(code: str, case: Case) -> None:
    unread = {name: _unread(code, case, payload) for name, payload in case.samples(code).items()}

    assert unread == case.unread


def _unread(code: str, case: Case, payload: Any) -> list[Path]:
    """Leaves whose change changes nothing of what is read."""
    before = case.read(code, payload)
    unread = []
    for path, value in nodes(payload):
        names = {part for part in path if isinstance(part, str)}
        if isinstance(value, (dict, list)) or value in (None, "") or names & case.ignored:
            continue
        changed = copy.deepcopy(payload)
        at(changed, path[:-1])[path[-1]] = _other(value)
        try:
            after = list(case.read_bytes(code, case.encode(changed)))
        except UnreadableDelivery:
            continue
        if after == [before]:
            unread.append(path)
    return unread


# -- what cannot be read


@with_orders
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
def test_what_is_no_order_is_unreadable(code: str, case: Case, body: bytes) -> None:
    with pytest.raises(UnreadableDelivery) as unreadable:
        case.read_bytes(code, body)

    assert unreadable.value.reason in ("not_json", "wrong_shape", "no_order_id")


@in_json
def test_numbers_beyond_64_bits_and_deep_nesting_are_unreadable(code: str, case: Case) -> None:
    deep: Any = "x"
    for _ in range(30):
        deep = [deep]
    for strange in (2**63, -(2**64), deep, {"a": deep}):
        payload = case.payload(code) | {"zz": strange}
        with pytest.raises(UnreadableDelivery):
            case.read(code, payload)
    body = json.dumps(case.payload(code) | {"zz": 1}).replace('"zz": 1', '"zz": 1e999').encode()
    with pytest.raises(UnreadableDelivery):
        case.read_bytes(code, body)


@in_json
def test_half_an_emoji_is_mended_not_refused(code: str, case: Case) -> None:
    escaped = json.dumps(case.emoji)[1:-1]
    assert escaped.startswith("\\u")
    body = json.dumps(case.payload(code)).replace(escaped, r"\ud83d" + escaped[6:]).encode()

    [order] = case.read_bytes(code, body)

    # Some malls let buyers write to the carrier only.
    wrote = "\n".join((order.remarks, *(place.notes for place in order.destinations)))
    assert case.emoji not in wrote
    assert "?" + case.emoji[1:] in wrote
    assert wrote.encode()


@in_json
@settings(max_examples=150)
@given(payload=st.dictionaries(st.text(max_size=12), JSON, max_size=6))
def test_any_json_object_is_read_or_unreadable(code: str, payload: dict[str, Any]) -> None:
    _read_or_refuse(code, payload)


@with_orders
@settings(max_examples=300)
@given(data=st.data())
def test_the_sample_with_anything_anywhere_is_read_or_unreadable(
    code: str, data: st.DataObject
) -> None:
    payload = case_of(code).payload(code)
    values = JSON if case_of(code).is_json else st.text(max_size=20)
    places = [path for path, _ in nodes(payload) if path]
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places))
        try:
            at(payload, path[:-1])[path[-1]] = data.draw(values)
        except (TypeError, IndexError, KeyError):
            continue
    _read_or_refuse(code, payload)


def _read_or_refuse(code: str, payload: Any) -> None:
    case = case_of(code)
    try:
        orders = case.read_bytes(code, case.encode(payload))
    except UnreadableDelivery as refusal:
        _is_fit_for_staff(refusal)
        return
    for order in orders:
        assert order.ordered_at.tzinfo is UTC
        json.dumps(order.extra).encode()


def _is_fit_for_staff(refusal: UnreadableDelivery) -> None:
    assert refusal.reason in ("not_json", "wrong_shape", "no_order_id", "too_large")
    assert 0 < len(refusal.detail) < 1000
