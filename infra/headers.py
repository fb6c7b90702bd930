"""The security headers of the admin page, as plain data without any CDK import.

CloudFront sends them in the cloud stages and the gateway of the local one sends the same, so that
a page that works here works there.
"""

from collections.abc import Mapping, Sequence

STRICT_TRANSPORT_SECONDS = 63_072_000  # two years
REFERRER_POLICY = "no-referrer"

# Headers that CloudFront's policy has no field of its own for.
OTHER_HEADERS: Mapping[str, str] = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
    ),
}


def content_security_policy(connect: Sequence[str] = ()) -> str:
    """The policy of the page. connect: origins besides its own that it may call, with scheme.

    The API is behind the page's own address; only the sign-in is elsewhere.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            " ".join(("connect-src 'self'", *connect)),
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "frame-src 'self'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def security_headers(connect: Sequence[str] = ()) -> dict[str, str]:
    """Every security header of the page, name to value."""
    return {
        "Content-Security-Policy": content_security_policy(connect),
        "Referrer-Policy": REFERRER_POLICY,
        "Strict-Transport-Security": f"max-age={STRICT_TRANSPORT_SECONDS}; includeSubDomains",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        **OTHER_HEADERS,
    }
