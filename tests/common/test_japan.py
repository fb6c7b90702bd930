import pytest

from common.japan import PREFECTURES, prefecture_of


def test_there_are_47_prefectures_each_its_own() -> None:
    assert len(set(PREFECTURES)) == 47


@pytest.mark.parametrize(
    ("code", "name"),
    [("JP-01", "北海道"), ("JP-13", "東京都"), ("27", "大阪府"), ("JP-47", "沖縄県")],
)
def test_codes_name_prefectures(code: str, name: str) -> None:
    assert prefecture_of(code) == name


@pytest.mark.parametrize("code", ["", "JP-", "JP-00", "JP-48", "KY", "JP-1x", "-1", "²"])
def test_other_codes_name_none(code: str) -> None:
    assert prefecture_of(code) == ""
