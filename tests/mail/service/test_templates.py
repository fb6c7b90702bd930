from dataclasses import fields, replace
from html.parser import HTMLParser

import pytest
from jinja2 import meta
from jinja2.exceptions import SecurityError

from common.shops import Shop
from mail.domain.job import Kind
from mail.domain.letter import OrderReceivedLetter, variable_names
from mail.service.drafting import Source, letter_of
from mail.service.templates import BlankVariable, environment, fill, render, source
from tests.mail.builders import T0, letter, shop

SUBJECT = "【喫茶の道具店】ご注文ありがとうございます（ご注文番号：A-1001）"
GOLDEN = """\
見本 花子 様

このたびは「喫茶の道具店」をご利用いただき、誠にありがとうございます。
下記の内容でご注文を承りましたので、ご確認ください。

※このメールは、ご注文を受け付けた時点でシステムより自動送信しております。
　商品の発送につきましては、準備が整い次第、あらためてご連絡いたします。

────────────────────────────────
■ ご注文内容
────────────────────────────────
ご注文番号　：A-1001
ご注文日時　：2026年11月21日 21:00

・青い湯のみ
　　単価 1,980円 × 2点　小計 3,960円
・白い急須 大
　　単価 4,500円 × 1点　小計 4,500円

商品小計　　：8,460円
送料　　　　：660円
値引　　　　：-500円
合計　　　　：8,620円

────────────────────────────────
■ お支払方法
────────────────────────────────
クレジットカード

────────────────────────────────
■ お届け先
────────────────────────────────
〒100-0001
東京都千代田区千代田1-1
見本 花子 様

────────────────────────────────
ご注文内容にお心当たりがない場合や、ご不明な点がございましたら、
お手数ですが下記までお問い合わせください。

今後とも「喫茶の道具店」をよろしくお願いいたします。

────────────────────────────────
喫茶の道具店
https://kissa.example.jp/
order@kissa.example.jp
────────────────────────────────
"""
UNDETERMINED = "確定後にお知らせします"


def variables(of_shop: Shop | None = None, **of_letter: object) -> OrderReceivedLetter:
    found = Source(letter(**of_letter), T0)
    return letter_of(Kind.ORDER_RECEIVED, found, of_shop or shop())


class _Reader(HTMLParser):
    """Elements, and the text a reader sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data.strip())


def test_the_whole_letter_reads_as_a_shop_would_write_it() -> None:
    rendered = render(Kind.ORDER_RECEIVED, variables())
    assert rendered.subject == SUBJECT
    assert rendered.text == GOLDEN


def test_amounts_that_are_not_determined_are_announced_for_later() -> None:
    text = render(
        Kind.ORDER_RECEIVED, variables(shipping_total=None, discount_total=None, total=None)
    ).text
    assert f"送料　　　　：{UNDETERMINED}\n" in text
    assert f"値引　　　　：{UNDETERMINED}\n" in text
    assert f"合計　　　　：{UNDETERMINED}\n" in text
    assert "None" not in text


def test_dollars_are_written_with_cents() -> None:
    text = render(Kind.ORDER_RECEIVED, variables(currency="USD", total=40994)).text
    assert "合計　　　　：409.94 USD\n" in text


def test_taxes_and_fees_on_top_make_the_letter_add_up() -> None:
    rendered = render(Kind.ORDER_RECEIVED, variables(total=8620 + 330))
    assert "値引　　　　：-500円\n税・手数料等：330円\n合計　　　　：8,950円\n" in rendered.text
    assert "税・手数料等" in rendered.html
    for whole in (variables(), variables(shipping_total=None), variables(total=None)):
        assert "税・手数料等" not in render(Kind.ORDER_RECEIVED, whole).text


def test_the_html_says_the_same_as_the_text() -> None:
    rendered = render(Kind.ORDER_RECEIVED, variables())
    seen = " ".join(_Reader(rendered.html).texts)
    for word in ("見本 花子 様", "A-1001", "2026年11月21日 21:00", "青い湯のみ", "1,980円"):
        assert word in seen
    for word in ("3,960円", "8,460円", "660円", "-500円", "8,620円", "クレジットカード"):
        assert word in seen
    for word in ("自動送信", "東京都千代田区千代田1-1", "order@kissa.example.jp"):
        assert word in seen


def test_the_html_loads_nothing_and_runs_nothing() -> None:
    reader = _Reader(render(Kind.ORDER_RECEIVED, variables()).html)
    assert not {"script", "img", "link", "iframe", "form", "a"} & set(reader.tags)
    assert not {"src", "href", "background"} & {name for name, _ in reader.attributes}


HOSTILE = "<img src=x onerror=alert(1)>\"'&</td><script>{{ 7*7 }}{% raw %}"


def test_hostile_names_and_titles_stay_text_in_html() -> None:
    harmless = _Reader(render(Kind.ORDER_RECEIVED, variables()).html)
    lines = [line.model_copy(update={"title": HOSTILE}) for line in letter().lines]
    hostile = _Reader(
        render(
            Kind.ORDER_RECEIVED,
            variables(
                shop(signature=HOSTILE),
                buyer_name=HOSTILE,
                number=HOSTILE,
                destination=f"{HOSTILE}\n{HOSTILE}",
                payment_method=HOSTILE,
                lines=lines,
            ),
        ).html
    )
    assert [tag for tag in hostile.tags if tag != "br"] == [t for t in harmless.tags if t != "br"]
    assert {name for name, _ in hostile.attributes} == {name for name, _ in harmless.attributes}
    assert f"{HOSTILE} 様" in hostile.texts


def test_hostile_text_is_not_a_template() -> None:
    text = render(Kind.ORDER_RECEIVED, variables(buyer_name="{{ 7*7 }}")).text
    assert text.startswith("{{ 7*7 }} 様\n")


def test_a_name_with_line_breaks_stays_on_its_line_and_in_one_subject() -> None:
    rendered = render(
        Kind.ORDER_RECEIVED, variables(number="A-1\r\nBcc: x@example.net", buyer_name="花\n子")
    )
    assert "\n" not in rendered.subject
    assert rendered.subject.endswith("（ご注文番号：A-1 Bcc: x@example.net）")
    assert rendered.text.startswith("花 子 様\n")


TEXTS = [n for n in variable_names(OrderReceivedLetter) if not n.endswith("total") and n != "lines"]


@pytest.mark.parametrize("name", variable_names(OrderReceivedLetter))
def test_each_variable_that_is_none_stops_the_letter(name: str) -> None:
    with pytest.raises(BlankVariable) as stopped:
        render(Kind.ORDER_RECEIVED, replace(variables(), **{name: None}))
    assert stopped.value.name == name


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("blank", ["", " \u3000"])
def test_each_text_left_blank_stops_the_letter(name: str, blank: str) -> None:
    with pytest.raises(BlankVariable) as stopped:
        render(Kind.ORDER_RECEIVED, replace(variables(), **{name: blank}))
    assert stopped.value.name == name


def test_no_lines_stop_the_letter() -> None:
    with pytest.raises(BlankVariable) as stopped:
        render(Kind.ORDER_RECEIVED, replace(variables(), lines=()))
    assert stopped.value.name == "lines"


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{{ nickname }}", "nickname"),
        ("{{ lines[0].colour }}", "colour"),
        ("{% if nickname %}x{% endif %}", "nickname"),
        ("{% for x in coupons %}{% endfor %}", "coupons"),
        ("{{ buyer_name[:0] }}", "expression"),
        ("{{ none }}", "expression"),
    ],
)
def test_an_unknown_or_blank_expression_of_a_template_stops_the_letter(
    template: str, name: str
) -> None:
    with pytest.raises(BlankVariable) as stopped:
        fill(environment(html=False).from_string(template), variables())
    assert stopped.value.name == name


def test_a_template_cannot_leave_its_sandbox() -> None:
    with pytest.raises((SecurityError, BlankVariable)):
        fill(environment(html=False).from_string("{{ buyer_name.__class__.__mro__ }}"), variables())


@pytest.mark.parametrize("part", ["txt", "html"])
def test_a_template_uses_every_declared_variable_and_no_other(part: str) -> None:
    tree = environment(html=False).parse(source(Kind.ORDER_RECEIVED, part))
    assert meta.find_undeclared_variables(tree) == {each.name for each in fields(variables())}
