import boto3
import pytest

from common.errors import Unavailable
from common.shops import SecretStore
from support.repository.secrets import ParameterVault
from tests.support.fakes import T0


@pytest.mark.parametrize("prefix", ["/banto/test/shops", "/banto/test/shops/"])
def test_a_secret_is_an_encrypted_parameter_below_the_shop(prefix: str) -> None:
    vault = ParameterVault(prefix)
    name = vault.put("kissa", "webhook", "hidden-secret", T0)
    assert name.startswith("/banto/test/shops/kissa/webhook/01")
    assert len(name.rsplit("/", 1)[1]) == 26
    parameter = boto3.client("ssm").get_parameter(Name=name)["Parameter"]
    assert parameter["Type"] == "SecureString"
    assert vault.get(name) == "hidden-secret"
    assert SecretStore().values((name,)) == ("hidden-secret",)


def test_two_secrets_have_two_names_and_a_deleted_one_is_gone() -> None:
    vault = ParameterVault("/banto/test/shops")
    first, second = (vault.put("kissa", "webhook", "hidden-secret", T0) for _ in range(2))
    assert first != second
    vault.delete(first)
    assert (vault.get(first), vault.get(second)) == (None, "hidden-secret")


def test_deleting_what_is_gone_is_no_error() -> None:
    ParameterVault("/banto/test/shops").delete("/banto/test/shops/kissa/webhook/none")


def test_a_secret_that_cannot_be_stored_is_not_in_the_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSM", "http://127.0.0.1:1")
    vault = ParameterVault("/banto/test/shops")
    with pytest.raises(Unavailable) as failed:
        vault.put("kissa", "webhook", "hidden-secret", T0)
    assert failed.value.__cause__ is None
    with pytest.raises(Unavailable):
        vault.get("/banto/test/shops/kissa/webhook/1")
    vault.delete("/banto/test/shops/kissa/webhook/1")


def test_a_credential_has_a_place_of_its_own_that_is_never_that_of_the_token() -> None:
    name = ParameterVault("/banto/test/shops").put("kissa", "credentials/token", "hidden", T0)
    assert name.startswith("/banto/test/shops/kissa/credentials/token/01")
    assert not name.endswith("/token")
