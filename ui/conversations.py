"""A turn of a conversation, from the question to the answer with its citations, and how it is kept as JSON."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from rag.records import citation_record
from rag.types import Answer, Citation, Writing

TurnState = Literal["waiting", "answering", "done", "failed", "stopped"]
Verdict = Literal["", "up", "down"]


@dataclass
class Turn:
    """One question and what has come of it so far."""

    question: str
    turn_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    state: TurnState = "waiting"
    """`waiting` for the model, `answering` while sentences come, then one of the last three."""
    text: str = ""
    """The answer as far as it has streamed, with its marks `[1]`."""
    citations: dict[int, Citation] = field(default_factory=dict)
    """By key."""
    nearest: tuple[Citation, ...] = ()
    """Sections found but not cited, each as a citation of its whole passage; for a refusal the nearest."""
    suggestions: tuple[str, ...] = ()
    """For a refusal: questions that can be answered; else empty."""
    answer: Answer | None = None
    """None until the stream has ended."""
    notice: str = ""
    """Why it failed or was cut short; empty otherwise."""
    only_case: int | None = None
    """The one case that was asked; None for all."""
    verdict: Verdict = ""
    """What the person thinks of the answer; empty where they did not say."""
    reason: str = ""
    """Why, in the person's words."""
    stop_requested: bool = False

    @property
    def pending(self) -> bool:
        """Whether more may come."""
        return self.state in ("waiting", "answering")

    def reference(self, name: str) -> Citation | None:
        """Return what a chip points at: "1" is the citation [1], "n1" the first of the nearest; None when unknown."""
        if name.startswith("n"):
            position = int(name[1:]) if name[1:].isdecimal() and len(name) < 6 else 0
            return self.nearest[position - 1] if 1 <= position <= len(self.nearest) else None
        return self.citations.get(int(name)) if name.isdecimal() and len(name) < 6 else None

    def references(self) -> list[str]:
        """Return the names of all references: the citations by key, then the sections also found."""
        return [*map(str, sorted(self.citations)), *(f"n{i}" for i in range(1, len(self.nearest) + 1))]


def questions_before(turns: Sequence[Turn], turn: Turn) -> tuple[str, ...]:
    """Return the questions that were answered or refused before this turn, oldest first."""
    earlier = []
    for other in turns:
        if other.turn_id == turn.turn_id:
            break
        if other.state == "done":
            earlier.append(other.question)
    return tuple(earlier)


def turn_record(turn: Turn) -> dict[str, Any]:
    """Return the turn as a JSON object: what is kept, and what the JSON export holds."""
    record: dict[str, Any] = {
        "id": turn.turn_id,
        "question": turn.question,
        "only_case": turn.only_case,
        "state": turn.state,
        "text": turn.text,
        "notice": turn.notice,
        "citations": [citation_record(turn.citations[key]) for key in sorted(turn.citations)],
        "also_found": [citation_record(citation) for citation in turn.nearest],
        "suggestions": list(turn.suggestions),
        "verdict": turn.verdict,
        "reason": turn.reason,
        "answer": None,
    }
    if turn.answer is not None:
        answer = turn.answer
        record["answer"] = {
            "standalone_question": answer.standalone_question,
            "short_answer": answer.short_answer,
            "refused": answer.refused,
            "reason": answer.reason,
            "confidence": round(answer.confidence, 6),
            "model": answer.model,
            "timings_ms": {name: round(value, 3) for name, value in answer.timings_ms.items()},
            "settings_sha256": answer.settings_sha256,
            "prompts": dict(answer.prompts),
            "notice": answer.notice,
            "writing": answer.writing and _writing_record(answer.writing),
        }
    return record


def turn_from_record(record: dict[str, Any]) -> Turn:
    """Return the turn that `turn_record` wrote; the passages of its answer are those also found."""
    citations = {row["key"]: citation_from_record(row) for row in record["citations"]}
    turn = Turn(
        question=record["question"],
        turn_id=record["id"],
        state=record["state"],
        text=record["text"],
        citations=citations,
        nearest=tuple(map(citation_from_record, record["also_found"])),
        suggestions=tuple(record["suggestions"]),
        notice=record["notice"],
        only_case=record["only_case"],
        verdict=record["verdict"],
        reason=record["reason"],
    )
    if record["answer"] is not None:
        kept = dict(record["answer"])
        writing = kept.pop("writing", None)  # turns kept before there were chat models have none
        turn.answer = Answer(
            question=turn.question,
            text=turn.text,
            citations=tuple(citations.values()),
            passages=(),
            writing=writing and Writing(**writing | {"unknown_keys": tuple(writing["unknown_keys"])}),
            **kept,
        )
    return turn


def _writing_record(writing: Writing) -> dict[str, Any]:
    """Return what became of a model's sentences in figures; the sentences that were not believed are not kept."""
    return {one.name: getattr(writing, one.name) for one in fields(writing) if one.name != "sentences"}


def citation_from_record(row: dict[str, Any]) -> Citation:
    """Return the citation that `rag.records.citation_record` wrote."""
    return Citation(
        key=row["key"],
        compilation_id=row["compilation"],
        case_number=row["case"],
        title=row["title"],
        department=row["department"],
        section_path=tuple(row["section"]),
        first_page=row["pages"][0],
        last_page=row["pages"][1],
        quote=row["quote"],
        start=row["start"],
        end=row["end"],
        computed=row["computed"],
    )
