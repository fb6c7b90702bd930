"""After everything else (hence the name): nothing personal is in any log.

The orders of all flow tests are those of people with names to search for.
"""

import json
from collections.abc import Iterator

import pytest

from local import demo
from local.stack import Stack
from tests.flows.asking import until
from tests.flows.shops import CANARIES, CART_SECRET, NAME, SHOPIFY_SECRET, open_cart

pytestmark = pytest.mark.flow

SAMPLE = ("bob.norman", "Bob Norman", "Chestnut", "555-625-1199", "demo@canary")
SECRETS = (CART_SECRET, SHOPIFY_SECRET, demo.SHOPIFY.secret, demo.GENERIC.secret)


def _lines(stack: Stack) -> Iterator[tuple[str, str]]:
    """(log group, line) of everything that was logged."""
    logs = stack.aws.client("logs")
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            name = group["logGroupName"]
            for events in logs.get_paginator("filter_log_events").paginate(logGroupName=name):
                yield from ((name, event["message"]) for event in events["events"])


def _written(text: str) -> set[str]:
    """A text as it may stand in a line: itself, and as ASCII JSON."""
    return {text.lower(), json.dumps(text)[1:-1].lower()}


def test_nothing_personal_and_no_secret_is_in_any_log(stack: Stack) -> None:
    shop = open_cart(stack, "logged")
    id_ = shop.sell("L1", ("NO-SUCH-SKU", 1))
    until(lambda: [row["id"] for row in shop.rows()], lambda ids: ids == [id_], "the order")
    # What people type is personal, too.
    for text in (NAME, "canary"):
        assert stack.person("viewer").get("/api/orders/search", q=text)["items"]
    stack.deliver("canary-shop", {}, b"canary").expect(404)
    stack.settle()
    lines = list(_lines(stack))
    wanted = (*CANARIES, *SAMPLE, *SECRETS, stack.password, stack.person("viewer").token())
    needles = {form for text in wanted for form in _written(text)}
    assert [line for line in lines if any(n in line[1].lower() for n in needles)] == []

    # The proof that it would have been found: every function has written, and ids are there.
    groups = {name for name, _ in lines}
    for area, name in (
        ("orders", "receive_webhook"),
        ("orders", "import_orders"),
        ("mail", "send"),
    ):
        if area != "mail":
            assert f"/aws/lambda/{stack.function_name(area, name)}" in groups
