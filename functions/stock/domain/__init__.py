"""Pure rules of stock: no AWS, no clock, no environment."""
