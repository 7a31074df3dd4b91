"""The retrieval inspector: what dense, lexical and fused retrieval returned, with scores and parameters."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from rag.types import Inspection, Passage
from ui.i18n import Texts
from ui.markup import button, empty
from ui.places import cite_chunk, place, without_markers

if TYPE_CHECKING:
    from rag.pipeline import CaseQA

_SHOWN_CHARS = 90


def render_inspection(qa: CaseQA, question: str, texts: Texts, *, n_passages: int | None) -> str:
    """Return the three lists for a question. Raises QuestionError for one that cannot be asked."""
    found = qa.inspect(question, k=n_passages)
    lists = (("fused", found.fused), ("dense", found.dense), ("lexical", found.lexical))
    columns = "".join(_column(qa, found, name, passages, texts) for name, passages in lists)
    return f'{_parameters(found, texts)}<div class="cc-lists">{columns}</div>'


def _parameters(found: Inspection, texts: Texts) -> str:
    rows = "".join(
        f"<div><dt>{escape(texts.known(f'parameter.{name}') or name)}</dt><dd>{escape(_shown(name, value, texts))}</dd></div>"
        for name, value in found.parameters.items()
        if value != ""
    )
    return f'<dl class="cc-parameters" aria-label="{escape(texts("inspect.parameters"))}">{rows}</dl>'


def _shown(name: str, value: object, texts: Texts) -> str:
    kind = texts.known(f"kind.{value}") if name == "question_kind" else None
    return kind or str(value)


def _column(qa: CaseQA, found: Inspection, name: str, passages: Sequence[Passage], texts: Texts) -> str:
    others = {
        "fused": (("dense", found.dense), ("lexical", found.lexical)),
        "dense": (("fused", found.fused),),
        "lexical": (("fused", found.fused),),
    }[name]
    rows = []
    for passage in passages:
        ranks = "".join(_rank_elsewhere(other, listed, passage, texts) for other, listed in others)
        rows.append(_row(qa, passage, ranks, texts))
    inner = f"<ol>{''.join(rows)}</ol>" if rows else empty(texts("inspect.none"))
    heading, hint = escape(texts(f"inspect.{name}")), escape(texts(f"inspect.{name}_hint"))
    return f'<section class="cc-list-of"><h3>{heading}<small>{hint}</small></h3>{inner}</section>'


def _rank_elsewhere(name: str, listed: Sequence[Passage], passage: Passage, texts: Texts) -> str:
    rank = next((one.rank for one in listed if one.chunk.chunk_id == passage.chunk.chunk_id), None)
    shown = "—" if rank is None else f"#{rank}"
    return f"<span>{escape(texts(f'inspect.{name}'))} {shown}</span>"


def _row(qa: CaseQA, passage: Passage, ranks: str, texts: Texts) -> str:
    citation = cite_chunk(passage.chunk, qa.compilations, key=passage.rank)
    said = " ".join(without_markers(passage.chunk.text).split())
    short = said if len(said) <= _SHOWN_CHARS else said[:_SHOWN_CHARS] + "…"
    case = passage.chunk.case_number
    where = place(citation, texts)
    opened = (
        f"<b>{escape(where)}</b>"
        if case is None
        else button(where, classes="cc-link", span=f"{case}:{citation.start}:{citation.end}")
    )
    return (
        f'<li><div class="cc-found"><span class="cc-score">{passage.score:.3f}</span>{opened}</div>'
        f'<p title="{escape(said)}">{escape(short)}</p><div class="cc-ranks">{ranks}</div></li>'
    )
