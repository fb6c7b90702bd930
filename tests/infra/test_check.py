"""`python -m infra.check` goes red when it should."""

import json
from pathlib import Path

from aws_cdk import App, Stack, Validations
from aws_cdk import aws_sqs as sqs
from cdk_nag import AwsSolutionsChecks

from infra import check
from infra.app import app_for
from infra.explain import explain
from tests.infra.synthesised import QUIET


def app_with_a_careless_queue(out: Path) -> tuple[App, sqs.Queue]:
    app = app_for("dev", out, QUIET)
    Validations.of(app).add_plugins(AwsSolutionsChecks())
    return app, sqs.Queue(Stack(app, "Banto"), "Careless")


def test_what_nobody_explained_is_found(tmp_path: Path) -> None:
    app, _ = app_with_a_careless_queue(tmp_path)
    app.synth()
    rules = sorted(line.split()[0] for line in check.findings(tmp_path))
    assert rules == ["AwsSolutions-SQS3", "AwsSolutions-SQS4"]
    assert check.explained(tmp_path) == 0


def test_an_explanation_covers_its_own_rule_only(tmp_path: Path) -> None:
    app, queue = app_with_a_careless_queue(tmp_path)
    explain(queue, "SQS3", "Nobody would miss what gets lost here.")
    app.synth()
    assert [line.split()[0] for line in check.findings(tmp_path)] == ["AwsSolutions-SQS4"]
    assert check.explained(tmp_path) == 1


def test_what_cloudformation_would_refuse_is_found(tmp_path: Path) -> None:
    template = tmp_path / "Banto.template.json"
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": "soon"}}
    template.write_text(json.dumps({"Resources": {"Q": queue}}))
    (found,) = check.lint(template)
    assert "E3012" in found
    template.write_text(json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}))
    assert check.lint(template) == []
