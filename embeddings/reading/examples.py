"""What the reader is trained on: a question, a window of text, and where in it the answer stands, if it does."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from embeddings.reading.questions import SourceText, simplified

WINDOW_CHARS = (140, 320)
SHORT_WINDOW_CHARS = (40, 140)
SHORT_SHARE, HEADER_SHARE, TRADITIONAL_SHARE = 0.1, 0.3, 1 / 3
"""Shares of windows that are short, that have a title-like line before them, and of traditional texts that stay so."""
SECOND_POSITIVE, SAME_TEXT, OTHER_TEXT, ALTERED = 0.4, 0.8, 0.75, 0.3
"""Chances, per question, of a second positive and of each kind of negative: about 45% positives."""
N_NEAREST = 24
HEADER_CHARS = 30
N_ATTEMPTS = 8
N_WINDOWS = 3
N_OF_UNANSWERABLE = 2
"""Windows of its text that a question without an answer is shown with."""
MAX_SENTENCE_CHARS = 240

_SENTENCE = re.compile(r"[^。！？；!?\n]*[。！？；!?\n]+[”’」』）》]*|[^。！？；!?\n]+$")
_FIGURE = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Example:
    """One question on one window. Offsets are code points in `text`, half-open."""

    question: str
    header: str
    """A line shown before the text and never quoted from; empty where there is none."""
    text: str
    answer: tuple[int, int] | None
    """None where the text does not answer the question."""
    evidence: tuple[int, int] | None
    """The sentences that the answer lies in; None where there is no answer."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question of a text, by their numbers."""

    source: int
    question: str
    start: int
    end: int

    def answer(self, sources: Sequence[SourceText]) -> str:
        return sources[self.source].text[self.start : self.end]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences of a text; together they are the whole of it."""
    return [match.span() for match in _SENTENCE.finditer(text)]


def make_examples(sources: Sequence[SourceText], *, seed: int) -> list[Example]:
    """Return one pass of examples over the questions of `sources`, shuffled; the same for the same seed."""
    rng = random.Random(seed)
    shown = [source if rng.random() < TRADITIONAL_SHARE else simplified(source) for source in sources]
    cuts = [sentence_spans(source.text) for source in shown]
    asked = [
        _Asked(i, question.question, question.starts[0], question.starts[0] + len(question.answers[0]))
        for i, source in enumerate(shown)
        for question in source.questions
    ]
    if not asked:
        return []
    nearest = _nearest_texts(shown, asked)
    titles = sorted({source.title for source in shown if len(source.title) > 1})
    examples: list[Example] = []
    for number, one in enumerate(asked):
        positive = _positive(shown, cuts, one, rng)
        examples.append(positive)
        if rng.random() < SECOND_POSITIVE:
            examples.append(_positive(shown, cuts, one, rng))
        negatives = [
            _same_text(shown, cuts, one, rng) if rng.random() < SAME_TEXT else None,
            _other_text(shown, cuts, one, nearest[number], rng) if rng.random() < OTHER_TEXT else None,
            _altered(positive, shown[one.source].title, titles, rng) if rng.random() < ALTERED else None,
        ]
        examples += [example for example in negatives if example is not None]
    examples += [
        _nearest(question, [_random_window(shown, cuts, i, question, rng) for _ in range(N_WINDOWS)])
        for i, source in enumerate(shown)
        for question in source.unanswerable
        for _ in range(N_OF_UNANSWERABLE)
    ]
    rng.shuffle(examples)
    return examples


def positives_and_negatives(drawn: Sequence[tuple[SourceText, int]], *, seed: int) -> list[Example]:
    """Return, for each text with the number of one of its questions, a window with the answer and one without.

    The window without comes of the same text; there is none where every window tried held the answer.
    """
    rng = random.Random(seed)
    examples: list[Example] = []
    for source, number in drawn:
        question = source.questions[number]
        start = question.starts[0]
        asked = _Asked(0, question.question, start, start + len(question.answers[0]))
        cuts = [sentence_spans(source.text)]
        negative = _same_text([source], cuts, asked, rng)
        examples += [_positive([source], cuts, asked, rng), *([negative] if negative else [])]
    return examples


def _nearest_texts(sources: Sequence[SourceText], asked: Sequence[_Asked]) -> np.ndarray:
    """Return int (n_questions, k): for each question the texts nearest by BM25 over character bigrams."""
    import bm25s

    index = bm25s.BM25(k1=1.2, b=0.75)
    index.index([_bigrams(source.text) for source in sources], show_progress=False)
    k = min(N_NEAREST, len(sources))
    queries = [_bigrams(one.question) for one in asked]
    found = index.retrieve(queries, k=k, show_progress=False)
    return np.asarray(found.documents)


def _bigrams(text: str) -> list[str]:
    squeezed = re.sub(r"\W+", " ", text)
    return [squeezed[i : i + 2] for i in range(len(squeezed) - 1) if " " not in squeezed[i : i + 2]] or ["?"]


def _positive(
    sources: Sequence[SourceText], cuts: list[list[tuple[int, int]]], one: _Asked, rng: random.Random
) -> Example:
    text = sources[one.source].text
    inside = [i for i, (start, end) in enumerate(cuts[one.source]) if start < one.end and end > one.start]
    first, last = inside[0], inside[-1]
    start, end = _grow(cuts[one.source], first, last, _window_chars(rng), rng)
    start, end = max(start, one.start - MAX_SENTENCE_CHARS), min(end, one.end + MAX_SENTENCE_CHARS)
    evidence = (max(cuts[one.source][first][0], start) - start, min(cuts[one.source][last][1], end) - start)
    header = _header(sources[one.source], start, rng)
    return Example(one.question, header, text[start:end], (one.start - start, one.end - start), evidence)


def _same_text(
    sources: Sequence[SourceText], cuts: list[list[tuple[int, int]]], one: _Asked, rng: random.Random
) -> Example | None:
    """Return a window of the question's own text that does not hold the answer; None where none is found."""
    for _ in range(N_ATTEMPTS):
        example = _random_window(sources, cuts, one.source, one.question, rng)
        if one.answer(sources) not in example.text and len(example.text) >= SHORT_WINDOW_CHARS[0]:
            return example
    return None


def _other_text(
    sources: Sequence[SourceText],
    cuts: list[list[tuple[int, int]]],
    one: _Asked,
    nearest: np.ndarray,
    rng: random.Random,
) -> Example | None:
    """Return the window nearest to the question, by shared bigrams, of a text that resembles the question."""
    title = sources[one.source].title
    others = [int(i) for i in nearest if i != one.source and sources[int(i)].title != title]
    if not others:
        return None
    other = rng.choice(others)
    windows = [_random_window(sources, cuts, other, one.question, rng) for _ in range(N_WINDOWS)]
    windows = [window for window in windows if one.answer(sources) not in window.text]
    return _nearest(one.question, windows) if windows else None


def _nearest(question: str, windows: Sequence[Example]) -> Example:
    """Return the window that shares most bigrams with the question."""
    wanted = set(_bigrams(question))
    return max(windows, key=lambda window: len(wanted & set(_bigrams(window.text))))


def _altered(positive: Example, title: str, titles: Sequence[str], rng: random.Random) -> Example | None:
    """Return the positive with its question turned to another year, figure or subject; None where it names none.

    The text then answers another question than the one asked.
    """
    question = positive.question
    figures = [match for match in _FIGURE.finditer(question) if match.group() in positive.text]
    if figures and rng.random() < 0.6:
        figure = rng.choice(figures)
        other = str(max(1, int(figure.group()[-9:]) + rng.choice((-11, -3, -2, -1, 1, 2, 3, 7, 12))))
        altered = question[: figure.start()] + other + question[figure.end() :]
        if other in positive.text or altered == question:
            return None
    elif len(title) > 1 and title in question and titles:
        other = rng.choice(titles)
        altered = question.replace(title, other)
        if other in title or title in other or other in positive.text:
            return None
    else:
        return None
    header = "" if title and title in positive.header else positive.header
    return replace(positive, question=altered, header=header, answer=None, evidence=None)


def _random_window(
    sources: Sequence[SourceText], cuts: list[list[tuple[int, int]]], number: int, question: str, rng: random.Random
) -> Example:
    spans = cuts[number]
    at = rng.randrange(len(spans))
    start, end = _grow(spans, at, at, _window_chars(rng), rng)
    end = min(end, start + WINDOW_CHARS[1] + MAX_SENTENCE_CHARS)
    return Example(question, _header(sources[number], start, rng), sources[number].text[start:end], None, None)


def _grow(spans: Sequence[tuple[int, int]], first: int, last: int, n_chars: int, rng: random.Random) -> tuple[int, int]:
    """Return a span of whole sentences around those given, grown on random sides while it stays below `n_chars`."""
    while True:
        sides = []
        if first > 0 and spans[last][1] - spans[first - 1][0] <= n_chars:
            sides.append(-1)
        if last + 1 < len(spans) and spans[last + 1][1] - spans[first][0] <= n_chars:
            sides.append(1)
        if not sides:
            return spans[first][0], spans[last][1]
        if rng.choice(sides) < 0:
            first -= 1
        else:
            last += 1


def _window_chars(rng: random.Random) -> int:
    return rng.randint(*(SHORT_WINDOW_CHARS if rng.random() < SHORT_SHARE else WINDOW_CHARS))


def _header(source: SourceText, start: int, rng: random.Random) -> str:
    """Return a title-like line for a share of the windows, as retrieval shows a passage below its headings."""
    if rng.random() >= HEADER_SHARE:
        return ""
    lines = [source.title] if source.title else []
    if start > 0 and (not lines or rng.random() < 0.5):
        lines.append(re.split(r"[，。；：！？,]", source.text, maxsplit=1)[0][:HEADER_CHARS])
    return "\n".join(lines)
