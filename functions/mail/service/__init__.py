"""Use cases of mail: compose, send, settle, sweep, and the desk that staff see."""
