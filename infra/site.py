"""The admin page in the cloud stages: a private bucket behind CloudFront, and the API behind it."""

from aws_cdk import Duration, Fn, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cf
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as deployment
from constructs import Construct

from infra import page
from infra.api import Api
from infra.config import Config
from infra.data import Data
from infra.explain import explain, explain_wildcard
from infra.function import log_group
from infra.headers import (
    OTHER_HEADERS,
    STRICT_TRANSPORT_SECONDS,
    content_security_policy,
)

_COPYING = ("s3:Abort*", "s3:DeleteObject*", "s3:GetBucket*", "s3:GetObject*", "s3:List*")
_BASIC_ROLE = (
    "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]"
)


class Site(Construct):
    """One address for the page (`/`), the API (`/api/*`) and the malls (`/webhooks/*`)."""

    def __init__(
        self, scope: Construct, id_: str, config: Config, data: Data, api: Api, sign_in: str
    ) -> None:
        super().__init__(scope, id_)
        self._config = config
        self._bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            server_access_logs_bucket=data.access_logs,
            server_access_logs_prefix="site/",
        )
        self.distribution = self._distribution(api, self._headers(sign_in))

    @property
    def url(self) -> str:
        """`https://…/`, the address that Cognito sends people back to."""
        return f"https://{self._config.domain or self.distribution.distribution_domain_name}/"

    def _headers(self, sign_in: str) -> cf.ResponseHeadersPolicy:
        return cf.ResponseHeadersPolicy(
            self,
            "Headers",
            response_headers_policy_name=self._config.name("headers"),
            security_headers_behavior=cf.ResponseSecurityHeadersBehavior(
                content_security_policy=cf.ResponseHeadersContentSecurityPolicy(
                    content_security_policy=content_security_policy((sign_in,)), override=True
                ),
                content_type_options=cf.ResponseHeadersContentTypeOptions(override=True),
                frame_options=cf.ResponseHeadersFrameOptions(
                    frame_option=cf.HeadersFrameOption.DENY, override=True
                ),
                referrer_policy=cf.ResponseHeadersReferrerPolicy(
                    referrer_policy=cf.HeadersReferrerPolicy.NO_REFERRER, override=True
                ),
                strict_transport_security=cf.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=Duration.seconds(STRICT_TRANSPORT_SECONDS),
                    include_subdomains=True,
                    override=True,
                ),
            ),
            custom_headers_behavior=cf.ResponseCustomHeadersBehavior(
                custom_headers=[
                    cf.ResponseCustomHeader(header=header, value=value, override=True)
                    for header, value in OTHER_HEADERS.items()
                ]
            ),
        )

    def _behind(self, api: Api, headers: cf.ResponseHeadersPolicy) -> cf.BehaviorOptions:
        """Requests for the API: passed on, never kept."""
        return cf.BehaviorOptions(
            origin=origins.HttpOrigin(
                # The host of `https://host`.
                Fn.select(2, Fn.split("/", api.url)),
                protocol_policy=cf.OriginProtocolPolicy.HTTPS_ONLY,
                origin_ssl_protocols=[cf.OriginSslPolicy.TLS_V1_2],
            ),
            allowed_methods=cf.AllowedMethods.ALLOW_ALL,
            cache_policy=cf.CachePolicy.CACHING_DISABLED,
            # The API answers to its own host name only.
            origin_request_policy=cf.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            viewer_protocol_policy=cf.ViewerProtocolPolicy.HTTPS_ONLY,
            response_headers_policy=headers,
        )

    def _distribution(self, api: Api, headers: cf.ResponseHeadersPolicy) -> cf.Distribution:
        config = self._config
        behind = self._behind(api, headers)
        distribution = cf.Distribution(
            self,
            "Distribution",
            comment=config.name(),
            default_root_object=page.INDEX,
            default_behavior=cf.BehaviorOptions(
                origin=origins.S3BucketOrigin.with_origin_access_control(self._bucket),
                cache_policy=cf.CachePolicy.CACHING_OPTIMIZED,
                viewer_protocol_policy=cf.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                response_headers_policy=headers,
            ),
            additional_behaviors={"/api/*": behind, "/webhooks/*": behind},
            http_version=cf.HttpVersion.HTTP2_AND_3,
            # Edges near Japan are in the 200 class.
            price_class=cf.PriceClass.PRICE_CLASS_200,
            # Without a certificate of one's own CloudFront has its own say in this.
            minimum_protocol_version=(
                cf.SecurityPolicyProtocol.TLS_V1_2_2021 if config.domain else None
            ),
            domain_names=[config.domain] if config.domain else None,
            certificate=(
                acm.Certificate.from_certificate_arn(self, "Certificate", config.certificate_arn)
                if config.certificate_arn
                else None
            ),
        )
        self._explain(distribution)
        return distribution

    def _explain(self, distribution: cf.Distribution) -> None:
        reasons = {
            "CFR1": "Staff travel, and malls call from wherever their servers are.",
            "CFR2": "A web ACL costs more than everything else here together; the page is public "
            "code, and the API is throttled and asks for a token or a signature.",
            "CFR3": "Its logs hold the addresses of people; the API's own log has every request "
            "for data, without them.",
        }
        if not self._config.domain:
            reasons["CFR4"] = (
                "The certificate of cloudfront.net comes with its own protocol list; with a domain "
                "and certificate of one's own TLS 1.2 is the least."
            )
        for rule, reason in reasons.items():
            explain(distribution, rule, reason)

    def deploy(self, client_id: str, sign_in: str) -> None:
        """Put the page there, with config.json for the sign-in page at `sign_in`."""
        folder = f"v/{page.version()}"
        logged = log_group(
            self, "DeployLogs", self._config, f"/aws/lambda/{self._config.name('deploy-page')}"
        )
        files = deployment.BucketDeployment(
            self,
            "Files",
            destination_bucket=self._bucket,
            destination_key_prefix=folder,
            sources=[deployment.Source.asset(str(page.ADMIN), exclude=list(page.LEFT_OUT))],
            cache_control=[_cached("public,max-age=31536000,immutable")],
            # Open pages go on loading the files they began with.
            prune=False,
            log_group=logged,
        )
        auth = {"base": sign_in, "client_id": client_id}
        settings = {"api": "/api", "stage": self._config.stage, "auth": auth}
        index = deployment.BucketDeployment(
            self,
            "Index",
            destination_bucket=self._bucket,
            sources=[
                deployment.Source.data(page.INDEX, page.index_html(folder)),
                deployment.Source.json_data("config.json", settings),
            ],
            cache_control=[_cached("no-cache")],
            prune=False,
            distribution=self.distribution,
            distribution_paths=["/", f"/{page.INDEX}", "/config.json"],
            log_group=logged,
        )
        # Never an index.html that names files which are not there yet.
        index.node.add_dependency(files)
        self._explain_copying()

    def _explain_copying(self) -> None:
        """CDK's own function for copying files asks for more than it needs."""
        stack = Stack.of(self)
        reason = "CDK's own function for copying the page; it runs during deployments only."
        qualifier = stack.synthesizer.bootstrap_qualifier
        assets = f"cdk-{qualifier}-assets-{stack.account}-{stack.region}"
        for child in stack.node.children:
            if not child.node.id.startswith("Custom::CDKBucketDeployment"):
                continue
            for rule in ("L1", _BASIC_ROLE, *(f"IAM5[Action::{a}]" for a in _COPYING)):
                explain(child, rule, reason)
            for resource in (
                "*",
                self._bucket.arn_for_objects("*"),
                f"arn:{stack.partition}:s3:::{assets}/*",
            ):
                explain_wildcard(child, resource, reason)


def _cached(how: str) -> deployment.CacheControl:
    return deployment.CacheControl.from_string(how)
