"""Where a passage stands, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rag.types import Chunk, Citation, Compilation, Passage
from ui.i18n import Texts


def without_markers(text: str) -> str:
    """Return the text without `**`; a single `*` is text (the "*"号 of case 20)."""
    return text.replace("**", "")


def place(citation: Citation, texts: Texts) -> str:
    """Return where a citation stands in one line: case, department, innermost heading."""
    if citation.case_number is None:
        parts = [texts("place.catalogue")]
    else:
        parts = [texts("place.case", number=citation.case_number), citation.department or citation.title]
        if not citation.section_path:
            parts.append(texts("place.opening"))
    if citation.section_path:
        parts.append(citation.section_path[-1])
    return " · ".join(without_markers(part) for part in parts)


def pages_of(citation: Citation, texts: Texts) -> str:
    """Return the pages of the *case*, by the contents: the page of a passage is not known. Empty without a page."""
    first, last = citation.first_page, citation.last_page
    if first is None:
        return ""
    if last is None:
        return texts("pages.from", first=first)
    return texts("pages.one", first=first) if last == first else texts("pages.range", first=first, last=last)


def cite_chunk(chunk: Chunk, compilations: Mapping[str, Compilation], *, key: int) -> Citation:
    """Return a citation of a whole passage."""
    case = None if chunk.case_number is None else compilations[chunk.compilation_id].case(chunk.case_number)
    return Citation(
        key=key,
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


def sections_found(
    passages: Iterable[Passage],
    compilations: Mapping[str, Compilation],
    *,
    n: int,
    cited: Iterable[Citation] = (),
) -> tuple[Citation, ...]:
    """Return the first `n` distinct sections among the passages that no citation stands in, each as its whole passage."""
    taken = {(one.compilation_id, one.case_number, one.section_path) for one in cited}
    found: list[Citation] = []
    for passage in passages:
        chunk = passage.chunk
        where = (chunk.compilation_id, chunk.case_number, chunk.section_path)
        if where not in taken and len(found) < n:
            taken.add(where)
            found.append(cite_chunk(chunk, compilations, key=len(found) + 1))
    return tuple(found)
