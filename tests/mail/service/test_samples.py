import pytest

from common.errors import Conflict, NotFound
from mail.domain.job import Kind
from mail.service.samples import preview, templates
from tests.mail.builders import shop
from tests.mail.fakes import FakeShops


def test_templates_are_shown_as_they_are_written() -> None:
    (found,) = templates().items
    assert (found.kind, found.name) == (Kind.ORDER_RECEIVED, "自動受付メール")
    assert found.subject.startswith("【{{ shop_name }}】")
    assert "{% for line in lines %}" in found.text
    assert found.variables[:3] == ["shop_name", "buyer_name", "order_number"]


def test_a_preview_is_the_sample_order_in_the_shops_name() -> None:
    found = preview(Kind.ORDER_RECEIVED, "kissa", FakeShops(shop()))
    assert found.subject == "【喫茶の道具店】ご注文ありがとうございます（ご注文番号：A-1001）"
    assert "送料　　　　：確定後にお知らせします\n" in found.text
    assert "order@kissa.example.jp" in found.text
    assert "見本ショップ" in preview(Kind.ORDER_RECEIVED, "", FakeShops()).text


def test_a_preview_says_what_the_shop_lacks() -> None:
    with pytest.raises(Conflict, match="signature"):
        preview(Kind.ORDER_RECEIVED, "kissa", FakeShops(shop(signature="")))
    with pytest.raises(NotFound):
        preview(Kind.ORDER_RECEIVED, "other", FakeShops(shop()))
