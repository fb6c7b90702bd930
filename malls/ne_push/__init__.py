"""A cart that takes Next Engine's stock push."""
