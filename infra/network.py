"""A fixed outgoing address for the functions that ask malls: Yahoo!ショッピング and au PAY
マーケット take calls only from addresses that were told to them.

Without the option there is no network of ours at all, and nothing to pay for.
"""

from collections.abc import Iterable

from aws_cdk import CfnOutput
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from infra.access import Access, Grant
from infra.config import Config
from infra.explain import explain

# Only `call_malls` gives this variable.
_ASKS_MALLS = "CALLS_TABLE"


class Network(Construct):
    """Private subnets whose one way out is a NAT gateway with an address that stays."""

    def __init__(self, scope: Construct, id_: str, config: Config) -> None:
        super().__init__(scope, id_)
        address = ec2.CfnEIP(self, "Address")
        private = ec2.SubnetType.PRIVATE_WITH_EGRESS
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            vpc_name=config.name(),
            max_azs=2,
            nat_gateways=1,
            nat_gateway_provider=ec2.NatProvider.gateway(
                eip_allocation_ids=[address.attr_allocation_id]
            ),
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="public",
                    subnet_type=ec2.SubnetType.PUBLIC,
                    cidr_mask=26,
                    map_public_ip_on_launch=False,
                ),
                ec2.SubnetConfiguration(name="private", subnet_type=private, cidr_mask=22),
            ],
            # What goes to AWS itself need not be paid for at the gateway.
            gateway_endpoints={
                "dynamodb": ec2.GatewayVpcEndpointOptions(
                    service=ec2.GatewayVpcEndpointAwsService.DYNAMODB
                ),
                "s3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3),
            },
            # Nothing uses the default group; restricting it would need a function of its own.
            restrict_default_security_group=False,
        )
        explain(
            self.vpc,
            "VPC7",
            "Only functions of ours are in it, which nobody can reach; the calls they make are in "
            "their own logs.",
        )
        CfnOutput(self, "FixedAddress", value=address.ref)


def asks_malls(access: Iterable[Access]) -> bool:
    """A function with this access talks to malls."""
    return any(_ASKS_MALLS in one.variables for one in access)


def in_network() -> Grant:
    """What Lambda needs of the role of a function that is in a network."""
    return Grant(
        (
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:UnassignPrivateIpAddresses",
        ),
        ("*",),
        "Lambda makes the network interfaces itself, and their ids are not known before.",
    )
