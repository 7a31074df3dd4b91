"""HTML of the conversation. Everything that is not ours is escaped here; a passage, question or answer is never markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from rag.types import Answer, Citation, Compilation, Passage
from ui.conversations import Conversation, Turn
from ui.warmup import WarmupStatus

MARK = re.compile(r"\[(\d{1,4})\]")
_LIST_ITEM = re.compile(r"^\s*[-•·]\s+(?P<item>.*)$")
N_NEAREST = 3
_SHOWN_SOURCES = 4

_REFUSALS = {
    "out_of_scope": "这个问题超出了汇编的范围",
    "not_in_compilation": "汇编里没有找到答案",
    "instruction": "这不是关于汇编内容的问题",
    "empty_question": "没有读到问题",
}


def render_header(status: WarmupStatus, compilations: Mapping[str, Compilation]) -> str:
    """Return the title with one line under it: how far the warm-up is, or what is being asked."""
    if status.state == "ready":
        line = "　".join(_describe(compilation) for compilation in compilations.values())
        below = f'<p class="cc-about">{line}</p>'
    elif status.state == "failed":
        below = f'<p class="cc-about cc-failed" role="alert">{escape(status.sentence())}</p>'
    else:
        bar = (
            f'<progress max="{status.total}" value="{status.done}" aria-hidden="true"></progress>'
            if status.total > 1
            else ""
        )
        hint = "现在就可以提问，准备好后立即回答。"
        below = f'<p class="cc-about cc-warming" role="status">{escape(status.sentence())}{bar}<span>{hint}</span></p>'
    return f'<header><h1>案例问答<span lang="en">CaseChat</span></h1>{below}</header>'


def _describe(compilation: Compilation) -> str:
    details = [compilation.issuer, compilation.date, f"{len(compilation.cases)} 个案例"]
    return escape(f"《{compilation.title}》　" + " · ".join(part for part in details if part))


def render_conversation(conversation: Conversation, status: WarmupStatus, examples: Sequence[str]) -> str:
    """Return the whole conversation, or the welcome with example questions when it is empty."""
    if not conversation.turns:
        return _render_welcome(examples)
    turns = "".join(_render_turn(turn, status) for turn in conversation.turns)
    return f'<div class="cc-turns">{turns}</div>'


def _render_welcome(examples: Sequence[str]) -> str:
    buttons = "".join(
        f'<li><button type="button" class="cc-example" data-ask="{escape(question)}">{escape(question)}</button></li>'
        for question in examples
    )
    return (
        '<section class="cc-welcome"><h2>想从汇编里知道什么？</h2>'
        "<p>每一句回答都标明出处：点句末的编号，就能看到原文和它所在的案例。汇编里没有写到的，会直接说没有。</p>"
        f'<ul class="cc-examples" aria-label="示例问题">{buttons}</ul></section>'
    )


def _render_turn(turn: Turn, status: WarmupStatus) -> str:
    question = f'<div class="cc-question"><span class="cc-sr">问：</span>{escape(turn.question)}</div>'
    classes = "cc-turn is-pending" if turn.pending else "cc-turn"
    return f'<article class="{classes}" id="turn-{turn.turn_id}">{question}{_render_reply(turn, status)}</article>'


def _render_reply(turn: Turn, status: WarmupStatus) -> str:
    answer = turn.answer
    if answer is not None and answer.refused:
        return _render_refusal(turn, answer)
    parts = []
    if answer is not None and answer.standalone_question.strip() != answer.question.strip():
        parts.append(f'<p class="cc-understood">理解为：{escape(answer.standalone_question)}</p>')
    if turn.text:
        parts.append(f'<div class="cc-text">{render_marked(turn)}</div>')
    if turn.state == "waiting":
        parts.append(_working(status.sentence() if status.state in ("waiting", "running") else "正在查找…"))
    elif turn.state == "answering" and not turn.text:
        parts.append(_working("正在查找…"))
    elif turn.state == "stopped":
        parts.append('<p class="cc-stopped">已停止。</p>')
    elif turn.state == "failed":
        parts.append(f'<p class="cc-failed" role="alert">{escape(turn.notice)}</p>')
    elif turn.state == "done":
        parts.append(_render_sources(turn))
    return f'<div class="cc-reply">{"".join(parts)}</div>'


def _working(sentence: str) -> str:
    return f'<p class="cc-working" role="status"><i aria-hidden="true"></i>{escape(sentence)}</p>'


def _render_refusal(turn: Turn, answer: Answer) -> str:
    heading = _REFUSALS.get(answer.reason or "", "汇编里没有找到答案")
    nearest = "".join(
        f"<li>{_source_button(turn, f'n{position}', citation)}</li>"
        for position, citation in enumerate(turn.nearest, 1)
    )
    offered = f'<p class="cc-near">最接近的内容，供查看（不一定能回答）：</p><ul>{nearest}</ul>' if nearest else ""
    # In a terminal the lines after the first name the nearest sections; here they are buttons.
    said = answer.text.split("\n", 1)[0] if nearest else answer.text
    text = f"<p>{escape(without_markers(said))}</p>" if said else ""
    return f'<div class="cc-reply cc-refusal"><h3>{escape(heading)}</h3>{text}{offered}</div>'


def render_marked(turn: Turn) -> str:
    """Return the turn's text as paragraphs and lists, its marks `[1]` as chips that open their passage."""
    blocks: list[str] = []
    items: list[str] = []
    for line in without_markers(turn.text).split("\n"):
        listed = _LIST_ITEM.match(line)
        if listed:
            items.append(f"<li>{_chips(turn, listed['item'])}</li>")
            continue
        if items:
            blocks.append(f"<ul>{''.join(items)}</ul>")
            items = []
        if line.strip():
            blocks.append(f"<p>{_chips(turn, line.strip())}</p>")
    if items:
        blocks.append(f"<ul>{''.join(items)}</ul>")
    return "".join(blocks)


def _chips(turn: Turn, text: str) -> str:
    """Escape the text and turn each `[n]` that has a citation into a chip; another `[n]` is text."""
    pieces, at = [], 0
    for mark in MARK.finditer(text):
        citation = turn.citations.get(int(mark[1]))
        if citation is None:
            continue
        pieces.append(escape(text[at : mark.start()]))
        label = escape(f"出处 {citation.key}：{place(citation)}")
        pieces.append(
            f'<button type="button" class="cc-chip" data-turn="{turn.turn_id}" data-ref="{citation.key}"'
            f' title="{label}" aria-label="{label}">{citation.key}</button>'
        )
        at = mark.end()
    return "".join(pieces) + escape(text[at:])


def _render_sources(turn: Turn) -> str:
    citations = sorted(turn.citations.values(), key=lambda citation: citation.key)
    rows = [f"<li>{_source_button(turn, str(citation.key), citation)}</li>" for citation in citations]
    if not rows:
        return ""
    first, rest = rows[:_SHOWN_SOURCES], rows[_SHOWN_SOURCES:]
    more = f"<details><summary>其余 {len(rest)} 条出处</summary><ul>{''.join(rest)}</ul></details>" if rest else ""
    return f'<div class="cc-sources"><h3>出处</h3><ul>{"".join(first)}</ul>{more}</div>'


def _source_button(turn: Turn, reference: str, citation: Citation) -> str:
    number = "" if reference.startswith("n") else f'<b aria-hidden="true">{citation.key}</b>'
    return (
        f'<button type="button" class="cc-source" data-turn="{turn.turn_id}" data-ref="{reference}">{number}'
        f"<span>{escape(place(citation))}</span></button>"
    )


def place(citation: Citation) -> str:
    """Return where a citation stands in one line: case, department, innermost heading."""
    if citation.case_number is None:
        parts = ["汇编封面与目录"]
    else:
        parts = [f"案例 {citation.case_number}", citation.department or citation.title]
        if not citation.section_path:
            parts.append("开头")
    if citation.section_path:
        parts.append(citation.section_path[-1])
    return " · ".join(without_markers(part) for part in parts)


def nearest_sections(passages: Iterable[Passage], compilations: Mapping[str, Compilation]) -> tuple[Citation, ...]:
    """Return the first three distinct sections among the passages, each as a citation of its whole passage."""
    found: dict[tuple[str, int | None, tuple[str, ...]], Citation] = {}
    for passage in passages:
        chunk = passage.chunk
        where = (chunk.compilation_id, chunk.case_number, chunk.section_path)
        if where in found:
            continue
        case = None if chunk.case_number is None else compilations[chunk.compilation_id].case(chunk.case_number)
        found[where] = Citation(
            key=len(found) + 1,
            compilation_id=chunk.compilation_id,
            case_number=chunk.case_number,
            title=case.title if case else "",
            department=case.department if case else "",
            section_path=chunk.section_path,
            first_page=case.first_page if case else None,
            last_page=case.last_page if case else None,
            quote=chunk.text,
            start=chunk.start,
            end=chunk.end,
        )
        if len(found) == N_NEAREST:
            break
    return tuple(found.values())


def without_markers(text: str) -> str:
    """Return the text without `**`; a single `*` is text (the "*"号 of case 20)."""
    return text.replace("**", "")
