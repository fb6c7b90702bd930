"""Emulators of the malls: they sell what they show, and tell Banto as the real ones do.

They serve the demo of `make run`, the flow tests and the benchmarks. Nothing here runs in Lambda.
"""
