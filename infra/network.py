"""A fixed outgoing address: Yahoo!ショッピング and au PAY マーケット take calls only from addresses
that were told to them.

One function alone, support.relay_request, is in this network. Without the option there is none,
and nothing to pay for.
"""

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from infra.access import Grant
from infra.config import Config
from infra.explain import explain


class Network(Construct):
    """A private subnet whose one way out is a NAT gateway with an address that stays.

    address: that one. group: nobody in, and out by https only.
    """

    def __init__(self, scope: Construct, id_: str, config: Config) -> None:
        super().__init__(scope, id_)
        eip = ec2.CfnEIP(self, "Address")
        self.address = eip.ref
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            vpc_name=config.name(),
            # An address is in one zone, so a second one would not make anything safer.
            max_azs=1,
            nat_gateways=1,
            nat_gateway_provider=ec2.NatProvider.gateway(
                eip_allocation_ids=[eip.attr_allocation_id]
            ),
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="public",
                    subnet_type=ec2.SubnetType.PUBLIC,
                    cidr_mask=26,
                    map_public_ip_on_launch=False,
                ),
                ec2.SubnetConfiguration(
                    name="private", subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS, cidr_mask=24
                ),
            ],
            # Nothing uses the default group; restricting it would need a function of its own.
            restrict_default_security_group=False,
        )
        explain(
            self.vpc,
            "VPC7",
            "One function of ours is in it, which nobody can reach; what it asks is in its log.",
        )
        self.group = ec2.SecurityGroup(
            self,
            "Group",
            vpc=self.vpc,
            description="Out by https, and nobody in",
            allow_all_outbound=False,
        )
        self.group.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "malls")


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
