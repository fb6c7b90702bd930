"""With `fixed_ip` whoever asks malls goes out by one address; without it there is no network."""

from pathlib import Path

import pytest

from tests.infra.synthesised import Stage, synthesise


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    folder = Path(tmp_path_factory.mktemp("cdk"))
    return synthesise("prod", folder, {"fixed_ip": "true"})


def asking(stage: Stage) -> set[str]:
    return {
        name
        for name, props in stage.functions().items()
        if "CALLS_TABLE" in props["Environment"]["Variables"]
    }


def test_without_the_option_there_is_no_network(stage: Stage) -> None:
    assert stage.of("EC2::VPC") == stage.of("EC2::NatGateway") == stage.of("EC2::EIP") == {}
    assert not any("VpcConfig" in props for props in stage.functions().values())


def test_those_who_ask_malls_and_nobody_else_are_in_the_network(fixed: Stage) -> None:
    inside = {name for name, props in fixed.functions().items() if "VpcConfig" in props}

    assert inside == asking(fixed)
    assert {"orders.pull_orders", "orders.tell_mall"} <= inside
    assert "orders.receive_webhook" not in inside


def test_the_one_way_out_has_the_address_that_is_told(fixed: Stage) -> None:
    [address] = fixed.of("EC2::EIP")
    [gateway] = fixed.of("EC2::NatGateway").values()
    assert gateway["AllocationId"] == {"Fn::GetAtt": [address, "AllocationId"]}
    outputs = {
        name: output["Value"]
        for name, output in fixed.template["Outputs"].items()
        if "FixedAddress" in name
    }
    assert list(outputs.values()) == [{"Ref": address}]
    # Nobody comes in: no group has a rule for it.
    groups = fixed.of("EC2::SecurityGroup").values()
    assert len(groups) == len(asking(fixed))
    assert not any("SecurityGroupIngress" in props for props in groups)


def test_nothing_about_it_is_left_unexplained(fixed: Stage) -> None:
    assert [v for plugin in fixed.report() for v in plugin["violations"]] == []
