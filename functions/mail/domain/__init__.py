"""Pure rules of mail: no AWS, no clock, no environment."""
