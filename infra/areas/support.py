"""support: setting up shops, and seeing that their credentials do not run out."""

from aws_cdk import Stack

from infra.access import call_malls, write, write_secrets
from infra.area import Area
from infra.triggers import http, schedule


def build(area: Area) -> None:
    """Declare the area."""
    data = area.platform.data
    area.function(
        "api",
        on=[http("ANY", "/api/settings"), http("ANY", "/api/settings/{proxy+}")],
        access=[
            write("SETTINGS_TABLE", data.settings),
            write_secrets("SHOP_SECRETS_PREFIX", Stack.of(area), data.shop_secrets),
            call_malls(Stack.of(area), data.shop_secrets, data.calls, area.platform.relay),
        ],
    )
    area.function(
        "check_credentials",
        on=[schedule(minutes=24 * 60)],
        access=[
            write("SETTINGS_TABLE", data.settings),
            call_malls(Stack.of(area), data.shop_secrets, data.calls, area.platform.relay),
        ],
        # One mall after the other, and some do not answer.
        seconds=300,
    )
    if area.platform.network:
        area.function(
            "relay_request",
            # Invoked by name, by those who ask malls.
            on=[],
            access=[],
            network=area.platform.network,
        )
    area.platform.watch.notices("credentials", "CredentialNotices", "A credential ends soon.")
