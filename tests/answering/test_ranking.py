"""The features of sentences: what is a candidate, and what each feature says."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from rag.answering.asked import what_is_asked
from rag.answering.extractive import ExtractiveAnswerer, Posed
from rag.answering.ranking import FEATURES, SentenceDescriber
from rag.retrieval.retriever import Retrieved, Retriever
from rag.stores.passages import PassageIndex

Pose = Callable[[str], Posed]
Search = Callable[[str], Retrieved]
QUESTION = "西海岸新区军民融合企业有多少家？"


@pytest.fixture(scope="module")
def describer(index: PassageIndex) -> SentenceDescriber:
    return SentenceDescriber(index)


def features(
    describer: SentenceDescriber, search: Search, question: str, named: tuple[int, ...] = ()
) -> dict[str, np.ndarray]:
    retrieved = search(question)
    candidates = describer.candidates(retrieved)
    rows = describer.describe(question, what_is_asked(question), retrieved, candidates=candidates, named=named)
    assert rows.shape == (len(candidates), len(FEATURES))
    assert rows.dtype == np.float32
    return dict(zip(FEATURES, rows.T, strict=True))


def test_candidates_are_the_sentences_of_the_passages(
    describer: SentenceDescriber, index: PassageIndex, search: Search
) -> None:
    retrieved = search(QUESTION)
    allowed = {p.chunk.chunk_id for p in retrieved.passages if p.chunk.kind not in ("residue", "catalogue")}
    candidates = describer.candidates(retrieved)
    assert {index.chunks[index.sentences[position].chunk].chunk_id for position in candidates} == allowed
    assert len(candidates) == len(set(candidates))


def test_lines_of_the_catalogue_are_no_candidates(
    describer: SentenceDescriber, index: PassageIndex, retriever: Retriever
) -> None:
    everything = retriever.retrieve("目录", k=10_000)
    assert any(passage.chunk.kind == "catalogue" for passage in everything.passages)
    kinds = {index.chunks[index.sentences[position].chunk].kind for position in describer.candidates(everything)}
    assert kinds <= {"prose", "list", "table"}


def test_no_passages_have_no_candidates_and_no_rows(describer: SentenceDescriber, retriever: Retriever) -> None:
    retrieved = retriever.retrieve(QUESTION, k=1, only_cases=())
    assert describer.candidates(retrieved) == []
    rows = describer.describe(QUESTION, what_is_asked(QUESTION), retrieved, candidates=[], named=())
    assert rows.shape == (0, len(FEATURES))


def test_one_candidate_has_no_margin(describer: SentenceDescriber, search: Search) -> None:
    retrieved = search(QUESTION)
    (row,) = describer.describe(
        QUESTION, what_is_asked(QUESTION), retrieved, candidates=describer.candidates(retrieved)[:1], named=()
    )
    assert row[FEATURES.index("cosine_margin")] == 0


@pytest.mark.parametrize(
    "question", [QUESTION, "How many firms?", "怎样推进", "\U00020000\U00020001", "？", "哪四个方面"]
)
def test_features_are_finite_and_shares_stay_between_0_and_1(
    describer: SentenceDescriber, search: Search, question: str
) -> None:
    for name, values in features(describer, search, question).items():
        assert np.isfinite(values).all(), name
        low = -2.0 if name in ("cosine", "cosine_margin", "passage_cosine") else 0.0
        assert values.min() >= low, name
        assert values.max() <= 1.0 + 1e-5, name


def test_the_case_named_is_marked(describer: SentenceDescriber, search: Search, index: PassageIndex) -> None:
    assert set(features(describer, search, QUESTION)["named_case"]) == {0.5}
    of_first = features(describer, search, QUESTION, named=(1,))["named_case"]
    numbers = [index.chunks[index.sentences[p].chunk].case_number for p in describer.candidates(search(QUESTION))]
    assert of_first.tolist() == [float(number == 1) for number in numbers]


def test_units_asked_for_are_seen(describer: SentenceDescriber, search: Search, index: PassageIndex) -> None:
    found = features(describer, search, QUESTION)
    text = index.compilation.text
    sentences = [index.sentences[position] for position in describer.candidates(search(QUESTION))]
    shown = [text[s.start : s.end] for s in sentences]
    (at,) = [i for i, sentence in enumerate(shown) if "161 家" in sentence]
    assert (found["units"][at], found["exact_unit"][at]) == (1.0, 1.0)
    assert any(units == 0 for units in found["units"])


def test_exact_unit_is_undecided_without_one(describer: SentenceDescriber, search: Search) -> None:
    assert set(features(describer, search, "怎样推进军民融合")["exact_unit"]) == {0.5}


def test_only_list_questions_ask_for_enumerations(describer: SentenceDescriber, search: Search) -> None:
    assert set(features(describer, search, QUESTION)["enumerates"]) == {0.5}
    assert set(features(describer, search, "军地需求对接有哪四种方式？")["enumerates"]) > {0.0}


def test_more_passages_asked_for_than_there_are(
    describer: SentenceDescriber, index: PassageIndex, retriever: Retriever
) -> None:
    everything = retriever.retrieve(QUESTION, k=len(index.chunks) + 100)
    assert len(everything.passages) == len(index.chunks)
    assert len(describer.candidates(everything)) < len(index.sentences)


def test_ranked_sentences_come_likeliest_first_and_the_same_each_time(
    answerer: ExtractiveAnswerer, pose: Pose, search: Search, index: PassageIndex
) -> None:
    ranked = answerer.rank(pose(QUESTION), search(QUESTION))
    assert ranked == answerer.rank(pose(QUESTION), search(QUESTION))
    assert [one.score for one in ranked] == sorted((one.score for one in ranked), reverse=True)
    best = index.sentences[ranked[0].position]
    assert "161 家" in index.compilation.text[best.start : best.end]
