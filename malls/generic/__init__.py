"""A cart of the owner's own that serves the generic channel's HTTP contract."""
