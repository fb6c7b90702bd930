"""What differs between the stages, and what must not."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from infra import check
from infra.app import STACK_ID
from infra.bundle import ROOT
from tests.infra.synthesised import Stage, synthesise

OUTPUTS = {
    "Region",
    "ApiUrl",
    "UserPoolId",
    "UserPoolClientId",
    "CognitoDomain",
    "RawBucketName",
    "SettingsTableName",
    "EventBusName",
}


def test_every_stage_says_where_everything_is(stage: Stage) -> None:
    cloud_only = {"SiteUrl"} if stage.name != "local" else set()
    assert set(stage.template["Outputs"]) == OUTPUTS | cloud_only


def test_two_stages_fit_into_one_account(dev: Stage, prod: Stage) -> None:
    def names(stage: Stage) -> set[str]:
        named = ("QueueName", "FunctionName", "LogGroupName", "AlarmName", "TopicName", "Name")
        return {
            props[key]
            for resource in stage.template["Resources"].values()
            for props in [resource.get("Properties", {})]
            for key in named
            if isinstance(props.get(key), str)
        }

    def is_ours(name: str) -> bool:
        return "banto" in name

    assert len(names(prod)) > 100
    assert {name for name in names(dev) & names(prod) if is_ours(name)} == set()


def test_production_data_survives_mistakes(prod: Stage) -> None:
    for props in prod.of("DynamoDB::GlobalTable").values():
        (replica,) = props["Replicas"]
        assert replica["DeletionProtectionEnabled"] is True
        assert replica["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    (pool,) = prod.of("Cognito::UserPool").values()
    assert pool["DeletionProtection"] == "ACTIVE"
    kept = ("DynamoDB::GlobalTable", "Cognito::UserPool", "Logs::LogGroup")
    for kind in kept:
        for id_ in prod.of(kind):
            assert prod.resource(id_)["DeletionPolicy"] == "RetainExceptOnCreate", id_
            assert prod.resource(id_)["UpdateReplacePolicy"] == "Retain", id_
    for id_ in prod.of("S3::Bucket"):
        if not id_.startswith("Site"):
            assert prod.resource(id_)["DeletionPolicy"] == "RetainExceptOnCreate", id_


def test_what_is_made_up_goes_with_its_stage(dev: Stage, local: Stage) -> None:
    for made_up in (dev, local):
        for kind in ("DynamoDB::GlobalTable", "Cognito::UserPool", "Logs::LogGroup"):
            for id_ in made_up.of(kind):
                assert made_up.resource(id_)["DeletionPolicy"] == "Delete", id_


def test_raw_objects_are_kept_for_their_time(prod: Stage, customised: Stage) -> None:
    def days(stage: Stage) -> dict[str, int]:
        bucket = stage.resource(bucket_id(stage, "DataRaw"))["Properties"]
        rules = bucket["LifecycleConfiguration"]["Rules"]
        return {r["Prefix"]: r["ExpirationInDays"] for r in rules if "Prefix" in r}

    assert days(prod) == {"deliveries/": 30, "imports/": 30, "mails/": 180}
    assert days(customised) == {"deliveries/": 14, "imports/": 30, "mails/": 180}


def bucket_id(stage: Stage, start: str) -> str:
    (id_,) = (id_ for id_ in stage.of("S3::Bucket") if id_.startswith(start))
    return id_


def test_buckets_are_private_encrypted_and_refuse_plain_http(stage: Stage) -> None:
    buckets = stage.of("S3::Bucket")
    for props in buckets.values():
        assert set(props["PublicAccessBlockConfiguration"].values()) == {True}
        assert "BucketEncryption" in props
    refused = {
        policy["Bucket"]["Ref"]
        for policy in stage.of("S3::BucketPolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    }
    assert refused == set(buckets)


def test_who_reads_raw_deliveries_is_logged(cloud: Stage) -> None:
    logged = cloud.resource(bucket_id(cloud, "DataRaw"))["Properties"]["LoggingConfiguration"]
    assert logged["DestinationBucketName"] == {"Ref": bucket_id(cloud, "DataAccessLogs")}


def test_a_key_of_ones_own_covers_tables_and_bucket(customised: Stage) -> None:
    (key_id,) = customised.of("KMS::Key")
    arn = {"Fn::GetAtt": [key_id, "Arn"]}
    for props in customised.of("DynamoDB::GlobalTable").values():
        (replica,) = props["Replicas"]
        assert replica["SSESpecification"] == {"KMSMasterKeyId": arn}
    bucket = customised.resource(bucket_id(customised, "DataRaw"))["Properties"]
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"] == arn
    assert rule["BucketKeyEnabled"] is True
    assert customised.of("KMS::Key")[key_id]["EnableKeyRotation"] is True


def test_the_optional_parts_have_no_findings_either(customised: Stage) -> None:
    assert check.findings(customised.out) == []
    assert check.lint(customised.out / f"{STACK_ID}.template.json") == []


def test_functions_run_on_the_design_s_runtime_with_traces_in_the_cloud(stage: Stage) -> None:
    tracing = {"Mode": "Active"} if stage.name != "local" else None
    for props in stage.functions().values():
        assert props["Runtime"] == "python3.13"
        assert props["Architectures"] == ["arm64"]
        assert props.get("TracingConfig") == tracing
        assert len(props["Layers"]) == 2
        assert props["Timeout"] <= 900


def test_a_request_is_never_waited_for_longer_than_the_api_waits(stage: Stage) -> None:
    for name in ("orders.api", "stock.api", "mail.api", "support.api", "orders.receive_webhook"):
        assert stage.functions()[name]["Timeout"] <= 30


def test_one_machine_needs_nothing_the_emulator_lacks(local: Stage) -> None:
    absent = ("CloudFront::Distribution", "Cognito::ManagedLoginBranding", "SNS::Topic")
    assert [kind for kind in absent if local.of(kind)] == []
    assert not [r for r in local.template["Resources"].values() if r["Type"].startswith("Custom")]


def test_the_same_sources_make_the_same_template(tmp_path: Path) -> None:
    first, second = (synthesise("prod", tmp_path / name) for name in ("first", "second"))
    assert first.template == second.template


def test_synthesis_needs_no_account_and_no_credentials(tmp_path: Path) -> None:
    """A process with an empty environment and an unreachable proxy for all it might ask."""
    code = (
        "import json, sys, pathlib\n"
        "from infra.app import app_for, build\n"
        "app = app_for('prod', pathlib.Path(sys.argv[1])); build(app); app.synth()\n"
    )
    nowhere = "http://127.0.0.1:9"
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HTTPS_PROXY": nowhere, "HTTP_PROXY": nowhere},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    stack: dict[str, Any] = manifest["artifacts"][STACK_ID]
    assert stack["environment"] == "aws://unknown-account/ap-northeast-1"
