"""Use cases of the area: load, decide in the domain, save."""
