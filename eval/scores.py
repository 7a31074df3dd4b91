"""Scoring one result against its question: a flat row of numbers, None where a metric does not apply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.dataset import SINGLE_FACT_TYPES, Question
from eval.evidence import Evidence, SquashedText, locate
from eval.metrics import answers, citations, retrieval
from eval.metrics.sets import compare_sets
from rag.types import Compilation

Scores = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class ReferenceText:
    """The compilation that questions are about, with its squashed text, prepared once for a run."""

    compilation: Compilation
    squashed: SquashedText

    @classmethod
    def of(cls, compilation: Compilation) -> ReferenceText:
        """Return the reference made from a compilation."""
        return cls(compilation, SquashedText(compilation.text))

    def locate(self, question: Question) -> tuple[Evidence, ...]:
        """Return where the question's evidence stands."""
        return locate(question, self.compilation, squashed=self.squashed)


def score_result(
    question: Question, record: Mapping[str, Any], *, evidence: Sequence[Evidence], reference: ReferenceText
) -> Scores:
    """Return every metric of one result object that applies to its question.

    Shares are 0 to 1, `_chars` are characters, `_ms` milliseconds, `_tokens` tokens of the chat model. The rest of a
    question that failed with an error counts as wrong and as having found nothing.
    """
    text, text_id = reference.compilation.text, reference.compilation.compilation_id
    scores: Scores = {
        "refused": float(record["refused"]),
        "error": float(record["error"] is not None),
        "latency_ms": record["latency_ms"],
        "verbatim": citations.verbatim_rate(record["citations"], {text_id: text}),
        "input_tokens": record.get("tokens", {}).get("input"),
        "output_tokens": record.get("tokens", {}).get("output"),
    }
    if not record["refused"] and record["error"] is None:
        scores["answer_chars"] = float(len(record["answer"]))
        scores |= citations.citation_scores(record)
        if question.cases:
            scores["case_precision"] = citations.case_precision(record, question.cases)
    if question.answerable:
        scores |= _answer_scores(question, record)
    if question.answerable and question.evidence:
        scores |= retrieval.retrieval_scores(evidence, retrieval.spans_of(record["retrieved"]), text=text)
        scores["cited_evidence"] = citations.cited_evidence(record, evidence, text=text)
    if question.type == "crosscase":
        agreement = compare_sets(set(question.cases), citations.cited_cases(record))
        scores["cases_precision"] = agreement.precision
        scores["cases_recall"] = agreement.recall
        scores["cases_f1"] = agreement.f1
    return scores


def _answer_scores(question: Question, record: Mapping[str, Any]) -> Scores:
    scores: Scores = {}
    answer = "" if record["refused"] else record["answer"]
    if question.answer_keys:
        right = answers.is_right(question.answer_keys, answer, refused=record["refused"])
        scores["right"] = float(right)
        scores["strictly_right"] = float(right and answers.is_short_enough(answer, question.answer))
        scores["key_recall"] = answers.key_recall(question.answer_keys, answer)
    # A gold answer in English shares no characters with an answer that quotes Chinese.
    if question.answer and question.lang == "zh":
        scores["char_f1"] = answers.character_f1(question.answer, answer)
        scores["rouge_l"] = answers.rouge_l(question.answer, answer)
        if question.type in SINGLE_FACT_TYPES:
            short = "" if record["refused"] else record["short_answer"] or answer
            scores["short_exact"] = float(answers.exact_match(question.answer, short))
            scores["short_f1"] = answers.character_f1(question.answer, short)
    return scores
