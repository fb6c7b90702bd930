"""One Lambda of an area, with everything that no area should have to think of."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.access import Access, Grant
from infra.config import Config
from infra.data import removal
from infra.explain import explain, explain_wildcard
from infra.layers import ARCHITECTURE, RUNTIME
from infra.network import Network, in_network

# What CloudWatch Logs takes, by days.
_RETENTION = {
    1: logs.RetentionDays.ONE_DAY,
    3: logs.RetentionDays.THREE_DAYS,
    7: logs.RetentionDays.ONE_WEEK,
    14: logs.RetentionDays.TWO_WEEKS,
    30: logs.RetentionDays.ONE_MONTH,
    60: logs.RetentionDays.TWO_MONTHS,
    90: logs.RetentionDays.THREE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
    400: logs.RetentionDays.THIRTEEN_MONTHS,
    731: logs.RetentionDays.TWO_YEARS,
    1827: logs.RetentionDays.FIVE_YEARS,
}


class AccessError(Exception):
    """Two words of the vocabulary contradict each other, or a wildcard has no reason."""


def log_group(scope: Construct, id_: str, config: Config, name: str) -> logs.LogGroup:
    """A log group with the retention of the stage."""
    return logs.LogGroup(
        scope,
        id_,
        log_group_name=name,
        retention=_RETENTION[config.log_days],
        removal_policy=removal(config),
    )


class AreaFunction(lambda_.Function):
    """`functions/<area>/handlers/<name>.py`. Made by `Area.function`, not by hand."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        config: Config,
        area: str,
        code: lambda_.Code,
        layers: Sequence[lambda_.ILayerVersion],
        access: Sequence[Access],
        seconds: int,
        memory: int,
        network: Network | None = None,
    ) -> None:
        full = config.name(area, name)
        logged = log_group(scope, f"{name}-logs", config, f"/aws/lambda/{full}")
        role = _role(scope, area, name)
        super().__init__(
            scope,
            name,
            function_name=full,
            description=f"Banto {area}.{name}",
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            code=code,
            handler=f"{area}.handlers.{name}.handler",
            layers=list(layers),
            timeout=Duration.seconds(seconds),
            memory_size=memory,
            environment=_variables(config, area, name, access),
            log_group=logged,
            role=role,
            vpc=network.vpc if network else None,
            security_groups=[network.group] if network else None,
            tracing=lambda_.Tracing.ACTIVE if config.cloud else lambda_.Tracing.DISABLED,
        )
        self.name = name
        self.seconds = seconds
        self._role = role
        self._explain_basics(config)
        for grant in (_logging(logged), *(grant for a in access for grant in a.grants)):
            self.allow(grant)
        if network:
            self.allow(in_network())

    def allow(self, grant: Grant) -> None:
        """Add a statement to the role. Raises AccessError for a wildcard without a reason."""
        if any("*" in action for action in grant.actions):
            raise AccessError(f"{self.name}: no wildcard in actions: {grant.actions}")
        for resource in grant.resources:
            if "*" not in resource:
                continue
            if not grant.wildcard:
                raise AccessError(f"{self.name}: {resource} has a wildcard and no reason for it")
            explain_wildcard(self._role, resource, grant.wildcard)
        self.add_to_role_policy(
            iam.PolicyStatement(actions=list(grant.actions), resources=list(grant.resources))
        )

    def _explain_basics(self, config: Config) -> None:
        explain(
            self,
            "L1",
            "Python 3.13 has security updates until June 2029; a runtime is changed on purpose, "
            "together with the locked wheels, not because a newer one exists.",
        )
        if config.cloud:
            explain_wildcard(
                self._role, "*", "X-Ray knows no resources to restrict the writing of traces to."
            )


def _role(scope: Construct, area: str, name: str) -> iam.Role:
    return iam.Role(
        scope,
        f"{name}-role",
        description=f"What {area}.{name} may do",
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
    )


def _logging(group: logs.LogGroup) -> Grant:
    # CloudFormation's ARN of a log group ends in `:*`, its streams: Lambda makes up their names.
    return Grant(("logs:CreateLogStream", "logs:PutLogEvents"), (group.log_group_arn,))


def _variables(config: Config, area: str, name: str, access: Sequence[Access]) -> Mapping[str, str]:
    """The variables of every function and those of its access words."""
    variables = {
        "STAGE": config.stage,
        "POWERTOOLS_SERVICE_NAME": area,
        "LOG_LEVEL": config.log_level,
    }
    for one in access:
        for variable, value in one.variables.items():
            if variables.setdefault(variable, value) != value:
                raise AccessError(f"{area}.{name}: {variable} is given two values")
    return variables
