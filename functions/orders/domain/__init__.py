"""Pure rules of orders: no AWS, no clock, no environment."""
