"""An index of the real compilation by a model that costs nothing, and a small manifest."""

from __future__ import annotations

import pytest

from rag.chunking.chunker import chunk_compilation, embedded_text
from rag.stores.building import build_passages
from rag.stores.passages import PassageIndex
from rag.types import Compilation, IndexManifest
from tests.fakes import HashingEmbedder


@pytest.fixture(scope="session")
def passage_index(compilation: Compilation) -> PassageIndex:
    """All chunks of the compilation, embedded by hashed bigrams."""
    model = HashingEmbedder()
    chunks = chunk_compilation(compilation, count_tokens=model.count_tokens, max_tokens=512, chunk_tokens=200)
    texts = [embedded_text(compilation, chunk) for chunk in chunks]
    return build_passages(compilation, chunks, texts=texts, encoder=model)


@pytest.fixture
def manifest() -> IndexManifest:
    return IndexManifest(1, {"青岛": "0" * 64}, "1-200", "hashing@1", 64, "float32", "inner_product", 3, "2019-02-01")
