"""Scoring one result against its question: a flat row of numbers, None where a metric does not apply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eval.dataset import Question
from eval.evidence import SquashedText, locate
from eval.metrics import answers, citations, retrieval
from eval.metrics.sets import compare_sets
from rag.types import Compilation

Scores = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class ReferenceTexts:
    """The compilations answers are checked against, prepared once for a run."""

    compilations: Mapping[str, Compilation]
    squashed: Mapping[str, SquashedText]

    @classmethod
    def of(cls, compilations: Mapping[str, Compilation]) -> ReferenceTexts:
        """Return the texts with their squashed forms."""
        return cls(compilations, {key: SquashedText(value.text) for key, value in compilations.items()})

    @property
    def texts(self) -> dict[str, str]:
        """Return the canonical text by compilation id."""
        return {key: value.text for key, value in self.compilations.items()}


def score_result(question: Question, record: Mapping[str, Any], *, reference: ReferenceTexts) -> Scores:
    """Return every metric of one result object that applies to its question, 0 to 1 unless its name says otherwise."""
    scores: Scores = {
        "refused": float(record["refused"]),
        "error": float(record["error"] is not None),
        "latency_ms": record["latency_ms"],
        "answer_chars": None if record["refused"] else float(len(record["answer"])),
        "verbatim": citations.verbatim_rate(record["citations"], reference.texts),
    }
    if question.answerable:
        scores |= _answer_scores(question, record)
        scores |= _retrieval_scores(question, record, reference=reference)
    if question.type == "crosscase":
        agreement = compare_sets(set(question.cases), citations.cited_cases(record))
        scores |= {
            "cases_precision": agreement.precision,
            "cases_recall": agreement.recall,
            "cases_f1": agreement.f1,
        }
    return scores


def _answer_scores(question: Question, record: Mapping[str, Any]) -> Scores:
    answer, refused = record["answer"], record["refused"]
    keys = question.answer_keys
    if not keys:
        return {}
    right = answers.is_right(keys, answer, refused=refused)
    return {
        "right": float(right),
        "strictly_right": float(right and answers.is_short_enough(answer, question.answer)),
        "key_recall": 0.0 if refused else answers.key_recall(keys, answer),
    }


def _retrieval_scores(question: Question, record: Mapping[str, Any], *, reference: ReferenceTexts) -> Scores:
    if not question.evidence:
        return {}
    compilation_id, compilation = next(iter(reference.compilations.items()))
    evidence = locate(question, compilation, squashed=reference.squashed[compilation_id])
    passages = retrieval.spans_of(record["retrieved"])
    ranks = retrieval.first_ranks(evidence, passages, text=compilation.text)
    return {f"recall@{k}": retrieval.recall_at(ranks, k) for k in retrieval.RECALL_CUTOFFS}
