"""A shop on Yahoo!ショッピング on loopback.

`orders` builds OrderInfo and is pure; `order_api` and `stock_api` are the store APIs; `keys` opens
what was sealed with the store's public key; `mall` is the shop; `python -m malls.yahoo` runs it.
"""
