"""One command a claim; each prints a table."""
