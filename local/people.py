"""One person for each group, so that everything can be tried from every side."""

import json
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from local.aws import Emulated

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

# A user of each group is called like it.
GROUPS: Sequence[str] = ("admin", "staff", "support", "viewer")


def password_in(home: Path) -> str:
    """The one password of all of them: made up at the first run, kept readable for us only."""
    kept = home / "sign-in.json"
    if kept.exists():
        return str(json.loads(kept.read_text())["password"])
    # A digit, a capital and a sign, because the pool's rules ask for one of each.
    made = f"Banto-{secrets.token_hex(5)}-1"
    home.mkdir(parents=True, exist_ok=True)
    kept.touch(mode=0o600)
    kept.write_text(json.dumps({"users": list(GROUPS), "password": made}))
    return made


def invite(aws: Emulated, pool_id: str, password: str) -> None:
    """Make sure that all of them are there, in their groups and with this password."""
    cognito: CognitoIdentityProviderClient = aws.client("cognito-idp")
    for name in GROUPS:
        try:
            cognito.admin_get_user(UserPoolId=pool_id, Username=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "UserNotFoundException":
                raise
            cognito.admin_create_user(
                UserPoolId=pool_id,
                Username=name,
                MessageAction="SUPPRESS",
                UserAttributes=[
                    {"Name": "email", "Value": f"{name}@example.com"},
                    {"Name": "email_verified", "Value": "true"},
                ],
            )
        cognito.admin_set_user_password(
            UserPoolId=pool_id, Username=name, Password=password, Permanent=True
        )
        cognito.admin_add_user_to_group(UserPoolId=pool_id, Username=name, GroupName=name)
