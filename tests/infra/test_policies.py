"""What functions may do: exactly what they need, and nothing by accident."""

import re
from typing import Any

import boto3
import pytest

from infra.bundle import FUNCTIONS
from infra.explain import flat
from infra.stack import AREAS
from tests.infra.synthesised import Stage, listed

READ = {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}
WRITE = READ | {
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:BatchWriteItem",
}


def ours(stage: Stage) -> list[tuple[str, dict[str, Any]]]:
    """Statements of our functions; CDK's own function is not ours."""
    return [(id_, s) for id_, s in stage.statements() if not id_.startswith("CustomCDK")]


def test_no_action_of_ours_has_a_wildcard(stage: Stage) -> None:
    assert [s for _, s in ours(stage) if any("*" in a for a in listed(s["Action"]))] == []


def test_nothing_may_scan_or_delete_a_table(stage: Stage) -> None:
    actions = {a for _, s in ours(stage) for a in listed(s["Action"]) if a.startswith("dynamodb:")}
    streams = {
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
    }
    assert actions == WRITE | streams


def test_every_wildcard_in_a_resource_has_a_written_reason(stage: Stage) -> None:
    wildcards = {
        flat(resource)
        for _, statement in ours(stage)
        for resource in listed(statement["Resource"])
        if "*" in flat(resource)
    }
    explained = {
        finding.partition("IAM5[Resource::")[2].partition("] ")[0]
        for finding in stage.explained()
        if "IAM5[Resource::" in finding and "Custom::CDK" not in finding
    }
    assert wildcards == explained
    assert any(resource.endswith("/deliveries/*") for resource in wildcards)


def test_every_explanation_is_a_sentence(stage: Stage) -> None:
    for finding, reason in stage.explained().items():
        assert reason[0].isupper(), finding
        assert reason.endswith("."), finding
        assert len(reason.split()) >= 8, finding


def test_nothing_is_left_unexplained(stage: Stage) -> None:
    assert [v for plugin in stage.report() for v in plugin["violations"]] == []


def test_the_only_open_resource_is_that_of_traces(cloud: Stage, local: Stage) -> None:
    def open_to_all(stage: Stage) -> set[str]:
        return {
            action
            for _, statement in ours(stage)
            if "*" in listed(statement["Resource"])
            for action in listed(statement["Action"])
        }

    assert open_to_all(cloud) == {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}
    assert open_to_all(local) == set()


def test_the_receiver_may_read_shops_and_secrets_keep_bytes_and_enqueue(prod: Stage) -> None:
    allowed = prod.allowed("orders.receive_webhook")
    settings, raw = "<DataSettings.Arn>", "<DataRaw.Arn>"
    account = "<AWS::AccountId>"
    parameters = f"arn:aws:ssm:ap-northeast-1:{account}:parameter/banto/prod/shops/*"
    assert allowed == {
        *((action, settings) for action in READ),
        ("ssm:GetParameter", parameters),
        ("ssm:GetParameters", parameters),
        ("sqs:SendMessage", "<Ordersinboundqueue.Arn>"),
        ("s3:PutObject", f"{raw}/deliveries/*"),
        ("logs:CreateLogStream", "<Ordersreceivewebhooklogs.Arn>"),
        ("logs:PutLogEvents", "<Ordersreceivewebhooklogs.Arn>"),
        ("xray:PutTraceSegments", "*"),
        ("xray:PutTelemetryRecords", "*"),
    }


def test_nobody_but_amazon_may_write_to_a_queue_from_outside(stage: Stage) -> None:
    allowed = [
        (policy["Queues"][0]["Ref"], statement["Action"], statement["Principal"])
        for policy in stage.of("SQS::QueuePolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow" and "AWS" in statement["Principal"]
    ]

    [(queue, actions, principal)] = allowed
    name = stage.resource(queue)["Properties"]["QueueName"]
    assert name == f"banto-{stage.name}-orders-amazon_notifications"
    assert set(actions) == {"sqs:SendMessage", "sqs:GetQueueAttributes"}
    assert "437568002678" in str(principal)


def test_only_the_sender_may_send_mail_and_only_through_the_configuration_set(
    prod: Stage, customised: Stage
) -> None:
    def mailing(stage: Stage) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for name in stage.functions():
            for action, resource in stage.allowed(name):
                if action.startswith("ses:"):
                    found.setdefault(f"{name} {action}", set()).add(resource)
        return found

    ses = "arn:aws:ses:ap-northeast-1:<AWS::AccountId>:"
    assert mailing(prod) == {
        "mail.send ses:SendEmail": {f"{ses}configuration-set/banto-prod", f"{ses}identity/*"}
    }
    assert mailing(customised) == {
        "mail.send ses:SendEmail": {
            f"{ses}configuration-set/banto-prod",
            f"{ses}identity/example.com",
        }
    }


def test_only_settings_may_write_the_secrets_of_shops(prod: Stage) -> None:
    writers = {
        name
        for name in prod.functions()
        for action, resource in prod.allowed(name)
        if action == "ssm:PutParameter" and not resource.endswith("/shops/*/token")
    }
    assert writers == {"support.api"}


@pytest.mark.parametrize("area", ["orders", "stock", "mail"])
def test_no_area_may_touch_the_table_of_another(prod: Stage, area: str) -> None:
    tables = {"orders": "DataOrders", "stock": "DataStock", "mail": "DataMail"}
    for name in prod.functions():
        if name.startswith(f"{area}."):
            touched = {r for a, r in prod.allowed(name) if a in WRITE}
            others = [t for other, t in tables.items() if other != area]
            assert not [r for r in touched if r.startswith(tuple(f"<{t}" for t in others))], name


def test_a_table_with_indexes_names_each_of_them(prod: Stage) -> None:
    queried = {r for a, r in prod.allowed("mail.api") if a == "dynamodb:Query" and "Mail" in r}
    table = next(r for r in queried if "/index/" not in r)
    assert queried == {table, f"{table}/index/by_order", f"{table}/index/by_state"}


# Where the name of an operation is not the name of its permission.
PERMISSIONS = {
    "s3:HeadObject": "s3:GetObject",
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}


def called(source: str) -> set[str]:
    """The permissions of every AWS operation that a module calls, by the clients it asks for."""
    found = set()
    for service in re.findall(r'client\(\s*"(\w+)"', source):
        made = boto3.client(service)
        prefix = made.meta.service_model.signing_name
        names = made.meta.method_to_api_mapping
        for method in re.findall(r"\.(\w+)\(", source):
            if method in names:
                action = f"{prefix}:{names[method]}"
                found.add(PERMISSIONS.get(action, action))
    return found


@pytest.mark.parametrize("area", sorted(AREAS))
def test_whatever_an_area_calls_one_of_its_functions_may_do(prod: Stage, area: str) -> None:
    allowed = {
        action
        for name in prod.functions()
        if name.startswith(f"{area}.")
        for action, _ in prod.allowed(name)
    }
    sources = sorted((FUNCTIONS / area).rglob("*.py"))
    missing = {
        f"{path.relative_to(FUNCTIONS)}: {action}"
        for path in sources
        for action in called(path.read_text(encoding="utf-8")) - allowed
    }
    assert missing == set()


def test_calls_are_found_in_a_source() -> None:
    source = """
        sqs: SQSClient = client("sqs")
        sqs.send_message_batch(QueueUrl=url, Entries=entries)
        s3 = boto3.client("s3", config=config)
        found = unless_gone(lambda: s3.head_object(**where))
        client("sesv2", retry=False).send_email(**request)
        text.format(x)
    """
    assert called(source) == {"sqs:SendMessage", "s3:GetObject", "ses:SendEmail"}
