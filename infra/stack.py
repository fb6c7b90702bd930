"""The one stack: what keeps data, who may come in, and the areas."""

from collections.abc import Callable, Mapping

from aws_cdk import CfnOutput, Environment, Stack, Tags
from constructs import Construct

from infra.alarms import Watch
from infra.api import Api
from infra.area import Area, Platform
from infra.areas import mail, orders, stock, support
from infra.auth import SignIn
from infra.config import Config
from infra.data import Data
from infra.layers import layers
from infra.network import Network
from infra.site import Site

AREAS: Mapping[str, Callable[[Area], None]] = {
    "orders": orders.build,
    "stock": stock.build,
    "mail": mail.build,
    "support": support.build,
}


class BantoStack(Stack):
    """Banto in one stage, as `banto-<stage>`."""

    def __init__(self, scope: Construct, id_: str, config: Config) -> None:
        super().__init__(
            scope,
            id_,
            stack_name=config.name(),
            description=f"Banto, stage {config.stage}",
            # No account: nothing is looked up, and the template is the same for everybody.
            env=Environment(region=config.region),
            termination_protection=config.protected,
            analytics_reporting=False,
        )
        Tags.of(self).add("banto:stage", config.stage)
        self.config = config
        self.data = Data(self, "Data", config)
        self.watch = Watch(self, "Watch", config)
        self.api = Api(self, "Api", config)
        self.sign_in = SignIn(self, "SignIn", config)
        self.site = (
            Site(self, "Site", config, self.data, self.api, self.sign_in.base_url)
            if config.cloud
            else None
        )
        page = self.site.url if self.site else f"http://localhost:{config.port}/"
        client_id = self.sign_in.client([page]).user_pool_client_id
        self.api.trust(self.sign_in.issuer, client_id)
        if self.site:
            self.site.deploy(client_id, self.sign_in.base_url)
        self.network = Network(self, "Network", self.config) if self.config.fixed_ip else None
        self._build_areas()
        self._finish_watch()
        self._outputs(client_id)

    def _build_areas(self) -> None:
        platform = Platform(
            config=self.config,
            data=self.data,
            layers=layers(self, self.config),
            api=self.api,
            watch=self.watch,
            network=self.network,
        )
        for name, build in AREAS.items():
            build(Area(self, name, platform))

    def _finish_watch(self) -> None:
        self.watch.api(self.api.stage)
        self.watch.hot_table("stock", self.data.stock.table)
        self.watch.account()
        self.watch.dashboard()

    def _outputs(self, client_id: str) -> None:
        outputs = {
            "Region": self.region,
            "ApiUrl": self.api.url,
            "UserPoolId": self.sign_in.pool.user_pool_id,
            "UserPoolClientId": client_id,
            "CognitoDomain": self.sign_in.base_url,
            "RawBucketName": self.data.raw.bucket_name,
            "SettingsTableName": self.data.settings.table.table_name,
            "EventBusName": self.data.bus.event_bus_name,
        }
        if self.site:
            outputs["SiteUrl"] = self.site.url
        if self.network:
            outputs["FixedAddress"] = self.network.address
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)
