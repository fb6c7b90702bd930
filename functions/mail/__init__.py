"""Templates, the outbox and sending."""
