import socket

import pytest

from tests.conftest import NetworkRefused


def test_network_is_refused_to_tests():
    with pytest.raises(NetworkRefused, match=r"wanted 192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(NetworkRefused, match=r"wanted peace\.example"):
        socket.getaddrinfo("peace.example", 443)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender, pytest.raises(NetworkRefused):
        sender.sendto(b"", ("192.0.2.1", 53))


def test_network_of_this_machine_is_open_to_tests():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        socket.create_connection(listening.getsockname(), timeout=1).close()
