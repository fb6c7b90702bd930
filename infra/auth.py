"""Who may use the admin page: Cognito with managed login."""

from collections.abc import Sequence

from aws_cdk import Duration, Stack
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.config import Config
from infra.data import removal
from infra.explain import explain

# What each group may do is in common/auth.py. The lower number wins where a person has several.
GROUPS = {
    "admin": "Everything, with shops and staff",
    "staff": "Orders, stock and mails",
    "support": "Mails and tickets; reads the rest",
    "viewer": "Reads",
}


class SignIn(Construct):
    """The user pool, its groups, and the sign-in page."""

    def __init__(self, scope: Construct, id_: str, config: Config) -> None:
        super().__init__(scope, id_)
        self._config = config
        self.pool = self._pool()
        for precedence, (name, description) in enumerate(GROUPS.items()):
            cognito.UserPoolGroup(
                self,
                name.title(),
                user_pool=self.pool,
                group_name=name,
                description=description,
                precedence=precedence,
            )
        prefix = config.sign_in_prefix or config.name(Stack.of(self).account)
        self.domain = self.pool.add_domain(
            "Domain",
            cognito_domain=cognito.CognitoDomainOptions(domain_prefix=prefix),
            managed_login_version=cognito.ManagedLoginVersion.NEWER_MANAGED_LOGIN,
        )

    @property
    def base_url(self) -> str:
        """Where `/oauth2/…` and `/logout` are, without a slash at the end."""
        return self.domain.base_url()

    @property
    def issuer(self) -> str:
        """`iss` of its tokens."""
        stack = Stack.of(self)
        return f"https://cognito-idp.{stack.region}.{stack.url_suffix}/{self.pool.user_pool_id}"

    def _pool(self) -> cognito.UserPool:
        config = self._config
        cloud = config.cloud
        pool = cognito.UserPool(
            self,
            "Pool",
            user_pool_name=config.name(),
            feature_plan=cognito.FeaturePlan.ESSENTIALS,
            self_sign_up_enabled=False,
            # The user name is in the access token, so it is what the history says; people may
            # also sign in with their address.
            sign_in_aliases=cognito.SignInAliases(username=True, email=True),
            sign_in_case_sensitive=False,
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            standard_attributes=cognito.StandardAttributes(
                email=cognito.StandardAttribute(required=True, mutable=True)
            ),
            keep_original=cognito.KeepOriginalAttrs(email=True),
            # docs/adr/0005: Cognito cannot ask only administrators for a second factor.
            mfa=cognito.Mfa.REQUIRED if cloud else cognito.Mfa.OFF,
            mfa_second_factor=(cognito.MfaSecondFactor(otp=True, sms=False) if cloud else None),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            password_policy=_passwords(),
            deletion_protection=config.protected,
            removal_policy=removal(config),
        )
        explain(
            pool,
            "COG8",
            "The plus plan guesses at stolen passwords for a fee per person; here people are "
            "invited and have a second factor.",
        )
        if not cloud:
            explain(pool, "COG2", "On one machine the only person is the one who started it.")
        return pool

    def client(self, pages: Sequence[str]) -> cognito.UserPoolClient:
        """The admin page as a public client: code and PKCE, no secret. pages: where it lives."""
        client = self.pool.add_client(
            "AdminPage",
            user_pool_client_name=self._config.name("admin-page"),
            generate_secret=False,
            # No password ever goes through our own page.
            auth_flows=cognito.AuthFlow(),
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[
                    cognito.OAuthScope.OPENID,
                    cognito.OAuthScope.EMAIL,
                    cognito.OAuthScope.PROFILE,
                ],
                callback_urls=list(pages),
                logout_urls=list(pages),
            ),
            supported_identity_providers=[cognito.UserPoolClientIdentityProvider.COGNITO],
            access_token_validity=Duration.minutes(30),
            id_token_validity=Duration.minutes(30),
            refresh_token_validity=Duration.hours(12),
            refresh_token_rotation_grace_period=Duration.seconds(60),
            enable_token_revocation=True,
            prevent_user_existence_errors=True,
        )
        if self._config.cloud:
            branding = cognito.CfnManagedLoginBranding(
                self,
                "Branding",
                user_pool_id=self.pool.user_pool_id,
                client_id=client.user_pool_client_id,
                use_cognito_provided_values=True,
            )
            branding.node.add_dependency(self.domain)
        return client


def _passwords() -> cognito.PasswordPolicy:
    return cognito.PasswordPolicy(
        min_length=12,
        require_digits=True,
        require_lowercase=True,
        require_symbols=True,
        require_uppercase=True,
        temp_password_validity=Duration.days(3),
    )
