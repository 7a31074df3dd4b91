"""Cut a compilation into chunks: within a section, at sentence ends, no larger than the embedding model reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rag.chunking.packing import Unit, pack_units
from rag.chunking.sentences import Span, clauses, list_items, sentences
from rag.errors import TextTooLong
from rag.parsing.headings import clean_heading
from rag.types import Case, Chunk, Compilation, Section

CHUNKER_VERSION = "1"
"""Changes whenever the same compilation would be cut or embedded differently: an index built by another is rebuilt."""

MAX_HEADING_CHARS = 60
"""Headings and the second form of a title are cut or left out beyond this in what is embedded."""
MIN_TEXT_TOKENS = 8
"""With less room than this beside title and headings, a passage cannot be embedded."""
MAX_SHRINKS = 8
"""Counts of sentences add up to about the count of a chunk; where they fall short, its section is cut anew, finer."""

CountTokens = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, slots=True)
class _Part:
    """A section to be cut, with the case it belongs to; None for the catalogue."""

    case: Case | None
    section: Section
    header: str
    span: Span


def chunk_compilation(
    compilation: Compilation, *, count_tokens: CountTokens, max_tokens: int, chunk_tokens: int
) -> tuple[Chunk, ...]:
    """Return the chunks of a compilation in the order of its text, the catalogue first.

    Every character of a case that is not white space is in exactly one chunk, except sections that hold nothing but
    their heading while others stand below it. No chunk crosses a section; none ends inside a sentence unless that
    sentence alone is too long, and then it begins in the same sentence.

    count_tokens: counts tokens as the embedding model does, its own prefix and special tokens included; called with
        many texts at once, few times.
    max_tokens: the model's limit for what is embedded (headings and prefix included).
    chunk_tokens: aim for a chunk's own text; a balanced cut stays below it.

    Raises TextTooLong where title and headings leave no room for the text, naming the place.
    """
    parts = _find_parts(compilation)
    overhead, *header_tokens = count_tokens(["", *(part.header for part in parts)])
    limits = [
        _limit(part, n_header, max_tokens=max_tokens, chunk_tokens=chunk_tokens)
        for part, n_header in zip(parts, header_tokens, strict=True)
    ]
    for _ in range(MAX_SHRINKS):
        cuts = _cut_parts(
            compilation.text, parts, limits, count_tokens=lambda texts: _net(count_tokens, texts, overhead)
        )
        chunks = [
            _make_chunk(compilation, part, span) for part, spans in zip(parts, cuts, strict=True) for span in spans
        ]
        owners = [number for number, spans in enumerate(cuts) for _ in spans]
        counts = count_tokens([embedded_text(compilation, chunk) for chunk in chunks]) if chunks else []
        excess: dict[int, int] = {}
        for owner, count in zip(owners, counts, strict=True):
            if count > max_tokens:
                excess[owner] = max(excess.get(owner, 0), count - max_tokens)
        if not excess:
            return tuple(replace(chunk, n_tokens=count) for chunk, count in zip(chunks, counts, strict=True))
        for owner, n_excess in excess.items():
            limits[owner] = max(1, limits[owner] - n_excess - limits[owner] // 10)
    owner = next(iter(excess))
    raise TextTooLong(
        f"{_place(parts[owner])}有一段文字连同标题和部门有 {max_tokens + excess[owner]} 个词元，超过嵌入模型的上限 "
        f"{max_tokens}，再切也放不下。请换用能读更长文字的嵌入模型，或缩短标题。"
    )


def embedded_text(compilation: Compilation, chunk: Chunk) -> str:
    """Return what is embedded for a chunk: title, department, headings above it and its text, one to a line.

    Without `**`, and without what the text itself begins with (its own heading; title and department in the opening).
    """
    case = None if chunk.case_number is None else compilation.case(chunk.case_number)
    header = _make_header(case, chunk.section_path, opens_case=case is not None and chunk.start == case.start)
    text = chunk.text.replace("**", "")
    if case is not None and chunk.section_path and clean_heading(text).startswith(chunk.section_path[-1]):
        header = _make_header(case, chunk.section_path[:-1], opens_case=False)
    return f"{header}\n{text}" if header else text


def _find_parts(compilation: Compilation) -> list[_Part]:
    text = compilation.text
    parts = [
        _Part(None, section, _make_header(None, section.path), _trim(text, section.start, section.end))
        for section in compilation.catalogue
    ]
    for case in compilation.cases:
        for index, section in enumerate(case.sections):
            following = case.sections[index + 1] if index + 1 < len(case.sections) else None
            span = _trim(text, section.start, section.end)
            if span.start == span.end or _is_only_heading(text, section, following):
                continue
            parts.append(_Part(case, section, _make_header(case, section.path), span))
    return parts


def _is_only_heading(text: str, section: Section, following: Section | None) -> bool:
    """Return whether the section holds its heading alone, and the following one goes on below that heading."""
    if not section.heading or clean_heading(text[section.start : section.end]) != section.heading:
        return False
    return following is not None and following.path[: len(section.path)] == section.path


def _trim(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    first = start + len(piece) - len(piece.lstrip())
    return Span(first, first + len(piece.strip()))


def _make_header(case: Case | None, path: Sequence[str], *, opens_case: bool = False) -> str:
    lines: list[str] = []
    if case is not None:
        if not opens_case:
            lines.append(case.title)
        if case.title_in_contents != case.title and len(case.title_in_contents) <= MAX_HEADING_CHARS:
            lines.append(case.title_in_contents)
        if not opens_case:
            lines.append(case.department)
    lines += [heading[:MAX_HEADING_CHARS] for heading in path]
    return "\n".join(line for line in lines if line)


def _limit(part: _Part, n_header: int, *, max_tokens: int, chunk_tokens: int) -> int:
    room = max_tokens - n_header
    if room < MIN_TEXT_TOKENS:
        raise TextTooLong(
            f"{_place(part)}的标题、部门和小标题已占 {n_header} 个词元，嵌入模型的上限是 {max_tokens}，"
            f"留给正文的不足 {MIN_TEXT_TOKENS} 个。请换用能读更长文字的嵌入模型，或缩短标题。"
        )
    return min(room, chunk_tokens)


def _net(count_tokens: CountTokens, texts: Sequence[str], overhead: int) -> list[int]:
    return [max(1, count - overhead) for count in count_tokens(texts)] if texts else []


def _cut_parts(
    text: str, parts: Sequence[_Part], limits: Sequence[int], *, count_tokens: CountTokens
) -> list[list[Span]]:
    """Return for each part the spans of its chunks. Units too long for the limit are cut ever finer."""
    units = [unit for owner, part in enumerate(parts) for unit in _find_units(text, part, owner=owner)]
    units = _count_units(text, units, count_tokens=count_tokens)
    for cut in (_cut_clauses, _cut_enumerations, _cut_anywhere):
        while any(unit.n_tokens > limits[unit.owner] and unit.n_chars > 1 for unit in units):
            finer = _cut_long(text, units, limits, cut=cut)
            if len(finer) == len(units):
                break
            units = _count_units(text, finer, count_tokens=count_tokens)
    by_owner: list[list[Unit]] = [[] for _ in parts]
    for unit in units:
        by_owner[unit.owner].append(unit)
    return [pack_units(text, group, limit=limit) for group, limit in zip(by_owner, limits, strict=True)]


def _find_units(text: str, part: _Part, *, owner: int) -> list[Unit]:
    items = {item.start for item in list_items(text, part.span.start, part.span.end)}
    return [
        Unit(span, owner, number, span.start in items)
        for number, span in enumerate(sentences(text, part.span.start, part.span.end))
    ]


def _count_units(text: str, units: Sequence[Unit], *, count_tokens: CountTokens) -> list[Unit]:
    unknown = [unit for unit in units if not unit.n_tokens]
    counts = iter(count_tokens([text[unit.span.start : unit.span.end].replace("**", "") for unit in unknown]))
    return [unit if unit.n_tokens else replace(unit, n_tokens=next(counts)) for unit in units]


def _cut_long(
    text: str, units: Sequence[Unit], limits: Sequence[int], *, cut: Callable[[str, Span], list[Span]]
) -> list[Unit]:
    finer: list[Unit] = []
    for unit in units:
        pieces = cut(text, unit.span) if unit.n_tokens > limits[unit.owner] else [unit.span]
        trimmed = [_trim(text, piece.start, piece.end) for piece in pieces]
        if len(pieces) == 1:
            finer.append(unit)
            continue
        kept = [piece for piece in trimmed if piece.start < piece.end]
        finer += [
            replace(unit, span=piece, n_tokens=0, opens_item=unit.opens_item and piece is kept[0]) for piece in kept
        ]
    return finer


def _cut_clauses(text: str, span: Span) -> list[Span]:
    return clauses(text, span.start, span.end)


def _cut_enumerations(text: str, span: Span) -> list[Span]:
    stops = [index + 1 for index in range(span.start, span.end - 1) if text[index] in "、，；"]
    return [Span(start, end) for start, end in zip([span.start, *stops], [*stops, span.end], strict=True)]


def _cut_anywhere(text: str, span: Span) -> list[Span]:
    middle = (span.start + span.end) // 2
    space = text.rfind(" ", span.start + 1, middle)
    middle = space + 1 if space >= 0 and text[middle - 1].isascii() and text[middle].isascii() else middle
    return [Span(span.start, middle), Span(middle, span.end)] if span.start < middle < span.end else [span]


def _make_chunk(compilation: Compilation, part: _Part, span: Span) -> Chunk:
    return Chunk(
        chunk_id=f"{compilation.compilation_id}:{span.start}-{span.end}",
        compilation_id=compilation.compilation_id,
        case_number=None if part.case is None else part.case.number,
        section_path=part.section.path,
        kind=part.section.kind,
        start=span.start,
        end=span.end,
        text=compilation.text[span.start : span.end],
        n_tokens=0,
    )


def _place(part: _Part) -> str:
    if part.case is None:
        return f"“{part.section.path[0]}”"
    section = f"“{part.section.heading}”一节" if part.section.heading else "开头"
    return f"案例 {part.case.number} {section}"
