"""What all tests share: one data directory and one pipeline for the whole session, and no network but loopback."""

from __future__ import annotations

import ipaddress
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rag.settings import ENV_PREFIX, Settings

if TYPE_CHECKING:
    from embeddings.base import Embedder
    from rag.pipeline import CaseQA
    from rag.types import Compilation


@pytest.fixture(scope="session")
def casechat_home() -> Iterator[Path]:
    """The session's data directory: CASECHAT_HOME where it is set (a second run is quicker), else a temporary one."""
    given = os.environ.get(f"{ENV_PREFIX}HOME")
    if given:
        yield Path(given)
        return
    with tempfile.TemporaryDirectory(prefix="casechat-tests-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session", autouse=True)
def clean_environment(casechat_home: Path) -> Iterator[None]:
    """Hide the settings of whoever runs the tests; programs they start use the session's data directory and no hub."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(ENV_PREFIX):
                patch.delenv(name)
        patch.setenv(f"{ENV_PREFIX}HOME", str(casechat_home))
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
        yield


@pytest.fixture(scope="session")
def settings(casechat_home: Path) -> Settings:
    """The default settings with the session's data directory."""
    return Settings(home=casechat_home)


@pytest.fixture(scope="session")
def compilation() -> Compilation:
    """The real compilation, parsed once."""
    from rag.parsing.loading import load_compilation

    return load_compilation(Settings().compilation)


@pytest.fixture(scope="session")
def default_embedder(settings: Settings) -> Embedder:
    """The embedding model of the default settings, unpacked and loaded once."""
    from rag.factory import build_embedder

    return build_embedder(settings)


@pytest.fixture(scope="session")
def qa(settings: Settings, default_embedder: Embedder) -> CaseQA:
    """The default pipeline over the real compilation, built once."""
    from rag.factory import build_qa

    return build_qa(settings, embedder=default_embedder)


class NetworkForbidden(AssertionError):
    """A test tried to leave the machine. No OSError: code under test must not take it for a passing fault."""


@pytest.fixture(scope="session", autouse=True)
def forbid_network() -> Iterator[None]:
    """Let sockets reach this machine only, and look up no names but localhost."""
    with pytest.MonkeyPatch.context() as patch:
        for method in ("connect", "connect_ex"):
            patch.setattr(socket.socket, method, _loopback_only(getattr(socket.socket, method)))
        patch.setattr(socket, "getaddrinfo", _local_names_only(socket.getaddrinfo))
        yield


def _loopback_only(connect: Callable[[socket.socket, Any], Any]) -> Callable[[socket.socket, Any], Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _refuse_remote(address[0])
        return connect(self, address)

    return guarded


def _local_names_only(getaddrinfo: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(host: Any, *arguments: Any, **options: Any) -> Any:
        _refuse_remote(host)
        return getaddrinfo(host, *arguments, **options)

    return guarded


def _refuse_remote(host: Any) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost", socket.gethostname()):
        return
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        raise NetworkForbidden(f"a test looked up {name}; tests run offline") from None
    if not (address.is_loopback or address.is_unspecified):
        raise NetworkForbidden(f"a test connected to {name}; tests run offline")
