"""A seller at Amazon on loopback: SP-API with its tokens, limits, delays and error shapes.

`wire` knows the operations and their parameters, `orders` builds orders and is pure, `book` keeps
them, `goods` has the listings, `feeds` and `notices` their parts, `mall` is the HTTP side;
`python -m malls.amazon` runs it all. The shapes are those of amzn/selling-partner-api-models, and
the tests hold them to those models.
"""
