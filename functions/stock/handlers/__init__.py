"""One Lambda a file."""
