"""What a which-cases question looks for, as words of the compilation, and how much of it a text says."""

from __future__ import annotations

import re
from functools import cached_property

import numpy as np

from rag.normalising import matching_form
from rag.stores.passages import PassageIndex

_ALTERNATIVES = re.compile(r"[^、，。？\s]{1,8}(?:、[^、，。？\s]{1,8})*(?:或者|或|还是)[^、，。？\s]{1,8}")
_GLUE = frozenset("是有过还都也曾被作做对给这那些个家的了在和与或及跟同将由从向为以其把")
"""Characters that join words as often as they make them: alone they are no word, and no longer word begins or ends with one."""
_LONGEST_WORD = 16
_LONG_WORD = 5
"""From here on a stretch that one case alone has is a run of words (工信部认定), unless it would fall into three."""
_SHARPNESS = 1.5
"""Power of a word's inverse case frequency: a name that three cases hold outweighs two common verbs beside it."""
_PARTLY = 0.7
"""Share of the pairs of characters of a long word from which a text says it in other order (第三方审计机构)."""
_PARTICLES = re.compile(
    r"[、，。？?！!：；“”‘’《》…·/\s]|以及|或者|还是|关于|对于|属于|来自|包括|方面|内容|情况|什么|可以|能够|吗|呢"
)
_IN_OTHER_WORDS = 0.85
WIDER = re.compile(r"^(?:国家|全国|中国|我国|中央)(?=.{3})")
"""What may be left out before a name: 国家住建部 is 住建部."""


Need = tuple[dict[str, float], ...]
"""Alternatives, one of which must be there; each a set of tokens with their weights."""


class CaseWords:
    """The words of the cases of one index, as its own text tells them."""

    def __init__(self, index: PassageIndex) -> None:
        self._index = index
        self._n_cases = len(index.compilation.cases)

    @cached_property
    def of_cases(self) -> tuple[tuple[int, int], ...]:
        """The position of every sentence of a case, and the case's number."""
        chunks = [self._index.chunks[sentence.chunk] for sentence in self._index.sentences]
        return tuple(
            (position, chunk.case_number)
            for position, chunk in enumerate(chunks)
            if chunk.case_number is not None and chunk.kind != "residue"
        )

    @cached_property
    def chunk_forms(self) -> tuple[str, ...]:
        """The matching form of each chunk with its headings."""
        return tuple(matching_form(text) for text in self._index.texts)

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """The matching form of each sentence."""
        text = self._index.compilation.text
        return tuple(matching_form(text[s.start : s.end]) for s in self._index.sentences)

    @cached_property
    def _bodies(self) -> tuple[str, ...]:
        bodies: dict[int, list[str]] = {}
        for position, number in self.of_cases:
            bodies.setdefault(number, []).append(self.forms[position])
        return tuple("\n".join(forms) for forms in bodies.values())

    def is_in_text(self, piece: str) -> bool:
        """Return whether a stretch of a matching form stands in a sentence of some case."""
        return any(piece in body for body in self._bodies)

    def _weights(self, text: str) -> dict[str, float]:
        """Return the words of `text` with their weights.

        Words are told by the compilation itself: the fewest stretches of two characters and more that stand in it.
        What stands in none is a word of its own, and weighs most.
        """
        return {word: self._weight(word) for word in sorted(set(self._all_words(text)))}

    def _all_words(self, text: str) -> list[str]:
        return [word for piece in _PARTICLES.split(text) if piece for word in self._words(piece)]

    def _words(self, piece: str) -> list[str]:
        """Return the words of a stretch without punctuation: Latin words and figures whole, Chinese by the text."""
        words: list[str] = []
        for run in re.findall(r"[a-z]+|\d+(?:\.\d+)?|[^a-z\d\s]+", piece):
            words += [run] if run.isascii() else self._chinese_words(run)
        return words

    def _chinese_words(self, run: str) -> list[str]:
        """Return the words of the cheapest split of `run`.

        A stretch of the text costs 1 (a long one of one case 2.05), a character alone 1.1, one that joins 0.5. So known
        stretches win, and long ones most of all. Characters left alone side by side make one unseen word.
        """
        words: list[str] = []
        alone = ""
        for one in [*self._cheapest_split(run), "□□"]:
            if len(one) == 1 and (one not in _GLUE or (one == "有" and len(alone) == 1)):
                alone += one  # 国有, 私有, 特有 are words, though 有 mostly joins
                continue
            words += [alone] if len(alone) > 1 else []
            alone = ""
            words += [one] if len(one) > 1 and one != "□□" else []
        return words

    def _cheapest_split(self, run: str) -> list[str]:
        cost = [0.0] + [float("inf")] * len(run)
        start = [0] * (len(run) + 1)
        for end in range(1, len(run) + 1):
            for begin in range(max(0, end - _LONGEST_WORD), end):
                step = cost[begin] + self._cost(run[begin:end])
                if step < cost[end]:
                    cost[end], start[end] = step, begin
        pieces: list[str] = []
        end = len(run)
        while end:
            pieces.insert(0, run[start[end] : end])
            end = start[end]
        return pieces

    def _cost(self, piece: str) -> float:
        if len(piece) == 1:
            return 0.5 if piece in _GLUE else 1.1
        joins = len(piece) > 2 and not _GLUE.isdisjoint((piece[0], piece[-1]))
        if joins or not self.is_in_text(piece):
            return float("inf")
        return 1.0 if len(piece) < _LONG_WORD or self._n_holding(piece) > 1 else 2.05

    def _n_holding(self, word: str) -> int:
        return sum(word in body for body in self._bodies)

    def _weight(self, word: str) -> float:
        """Return the inverse case frequency of a word, sharpened: ln(1 + (N - n + 0.5) / (n + 0.5)), as in BM25."""
        n = self._n_cases
        n_holding = self._n_holding(word)
        return float(np.log(1 + (n - n_holding + 0.5) / (n_holding + 0.5)) ** _SHARPNESS)

    def needs(self, content: str) -> list[Need]:
        """Return the words of `content`, each needed; of those around 或 the nearest ones are alternatives."""
        needs: list[Need] = []
        rest = [_ALTERNATIVES.sub(" ", content)]
        for match in _ALTERNATIVES.finditer(content):
            options = [self._all_words(one) for one in re.split(r"、|或者|或|还是", match.group()) if one]
            if len(options) < 2 or not all(options):
                rest.append(match.group())
                continue
            rest += [" ".join(options[0][:-1]), " ".join(options[-1][1:])]
            options = [options[0][-1:], *options[1:-1], options[-1][:1]]
            needs.append(tuple({word: self._weight(word) for word in option} for option in options))
        needs += [({word: weight},) for word, weight in self._weights(" ".join(rest)).items()]
        return needs


def share_of(needs: list[Need], form: str) -> float:
    """Return the share of the weight of all needs that a text's matching form holds; the best alternative counts."""
    held = weight = 0.0
    for need in needs:
        weights = min(sum(option.values()) for option in need)
        weight += weights
        shares = (sum(w * _says(form, word) for word, w in option.items()) / sum(option.values()) for option in need)
        held += max(shares) * weights
    return held / weight if weight else 0.0


def _says(form: str, word: str) -> float:
    """Return 1 where a text holds a word, less where it holds most pairs of characters of a long one, else 0."""
    if word in form:
        return 1.0
    if WIDER.sub("", word) in form:
        return _IN_OTHER_WORDS
    if len(word) < 4:
        return 0.0
    share = sum(word[i : i + 2] in form for i in range(len(word) - 1)) / (len(word) - 1)
    return _IN_OTHER_WORDS * share if share >= _PARTLY else 0.0
