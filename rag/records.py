"""Answers as plain JSON objects: what `results.jsonl` and `python -m rag ask --json` hold. A leaf, as rag.types."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rag.types import Answer, Citation, Passage


def answer_record(
    answer: Answer, *, latency_ms: float, question_id: str = "", question_type: str = ""
) -> dict[str, Any]:
    """Return the result object for an answer; scores are rounded to 6 digits so that equal runs give equal bytes."""
    record = {
        "id": question_id,
        "type": question_type,
        "question": answer.question,
        "standalone_question": answer.standalone_question,
        "answer": answer.text,
        "short_answer": answer.short_answer,
        "refused": answer.refused,
        "reason": answer.reason,
        "confidence": round(answer.confidence, 6),
        "citations": [citation_record(citation) for citation in answer.citations],
        "retrieved": [passage_record(passage) for passage in answer.passages],
        "latency_ms": round(latency_ms, 3),
        "model": answer.model,
        "prompts": dict(answer.prompts),
        "error": None,
    }
    if answer.writing is None:
        return record
    written = asdict(answer.writing) | {"notice": answer.notice}
    return record | {"writing": written, "timings_ms": {name: round(ms, 3) for name, ms in answer.timings_ms.items()}}


def citation_record(citation: Citation) -> dict[str, Any]:
    """Return a citation as it stands in `citations` of a result object."""
    return {
        "key": citation.key,
        "compilation": citation.compilation_id,
        "case": citation.case_number,
        "title": citation.title,
        "department": citation.department,
        "section": list(citation.section_path),
        "pages": [citation.first_page, citation.last_page],
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "computed": citation.computed,
    }


def passage_record(passage: Passage) -> dict[str, Any]:
    """Return a passage as it stands in `retrieved` of a result object."""
    chunk = passage.chunk
    return {
        "compilation": chunk.compilation_id,
        "case": chunk.case_number,
        "section": list(chunk.section_path),
        "start": chunk.start,
        "end": chunk.end,
        "text": chunk.text,
        "score": round(passage.score, 6),
        "method": passage.method,
    }
