"""What a cold start pays before the first line of a handler runs: its imports.

Every handler is imported in a fresh interpreter that finds only what the Lambda finds (its zip,
the layers, boto3 of the runtime), beside `boto3.client("sqs")` alone. Rounds are interleaved, so
that a busy minute of the machine falls on all of them. The receiver's whole first request, with
its three clients, is there too: what a mall waits for is not only the import.
"""

import base64
import hashlib
import hmac
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks._fake_aws import SECRET, FakeAws
from benchmarks._path import LambdaPath, handlers
from benchmarks._report import Options, Report, Row, Target, median, run

ROUNDS = 11
LIMIT = 1.15
BASELINE = 'boto3.client("sqs") alone'
RECEIVER = "orders.receive_webhook"
_CHILD = Path(__file__).with_name("_child.py")


class Case(NamedTuple):
    """One line of the table. event: the first request to make after the import, as JSON."""

    name: str
    path: Sequence[str]
    module: str
    event: str = ""


class Cost(NamedTuple):
    ms: float
    modules: int
    rss_mb: float


def measure(options: Options) -> Report:
    """Import everything `ROUNDS` times; once when quick."""
    rounds = 1 if options.quick else ROUNDS
    with tempfile.TemporaryDirectory() as home, FakeAws() as aws:
        cases = _cases(LambdaPath(Path(home)))
        environment = _environment(aws.url)
        for case in () if options.quick else cases:
            # Unmeasured: the disk is warm in the rounds, and bytecode of the SDK is there.
            _import(case, environment)
        found: dict[str, list[Cost]] = defaultdict(list)
        for _ in range(rounds):
            for case in cases:
                found[case.name].append(_import(case, environment))
    return _report(found, rounds)


def _cases(path: LambdaPath) -> list[Case]:
    imports = [
        Case(f"{area}.{name}", path.of(area), f"{area}.handlers.{name}")
        for area, name in handlers()
    ]
    receiver = next(case for case in imports if case.name == RECEIVER)
    return [
        Case(BASELINE, path.sdk_only, "boto3"),
        *imports,
        Case(f"{BASELINE}, one send", path.sdk_only, "boto3", "{}"),
        receiver._replace(name=f"{RECEIVER}, first request", event=json.dumps(_event())),
    ]


def _import(case: Case, environment: Mapping[str, str]) -> Cost:
    # -S: without the site-packages of this environment, which no Lambda has.
    command = [sys.executable, "-I", "-S", str(_CHILD), *case.path, case.module, case.event]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise RuntimeError(f"{case.name} cannot be imported:\n{done.stdout}{done.stderr}")
    ms, modules, rss = done.stdout.split()[-3:]
    return Cost(float(ms), int(modules), float(rss))


def _environment(url: str) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "ap-northeast-1",
        "AWS_DEFAULT_REGION": "ap-northeast-1",
        "AWS_ENDPOINT_URL": url,
        "AWS_EC2_METADATA_DISABLED": "true",
        "SETTINGS_TABLE": "settings",
        "INBOUND_QUEUE": f"{url}/000000000000/inbound",
        "RAW_BUCKET": "raw",
    }


def _event() -> Mapping[str, object]:
    body = json.dumps({"id": 1, "line_items": []})
    digest = hmac.digest(SECRET.encode(), body.encode(), hashlib.sha256)
    return {
        "version": "2.0",
        "pathParameters": {"shop": "demo"},
        "headers": {
            "x-shopify-topic": "orders/create",
            "x-shopify-webhook-id": "1",
            "x-shopify-hmac-sha256": base64.b64encode(digest).decode(),
        },
        "requestContext": {"requestId": "benchmark"},
        "body": body,
        "isBase64Encoded": False,
    }


def _report(found: Mapping[str, Sequence[Cost]], rounds: int) -> Report:
    base = median([cost.ms for cost in found[BASELINE]], 3)
    rows: list[Row] = [
        {
            "import": name,
            "median ms": median([cost.ms for cost in costs]),
            "min ms": round(min(cost.ms for cost in costs), 1),
            "ratio": round(median([cost.ms for cost in costs], 3) / base, 2),
            "modules": costs[-1].modules,
            "RSS MB": max(cost.rss_mb for cost in costs),
        }
        for name, costs in found.items()
    ]
    ratio = median([cost.ms for cost in found[RECEIVER]], 3) / base
    return Report(
        claim="the webhook receiver is imported in the time of one boto3 client",
        rows=rows,
        rounds=rounds,
        targets=[Target(f"{RECEIVER} in times of {BASELINE}", ratio, LIMIT)],
        notes=["Fresh interpreter each time, its own start (about 12 ms) not counted.", ""],
    )


if __name__ == "__main__":
    sys.exit(run("cold_import", measure))
