"""What the tests of answering share: the index of the session's pipeline, and questions as the answerer sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from rag.answering.asked import what_is_asked
from rag.answering.catalogue import CatalogueAnswerer
from rag.answering.draft import Support
from rag.answering.extractive import ExtractiveAnswerer, Posed
from rag.normalising import matching_form
from rag.retrieval.mentions import CaseNames
from rag.retrieval.retriever import Retrieved, Retriever
from rag.stores.passages import PassageIndex
from rag.types import Compilation

if TYPE_CHECKING:
    from embeddings.base import Embedder
    from rag.pipeline import CaseQA

Locate = Callable[[str], Support]
Pose = Callable[[str], Posed]
Search = Callable[[str], Retrieved]


@pytest.fixture(scope="session")
def names(compilation: Compilation) -> CaseNames:
    return CaseNames(compilation)


@pytest.fixture(scope="session")
def catalogue(compilation: Compilation, names: CaseNames) -> CatalogueAnswerer:
    return CatalogueAnswerer(compilation, names)


@pytest.fixture(scope="session")
def index(qa: CaseQA) -> PassageIndex:
    return qa.index


@pytest.fixture(scope="session")
def retriever(index: PassageIndex, default_embedder: Embedder) -> Retriever:
    return Retriever(index, default_embedder)


@pytest.fixture(scope="session")
def answerer(index: PassageIndex) -> ExtractiveAnswerer:
    return ExtractiveAnswerer(index)


@pytest.fixture(scope="session")
def pose(names: CaseNames) -> Pose:
    """A question that stands alone, as the pipeline hands it to the answerer."""

    def posed(question: str) -> Posed:
        named = [mention.case_number for mention in names.mentions(matching_form(question))]
        return Posed(question, what_is_asked(question, n_cases_named=len(named)), named)

    return posed


@pytest.fixture(scope="session")
def search(retriever: Retriever, pose: Pose) -> Search:
    """The ten best passages for a question."""
    return lambda question: retriever.retrieve(question, k=10, case_numbers=pose(question).named)


@pytest.fixture(scope="session")
def locate(compilation: Compilation) -> Locate:
    """The span of a stretch of the compilation's own text, which must stand there."""

    def located(quote: str) -> Support:
        start = compilation.text.index(quote)
        return Support(start, start + len(quote))

    return located
