"""Findings of cdk-nag that are right as they are, each with its reason."""

import json
from typing import Any

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import IConstruct

_PACK = "AwsSolutions"


def explain(construct: IConstruct, rule: str, reason: str) -> None:
    """Acknowledge a rule (such as `SQS3`) below `construct`. `reason` is a whole sentence."""
    Validations.of(construct).acknowledge(
        Acknowledgment(id=f"{_PACK}::{_PACK}-{rule}", reason=reason)
    )


def explain_wildcard(construct: IConstruct, resource: str, reason: str) -> None:
    """Acknowledge one wildcard resource in the policies below `construct`, and no other."""
    spelled = flat(Stack.of(construct).resolve(resource))
    explain(construct, f"IAM5[Resource::{spelled}]", reason)


def flat(value: Any) -> str:
    """A resolved ARN in the spelling of cdk-nag: `<LogicalId.Arn>/prefix/*`."""
    match value:
        case str():
            return value.replace("${", "<").replace("}", ">")
        case {"Fn::Join": [delimiter, items]}:
            return str(delimiter).join(flat(item) for item in items)
        case {"Fn::GetAtt": [resource, attribute]}:
            return f"<{flat(resource)}.{flat(attribute)}>"
        case {"Ref": name}:
            return f"<{name}>"
        case _:
            return json.dumps(value, separators=(",", ":"))
