"""The only modules of this area that talk to AWS."""
