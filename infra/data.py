"""Everything that keeps data: tables, the bucket of raw deliveries, the bus, mail settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as ddb
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_ses as ses
from constructs import Construct

from infra.config import Config
from infra.explain import explain
from infra.tables import PARTITION_KEY, SORT_KEY, TABLES, TTL_ATTRIBUTE, TableSpec


@dataclass(frozen=True, slots=True)
class TableData:
    """A table, and the names of its indexes: a policy names each of them."""

    table: ddb.TableV2
    indexes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MailData:
    """How mail goes out. identity: the only one that may be used, or None for any verified one."""

    configuration_set: str
    identity: str | None


def removal(config: Config) -> RemovalPolicy:
    """Data that matters outlives its stack, except when the very creation of it failed."""
    return RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if config.protected else RemovalPolicy.DESTROY


class Data(Construct):
    """Tables as in infra/tables.py, and what else keeps something."""

    def __init__(self, scope: Construct, id_: str, config: Config) -> None:
        super().__init__(scope, id_)
        self._config = config
        self._key = self._customer_key() if config.customer_key else None
        tables: Mapping[str, TableData] = {
            name: self._table(name, spec) for name, spec in TABLES.items()
        }
        self.orders = tables["orders"]
        self.stock = tables["stock"]
        self.mail = tables["mail"]
        self.settings = tables["settings"]
        self.calls = tables["calls"]
        self.access_logs = self._access_logs() if config.cloud else None
        self.raw = self._raw_bucket()
        self.bus = events.EventBus(self, "Bus", event_bus_name=config.name())
        # SES publishes to no other bus than the default one.
        self.default_bus = events.EventBus.from_event_bus_name(self, "DefaultBus", "default")
        self.shop_secrets = f"/banto/{config.stage}/shops/"
        self.outgoing = self._outgoing_mail()

    def _customer_key(self) -> kms.Key:
        """A key of the owner's, for tables and bucket, usable only by way of those services."""
        stack = Stack.of(self)
        key = kms.Key(
            self,
            "Key",
            description=f"Data of {self._config.name()}",
            enable_key_rotation=True,
            removal_policy=removal(self._config),
        )
        key.add_to_resource_policy(
            iam.PolicyStatement(
                actions=[
                    "kms:CreateGrant",
                    "kms:Decrypt",
                    "kms:DescribeKey",
                    "kms:Encrypt",
                    "kms:GenerateDataKey",
                    "kms:ReEncryptFrom",
                    "kms:ReEncryptTo",
                ],
                principals=[iam.AnyPrincipal()],
                # In a key's own policy `*` means this key. Whoever may use the table or the
                # object may use its key, and nobody else, as with the keys that AWS manages.
                resources=["*"],
                conditions={
                    "StringEquals": {
                        "kms:CallerAccount": stack.account,
                        "kms:ViaService": [
                            f"dynamodb.{stack.region}.amazonaws.com",
                            f"s3.{stack.region}.amazonaws.com",
                        ],
                    }
                },
            )
        )
        return key

    def _table(self, name: str, spec: TableSpec) -> TableData:
        def attribute(key: str) -> ddb.Attribute:
            return ddb.Attribute(name=key, type=ddb.AttributeType.STRING)

        table = ddb.TableV2(
            self,
            name.title(),
            partition_key=attribute(PARTITION_KEY),
            sort_key=attribute(SORT_KEY),
            time_to_live_attribute=TTL_ATTRIBUTE,
            global_secondary_indexes=[
                ddb.GlobalSecondaryIndexPropsV2(
                    index_name=index, partition_key=attribute(pk), sort_key=attribute(sk)
                )
                for index, (pk, sk) in spec.gsis.items()
            ],
            dynamo_stream=ddb.StreamViewType.NEW_AND_OLD_IMAGES if spec.stream else None,
            encryption=(
                ddb.TableEncryptionV2.customer_managed_key(self._key)
                if self._key
                else ddb.TableEncryptionV2.dynamo_owned_key()
            ),
            point_in_time_recovery_specification=ddb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=self._config.protected
            ),
            deletion_protection=self._config.protected,
            removal_policy=removal(self._config),
        )
        if not self._config.protected:
            explain(table, "DDB3", "The data of this stage is made up and can be made again.")
        return TableData(table, tuple(spec.gsis))

    def _bucket_options(self) -> dict[str, Any]:
        return {
            "block_public_access": s3.BlockPublicAccess.BLOCK_ALL,
            "enforce_ssl": True,
            "minimum_tls_version": 1.2,
            "object_ownership": s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            "removal_policy": removal(self._config),
        }

    def _access_logs(self) -> s3.Bucket:
        """Who read or wrote which raw object; kept as long as the other logs."""
        bucket = s3.Bucket(
            self,
            "AccessLogs",
            encryption=s3.BucketEncryption.S3_MANAGED,
            lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(self._config.log_days))],
            **self._bucket_options(),
        )
        explain(
            bucket, "S1", "This bucket takes the access logs; its own would go round and round."
        )
        return bucket

    def _raw_bucket(self) -> s3.Bucket:
        """Deliveries as they came, files to import, and the HTML of mails; each for its time."""
        config = self._config
        days = {
            "deliveries/": config.deliveries_days,
            "imports/": config.imports_days,
            "mails/": config.mails_days,
        }
        bucket = s3.Bucket(
            self,
            "Raw",
            encryption=s3.BucketEncryption.KMS if self._key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=self._key,
            bucket_key_enabled=True if self._key else None,
            server_access_logs_bucket=self.access_logs,
            server_access_logs_prefix="raw/" if self.access_logs else None,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id=prefix.strip("/"), prefix=prefix, expiration=Duration.days(count)
                )
                for prefix, count in days.items()
            ]
            + [s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1))],
            **self._bucket_options(),
        )
        if not self.access_logs:
            explain(bucket, "S1", "On one machine there is nobody else whose reading to log.")
        return bucket

    def _outgoing_mail(self) -> MailData:
        """The configuration set: what SES tells of each mail goes to the default event bus."""
        config = self._config
        outgoing = ses.ConfigurationSet(
            self,
            "OutgoingMail",
            configuration_set_name=config.name(),
            # Letters carry names and addresses: rather a visible bounce than plain text.
            tls_policy=ses.ConfigurationSetTlsPolicy.REQUIRE,
            reputation_metrics=True,
            suppression_reasons=ses.SuppressionReasons.BOUNCES_AND_COMPLAINTS,
        )
        outgoing.add_event_destination(
            "Events",
            destination=ses.EventDestination.event_bus(self.default_bus),
            events=[
                ses.EmailSendingEvent.SEND,
                ses.EmailSendingEvent.REJECT,
                ses.EmailSendingEvent.DELIVERY,
                ses.EmailSendingEvent.DELIVERY_DELAY,
                ses.EmailSendingEvent.BOUNCE,
                ses.EmailSendingEvent.COMPLAINT,
                ses.EmailSendingEvent.RENDERING_FAILURE,
            ],
        )
        if config.mail_identity:
            self._mail_identity(config.mail_identity, outgoing)
        return MailData(config.name(), config.mail_identity)

    def _mail_identity(self, identity: str, outgoing: ses.ConfigurationSet) -> None:
        kind = ses.Identity.email if "@" in identity else ses.Identity.domain
        ses.EmailIdentity(self, "MailIdentity", identity=kind(identity), configuration_set=outgoing)
