"""The whole stack on one machine: an AWS emulator, the real deployment, and the page before it.

`python -m local.run` is what `make run` does; tests and benchmarks use `local.engine.Engine`.
Nothing here runs in Lambda, and nothing in the functions knows about it.
"""
