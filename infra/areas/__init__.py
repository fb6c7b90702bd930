"""One module an area: its queues and functions, a line each."""
