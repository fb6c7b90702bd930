"""Pure rules of support: no AWS, no clock, no environment."""
