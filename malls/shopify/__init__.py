"""A Shopify shop on loopback.

`orders` builds payloads and signatures and is pure; `shop` sells; `server` is the HTTP side;
`python -m malls.shopify` runs it all.
"""
