"""A shop on Rakuten on loopback.

`orders` builds OrderModels and is pure; `order_api` and `goods_api` are the functions of RMS;
`mall` is the shop; `python -m malls.rakuten` runs it all.
"""
