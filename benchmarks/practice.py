"""Questions with evidence and the passages of an index → what the reader and the embedder practise on.

`python -m benchmarks practice --questions FILE … --out FILE` writes, for each question, the passages that hold its evidence
and those that retrieval finds for it and that do not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.fit import locate
from rag.chunking.sentences import sentences
from rag.factory import build_embedder, open_index
from rag.normalising import matching_form, matching_text
from rag.retrieval.reading import header_of
from rag.retrieval.retriever import Retriever
from rag.settings import Settings
from rag.stores.building import BOLD
from rag.stores.passages import PassageIndex

N_RETRIEVED = 14
"""Passages looked at for one that does not answer."""
MAX_ANSWER_CHARS = 56
"""About the 40 tokens an answer may have; a longer one is marked up to the end of a clause."""
LEAST_PIECE_CHARS = 8
"""Evidence that is cut by the end of a passage is looked for sentence by sentence, from this length on."""

_SENTENCE_END = re.compile(r"(?<=[。！？；])")
_CLAUSE_END = re.compile(r"[，。；：！？、,;:]")


def write_practice(settings: Settings, question_paths: Sequence[Path], out_path: Path) -> int:
    """Write the practice file and return how many questions it holds; those whose evidence is in no passage are left out."""
    embedder = build_embedder(settings)
    index = open_index(settings, embedder)
    retriever = Retriever(index, embedder)
    questions = [
        json.loads(line) for path in question_paths for line in path.read_text(encoding="utf-8").splitlines() if line
    ]
    positions = {chunk.chunk_id: i for i, chunk in enumerate(index.chunks)}
    entries = [_entry(index, retriever, question, positions=positions) for question in questions]
    entries = [entry for entry in entries if entry is not None]
    lines = [json.dumps(entry, ensure_ascii=False) for entry in entries]
    out_path.parent.mkdir(parents=True, exist_ok=True)
    out_path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return len(entries)


def _entry(
    index: PassageIndex, retriever: Retriever, question: dict[str, Any], *, positions: Mapping[str, int]
) -> dict[str, Any] | None:
    retrieved = retriever.retrieve(question["question"], k=N_RETRIEVED)
    found = [
        positions[one.chunk.chunk_id] for one in retrieved.passages if one.chunk.kind not in ("residue", "catalogue")
    ]
    answerable = question["type"] != "unanswerable"
    holding = dict(_holding(index, question))
    if answerable and not holding:
        return None
    if not answerable:  # its evidence is what comes nearest to an answer
        found = list(dict.fromkeys([*holding, *found]))
    answering = holding if answerable else {}
    answer = matching_form(question["answer"])
    others = [i for i in found if i not in answering and not (answer and answer in matching_form(index.chunks[i].text))]
    passages = [*answering.values(), *(_passage(index, i) for i in others)]
    case_number = question["cases"][0] if question["cases"] else index.chunks[found[0]].case_number
    return {"question": question["question"], "case": case_number, "passages": passages}


def _holding(index: PassageIndex, question: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the passages of the question's cases that hold its evidence, marked, with their positions."""
    for i, chunk in enumerate(index.chunks):
        if chunk.case_number not in question["cases"]:
            continue
        passage = _passage(index, i)
        text = matching_text(passage["text"])
        spans = [
            next(iter(locate(text.form, text.offsets, piece)), None)
            for quote in question["evidence"]
            for piece in _pieces(text.form, quote)
        ]
        held = [span for span in spans if span is not None]
        if not held:
            continue
        start, end = min(span[0] for span in held), max(span[1] for span in held)
        inside = matching_text(passage["text"][start:end])
        answers = locate(inside.form, inside.offsets, question["answer"])
        first, last = next(iter(answers), (0, end - start))
        passage["answer"] = [start + first, _clause_end(passage["text"], start + first, start + last)]
        passage["evidence"] = _whole_sentences(passage["text"], start, end)
        yield i, passage


def _pieces(form: str, quote: str) -> list[str]:
    """Return a quote whole where a passage holds it, else its sentences: a passage may end inside it."""
    if matching_form(quote) in form:
        return [quote]
    return [piece for piece in _SENTENCE_END.split(quote) if len(matching_form(piece)) >= LEAST_PIECE_CHARS]


def _whole_sentences(text: str, start: int, end: int) -> list[int]:
    """Return the span from the first to the last sentence that a quote lies in."""
    touched = [span for span in sentences(text, 0, len(text)) if span.start < end and start < span.end]
    return [min(start, touched[0].start), max(end, touched[-1].end)] if touched else [start, end]


def _clause_end(text: str, start: int, end: int) -> int:
    """Return where an answer from `start` ends: at `end`, or at the last end of a clause that keeps it short."""
    if end - start <= MAX_ANSWER_CHARS:
        return end
    ends = [match.start() for match in _CLAUSE_END.finditer(text, start + 1, start + MAX_ANSWER_CHARS)]
    return ends[-1] if ends else start + MAX_ANSWER_CHARS


def _passage(index: PassageIndex, i: int) -> dict[str, Any]:
    text = index.chunks[i].text.replace(BOLD, "")
    return {"header": header_of(index, i), "text": text, "answer": None, "evidence": None}
