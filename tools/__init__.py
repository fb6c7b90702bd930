"""Small commands for developers."""
