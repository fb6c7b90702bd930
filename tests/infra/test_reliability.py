"""Nothing gets lost unseen: dead letters, alarms, tries, order of time-outs."""

import json
import re
from pathlib import Path
from typing import Any

from infra.config import Config
from infra.tables import TABLES
from tests.infra.synthesised import Stage

QUEUES = {
    "orders-inbound",
    "orders-pull",
    "orders-amazon_notifications",
    "orders-tell_mall",
    "orders-on_stock",
    "orders-on_product",
    "stock-allocate",
    "stock-imports",
    "stock-offers",
    "stock-fill_waiting",
    "stock-push",
    "stock-on_watermark",
    "stock-reconcile",
    "stock-listings",
    "mail-outbox",
    "mail-compose",
    "mail-on_feedback",
}
STREAMS = {
    "orders-publish_events",
    "stock-publish_events",
    "stock-record_moves",
    "mail-dispatch",
}
TIMERS = {
    "orders-advance",
    "orders-schedule_pulls",
    "stock-propose_orders",
    "stock-rebalance",
    "stock-reconcile_levels",
    "mail-sweep",
    "support-check_credentials",
}


def queues(stage: Stage) -> dict[str, dict[str, Any]]:
    """By short name, such as `orders-inbound`."""
    prefix = f"banto-{stage.name}-"
    return {
        props["QueueName"].removeprefix(prefix): props for props in stage.of("SQS::Queue").values()
    }


def alarms(stage: Stage) -> dict[str, dict[str, Any]]:
    prefix = f"banto-{stage.name}-"
    return {
        props["AlarmName"].removeprefix(prefix): props
        for props in stage.of("CloudWatch::Alarm").values()
    }


def test_every_queue_stream_and_timer_has_dead_letters(stage: Stage) -> None:
    assert set(queues(stage)) == QUEUES | {f"{n}-dead" for n in QUEUES | STREAMS | TIMERS}


def test_every_queue_sends_what_fails_to_its_own_dead_letters(stage: Stage) -> None:
    ids = {p["QueueName"]: id_ for id_, p in stage.of("SQS::Queue").items()}
    for name, props in queues(stage).items():
        if name.endswith("-dead"):
            assert "RedrivePolicy" not in props
            continue
        target = props["RedrivePolicy"]["deadLetterTargetArn"]
        assert target == {"Fn::GetAtt": [ids[f"banto-{stage.name}-{name}-dead"], "Arn"]}
        assert props["RedrivePolicy"]["maxReceiveCount"] in (5, 8, 10)


def test_dead_letters_are_kept_longer_than_what_is_alive(stage: Stage) -> None:
    days = {name: p["MessageRetentionPeriod"] / 86400 for name, p in queues(stage).items()}
    assert {days[name] for name in days if name.endswith("-dead")} == {14}
    assert {days[name] for name in days if not name.endswith("-dead")} == {4}


def test_every_queue_is_encrypted_and_refuses_plain_http(stage: Stage) -> None:
    assert all(props["SqsManagedSseEnabled"] is True for props in queues(stage).values())
    refused = set()
    for policy in stage.of("SQS::QueuePolicy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Effect"] == "Deny":
                assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
                refused |= {ref["Ref"] for ref in policy["Queues"]}
    assert refused == set(stage.of("SQS::Queue"))


def sources(stage: Stage) -> dict[str, dict[str, Any]]:
    """Event source mappings by function, such as `orders-import_orders`."""
    names = {
        id_: props["FunctionName"].removeprefix(f"banto-{stage.name}-")
        for id_, props in stage.of("Lambda::Function").items()
        if "FunctionName" in props
    }
    return {
        names[props["FunctionName"]["Ref"]]: props
        for props in stage.of("Lambda::EventSourceMapping").values()
    }


def test_batches_may_fail_in_part(stage: Stage) -> None:
    assert len(sources(stage)) == len(QUEUES | STREAMS)
    for props in sources(stage).values():
        assert props["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_streams_are_read_from_the_start_split_on_errors_and_end_in_dead_letters(
    stage: Stage,
) -> None:
    for name in STREAMS:
        props = sources(stage)[name]
        assert props["StartingPosition"] == "TRIM_HORIZON"
        assert props["BisectBatchOnFunctionError"] is True
        assert props["MaximumRetryAttempts"] == 50
        dead = props["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
        assert stage.resource(dead)["Properties"]["QueueName"] == f"banto-{stage.name}-{name}-dead"


def test_streams_pass_on_only_what_somebody_is_told_of(prod: Stage) -> None:
    def patterns(name: str) -> list[Any]:
        filters = sources(prod)[name]["FilterCriteria"]["Filters"]
        return [json.loads(one["Pattern"]) for one in filters]

    assert patterns("orders-publish_events") == [
        {
            "eventName": ["INSERT", "MODIFY"],
            "dynamodb": {"Keys": {"sk": {"S": ["ORDER", "WATERMARK"]}}},
        }
    ]
    assert patterns("stock-publish_events") == [
        {"dynamodb": {"Keys": {"sk": {"S": ["LEVEL", "ALLOC"]}}}},
        {"dynamodb": {"Keys": {"pk": {"S": ["PRODUCT"]}}}},
        {
            "eventName": ["INSERT"],
            "dynamodb": {"Keys": {"pk": {"S": [{"prefix": "LISTING#"}]}}},
        },
    ]
    assert patterns("stock-record_moves") == [{"dynamodb": {"Keys": {"sk": {"S": ["LEVEL"]}}}}]
    assert patterns("mail-dispatch") == [
        {"dynamodb": {"NewImage": {"sk": {"S": ["JOB"]}, "state": {"S": ["QUEUED"]}}}}
    ]


def test_hot_stock_is_written_by_two_at_a_time(prod: Stage) -> None:
    most = {
        name: props["ScalingConfig"]["MaximumConcurrency"]
        for name, props in sources(prod).items()
        if "ScalingConfig" in props
    }
    assert most["stock-allocate"] == 2
    assert most["stock-fill_waiting"] == 2
    by_other_names = {"orders-inbound", "orders-pull", "orders-amazon_notifications", "mail-outbox"}
    by_other_names |= {"stock-imports", "stock-push", "stock-reconcile", "stock-offers"}
    by_other_names |= {"stock-listings"}
    assert set(most) == {
        *(QUEUES - by_other_names),
        "orders-import_orders",
        "orders-pull_orders",
        "orders-receive_notification",
        "stock-push_levels",
        "stock-reconcile_levels",
        "stock-import_listings",
        "stock-run_import",
        "stock-offer_product",
        "mail-send",
    }


def test_a_message_stays_hidden_while_its_function_may_run(stage: Stage) -> None:
    factor = Config(stage=stage.name).visibility_factor
    functions = stage.of("Lambda::Function")
    for props in stage.of("Lambda::EventSourceMapping").values():
        source = props["EventSourceArn"]["Fn::GetAtt"][0]
        queue = stage.resource(source)["Properties"]
        if "QueueName" in queue:
            timeout = functions[props["FunctionName"]["Ref"]]["Timeout"]
            assert queue["VisibilityTimeout"] >= factor * timeout


def test_what_the_bus_cannot_hand_over_goes_to_the_dead_letters_too(stage: Stage) -> None:
    dead = {
        id_ for id_, props in stage.of("SQS::Queue").items() if props["QueueName"].endswith("-dead")
    }
    rules = stage.of("Events::Rule")
    assert sum("ScheduleExpression" in props for props in rules.values()) == len(TIMERS)
    for props in rules.values():
        (target,) = props["Targets"]
        assert target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0] in dead


def test_events_are_chosen_by_name_and_a_level_only_when_it_can_be_filled(prod: Stage) -> None:
    patterns = {
        props["Description"].split()[1]: props["EventPattern"]
        for props in prod.of("Events::Rule").values()
        if "EventPattern" in props
    }
    ours = [{"prefix": "banto."}]
    received = {
        "source": ours,
        "detail-type": ["OrderReceived", "OrderChanged"],
        "detail": {"change": [{"anything-but": ["allocation"]}]},
    }
    assert patterns == {
        "orders.on_stock": {"source": ours, "detail-type": ["StockAllocated", "StockShort"]},
        "orders.on_product": {
            "source": ours,
            "detail-type": ["ProductRegistered", "ListingMapped"],
        },
        "stock.allocate": received,
        "stock.fill_waiting": {
            "source": ours,
            "detail-type": ["StockLevelChanged"],
            "detail": {"fillable": [True]},
        },
        "stock.push_levels": {
            "source": ours,
            "detail-type": ["StockLevelChanged", "ListingMapped"],
        },
        "stock.on_watermark": {"source": ours, "detail-type": ["ShopWatermarkAdvanced"]},
        "mail.compose": received,
        "mail.on_feedback": {
            "source": ["aws.ses"],
            "detail": {"mail": {"tags": {"ses:configuration-set": ["banto-prod"]}}},
        },
    }


def test_every_dead_letter_queue_queue_stream_and_function_has_its_alarm(cloud: Stage) -> None:
    functions = {name.replace(".", "-") for name in cloud.functions()}
    assert set(alarms(cloud)) == {
        *(f"{name}-dead-letters" for name in QUEUES | STREAMS | TIMERS),
        *(f"{name}-age" for name in QUEUES),
        *(f"{name}-lag" for name in STREAMS),
        *(f"{name}-errors" for name in functions),
        "api-errors",
        "credentials-notices",
        "shops-lag",
        "stock-throttles",
        "lambda-throttles",
        "mail-bounce-rate",
        "mail-complaint-rate",
    }


def test_one_dead_letter_is_enough_for_an_alarm(cloud: Stage) -> None:
    for name, props in alarms(cloud).items():
        if name.endswith("-dead-letters"):
            (metric,) = props["Metrics"]
            assert metric["MetricStat"]["Period"] == 60
            assert (props["Threshold"], props["EvaluationPeriods"]) == (1, 1)
            name = metric["MetricStat"]["Metric"]["MetricName"]
            assert name == "ApproximateNumberOfMessagesVisible"


def test_every_alarm_tells_somebody_when_it_begins_and_ends(cloud: Stage) -> None:
    (topic,) = cloud.of("SNS::Topic")
    for props in alarms(cloud).values():
        assert props["AlarmActions"] == props["OKActions"] == [{"Ref": topic}]
        assert props["TreatMissingData"] == "notBreaching"


def test_somebody_is_written_to_when_an_address_is_given(prod: Stage, customised: Stage) -> None:
    assert prod.of("SNS::Subscription") == {}
    (subscription,) = customised.of("SNS::Subscription").values()
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "ops@example.com")


def test_there_is_one_dashboard_and_none_on_one_machine(cloud: Stage, local: Stage) -> None:
    (dashboard,) = cloud.of("CloudWatch::Dashboard").values()
    shown = set(re.findall(r'"title":"([^"]+)"', json.dumps(dashboard).replace('\\"', '"')))
    assert shown == {
        "Dead letters",
        "Oldest message, s",
        "Behind the stream, ms",
        "Errors",
        "Duration p95, ms",
        "API: requests and errors",
        "API: milliseconds",
        "Lambda: throttled",
        "SES: reputation",
    }
    assert local.of("CloudWatch::Dashboard") == local.of("CloudWatch::Alarm") == {}


def test_each_desk_watches_all_queues_of_its_area(stage: Stage) -> None:
    for area in ("orders", "stock", "mail"):
        variable = stage.functions()[f"{area}.api"]["Environment"]["Variables"]["WATCHED_QUEUES"]
        watched = set(re.findall(r'"([\w-]+)":"', "".join(map(str, variable["Fn::Join"][1]))))
        assert watched == {
            name.removeprefix(f"{area}-") for name in queues(stage) if name.startswith(f"{area}-")
        }


def test_the_health_screen_has_a_word_for_every_queue_that_is_watched(stage: Stage) -> None:
    words = (Path(__file__).parents[2] / "admin/i18n/ja_shops.js").read_text("utf-8")
    watched = {
        name.partition("-")[2].removesuffix("-dead").replace("-", "_")
        for name in queues(stage)
        if not name.startswith("support-")
    }
    assert len(watched) > len(QUEUES)
    assert {name for name in watched if f"'worker.{name}':" not in words} == set()


def test_every_log_is_kept_for_a_time_and_no_longer(stage: Stage) -> None:
    days = {"local": 7, "dev": 30, "prod": 400}[stage.name]
    assert {p["RetentionInDays"] for p in stage.of("Logs::LogGroup").values()} == {days}


def test_every_function_logs_to_a_group_of_ours(stage: Stage) -> None:
    groups = set(stage.of("Logs::LogGroup"))
    for props in stage.of("Lambda::Function").values():
        assert props["LoggingConfig"]["LogGroup"]["Ref"] in groups


def test_tables_are_as_the_plain_data_says(stage: Stage) -> None:
    tables = {
        id_[4:].rstrip("0123456789ABCDEF").lower(): p
        for id_, p in stage.of("DynamoDB::GlobalTable").items()
    }
    assert set(tables) == set(TABLES)
    for name, spec in TABLES.items():
        props = tables[name]
        assert ("StreamSpecification" in props) is spec.stream
        assert props["BillingMode"] == "PAY_PER_REQUEST"
        assert props["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
        indexes = {
            index["IndexName"]: tuple(key["AttributeName"] for key in index["KeySchema"])
            for index in props.get("GlobalSecondaryIndexes", ())
        }
        assert indexes == dict(spec.gsis)
