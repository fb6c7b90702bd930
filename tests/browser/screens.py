"""Every screen of the page: its address, and a text that shows that its data is there."""

from typing import NamedTuple
from urllib.parse import quote

from tests.browser.fake_api import FakeApi


class Screen(NamedTuple):
    name: str
    address: str
    shows: str
    person: str = "admin"


def order_in(api: FakeApi, badge: str) -> str:
    """The id of the newest order with that badge."""
    return next(str(o["id"]) for o in api.areas.orders.values() if o["badge"] == badge)


def order_address(id_: str) -> str:
    return f"#/orders/{quote(id_, safe='')}"


def mail_in(api: FakeApi, state: str) -> str:
    return next(str(m["id"]) for m in api.areas.mails.values() if m["state"] == state)


def all_screens(api: FakeApi) -> list[Screen]:
    return [
        Screen("orders", "#/orders", "T-5240"),
        Screen("review", "#/orders?queue=REVIEW", "備考: 領収書を同封してください"),
        Screen("search", "#/orders?q=5240", "「5240」の検索結果"),
        Screen("empty queue", "#/orders?queue=COMBINE", "「同梱確認待ち」の受注はありません"),
        Screen("failed imports", "#/failed-imports", "データの形が想定と違います"),
        Screen("order to review", order_address(order_in(api, "REVIEW")), "確認済みにする"),
        Screen("incomplete order", order_address(order_in(api, "INCOMPLETE")), "届け先を補う"),
        Screen("held order", order_address(order_in(api, "HOLD")), "保留を解除"),
        Screen("stock", "#/stock", "綿風呂敷 二四巾 市松 (大判・撥水加工)"),
        Screen("product", "#/stock/FUROSHIKI-L", "納品書 2026-1120"),
        Screen("purchases", "#/purchases", "越前屋包装"),
        Screen("proposals", "#/purchases?list=PROPOSAL", "仕入先 未設定"),
        Screen("draft", "#/purchases/01KAJ000000000000000000001", "八女 煎茶 100g"),
        Screen("purchase", "#/purchases/01KAJ000000000000000000002", "若狭塗 夫婦箸 桐箱入り"),
        Screen("stocktakes", "#/stocktakes", "11月 棚卸"),
        Screen("stocktake", "#/stocktakes/01KAT1", "手ぬぐい 青海波"),
        Screen("strict product", "#/stock/SENCHA-100", "未配分の分はどの店舗にも表示していません"),
        Screen("drift", "#/drift", "モールに合わせる"),
        Screen("unmapped codes", "#/listings", "TEA-GIFT"),
        Screen("unmapped", "#/listings?view=unmapped&shop=honten", "箸置き 五色セット (桜)"),
        Screen("mapped", "#/listings?view=mapped&shop=honten", "手ぬぐい 3枚組"),
        Screen("places", "#/places", "第2倉庫"),
        Screen("import", "#/import", "CSVファイルをここにドロップ"),
        Screen("mails", "#/mail?state=DELIVERED", "ご注文番号 T-5240"),
        Screen(
            "mail",
            f"#/mail/{mail_in(api, 'BLOCKED')}",
            "必要な情報が足りないため、送信を止めています",
        ),
        Screen("health", "#/health", "対応が必要なことが4件あります"),
        Screen("settings", "#/settings", "1文字のショートカットキーを使う"),
        Screen("shops", "#/shops", "番頭屋 楽天市場店"),
        Screen("shop", "#/shops/rakuten", "このチャネルでできること"),
        Screen("shop connection", "#/shops/rakuten?tab=connect", "ライセンスキー（licenseKey）"),
        Screen("shop settings", "#/shops/honten?tab=settings", "メールの差出人"),
        Screen("new shop", "#/shops/new", "店舗ID"),
        Screen("nowhere", "#/nowhere", "このページは見つかりませんでした"),
        Screen("sign-in", "", "招待された方だけが使えます", person=""),
    ]


NAMES = [
    "orders",
    "review",
    "search",
    "empty queue",
    "failed imports",
    "order to review",
    "incomplete order",
    "held order",
    "stock",
    "product",
    "purchases",
    "proposals",
    "draft",
    "purchase",
    "stocktakes",
    "stocktake",
    "strict product",
    "drift",
    "unmapped codes",
    "unmapped",
    "mapped",
    "places",
    "import",
    "mails",
    "mail",
    "health",
    "settings",
    "shops",
    "shop",
    "shop connection",
    "shop settings",
    "new shop",
    "nowhere",
    "sign-in",
]


def screen(api: FakeApi, name: str) -> Screen:
    return next(s for s in all_screens(api) if s.name == name)
