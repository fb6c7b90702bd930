"""Options of a deployment."""

from typing import Any

import pytest

from infra.config import Config, ConfigError, load


def given(**context: Any) -> Config:
    return load(context.get)


def test_without_a_word_it_is_the_stage_that_costs_nothing() -> None:
    assert given() == Config(stage="local", log_days=7)


def test_each_stage_has_its_defaults() -> None:
    assert given(stage="dev") == Config(stage="dev", log_days=30)
    assert given(stage="prod") == Config(stage="prod", log_days=400)


def test_only_production_is_protected_and_only_one_machine_is_not_the_cloud() -> None:
    facts = {
        name: (given(stage=name).cloud, given(stage=name).protected)
        for name in ("local", "dev", "prod")
    }
    assert facts == {"local": (False, False), "dev": (True, False), "prod": (True, True)}


def test_an_option_of_the_command_wins_over_cdk_json_and_that_over_the_stage() -> None:
    kept = {"prod": {"log_days": 731, "alarm_email": "kept@example.com"}}
    config = given(stage="prod", stages=kept, alarm_email="said@example.com")
    assert (config.log_days, config.alarm_email) == (731, "said@example.com")
    assert given(stage="dev", stages=kept).log_days == 30


@pytest.mark.parametrize(
    ("text", "meant"),
    [("true", True), ("yes", True), ("1", True), ("false", False), (False, False)],
)
def test_yes_and_no_are_read_from_text(text: Any, meant: bool) -> None:
    assert given(customer_key=text).customer_key is meant


def test_numbers_are_read_from_text_and_an_empty_text_is_nothing() -> None:
    config = given(port="9000", deliveries_days="90", alarm_email="")
    assert (config.port, config.deliveries_days, config.alarm_email) == (9000, 90, None)


@pytest.mark.parametrize(
    ("context", "said"),
    [
        ({"stage": "production"}, "stage is 'production'; it is one of local, dev, prod"),
        ({"log_days": "8"}, "log_days is 8; CloudWatch Logs takes"),
        ({"port": "http"}, "port cannot be 'http'"),
        ({"amazon_account": "arn:aws"}, "amazon_account is an AWS account: twelve digits"),
        ({"customer_key": "perhaps"}, "customer_key cannot be 'perhaps'"),
        ({"domain": "a.example.com"}, "domain and certificate_arn are given together"),
        ({"stage": "local", "fixed_ip": "true"}, "fixed_ip needs an AWS account"),
        ({"mails_days": "0"}, "mails_days is a number of days, 1 or more"),
        (
            {"stages": {"local": {"colour": "red"}}},
            "cdk.json has unknown options for local: colour",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(context: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said.split(";")[0]):
        given(**context)


def test_names_carry_the_stage() -> None:
    assert given(stage="dev").name("orders", "inbound") == "banto-dev-orders-inbound"
