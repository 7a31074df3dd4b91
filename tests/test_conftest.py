"""The guard that keeps every test offline."""

from __future__ import annotations

import os
import socket
import urllib.request

import pytest


def test_a_connection_to_another_machine_is_refused() -> None:
    with socket.socket() as probe, pytest.raises(AssertionError, match=r"connected to 192\.0\.2\.1; tests run offline"):
        probe.connect(("192.0.2.1", 80))


def test_a_name_is_not_looked_up() -> None:
    with pytest.raises(AssertionError, match=r"looked up example\.org; tests run offline"):
        urllib.request.urlopen("http://example.org/", timeout=1)


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def test_settings_of_whoever_runs_the_tests_are_hidden() -> None:
    assert [name for name in os.environ if name.startswith("CASECHAT_")] == ["CASECHAT_HOME"]
