"""The admin page behind CloudFront: addresses, headers, caching."""

import re
from pathlib import Path
from typing import Any

import pytest

from infra import page
from infra.headers import content_security_policy, security_headers
from tests.infra.synthesised import Stage

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'{connect}; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; frame-src 'self'; require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)


def distribution(stage: Stage) -> dict[str, Any]:
    (props,) = stage.of("CloudFront::Distribution").values()
    config: dict[str, Any] = props["DistributionConfig"]
    return config


def test_the_policy_of_the_page_is_exactly_this() -> None:
    assert content_security_policy() == CSP.format(connect="")
    sign_in = "https://banto-prod.auth.ap-northeast-1.amazoncognito.com"
    assert content_security_policy([sign_in]) == CSP.format(connect=f" {sign_in}")


def test_every_security_header_is_exactly_this() -> None:
    assert security_headers() == {
        "Content-Security-Policy": CSP.format(connect=""),
        "Referrer-Policy": "no-referrer",
        "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": (
            "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
        ),
    }


def test_cloudfront_sends_the_same_headers_as_the_gateway_of_one_machine(
    customised: Stage,
) -> None:
    (props,) = customised.of("CloudFront::ResponseHeadersPolicy").values()
    config = props["ResponseHeadersPolicyConfig"]
    security = config["SecurityHeadersConfig"]
    strict = security["StrictTransportSecurity"]
    sent = {
        "Content-Security-Policy": security["ContentSecurityPolicy"]["ContentSecurityPolicy"],
        "Referrer-Policy": security["ReferrerPolicy"]["ReferrerPolicy"],
        "Strict-Transport-Security": (
            f"max-age={strict['AccessControlMaxAgeSec']}"
            + ("; includeSubDomains" if strict["IncludeSubdomains"] else "")
        ),
        "X-Content-Type-Options": "nosniff" if security["ContentTypeOptions"] else "",
        "X-Frame-Options": security["FrameOptions"]["FrameOption"],
        **{item["Header"]: item["Value"] for item in config["CustomHeadersConfig"]["Items"]},
    }
    # The sign-in page's address has a part that only CloudFormation knows.
    policy = sent["Content-Security-Policy"]
    if isinstance(policy, dict):
        delimiter, parts = policy["Fn::Join"]
        policy = delimiter.join(p if isinstance(p, str) else "DOMAIN" for p in parts)
    sent["Content-Security-Policy"] = policy
    sign_in = "https://DOMAIN.auth.ap-northeast-1.amazoncognito.com"
    assert sent == security_headers([sign_in])


def test_page_api_and_webhooks_are_behind_one_address(cloud: Stage) -> None:
    config = distribution(cloud)
    (headers,) = cloud.of("CloudFront::ResponseHeadersPolicy")
    behaviours = {b["PathPattern"]: b for b in config["CacheBehaviors"]}
    assert set(behaviours) == {"/api/*", "/webhooks/*"}
    for behaviour in behaviours.values():
        assert "POST" in behaviour["AllowedMethods"]
        assert "PATCH" in behaviour["AllowedMethods"]
        assert behaviour["ViewerProtocolPolicy"] == "https-only"
        # Managed policies: caching off; everything but the host is passed on.
        assert behaviour["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
        assert behaviour["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    everything = [config["DefaultCacheBehavior"], *behaviours.values()]
    assert [b["ResponseHeadersPolicyId"] for b in everything] == [{"Ref": headers}] * 3
    assert config["DefaultRootObject"] == "index.html"


def test_the_bucket_is_read_by_cloudfront_only(cloud: Stage) -> None:
    (control,) = cloud.of("CloudFront::OriginAccessControl").values()
    assert control["OriginAccessControlConfig"]["SigningBehavior"] == "always"
    (policy,) = (
        p for p in cloud.of("S3::BucketPolicy").values() if p["Bucket"]["Ref"].startswith("Site")
    )
    (allowed,) = (s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Allow")
    assert allowed["Action"] == "s3:GetObject"
    assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert "AWS:SourceArn" in allowed["Condition"]["StringEquals"]


def test_a_domain_of_ones_own_speaks_tls_1_2_and_is_where_people_come_back_to(
    customised: Stage,
) -> None:
    config = distribution(customised)
    assert config["Aliases"] == ["banto.example.com"]
    assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    (client,) = customised.of("Cognito::UserPoolClient").values()
    assert client["CallbackURLs"] == client["LogoutURLs"] == ["https://banto.example.com/"]


def test_files_may_be_kept_for_ever_and_the_index_is_asked_for_each_time(cloud: Stage) -> None:
    deployments = {
        resource["Properties"].get("DestinationBucketKeyPrefix", ""): resource
        for resource in cloud.template["Resources"].values()
        if resource["Type"] == "Custom::CDKBucketDeployment"
    }
    (folder,) = set(deployments) - {""}
    assert re.fullmatch(f"v/[0-9a-f]{{{len(page.version())}}}", folder)
    metadata = {prefix: d["Properties"]["SystemMetadata"] for prefix, d in deployments.items()}
    assert metadata[folder] == {"cache-control": "public,max-age=31536000,immutable"}
    assert metadata[""] == {"cache-control": "no-cache"}
    assert {d["Properties"]["Prune"] for d in deployments.values()} == {False}
    (files,) = (
        id_
        for id_, r in cloud.template["Resources"].items()
        if r.get("Properties", {}).get("DestinationBucketKeyPrefix") == folder
    )
    assert files in deployments[""]["DependsOn"]


@pytest.fixture
def small_page(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text(
        '<link rel="stylesheet" href="ui/base.css"><script src="./main.js"></script>'
        '<a href="#/orders"></a><a href="/api/x"></a><a href="https://example.com/"></a>'
    )
    (tmp_path / "main.js").write_text("1")
    return tmp_path


def test_the_index_names_the_folder_and_leaves_other_addresses_alone(small_page: Path) -> None:
    assert page.index_html("v/1", small_page) == (
        '<link rel="stylesheet" href="/v/1/ui/base.css"><script src="/v/1/main.js"></script>'
        '<a href="#/orders"></a><a href="/api/x"></a><a href="https://example.com/"></a>'
    )


def test_another_file_is_another_folder(small_page: Path) -> None:
    before = page.version(small_page)
    assert page.version(small_page) == before
    (small_page / "main.js").write_text("2")
    assert page.version(small_page) != before


def test_every_file_that_our_index_names_is_there() -> None:
    folder = "v/x"
    html = page.index_html(folder)
    named = [part.split('"')[0] for part in html.split(f'="/{folder}/')[1:]]
    assert "main.js" in named
    assert [name for name in named if not (page.ADMIN / name).is_file()] == []
