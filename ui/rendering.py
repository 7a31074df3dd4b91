"""HTML of the conversation. Everything that is not ours is escaped; a passage, question or answer is never markup."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape

from rag.types import Answer, Compilation
from ui.conversations import Turn
from ui.i18n import Texts
from ui.logs import without_paths
from ui.markup import button, card, source_button
from ui.places import place, without_markers
from ui.references import answer_as_markdown, answer_as_text, gb_references
from ui.warmup import WarmupStatus

MARK = re.compile(r"\[(\d{1,4})\]")
_LIST_ITEM = re.compile(r"^\s*[-•·]\s+(?P<item>.*)$")
UNCHECKED = re.compile(r"\s*\((?P<what>[^()\[\]]*\bchecked\b[^()\[\]]*\bnot\b[^()\[\]]*)\)(?=\s*(?:\[\d|$))")
"""How a chat model's sentence that was checked in part is marked, before its citations (`rag.answering.generative`)."""
_SHOWN_SOURCES = 4
_REASONS = ("wrong", "incomplete", "citation", "refused", "other")


def render_header(status: WarmupStatus, compilations: Mapping[str, Compilation], texts: Texts) -> str:
    """Return one line: how far the warm-up is, or what is being asked."""
    if status.state == "ready":
        line = "　".join(_describe(compilation, texts) for compilation in compilations.values())
        return f'<p class="cc-about">{line}</p>'
    if status.state == "failed":
        return f'<p class="cc-about cc-failed" role="alert">{escape(status.sentence(texts))}</p>'
    bar = (
        f'<progress max="{status.total}" value="{status.done}" aria-hidden="true"></progress>'
        if status.total > 1
        else ""
    )
    hint = f"<span>{escape(texts('warmup.hint'))}</span>"
    return f'<p class="cc-about cc-warming" role="status">{escape(status.sentence(texts))}{bar}{hint}</p>'


def _describe(compilation: Compilation, texts: Texts) -> str:
    details = [compilation.issuer, compilation.date, texts("header.cases", n=len(compilation.cases))]
    return escape(f"《{compilation.title}》　" + " · ".join(part for part in details if part))


def render_welcome(examples: Sequence[str], texts: Texts) -> str:
    """Return what stands in a conversation without turns: example questions."""
    buttons = "".join(f"<li>{button(question, classes='cc-example', ask=question)}</li>" for question in examples)
    return (
        f'<section class="cc-welcome" data-conversation=""><h2>{escape(texts("chat.welcome"))}</h2>'
        f"<p>{escape(texts('chat.promise'))}</p>"
        f'<ul class="cc-examples" aria-label="{escape(texts("chat.examples"))}">{buttons}</ul></section>'
    )


def render_turns(
    turns: Sequence[Turn],
    status: WarmupStatus,
    compilations: Mapping[str, Compilation],
    *,
    conversation_id: str,
    texts: Texts,
) -> str:
    """Return turns, oldest first, of one conversation."""
    inner = "".join(render_turn(turn, status, compilations, texts) for turn in turns)
    return f'<div class="cc-turns" data-conversation="{escape(conversation_id)}">{inner}</div>'


def render_turn(turn: Turn, status: WarmupStatus, compilations: Mapping[str, Compilation], texts: Texts) -> str:
    """Return one question with what has come of it."""
    only = "" if turn.only_case is None else f"<small>{escape(texts('chat.only', number=turn.only_case))}</small>"
    asked = f'<span class="cc-sr">{escape(texts("chat.asked"))}</span>{escape(turn.question)}{only}'
    classes = "cc-turn is-pending" if turn.pending else "cc-turn"
    tools = "" if turn.pending else _render_tools(turn, compilations, texts)
    cards = "".join(
        card(citation, texts, card_id=f"card-{turn.turn_id}-{key}") for key, citation in sorted(turn.citations.items())
    )
    return (
        f'<article class="{classes}" id="turn-{turn.turn_id}"><div class="cc-question">{asked}</div>'
        f"{_render_reply(turn, status, texts)}{tools}{cards}</article>"
    )


def _render_reply(turn: Turn, status: WarmupStatus, texts: Texts) -> str:
    answer = turn.answer
    if answer is not None and answer.refused:
        return _render_refusal(turn, answer, texts)
    parts = []
    if answer is not None and answer.standalone_question.strip() != answer.question.strip():
        understood = escape(texts("chat.understood", question=answer.standalone_question))
        parts.append(f'<p class="cc-understood">{understood}</p>')
    if turn.text:
        parts.append(f'<div class="cc-text">{render_marked(turn, texts)}</div>')
    if turn.state == "waiting":
        parts.append(_working(status.sentence(texts) or texts("chat.searching")))
    elif turn.state == "answering" and not turn.text:
        parts.append(_working(texts("chat.searching")))
    elif turn.state == "stopped":
        parts.append(f'<p class="cc-stopped">{escape(said_of(turn, texts))}</p>')
    elif turn.state == "failed":
        parts.append(f'<p class="cc-failed" role="alert">{escape(turn.notice)}</p>')
    elif turn.state == "done":
        if answer is not None:
            parts.append(_render_writer(answer, texts))
        parts.append(_render_sources(turn, texts))
    return f'<div class="cc-reply">{"".join(parts)}</div>'


def _render_writer(answer: Answer, texts: Texts) -> str:
    """Return who wrote the answer, and what the person should know about it."""
    notice = f'<p class="cc-caution" role="status">{escape(without_paths(answer.notice))}</p>' if answer.notice else ""
    return f'{notice}<p class="cc-writer">{escape(writer_of(answer, texts))}</p>'


def writer_of(answer: Answer, texts: Texts) -> str:
    """Return who wrote an answer, in words: the model where any sentence of its own is shown."""
    if answer.writing is None or not answer.writing.n_released:
        return texts("writer.extractive")
    partly = UNCHECKED.search(answer.text) is not None
    return texts("writer.partly" if partly else "writer.model", model=answer.model)


def ending_of(turn: Turn, texts: Texts) -> list[str]:
    """Return how a turn ended, in sentences: why it was cut short, or who wrote the answer; none for a refusal."""
    if turn.state in ("failed", "stopped"):
        return [said_of(turn, texts)]
    if turn.answer is None or turn.answer.refused:
        return []
    notice = [without_paths(turn.answer.notice)] if turn.answer.notice else []
    return [*notice, writer_of(turn.answer, texts)]


def said_of(turn: Turn, texts: Texts) -> str:
    """Return why a turn was cut short; the notice is a sentence, or a key of the catalogue."""
    return texts.known(turn.notice) or turn.notice or texts("chat.stopped")


def _working(sentence: str) -> str:
    return f'<p class="cc-working" role="status"><i aria-hidden="true"></i>{escape(sentence)}</p>'


def _render_refusal(turn: Turn, answer: Answer, texts: Texts) -> str:
    heading = texts.known(f"refusal.{answer.reason}") or texts("refusal.not_in_compilation")
    nearest = "".join(
        f"<li>{source_button(citation, texts, turn_id=turn.turn_id, reference=f'n{position}')}</li>"
        for position, citation in enumerate(turn.nearest, 1)
    )
    offered = f'<p class="cc-near">{escape(texts("refusal.nearest"))}</p><ul>{nearest}</ul>' if nearest else ""
    asks = "".join(f"<li>{button(one, classes='cc-example', ask=one)}</li>" for one in turn.suggestions)
    if asks:
        offered += f'<p class="cc-near">{escape(texts("refusal.suggest"))}</p><ul class="cc-suggested">{asks}</ul>'
    # In a terminal the lines after the first name the nearest sections; here they are buttons.
    said = answer.text.split("\n", 1)[0] if nearest else answer.text
    text = f"<p>{escape(without_markers(said))}</p>" if said else ""
    return f'<div class="cc-reply cc-refusal"><h3>{escape(heading)}</h3>{text}{offered}</div>'


def render_marked(turn: Turn, texts: Texts) -> str:
    """Return the turn's text as paragraphs and lists, its marks `[1]` as chips that open their passage."""
    blocks: list[str] = []
    items: list[str] = []
    for line in without_markers(turn.text).split("\n"):
        listed = _LIST_ITEM.match(line)
        if listed:
            items.append(f"<li>{_chips(turn, listed['item'], texts)}</li>")
            continue
        if items:
            blocks.append(f"<ul>{''.join(items)}</ul>")
            items = []
        if line.strip():
            blocks.append(f"<p>{_chips(turn, line.strip(), texts)}</p>")
    if items:
        blocks.append(f"<ul>{''.join(items)}</ul>")
    return "".join(blocks)


def _chips(turn: Turn, text: str, texts: Texts) -> str:
    """Escape the text and turn each `[n]` that has a citation into a chip; another `[n]` is text."""
    pieces, at = [], 0
    for mark in MARK.finditer(text):
        citation = turn.citations.get(int(mark[1]))
        if citation is None:
            continue
        pieces.append(_marked_unchecked(text[at : mark.start()], texts))
        label = escape(texts("chat.chip", key=citation.key, place=place(citation, texts)))
        pieces.append(
            f'<button type="button" class="cc-chip" data-turn="{turn.turn_id}" data-ref="{citation.key}"'
            f' aria-label="{label}" aria-describedby="card-{turn.turn_id}-{citation.key}">{citation.key}</button>'
        )
        at = mark.end()
    return "".join(pieces) + _marked_unchecked(text[at:], texts)


def _marked_unchecked(text: str, texts: Texts) -> str:
    """Escape the text and set apart what says that a sentence was checked in part."""
    pieces, at = [], 0
    for mark in UNCHECKED.finditer(text):
        hint = escape(texts("chat.unchecked"))
        pieces.append(
            f'{escape(text[at : mark.start()])} <em class="cc-unchecked" title="{hint}">{escape(mark["what"])}</em>'
        )
        at = mark.end()
    return "".join(pieces) + escape(text[at:])


def _render_sources(turn: Turn, texts: Texts) -> str:
    """Return what is cited, and apart from it what was found besides."""
    citations = sorted(turn.citations.values(), key=lambda citation: citation.key)
    rows = [f"<li>{source_button(one, texts, turn_id=turn.turn_id, reference=str(one.key))}</li>" for one in citations]
    if not rows:
        return ""
    first, rest = rows[:_SHOWN_SOURCES], rows[_SHOWN_SOURCES:]
    more = _folded(texts("chat.more_cited", n=len(rest)), rest) if rest else ""
    found = [
        f"<li>{source_button(one, texts, turn_id=turn.turn_id, reference=f'n{position}')}</li>"
        for position, one in enumerate(turn.nearest, 1)
    ]
    also = _folded(texts("chat.also_found", n=len(found)), found) if found else ""
    heading = escape(texts("chat.cited"))
    return f'<div class="cc-sources"><h3>{heading}</h3><ul>{"".join(first)}</ul>{more}{also}</div>'


def _folded(summary: str, rows: Sequence[str]) -> str:
    return f"<details><summary>{escape(summary)}</summary><ul>{''.join(rows)}</ul></details>"


def _render_tools(turn: Turn, compilations: Mapping[str, Compilation], texts: Texts) -> str:
    """Return the buttons under an answer: copy, ask again, edit (the last turn only, by the style sheet), rate."""
    copies = ""
    if turn.text:
        copies = _copy(texts("tool.copy"), answer_as_text(turn, texts), texts)
        copies += _copy("Markdown", answer_as_markdown(turn, texts), texts)
        references = gb_references(turn.citations.values(), compilations) if compilations else []
        if references:
            copies += _copy("GB/T 7714", "\n".join(references), texts)
    again = button(texts("tool.retry"), classes="cc-tool cc-last", retry=turn.turn_id)
    edit = button(texts("tool.edit"), classes="cc-tool cc-last", edit=turn.turn_id, question=turn.question)
    return f'<div class="cc-tools">{copies}{again}{edit}{_rating(turn, texts) if turn.text else ""}</div>'


def _copy(label: str, text: str, texts: Texts) -> str:
    return button(label, classes="cc-tool", copy=text, done=texts("tool.copied"))


def _rating(turn: Turn, texts: Texts) -> str:
    up, down = (str(turn.verdict == verdict).lower() for verdict in ("up", "down"))
    options = "".join(f"<option>{escape(texts(f'reason.{name}'))}</option>" for name in _REASONS)
    label = escape(texts("rate.reason"))
    return (
        f'<span class="cc-rate" data-turn="{turn.turn_id}">'
        f'<button type="button" class="cc-tool" data-rate="up" aria-pressed="{up}">{escape(texts("rate.up"))}</button>'
        f'<button type="button" class="cc-tool" data-rate="down" aria-pressed="{down}">{escape(texts("rate.down"))}'
        f'</button><form class="cc-why" hidden><label>{label} <input type="text" maxlength="300" list="why-{turn.turn_id}"'
        f' value="{escape(turn.reason)}"></label><datalist id="why-{turn.turn_id}">{options}</datalist>'
        f'<button class="cc-tool">{escape(texts("rate.send"))}</button></form></span>'
    )
