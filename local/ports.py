"""Ports on loopback, and what to say when one is taken."""

import socket

HOST = "127.0.0.1"


class Unusable(Exception):
    """The machine cannot do it as it is; the message says what to do."""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether we could listen on it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def require_free(port: int, *, what: str, variable: str) -> None:
    """Raises Unusable when the port is taken, naming the variable that chooses another."""
    if not is_free(port):
        raise Unusable(
            f"Port {port} for {what} is in use by another program.\n"
            f"  Stop that program, or choose another port: {variable}={port + 1} make run"
        )


def port_of(text: str, *, variable: str) -> int:
    """A port number of an environment variable. Raises Unusable when it is none."""
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Unusable(f"{variable}={text} is not a port: a number from 1 to 65535.")
    return int(text)
