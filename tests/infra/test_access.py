"""The vocabulary refuses what it should, at synthesis and not in production."""

from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_dynamodb as ddb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs

from infra.access import Access, Grant, call_malls, put_objects, send
from infra.config import Config
from infra.data import TableData
from infra.function import AccessError, AreaFunction


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    return Stack(App(outdir=str(tmp_path)), "T")


def function(stack: Stack, *access: Access) -> AreaFunction:
    return AreaFunction(
        stack,
        "work",
        config=Config(stage="dev"),
        area="orders",
        code=lambda_.Code.from_inline("x"),
        layers=(),
        access=access,
        seconds=3,
        memory=128,
    )


def test_one_variable_cannot_name_two_things(stack: Stack) -> None:
    first, second = sqs.Queue(stack, "A"), sqs.Queue(stack, "B")
    with pytest.raises(AccessError, match=r"orders\.work: QUEUE is given two values"):
        function(stack, send("QUEUE", first), send("QUEUE", second))


def test_one_variable_may_come_with_several_permissions(stack: Stack) -> None:
    queue = sqs.Queue(stack, "A")
    function(stack, send("QUEUE", queue), send("QUEUE", queue))


def test_no_word_may_take_a_variable_that_every_function_has(stack: Stack) -> None:
    with pytest.raises(AccessError, match="STAGE is given two values"):
        function(stack, Access((), {"STAGE": "mine"}))


def test_a_wildcard_resource_without_a_reason_is_refused(stack: Stack) -> None:
    with pytest.raises(AccessError, match="has a wildcard and no reason for it"):
        function(stack, Access((Grant(("s3:GetObject",), ("arn:aws:s3:::x/*",)),)))


def test_a_wildcard_action_is_refused_whatever_the_reason(stack: Stack) -> None:
    with pytest.raises(AccessError, match="no wildcard in actions"):
        function(stack, Access((Grant(("s3:*",), ("arn:aws:s3:::x",), "Because."),)))


@pytest.mark.parametrize("prefixes", [(), ("deliveries",), ("a/", "b")])
def test_objects_are_only_ever_granted_below_folders(
    stack: Stack, prefixes: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match="prefixes end in a slash"):
        put_objects("RAW_BUCKET", s3.Bucket(stack, "B"), *prefixes)


def test_who_calls_malls_may_write_access_tokens_and_no_other_secret(stack: Stack) -> None:
    table = ddb.TableV2(
        stack, "T", partition_key=ddb.Attribute(name="pk", type=ddb.AttributeType.STRING)
    )
    access = call_malls(stack, "/banto/dev/shops/", TableData(table, ()), "")
    allowed = {
        action: resource.partition(":parameter")[2]
        for grant in access.grants
        for action in grant.actions
        for resource in grant.resources
        if action.startswith("ssm:")
    }
    assert allowed == {
        "ssm:GetParameter": "/banto/dev/shops/*",
        "ssm:GetParameters": "/banto/dev/shops/*",
        "ssm:PutParameter": "/banto/dev/shops/*/token",
    }
    assert access.variables == {
        "CALLS_TABLE": table.table_name,
        "SHOP_SECRETS_PREFIX": "/banto/dev/shops/",
        "RELAY_FUNCTION": "",
    }
    function(stack, access)

    relay = call_malls(stack, "/banto/dev/shops/", TableData(table, ()), "banto-dev-relay")
    assert relay.variables == access.variables | {"RELAY_FUNCTION": "banto-dev-relay"}
    [invoke] = relay.grants[len(access.grants) :]
    assert invoke.actions == ("lambda:InvokeFunction",)
    [arn] = invoke.resources
    assert arn.endswith(":function:banto-dev-relay")
