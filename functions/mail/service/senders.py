"""Who a shop's mails come from. Apart, so that sending does not load the template engine."""

from common.shops import Shop


def sender_of(shop: Shop) -> tuple[str, str]:
    """(display name, address) a shop writes from."""
    return shop.mail.from_name or shop.name, shop.mail.from_address
