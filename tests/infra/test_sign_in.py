"""Who may come in, and for how long."""

from typing import Any

from tests.infra.synthesised import Stage, plain


def pool(stage: Stage) -> dict[str, Any]:
    (props,) = stage.of("Cognito::UserPool").values()
    return props


def client(stage: Stage) -> dict[str, Any]:
    (props,) = stage.of("Cognito::UserPoolClient").values()
    return props


def test_people_are_invited_and_never_sign_themselves_up(stage: Stage) -> None:
    assert pool(stage)["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True


def test_everybody_has_a_second_factor_in_the_cloud(cloud: Stage, local: Stage) -> None:
    assert pool(cloud)["MfaConfiguration"] == "ON"
    assert pool(cloud)["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]
    assert pool(local)["MfaConfiguration"] == "OFF"


def test_passwords_are_long(stage: Stage) -> None:
    policy = pool(stage)["Policies"]["PasswordPolicy"]
    assert policy["MinimumLength"] == 12
    assert policy["RequireNumbers"] is policy["RequireSymbols"] is True
    assert policy["RequireLowercase"] is policy["RequireUppercase"] is True


def test_the_four_groups_are_there(stage: Stage) -> None:
    groups = {g["GroupName"]: g["Precedence"] for g in stage.of("Cognito::UserPoolGroup").values()}
    assert groups == {"admin": 0, "staff": 1, "support": 2, "viewer": 3}


def test_the_page_is_a_public_client_with_code_and_pkce(stage: Stage) -> None:
    props = client(stage)
    assert props["GenerateSecret"] is False
    assert props["AllowedOAuthFlows"] == ["code"]
    assert props["AllowedOAuthScopes"] == ["openid", "email", "profile"]
    assert props["SupportedIdentityProviders"] == ["COGNITO"]
    assert props["PreventUserExistenceErrors"] == "ENABLED"
    # No flow takes a password from our own page, and none goes around the rotation.
    assert [f for f in props.get("ExplicitAuthFlows", []) if f != "ALLOW_USER_AUTH"] == []


def test_tokens_live_short_and_refresh_tokens_rotate(stage: Stage) -> None:
    props = client(stage)
    assert props["TokenValidityUnits"] == {
        "AccessToken": "minutes",
        "IdToken": "minutes",
        "RefreshToken": "minutes",
    }
    assert (props["AccessTokenValidity"], props["IdTokenValidity"]) == (30, 30)
    assert props["RefreshTokenValidity"] == 12 * 60
    assert props["RefreshTokenRotation"] == {"Feature": "ENABLED", "RetryGracePeriodSeconds": 60}
    assert props["EnableTokenRevocation"] is True


def test_on_one_machine_people_come_back_to_the_local_page(local: Stage) -> None:
    assert (
        client(local)["CallbackURLs"] == client(local)["LogoutURLs"] == ["http://localhost:8080/"]
    )


def test_the_cloud_trusts_no_local_address(cloud: Stage) -> None:
    assert "localhost" not in str(client(cloud)["CallbackURLs"])
    (authorizer,) = cloud.of("ApiGatewayV2::Authorizer").values()
    issuer = plain(authorizer["JwtConfiguration"]["Issuer"])
    assert issuer == "https://cognito-idp.ap-northeast-1.<AWS::URLSuffix>/<SignInPool>"


def test_every_route_but_that_of_the_malls_asks_for_an_access_token(stage: Stage) -> None:
    (authorizer,) = stage.of("ApiGatewayV2::Authorizer")
    routes = {r["RouteKey"]: r for r in stage.of("ApiGatewayV2::Route").values()}
    assert set(routes) == {
        "POST /webhooks/{shop}",
        *(
            f"ANY /api/{name}{rest}"
            for name in ("orders", "stock", "mail", "settings")
            for rest in ("", "/{proxy+}")
        ),
    }
    assert routes.pop("POST /webhooks/{shop}")["AuthorizationType"] == "NONE"
    for route in routes.values():
        assert route["AuthorizationType"] == "JWT"
        assert route["AuthorizerId"] == {"Ref": authorizer}
        # An ID token has no scopes, so it does not pass.
        assert route["AuthorizationScopes"] == ["openid"]


def test_requests_are_logged_without_people(stage: Stage) -> None:
    (api_stage,) = stage.of("ApiGatewayV2::Stage").values()
    logged = api_stage["AccessLogSettings"]["Format"]
    assert "$context.requestId" in logged
    assert "$context.routeKey" in logged
    for personal in ("identity", "sourceIp", "userAgent", "claims", "$context.path"):
        assert personal not in logged
    assert api_stage["DefaultRouteSettings"] == {
        "ThrottlingBurstLimit": 1000,
        "ThrottlingRateLimit": 500,
    }
