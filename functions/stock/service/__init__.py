"""Use cases of stock: load, decide, save. What they need of the world are Protocols."""
