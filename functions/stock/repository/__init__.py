"""The only place of this area that calls AWS; hands out domain objects, never items."""
