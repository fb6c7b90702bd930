"""Shops, staff and settings."""
