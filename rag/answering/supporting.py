"""Whether what a model wrote stands in what it cites; the check a written sentence passes before anybody sees it.

Harder than the check of verbatim sentences (`rag.answering.grounding`): a model changes figures, swaps cases, turns a
"not" round, and adds what nobody said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.attribution import misattributed, same_value
from rag.answering.contrasts import contrast
from rag.answering.draft import Support
from rag.answering.english import english_problem
from rag.answering.proper_names import ProperNames
from rag.answering.quantities import Quantity, find_quantities
from rag.answering.roles import misplaced
from rag.answering.scope import is_instruction
from rag.answering.substituting import substituted
from rag.answering.wording import anchored, runs, weakest_clause, wording
from rag.normalising import is_mostly_latin, matching_form
from rag.stores.passages import PassageIndex

MIN_WORDING = 0.6
"""Share of a sentence's character bigrams that must stand in what it cites, as in ALCE's stand-in in `eval`."""
MIN_OWN_WORDING = 0.45
"""The same share for the quote alone, without the title and headings above it."""
MIN_RUNS = 0.5
"""Share of a sentence's Chinese characters that must stand in runs of `RUN` that the source has too: pairs of characters alone
can be shuffled into anything."""
MIN_ANCHORED = 0.85
"""A paraphrase turns pairs round and joins them by other words; it passes with fewer when so many of its characters, without the
words that only join, stand in pairs of the quote itself."""
MIN_CLAUSE = 0.5
"""The same share for each clause by itself: one clause that nobody said is not carried by the others."""
MIN_CHARS = 6
"""A sentence with fewer Chinese characters is a heading or a scrap, unless it holds a figure."""
MAX_QUOTED_SENTENCES = 4
_HAN = re.compile(r"[\u3400-\u9fff]")
_ASKING = re.compile(r"多少|几个|几家|几项|什么|哪些|哪个|哪一|如何|怎样|怎么|是否|谁")
_ECHO_CHARS = 8
_HOME = re.compile(r"我市|全市|本市|市委|市政府")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check says of a sentence."""

    supports: tuple[Support, ...]
    """The spans it rests on, the shortest sufficient; empty where it fails."""
    problem: str = ""
    """Why it fails, as the model is told; empty where it passes."""

    @property
    def passed(self) -> bool:
        """Whether it may be shown."""
        return not self.problem


class SupportChecker:
    """Checks written sentences against the passages of one index."""

    def __init__(self, index: PassageIndex) -> None:
        self._index = index
        self._names = ProperNames(index.compilation)
        self._positions = {chunk.chunk_id: i for i, chunk in enumerate(index.chunks)}

    def check(self, text: str, chunk_ids: Sequence[str], *, english: bool) -> Verdict:
        """Return whether a sentence stands in the passages it cites, and on which spans of them.

        chunk_ids: of the passages cited. english: whether the question is; then only figures and names can be compared.
        """
        if not chunk_ids:
            return Verdict((), "没有标明出处")
        if is_instruction(text):
            return Verdict((), "不是对问题的回答")
        if is_mostly_latin(text) != english:
            return Verdict((), "语言与问题不同")
        if text.rstrip("。.").endswith(("？", "?", "：", ":")) or (
            not english and len(_HAN.findall(text)) < MIN_CHARS and not find_quantities(text)
        ):
            return Verdict((), "不是完整的陈述句")
        windows = [self._window(text, chunk_id) for chunk_id in chunk_ids]
        kept = [window for window in windows if window]
        if not kept:
            return Verdict((), "出处里没有这些内容")
        problem = self._problem(text, kept, english=english)
        return Verdict((), problem) if problem else Verdict(tuple(self._needed(text, kept, english=english)))

    def best_passages(self, text: str, chunk_ids: Sequence[str], *, english: bool) -> Verdict:
        """Return the verdict on a sentence that cites nothing, against each passage alone: the first that it stands in."""
        for chunk_id in chunk_ids:
            verdict = self.check(text, [chunk_id], english=english)
            if verdict.passed:
                return verdict
        return Verdict((), "没有标明出处，给出的段落里也没有这些内容")

    def _needed(self, text: str, windows: list[Support], *, english: bool) -> list[Support]:
        """Return the spans without which the sentence would fail: a citation that adds nothing is dropped."""
        needed = list(windows)
        for window in windows:
            others = [other for other in needed if other != window]
            if others and not self._problem(text, others, english=english):
                needed = others
        return needed

    def _problem(self, text: str, windows: Sequence[Support], *, english: bool) -> str:
        quoted = matching_form("\n".join(self._text(window) for window in windows))
        above = [self._around(window) for window in windows]
        if _HOME.search(quoted):  # "我市" is the place that the compilation's title names
            above.append(self._index.compilation.title)
        source = quoted + "\n" + matching_form("\n".join(above))
        said = matching_form(text)
        if missing := _missing_figures(text, said, source=quoted, around=source):
            return f"出处里没有这个数字：{'、'.join(missing)}"
        if not english and (names := self._names.missing(said, source)):
            return f"出处里没有这个名称：{'、'.join(names)}"
        if english:
            return english_problem(text, said, source)
        if not _is_worded(said, source, quoted=quoted):
            return "与出处的文字相差太多"
        return (
            misattributed(said, quoted)
            or _echoes(said, quoted)
            or contrast(said, quoted, around=source)
            or misplaced(said, source, self._names.places_and_bodies(source))
            or substituted(said, quoted)
        )

    def _window(self, text: str, chunk_id: str) -> Support | None:
        """Return the stretch of a passage, a few sentences at most, that holds most of a sentence; None for nothing.

        Text that poses as an instruction supports nothing.
        """
        position = self._positions.get(chunk_id)
        if position is None:
            return None
        spans = [self._index.sentences[i] for i in self._index.sentences_of[position]]
        usable = [Support(span.start, span.end) for span in spans]
        said = matching_form(text)
        figures = find_quantities(text)
        best: tuple[float, int] | None = None
        chosen: Support | None = None
        for first in range(len(usable)):
            for last in range(first, min(first + MAX_QUOTED_SENTENCES, len(usable))):
                window = Support(usable[first].start, usable[last].end)
                if any(is_instruction(self._text(one)) for one in usable[first : last + 1]):
                    break
                held = matching_form(self._text(window))
                share = wording(said, held) + 0.2 * _share_of_figures(figures, held)
                rank = (round(share, 2), first - last)
                if best is None or rank > best:
                    best, chosen = rank, window
        return chosen if (best and best[0] > 0) or is_mostly_latin(text) else None

    def _text(self, span: Support) -> str:
        return self._index.compilation.text[span.start : span.end]

    def _around(self, span: Support) -> str:
        """Return what names the place of a span: department, title and headings of its case."""
        for case in self._index.compilation.cases:
            if case.start <= span.start < case.end:
                section = next((s for s in case.sections if s.start <= span.start < s.end), None)
                names = (case.title, case.title_in_contents, case.department, case.department_in_contents)
                return "\n".join((*names, *(section.path if section else ())))
        return ""


def _is_worded(said: str, source: str, *, quoted: str) -> bool:
    """Return whether a form says what its source says in about its words. source: the quote with what stands above it."""
    if weakest_clause(said, source, min_chars=MIN_CHARS) < MIN_CLAUSE:
        return False
    taken_over = wording(said, source) >= MIN_WORDING and wording(said, quoted) >= MIN_OWN_WORDING
    return (taken_over and runs(said, source) >= MIN_RUNS) or anchored(said, source) >= MIN_ANCHORED


def _echoes(said: str, quoted: str) -> str:
    """Return what is wrong where a sentence asks instead of saying, or goes round in circles."""
    for match in _ASKING.finditer(said):
        if match[0] not in quoted:
            return "重复了问题，没有回答"
    for at in range(len(said) - 2 * _ECHO_CHARS + 1):
        part = said[at : at + _ECHO_CHARS]
        if len(_HAN.findall(part)) >= _ECHO_CHARS - 1 and said.count(part) > max(1, quoted.count(part)):
            return "重复同样的话"
    return ""


def _share_of_figures(figures: Sequence[Quantity], held: str) -> float:
    there = find_quantities(held)
    return sum(any(same_value(figure, one) for one in there) for figure in figures) / len(figures) if figures else 0.0


def _missing_figures(text: str, said: str, *, source: str, around: str) -> list[str]:
    """Return the figures that the source does not have."""
    there = find_quantities(source)
    names = find_quantities(around)
    missing = []
    for figure in find_quantities(text):
        written = said[figure.start : figure.end]
        if not any(same_value(figure, one) for one in (*there, *names)) and (
            written not in around or written[0].isdigit()
        ):
            missing.append(written)
    return missing
