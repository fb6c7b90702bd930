"""Pure rules of orders: facets, queues and what changes them. No AWS, no clock, no environment."""
