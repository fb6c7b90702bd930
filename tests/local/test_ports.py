"""Ports, and what is said when one is taken."""

import socket

import pytest

from local.ports import Unusable, free_port, is_free, port_of, require_free


def test_a_free_port_is_free() -> None:
    assert is_free(free_port())


def test_a_taken_port_is_refused_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not is_free(port)
        with pytest.raises(Unusable) as told:
            require_free(port, what="the admin page", variable="PORT")
    assert str(told.value) == (
        f"Port {port} for the admin page is in use by another program.\n"
        f"  Stop that program, or choose another port: PORT={port + 1} make run"
    )


def test_nothing_is_said_about_a_free_port() -> None:
    require_free(free_port(), what="the admin page", variable="PORT")


@pytest.mark.parametrize("text", ["", "x", "-1", "0", "65536", "80.5"])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(Unusable, match=r"PORT=.* is not a port"):
        port_of(text, variable="PORT")


def test_a_port_is_read() -> None:
    assert port_of("8081", variable="PORT") == 8081
