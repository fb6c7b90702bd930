"""With `fixed_ip` one function goes out by an address that stays; else there is no network."""

from tests.infra.synthesised import Stage, listed

RELAY = "support.relay_request"


def asking(stage: Stage) -> set[str]:
    """Who asks malls."""
    return {
        name
        for name, props in stage.functions().items()
        if "RELAY_FUNCTION" in props["Environment"]["Variables"]
    }


def invoking(stage: Stage) -> dict[str, str]:
    """Who may invoke a function, and which."""
    return {
        name: resource
        for name in stage.functions()
        for action, resource in stage.allowed(name)
        if action.startswith("lambda:")
    }


def test_without_the_option_there_is_no_network_and_nobody_to_invoke(stage: Stage) -> None:
    kinds = ("EC2::VPC", "EC2::NatGateway", "EC2::EIP", "EC2::SecurityGroup")
    assert [kind for kind in kinds if stage.of(kind)] == []
    assert not any("VpcConfig" in props for props in stage.functions().values())
    assert RELAY not in stage.functions()
    assert invoking(stage) == {}
    for name in asking(stage):
        assert stage.functions()[name]["Environment"]["Variables"]["RELAY_FUNCTION"] == ""


def test_one_function_is_in_the_network_and_may_do_nothing_else(customised: Stage) -> None:
    inside = {
        props["FunctionName"]
        for props in customised.of("Lambda::Function").values()
        if "VpcConfig" in props
    }
    assert inside == {"banto-prod-support-relay_request"}

    [subnet] = customised.functions()[RELAY]["VpcConfig"]["SubnetIds"]
    assert customised.resource(subnet["Ref"])["Properties"]["MapPublicIpOnLaunch"] is False
    services = {action.partition(":")[0] for action, _ in customised.allowed(RELAY)}
    assert services == {"logs", "xray", "ec2"}


def test_whoever_asks_malls_may_invoke_that_function_and_no_other(customised: Stage) -> None:
    arn = "arn:aws:lambda:ap-northeast-1:<AWS::AccountId>:function:banto-prod-support-relay_request"
    assert {
        "orders.pull_orders",
        "orders.tell_mall",
        "stock.push_levels",
        "support.api",
    } <= asking(customised)
    assert invoking(customised) == dict.fromkeys(asking(customised), arn)
    for name in asking(customised):
        variables = customised.functions()[name]["Environment"]["Variables"]
        assert variables["RELAY_FUNCTION"] == "banto-prod-support-relay_request"


def test_the_relay_runs_longer_than_an_answer_may_take(customised: Stage) -> None:
    assert customised.functions()[RELAY]["Timeout"] == 30


def test_the_one_way_out_has_the_address_that_is_told(customised: Stage) -> None:
    [address] = customised.of("EC2::EIP")
    [gateway] = customised.of("EC2::NatGateway").values()
    assert gateway["AllocationId"] == {"Fn::GetAtt": [address, "AllocationId"]}
    assert customised.template["Outputs"]["FixedAddress"]["Value"] == {"Ref": address}


def test_nobody_comes_in_and_only_https_goes_out(customised: Stage) -> None:
    [(id_, group)] = customised.of("EC2::SecurityGroup").items()
    assert "SecurityGroupIngress" not in group
    [out] = group["SecurityGroupEgress"]
    assert (out["IpProtocol"], out["FromPort"], out["ToPort"]) == ("tcp", 443, 443)
    assert customised.of("EC2::SecurityGroupIngress") == {}
    used = customised.functions()[RELAY]["VpcConfig"]["SecurityGroupIds"]
    assert listed(used) == [{"Fn::GetAtt": [id_, "GroupId"]}]
