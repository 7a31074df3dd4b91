"""HTML of the reader: a whole case with its outline, the quote highlighted, the way to the previous and next citation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from rag.types import Citation, Compilation, Section
from ui.i18n import Texts
from ui.markup import button
from ui.places import pages_of, without_markers

_MARKER = re.compile(r"\*\*")
_MOST_INDENTED = 4


@dataclass(frozen=True, slots=True)
class Steps:
    """Where a citation stands among those of its answer."""

    turn_id: str
    references: Sequence[str]
    current: str

    @property
    def position(self) -> int:
        """From 1."""
        return self.references.index(self.current) + 1

    def neighbour(self, step: int) -> str | None:
        """Return the reference `step` places on; None past either end."""
        at = self.position - 1 + step
        return self.references[at] if 0 <= at < len(self.references) else None


def render_passage(
    citation: Citation, compilations: Mapping[str, Compilation], texts: Texts, *, steps: Steps | None = None
) -> str:
    """Return the panel for a citation: its whole case, or the cover and contents, the quote in `<mark>`."""
    compilation = compilations[citation.compilation_id]
    number = citation.case_number
    sections = compilation.catalogue if number is None else compilation.case(number).sections
    notes = {texts("reader.residue") for one in overlapping_sections(citation, compilation) if one.kind == "residue"}
    if citation.computed:
        notes.add(texts("reader.computed"))
    kicker = texts("place.catalogue") if number is None else texts("place.case", number=number)
    body = "".join(_section(one, compilation.text, citation) for one in sections)
    return _panel(
        kicker,
        _title(citation, compilation)
        + _facts(citation, compilation, texts)
        + "".join(f'<p class="cc-note">{escape(note)}</p>' for note in sorted(notes))
        + _actions(citation, texts)
        + (_outline(sections, texts) if number is not None else "")
        + f'<div class="cc-passage" lang="zh-CN">{body}</div>',
        texts,
        steps=steps,
    )


def whole_case(compilation: Compilation, number: int) -> Citation:
    """Return a citation of a case that highlights nothing. KeyError when there is no such case."""
    case = compilation.case(number)
    return Citation(
        key=1,
        compilation_id=compilation.compilation_id,
        case_number=number,
        title=case.title,
        department=case.department,
        section_path=(),
        first_page=case.first_page,
        last_page=case.last_page,
        quote="",
        start=case.start,
        end=case.start,
    )


def render_missing(texts: Texts) -> str:
    """Return the panel for a reference that the session does not have (any more)."""
    title, gone = escape(texts("reader.missing")), escape(texts("reader.gone"))
    return _panel(texts("reader.label"), f'<h2 tabindex="-1">{title}</h2><p class="cc-note">{gone}</p>', texts)


def _panel(kicker: str, inner: str, texts: Texts, *, steps: Steps | None = None) -> str:
    close = (
        f'<button type="button" class="cc-close" data-close aria-label="{escape(texts("reader.close_label"))}">'
        f"{escape(texts('reader.close'))}</button>"
    )
    bar = f'<span class="cc-kicker">{escape(kicker)}</span>{_steps(steps, texts)}{close}'
    return f'<aside class="cc-reader" aria-label="{escape(texts("reader.label"))}"><div class="cc-bar">{bar}</div>{inner}</aside>'


def _steps(steps: Steps | None, texts: Texts) -> str:
    if steps is None or len(steps.references) < 2:
        return ""
    shown = []
    for key, step, arrow in (("reader.previous", -1, "‹"), ("reader.next", 1, "›")):
        to = steps.neighbour(step)
        label = escape(texts(key))
        target = "disabled" if to is None else f'data-turn="{steps.turn_id}" data-ref="{to}"'
        shown.append(
            f'<button type="button" class="cc-step" {target} title="{label}" aria-label="{label}">{arrow}</button>'
        )
    count = f"<span>{steps.position} / {len(steps.references)}</span>"
    return f'<span class="cc-steps">{shown[0]}{count}{shown[1]}</span>'


def _title(citation: Citation, compilation: Compilation) -> str:
    title = compilation.title if citation.case_number is None else citation.title
    return f'<h2 tabindex="-1">{escape(without_markers(title))}</h2>'


def _facts(citation: Citation, compilation: Compilation, texts: Texts) -> str:
    path = [without_markers(heading) for heading in citation.section_path]
    rows = [
        ("department", without_markers(citation.department) or ("" if citation.case_number else compilation.issuer)),
        ("path", " › ".join(path)),
        ("pages", pages_of(citation, texts)),
    ]
    shown = "".join(
        f"<div><dt>{escape(texts(f'reader.{name}'))}</dt><dd>{escape(value)}</dd></div>"
        for name, value in rows
        if value
    )
    return f'<dl class="cc-facts">{shown}</dl>'


def _actions(citation: Citation, texts: Texts) -> str:
    if citation.case_number is None:
        return ""
    only = button(texts("reader.only"), classes="cc-tool", only=citation.case_number)
    return f'<p class="cc-actions">{only}</p>'


def _outline(sections: Sequence[Section], texts: Texts) -> str:
    """Return the headings of a case, indented by level, folded away."""
    rows = "".join(
        f'<li class="cc-level-{min(one.level, _MOST_INDENTED)}">'
        f"{button(without_markers(one.heading), classes='cc-link', goto=one.start)}</li>"
        for one in sections
        if one.heading
    )
    if not rows:
        return ""
    return f'<details class="cc-outline"><summary>{escape(texts("reader.outline"))}</summary><ol>{rows}</ol></details>'


def overlapping_sections(citation: Citation, compilation: Compilation) -> tuple[Section, ...]:
    """Return the sections the quote stands in, in order; empty when it lies outside every section."""
    if citation.case_number is None:
        sections = compilation.catalogue
    else:
        sections = compilation.case(citation.case_number).sections
    return tuple(section for section in sections if section.start < citation.end and citation.start < section.end)


def _section(section: Section, text: str, citation: Citation) -> str:
    heading = without_markers(section.heading)
    body = "".join(_paragraphs(text, section.start, section.end, citation=citation, headings={heading}))
    return f'<section id="cc-at-{section.start}" data-kind="{section.kind}">{body}</section>' if body else ""


def _paragraphs(text: str, start: int, end: int, *, citation: Citation, headings: set[str]) -> Iterator[str]:
    """Yield the lines of text[start:end] as paragraphs; the quote may cover parts of several."""
    at = start
    for line in text[start:end].split("\n"):
        if line.strip():
            kind = ' class="cc-heading"' if without_markers(line).strip() in headings else ""
            yield f"<p{kind}>{_highlighted(text, at, at + len(line), citation)}</p>"
        at += len(line) + 1


def _highlighted(text: str, start: int, end: int, citation: Citation) -> str:
    """Return text[start:end] escaped, its part inside the quote in `<mark>`, `**` left out."""
    first, last = max(start, citation.start), min(end, citation.end)
    hidden = {at for found in _MARKER.finditer(text, start, end) for at in range(*found.span())}

    def shown(begin: int, stop: int) -> str:
        return escape("".join(text[at] for at in range(begin, stop) if at not in hidden))

    if first >= last:
        return shown(start, end)
    return f"{shown(start, first)}<mark>{shown(first, last)}</mark>{shown(last, end)}"
