"""Cognito's sign-in pages: which they are, and the two that MiniStack 1.5.33 does not do right.

Both are answered with Cognito's own API, so that the page sees what the cloud gives:
- POST /oauth2/token with a refresh token forgets the person's groups;
- POST /oauth2/revoke is missing.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from botocore.exceptions import ClientError, ParamValidationError

from local.aws import Emulated
from local.proxy import Reply

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

_JSON = (("Content-Type", "application/json;charset=UTF-8"), ("Cache-Control", "no-store"))


class SignInPages:
    """The managed login of one app client."""

    def __init__(self, aws: Emulated, client_id: str) -> None:
        self.client_id = client_id
        self._aws = aws

    @staticmethod
    def serves(path: str) -> bool:
        """Whether the path is one of Cognito's."""
        return path in ("/login", "/logout") or path.startswith("/oauth2/")

    def mend(self, method: str, path: str, body: bytes) -> Reply | None:
        """The answer to a request that the emulator cannot answer; None for all others."""
        if method != "POST":
            return None
        form = dict(parse_qsl(body.decode(errors="replace")))
        if path == "/oauth2/revoke":
            return self._revoke(form)
        if path == "/oauth2/token" and form.get("grant_type") == "refresh_token":
            return self._refresh(form)
        return None

    def _refresh(self, form: Mapping[str, str]) -> Reply:
        try:
            result = self._cognito.get_tokens_from_refresh_token(
                RefreshToken=form.get("refresh_token", ""), ClientId=form.get("client_id", "")
            )["AuthenticationResult"]
        except (ClientError, ParamValidationError):
            return _json({"error": "invalid_grant"}, HTTPStatus.BAD_REQUEST)
        names = {
            "access_token": "AccessToken",
            "id_token": "IdToken",
            "refresh_token": "RefreshToken",
            "expires_in": "ExpiresIn",
            "token_type": "TokenType",
        }
        return _json({ours: result[name] for ours, name in names.items() if name in result})  # type: ignore[literal-required]

    def _revoke(self, form: Mapping[str, str]) -> Reply:
        try:
            self._cognito.revoke_token(
                Token=form.get("token", ""), ClientId=form.get("client_id", "")
            )
        except (ClientError, ParamValidationError):
            return _json({"error": "invalid_request"}, HTTPStatus.BAD_REQUEST)
        return Reply(HTTPStatus.OK, headers=(("Cache-Control", "no-store"),))

    @property
    def _cognito(self) -> "CognitoIdentityProviderClient":
        client: CognitoIdentityProviderClient = self._aws.client("cognito-idp")
        return client


def _json(body: Mapping[str, object], status: HTTPStatus = HTTPStatus.OK) -> Reply:
    return Reply(status, json.dumps(body).encode(), _JSON)
