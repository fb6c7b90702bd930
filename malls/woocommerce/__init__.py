"""A WooCommerce site on loopback.

`goods` is its catalogue, `orders` builds payloads and is pure, `mall` sells and serves the REST
API v3; `python -m malls.woocommerce` runs it.
"""
