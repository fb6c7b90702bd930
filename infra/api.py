"""The HTTP API: routes to the areas' functions, behind the staff's sign-in or public."""

import json

import jsii
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_apigateway import AccessLogFormat
from aws_cdk.aws_apigatewayv2_authorizers import HttpJwtAuthorizer
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from infra.config import Config
from infra.explain import explain
from infra.function import log_group

# An ID token has no scopes, so asking for one keeps out what is not an access token.
SCOPE = "openid"

# Far above a busy day and far below what an account can bear: a flood gets 429, and malls send
# again.
_RATE, _BURST = 500, 1000

# What is known of a request without knowing anything of the person.
_LOGGED = {
    "at": "$context.requestTimeEpoch",
    "request_id": "$context.requestId",
    "route": "$context.routeKey",
    "status": "$context.status",
    "milliseconds": "$context.responseLatency",
    "bytes": "$context.responseLength",
    "error": "$context.error.message",
    "authorizer_error": "$context.authorizer.error",
    "integration_error": "$context.integrationErrorMessage",
}


@jsii.implements(apigw.IAccessLogSettings)
class _AccessLog:
    """Where the access log goes, and as what."""

    def __init__(self, destination: apigw.IAccessLogDestination) -> None:
        self._destination = destination

    @property
    def destination(self) -> apigw.IAccessLogDestination:
        return self._destination

    @property
    def format(self) -> AccessLogFormat:
        return AccessLogFormat.custom(json.dumps(_LOGGED))


class Api(Construct):
    """One HTTP API with one stage. `trust` comes before the first `route`."""

    def __init__(self, scope: Construct, id_: str, config: Config) -> None:
        super().__init__(scope, id_)
        self.api = apigw.HttpApi(self, "Http", api_name=config.name(), create_default_stage=False)
        logged = log_group(self, "Logs", config, f"/aws/apigateway/{config.name()}")
        self.stage = apigw.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            stage_name="$default",
            auto_deploy=True,
            throttle=apigw.ThrottleSettings(rate_limit=_RATE, burst_limit=_BURST),
            access_log_settings=_AccessLog(apigw.LogGroupLogDestination(logged)),
        )
        self._authorizer: apigw.IHttpRouteAuthorizer | None = None
        self._integrations: dict[str, HttpLambdaIntegration] = {}

    @property
    def url(self) -> str:
        """`https://…`, without a slash at the end."""
        return self.api.api_endpoint

    def trust(self, issuer: str, client_id: str) -> None:
        """Take access tokens of this issuer, made for this client."""
        self._authorizer = HttpJwtAuthorizer("Staff", issuer, jwt_audience=[client_id])

    def route(self, method: str, path: str, function: lambda_.IFunction, *, public: bool) -> None:
        """Hand requests to a function. method: an HTTP method or ANY."""
        if self._authorizer is None:
            raise ValueError("the API trusts nobody yet")
        key = function.node.path
        if key not in self._integrations:
            self._integrations[key] = HttpLambdaIntegration(function.node.id, function)
        routes = self.api.add_routes(
            path=path,
            methods=[apigw.HttpMethod(method)],
            integration=self._integrations[key],
            authorizer=apigw.HttpNoneAuthorizer() if public else self._authorizer,
            authorization_scopes=None if public else [SCOPE],
        )
        if public:
            for route in routes:
                explain(
                    route,
                    "APIG4",
                    "A mall cannot sign in; the function checks the signature over the raw bytes "
                    "before anything else.",
                )
