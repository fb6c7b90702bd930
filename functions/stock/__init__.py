"""Counters, allocation and the ledger."""
