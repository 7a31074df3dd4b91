"""From chunks to an index: sentences are placed where they stand in what is embedded."""

from __future__ import annotations

import numpy as np
import pytest

from rag.chunking.sentences import Span
from rag.stores.building import build_passages, place_spans
from rag.stores.passages import PassageIndex
from rag.types import Case, Chunk, Compilation, Section
from tests.fakes import HashingEmbedder


def chunk_of(text: str, *, start: int = 0) -> Chunk:
    return Chunk("c", "c", 1, (), "prose", start, start + len(text), text, 0)


def place(text: str, embedded: str, sentence: str, *, start: int = 0) -> str:
    """Return what of `embedded` is taken for `sentence`."""
    at = start + text.index(sentence)
    [(first, last)] = place_spans(chunk_of(text, start=start), embedded, [Span(at, at + len(sentence))])
    return embedded[first:last]


@pytest.mark.parametrize("start", [0, 40])
@pytest.mark.parametrize(
    ("text", "embedded", "sentence", "placed"),
    [
        ("一。二。", "标题\n一。二。", "二。", "二。"),
        ("一。", "一。", "一。", "一。"),
        ("**一是**甲。二是乙。", "标题\n一是甲。二是乙。", "**一是**甲。", "一是甲。"),
        ("**一是**甲。**二是**乙。", "标题\n一是甲。二是乙。", "**二是**乙。", "二是乙。"),
        ("“*”号甲。乙。", "标题\n“*”号甲。乙。", "乙。", "乙。"),
        ("𠮷野。家。", "标题\n𠮷野。家。", "𠮷野。", "𠮷野。"),
        ("一。二。三。", "一。二", "三。", "二"),
    ],
)
def test_a_sentence_is_found_in_what_is_embedded(
    text: str, embedded: str, sentence: str, placed: str, start: int
) -> None:
    assert place(text, embedded, sentence, start=start) == placed


def test_no_sentences_no_places() -> None:
    assert place_spans(chunk_of("一。"), "标题\n一。", []) == []


def test_every_real_sentence_is_embedded_where_it_stands(passage_index: PassageIndex) -> None:
    text = passage_index.compilation.text
    n_checked = 0
    for chunk, embedded, positions in zip(
        passage_index.chunks, passage_index.texts, passage_index.sentences_of, strict=True
    ):
        spans = [Span(passage_index.sentences[i].start, passage_index.sentences[i].end) for i in positions]
        for span, (first, last) in zip(spans, place_spans(chunk, embedded, spans), strict=True):
            assert embedded[first:last] == text[span.start : span.end].replace("**", "")
            n_checked += 1
    assert n_checked == len(passage_index.sentences) > 1000


def test_vectors_of_texts_and_sentences_are_kept_in_order(passage_index: PassageIndex) -> None:
    model = HashingEmbedder()
    some = [0, 100, len(passage_index.texts) - 1]
    vectors = model.encode_passages([passage_index.texts[i] for i in some])
    for i, vector in zip(some, vectors, strict=True):
        assert passage_index.dense.scores(vector)[i] == pytest.approx(1, abs=1e-5)
    last = passage_index.sentences[-1]
    said = passage_index.compilation.text[last.start : last.end].replace("**", "")
    np.testing.assert_allclose(passage_index.sentence_vectors[-1], model.encode_passages([said])[0], atol=1e-3)
    assert passage_index.sentence_vectors.shape == (len(passage_index.sentences), model.dim)


def test_progress_counts_the_chunks() -> None:
    text = "一。二。"
    section = Section("", 0, (), "prose", 0, len(text))
    compilation = Compilation("c", "", "", "", text, (Case(1, "", "", "", "", 1, 1, (section,), 0, 4),), "0" * 64)
    told: list[tuple[int, int]] = []
    build_passages(
        compilation,
        [chunk_of(text)],
        texts=[text],
        encoder=HashingEmbedder(),
        on_progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(1, 1)]


def test_an_index_of_nothing() -> None:
    empty = Compilation("c", "", "", "", "", (), "0" * 64)
    index = build_passages(empty, [], texts=[], encoder=HashingEmbedder(dim=8))
    assert (index.chunks, index.sentences, index.sentences_of) == ((), (), ())
    assert (index.sentence_vectors.shape, index.dense.n_vectors) == ((0, 8), 0)
    assert (dict(index.idf), dict(index.case_tokens)) == ({}, {})
