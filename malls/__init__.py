"""Emulators of the malls, on loopback."""
