"""What the embedder is trained on: questions, each with a passage and the sentences of it that answer."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from embeddings.reading.examples import sentence_spans
from embeddings.reading.practice import PracticeQuestion
from embeddings.reading.questions import SourceText, simplified

PER_CASE = 6
"""Questions of one case that stand in a batch together: its passages are the ones hard to tell apart."""
WINDOW_CHARS = 340
TRADITIONAL_SHARE = 1 / 3

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as it is embedded, with the spans of its sentences, code points."""

    text: str
    sentences: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with a passage that answers it."""

    question: str
    passage: Passage
    answering: tuple[int, ...]
    """Indices of the passage's sentences that answer."""


def practice_batches(practice: Sequence[PracticeQuestion], *, n_pairs: int, rng: random.Random) -> Iterator[list[Pair]]:
    """Yield one pass of batches over the questions that have an answering passage; some questions of one case together."""
    by_case: dict[int, list[PracticeQuestion]] = {}
    for question in practice:
        if question.answering:
            by_case.setdefault(question.case_number, []).append(question)
    groups: list[list[PracticeQuestion]] = []
    for questions in by_case.values():
        rng.shuffle(questions)
        groups += [questions[i : i + PER_CASE] for i in range(0, len(questions), PER_CASE)]
    rng.shuffle(groups)
    pairs = [_practised(question, rng) for group in groups for question in group]
    yield from _batches(pairs, n_pairs)


def source_batches(sources: Sequence[SourceText], *, n_pairs: int, rng: random.Random) -> Iterator[list[Pair]]:
    """Yield one pass of batches over the questions of public sets, in random order."""
    asked = [(source, i) for source in sources for i in range(len(source.questions))]
    rng.shuffle(asked)
    for drawn in _batches(asked, n_pairs):
        yield [_of_source(source, i, rng) for source, i in drawn]


def _batches(drawn: Sequence[T], n: int) -> Iterator[list[T]]:
    """Yield `n` at a time; what is left over and makes no batch is left out."""
    for start in range(0, len(drawn) - n + 1, n):
        yield list(drawn[start : start + n])


def _practised(question: PracticeQuestion, rng: random.Random) -> Pair:
    example = rng.choice(question.answering)
    assert example.evidence is not None
    before = f"{example.header}\n" if example.header else ""
    start, end = (len(before) + offset for offset in example.evidence)
    return _pair(question.question, before + example.text, start, end, body=len(before))


def _of_source(source: SourceText, number: int, rng: random.Random) -> Pair:
    shown = source if rng.random() < TRADITIONAL_SHARE else simplified(source)
    question = shown.questions[number]
    start, end = question.starts[0], question.starts[0] + len(question.answers[0])
    first = max(0, min(start - rng.randrange(WINDOW_CHARS), len(shown.text) - WINDOW_CHARS))
    first = next((a for a, b in sentence_spans(shown.text) if a <= first < b), 0)
    last = max(end, first + WINDOW_CHARS)
    return _pair(question.question, shown.text[first:last], start - first, end - first)


def _pair(question: str, text: str, start: int, end: int, *, body: int = 0) -> Pair:
    """Return the pair whose answer is `[start, end)`; sentences are cut from `body` on."""
    spans = tuple((body + a, body + b) for a, b in sentence_spans(text[body:]) if text[body + a : body + b].strip())
    answering = tuple(i for i, (a, b) in enumerate(spans) if a < end and start < b)
    return Pair(question, Passage(text, spans), answering)
