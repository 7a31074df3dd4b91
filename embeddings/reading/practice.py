"""Questions put to a compilation with its own passages, the answering ones and others that were retrieved for them.

A file of them is made by `python -m benchmarks practice` from questions with evidence and an index.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embeddings.reading.examples import Example
from rag.errors import EmbeddingError

N_OTHERS = 2
"""Passages without the answer that one pass takes for a question that can be answered."""
N_OF_UNANSWERABLE = 3
WITHOUT_HEADER = 0.15
"""Share of passages shown without their header, so that the text counts for itself."""


@dataclass(frozen=True, slots=True)
class PracticeQuestion:
    """A question with passages of the compilation it was put to."""

    question: str
    case_number: int
    answering: tuple[Example, ...]
    """Passages that answer; none where the compilation does not say what is asked."""
    others: tuple[Example, ...]
    """Passages that retrieval found for it and that do not answer, the nearest first."""


def read_practice(paths: Sequence[Path]) -> list[PracticeQuestion]:
    """Return the questions of practice files in their order. Raises EmbeddingError for a file of another form."""
    return [question for path in paths for question in _read_file(path)]


def practice_examples(practice: Sequence[PracticeQuestion], *, seed: int) -> list[Example]:
    """Return one pass over the questions, shuffled: every answering passage, some of the others; the same for the same seed."""
    rng = random.Random(seed)
    examples: list[Example] = []
    for question in practice:
        n_others = N_OTHERS if question.answering else N_OF_UNANSWERABLE
        others = rng.sample(question.others, min(n_others, len(question.others)))
        examples += [_shown(example, rng) for example in (*question.answering, *others)]
    rng.shuffle(examples)
    return examples


def _shown(example: Example, rng: random.Random) -> Example:
    if rng.random() >= WITHOUT_HEADER:
        return example
    return Example(example.question, "", example.text, example.answer, example.evidence)


def _read_file(path: Path) -> Iterator[PracticeQuestion]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as exc:
        raise EmbeddingError(f"读不出练习文件 {path}（{exc}）。请检查 --practice 的路径。") from exc
    for number, line in enumerate(lines, start=1):
        try:
            yield _make_question(json.loads(line))
        except (ValueError, KeyError, TypeError) as exc:
            raise EmbeddingError(
                f"{path} 的第 {number} 行不是练习题（{exc!r}）。请用 python -m benchmarks practice 重新生成这个文件。"
            ) from exc


def _make_question(entry: dict[str, Any]) -> PracticeQuestion:
    examples = [
        Example(
            str(entry["question"]),
            str(passage["header"]),
            str(passage["text"]),
            _span(passage["answer"]),
            _span(passage["evidence"]),
        )
        for passage in entry["passages"]
    ]
    return PracticeQuestion(
        str(entry["question"]),
        int(entry["case"]),
        tuple(example for example in examples if example.evidence),
        tuple(example for example in examples if not example.evidence),
    )


def _span(value: Sequence[int] | None) -> tuple[int, int] | None:
    return None if value is None else (int(value[0]), int(value[1]))
