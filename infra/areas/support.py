"""support: setting up shops."""

from aws_cdk import Stack

from infra.access import write, write_secrets
from infra.area import Area
from infra.triggers import http


def build(area: Area) -> None:
    """Declare the area."""
    data = area.platform.data
    area.function(
        "api",
        on=[http("ANY", "/api/settings"), http("ANY", "/api/settings/{proxy+}")],
        access=[
            write("SETTINGS_TABLE", data.settings),
            write_secrets("SHOP_SECRETS_PREFIX", Stack.of(area), data.shop_secrets),
        ],
    )
