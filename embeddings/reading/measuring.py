"""Figures of a reader on question sets it was not trained on: the gold paragraph is given, the answer is looked for."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from embeddings.reading.examples import positives_and_negatives, sentence_spans
from embeddings.reading.questions import SourceText, file_sha256, read_sources
from embeddings.reading.reader import Reader
from rag.types import Reading

_LATIN_WORD = re.compile(r"[a-z0-9]+|\S")
_UNCOUNTED = re.compile(r"[\W_]+")
SEED = 7


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over `n` questions, drawn at random, each with the paragraph it was asked about. Shares are 0 to 1."""

    file: str
    sha256: str
    n: int
    n_in_file: int
    exact_match: float
    f1: float
    evidence_f1: float | None
    """F1 of the sentence with the highest mass against the sentences people chose; None where the file has none."""
    relevance_auroc: float
    null_auroc: float
    """How often the window that holds the answer is told from one of the same text that does not: by the relevance, and
    by `span_score - null`."""
    n_windows: int


def measure(reader: Reader, path: Path, *, n_questions: int) -> Figures:
    """Return the figures of a reader on a question file, of `n_questions` drawn at random. EmbeddingError as reading."""
    sources = [source for source in read_sources([path]) if source.questions]
    pairs = [(source, i) for source in sources for i in range(len(source.questions))]
    drawn = random.Random(SEED).sample(pairs, min(n_questions, len(pairs)))
    exact, f1, evidence = [], [], []
    for source, i in drawn:
        question = source.questions[i]
        (reading,) = reader.read(question.question, [source.text])
        given = source.text[slice(*reading.span)]
        exact.append(max(float(plain(given) == plain(answer)) for answer in question.answers))
        f1.append(max(overlap_f1(given, answer) for answer in question.answers))
        if question.evidence:
            evidence.append(max(overlap_f1(_evidence(reading), chosen) for chosen in question.evidence))
    positive, negative = _read_windows(reader, drawn)
    return Figures(
        file=path.name,
        sha256=file_sha256(path),
        n=len(drawn),
        n_in_file=len(pairs),
        exact_match=round(mean(exact), 4),
        f1=round(mean(f1), 4),
        evidence_f1=round(mean(evidence), 4) if evidence else None,
        relevance_auroc=round(auroc([one.relevance for one in positive], [one.relevance for one in negative]), 4),
        null_auroc=round(auroc(list(map(_sureness, positive)), list(map(_sureness, negative))), 4),
        n_windows=len(positive) + len(negative),
    )


def as_record(figures: Figures) -> dict[str, Any]:
    """Return figures for a manifest."""
    return asdict(figures)


def plain(text: str) -> str:
    """Return what exact match compares: lower case, no punctuation, no white space."""
    return _UNCOUNTED.sub("", text.lower())


def overlap_f1(given: str, expected: str) -> float:
    """Return F1 over the longest common run of Chinese characters and Latin words, as CMRC 2018 is scored.

    https://github.com/ymcui/cmrc2018/blob/master/baseline/cmrc2018_evaluate.py
    """
    one, other = _tokens(given), _tokens(expected)
    n_shared = _longest_run(one, other)
    if not n_shared:
        return 0.0
    precision, recall = n_shared / len(one), n_shared / len(other)
    return 2 * precision * recall / (precision + recall)


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return how often a positive scores above a negative, ties half; NaN where one of them is empty."""
    if not positive or not negative:
        return float("nan")
    wins = sum((a > b) + 0.5 * (a == b) for a in positive for b in negative)
    return wins / (len(positive) * len(negative))


def _tokens(text: str) -> list[str]:
    return [token for token in _LATIN_WORD.findall(text.lower()) if not _UNCOUNTED.fullmatch(token)]


def _longest_run(one: Sequence[str], other: Sequence[str]) -> int:
    """Return the length of the longest run of tokens that both hold."""
    best, row = 0, [0] * (len(other) + 1)
    for token in one:
        row = [0, *(before + 1 if token == match else 0 for before, match in zip(row, other, strict=False))]
        best = max(best, *row)
    return best


def _evidence(reading: Reading) -> str:
    """Return the sentence that holds the answer most likely."""
    spans = sentence_spans(reading.text)
    start, end = max(spans, key=lambda span: reading.mass(*span))
    return reading.text[start:end]


def _sureness(reading: Reading) -> float:
    return reading.span_score - reading.null


def _read_windows(reader: Reader, drawn: Sequence[tuple[SourceText, int]]) -> tuple[list[Reading], list[Reading]]:
    """Return readings of windows with and without the answer."""
    positive: list[Reading] = []
    negative: list[Reading] = []
    for example in positives_and_negatives(drawn, seed=SEED):
        (reading,) = reader.read(example.question, [example.text], headers=[example.header])
        (positive if example.answer else negative).append(reading)
    return positive, negative
