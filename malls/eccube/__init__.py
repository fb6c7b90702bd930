"""An EC-CUBE 4 shop on loopback.

`orders` builds orders and is pure, `schema` answers GraphQL, `mall` sells and gives out tokens;
`python -m malls.eccube` runs it.
"""
