"""Which cases a question names: by department, by an abbreviation of one, or by its title.

The names come from the catalogue of the compilation at hand; nothing here knows a city or a department.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher

from rag.normalising import is_mostly_latin, matching_form
from rag.retrieval.departments import EnglishDepartments
from rag.retrieval.places import known_places
from rag.types import Case, Compilation

_ADMINISTRATIVE_TAIL = re.compile(r"(管理委员会|管委会|管委|人民政府|政府)$")
_GOVERNMENT_HEAD = re.compile(r"^市(人民)?政府(?=.{2,})")
_PLACE_TAIL = re.compile(r"(新区|区|市|县|旗)$")
_ORGANISATION_END = "局委办区市县厅院会"
_MIN_PIECE = 4
"""Characters of a piece of a title ("多图合审 当天拿证" has two) that names the case where a question holds it whole."""
_MAX_TITLED = 2
_MIN_LETTERS = 4
"""Letters of a name in pinyin."""
_MIN_TITLE_MATCH = 5
"""Characters of a title that a question must share in one piece to name the case: shorter pieces are topics."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A case that the question names."""

    case_number: int
    start: int
    end: int
    """Span in the question's matching form."""
    by: str
    """`department`, `abbreviation` or `title`."""


class CaseNames:
    """The names by which the cases of a compilation can be called."""

    def __init__(self, compilation: Compilation) -> None:
        self._place = _common_place(compilation)
        aliases: dict[str, set[int]] = defaultdict(set)
        self._cores: dict[str, set[int]] = defaultdict(set)
        self._titles: list[tuple[int, str]] = []
        for case in compilation.cases:
            for core in self._department_cores(case):
                self._cores[core].add(case.number)
                for alias in _aliases(core):
                    aliases[alias].add(case.number)
            for title in sorted({case.title, case.title_in_contents}):
                pieces = [title, *title.split()]
                self._titles += [(case.number, form) for form in map(matching_form, pieces) if len(form) >= _MIN_PIECE]
        self._english = EnglishDepartments(self._cores)
        self._pinyin = {pinyin: numbers for alias, numbers in aliases.items() if (pinyin := _pinyin(alias))}
        self._aliases = {alias: numbers for alias, numbers in aliases.items() if len(alias) >= 2}

    def mentions(self, question_form: str) -> list[Mention]:
        """Return the cases named in a question's matching form, in the order they are named, each once."""
        if is_mostly_latin(question_form):
            return self._in_english(question_form)
        found = [*self._by_alias(question_form), *self._by_pinyin(question_form)]
        taken = [(mention.start, mention.end) for mention in found]
        found += self._by_abbreviation(question_form, taken)
        found += self._by_title(question_form)
        unique: dict[int, Mention] = {}
        for mention in sorted(found, key=lambda mention: (mention.start, mention.case_number)):
            unique.setdefault(mention.case_number, mention)
        return list(unique.values())

    def _department_cores(self, case: Case) -> set[str]:
        names = re.split(r"[、，,/]", f"{case.department}、{case.department_in_contents}")
        cores = set()
        for name in names:
            form = matching_form(name)
            if self._place and form.startswith(self._place) and len(form) > len(self._place) + 1:
                form = form[len(self._place) :]
            form = _GOVERNMENT_HEAD.sub("", form)
            form = re.sub(r"^市(?=.+[局委办])", "", form)
            cores.add(_ADMINISTRATIVE_TAIL.sub("", form) or form)
        return {core for core in cores if core}

    def _by_alias(self, form: str) -> list[Mention]:
        found: list[Mention] = []
        covered: list[tuple[int, int]] = []
        for alias in sorted(self._aliases, key=len, reverse=True):
            for match in re.finditer(re.escape(alias), form):
                span = match.span()
                if any(start <= span[0] and span[1] <= end for start, end in covered):
                    continue
                covered.append(span)
                if self._belongs_elsewhere(form, *span):
                    continue
                found += [Mention(number, *span, by="department") for number in self._aliases[alias]]
        return found

    def _belongs_elsewhere(self, form: str, start: int, end: int) -> bool:
        """Return whether a name is part of another ("胶州" in 胶州湾) or of another city's ("财政局" in 上海市财政局)."""
        before = form[:start].removesuffix("市")
        other_city = any(before.endswith(place) for place in known_places() if place != self._place)
        return other_city or (form[end - 1] not in _ORGANISATION_END and form[end : end + 1] in set("湾路街山河岛桥港"))

    def _by_pinyin(self, form: str) -> list[Mention]:
        """Return the cases a Chinese question names by a place in pinyin ("licang的案例")."""
        found = []
        for match in re.finditer(r"[a-z]{4,}", form):
            numbers = self._pinyin.get(match.group(), set())
            found += [Mention(number, *match.span(), by="department") for number in sorted(numbers)]
        return list({mention.case_number: mention for mention in reversed(found)}.values())[::-1]

    def _in_english(self, form: str) -> list[Mention]:
        """Return the cases an English question names by a place in pinyin ("Licang District") or a bureau's English name."""
        found = []
        for match in re.finditer(r"[a-z]+(?:['’][a-z]+)?", form):
            letters = re.sub(r"['’]", "", re.sub(r"['’]s$", "", match.group()))
            numbers = self._pinyin.get(letters, set()) if len(letters) >= _MIN_LETTERS else set()
            found += [Mention(number, *match.span(), by="department") for number in sorted(numbers)]
        for called in self._english.called(form):
            found += [
                Mention(number, called.start, called.end, by="department")
                for number in sorted(self._cores[called.name])
            ]
        found += self._by_title(form) if re.search(r"[\u3400-\u9fff]", form) else []
        first = {mention.case_number: mention for mention in sorted(found, key=lambda one: -one.start)}
        return sorted(first.values(), key=lambda mention: (mention.start, mention.case_number))

    def _by_abbreviation(self, form: str, taken: list[tuple[int, int]]) -> list[Mention]:
        found: list[Mention] = []
        for end in range(2, len(form) + 1):
            if form[end - 1] not in _ORGANISATION_END:
                continue
            for length in range(min(6, end), 1, -1):
                start = end - length
                if any(start < taken_end and taken_start < end for taken_start, taken_end in taken):
                    continue
                numbers = self._abbreviated(form[start:end])
                if len(numbers) == 1:
                    found.append(Mention(next(iter(numbers)), start, end, by="abbreviation"))
                    break
        return found

    def _abbreviated(self, gram: str) -> set[int]:
        numbers: set[int] = set()
        for core, of_cases in self._cores.items():
            if len(gram) >= len(core) or core[-1] != gram[-1]:
                continue
            is_initials = core[0] == gram[0] and _is_subsequence(gram, core)
            is_tail = len(gram) >= 3 and core.endswith(gram)
            if is_initials or is_tail:
                numbers |= of_cases
        return numbers

    def _by_title(self, form: str) -> list[Mention]:
        """Return the cases whose title the question repeats; a piece that many titles share is a topic, not a name."""
        found = []
        for number, title in self._titles:
            match = SequenceMatcher(None, form, title, autojunk=False).find_longest_match()
            if match.size >= min(_MIN_TITLE_MATCH, len(title)):
                found.append((match.size, Mention(number, match.a, match.a + match.size, by="title")))
        longest = max((size for size, _ in found), default=0)
        named = [mention for size, mention in found if size >= 0.8 * longest]
        return named if len({mention.case_number for mention in named}) <= _MAX_TITLED else []


def _common_place(compilation: Compilation) -> str:
    """Return the place the whole compilation is about ("青岛"), from its title or issuer; empty where none is named."""
    match = re.search(r"([\u3400-\u9fff]{2,4}?)(市|省|自治区|县)", matching_form(compilation.title))
    match = match or re.search(r"^([\u3400-\u9fff]{2,4}?)(市|省|自治区|县)", matching_form(compilation.issuer))
    return re.sub(r"^年", "", match.group(1)) if match else ""


def _aliases(core: str) -> set[str]:
    aliases = {core}
    short = _PLACE_TAIL.sub("", core)
    if short != core and len(short) >= 2 and core[-1] in "区市县旗":
        aliases.add(short)
    return aliases


def _pinyin(alias: str) -> str:
    """Return a place's name in pinyin without tones, empty for what is no short Chinese name."""
    if not 2 <= len(alias) <= 3 or not re.fullmatch(r"[\u3400-\u9fff]+", alias):
        return ""
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(alias))


def _is_subsequence(gram: str, core: str) -> bool:
    rest = iter(core)
    return all(character in rest for character in gram)
