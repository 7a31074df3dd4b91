"""Which of all the cases do X: every case is looked at, sentence by sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rag.answering.draft import Support
from rag.normalising import is_mostly_latin, matching_form
from rag.stores.dense import Vectors
from rag.stores.lexical import lexical_tokens
from rag.stores.passages import PassageIndex

SHARE_NEEDED = 0.6
"""Share of the weight of what is looked for that a sentence of a case must hold."""
SHARE_LEAST = 0.4
"""Below this the best case does not do X either, and the answer is that none does."""
SHARE_OF_BEST = 0.9
"""Where no case reaches `SHARE_NEEDED`, those nearly as good as the best are taken."""
PASSAGE_DISCOUNT = 0.85
"""Words spread over a passage count less than words in one sentence."""
COSINE_BELOW_BEST = 0.015
"""For English questions, of which no words can be found: how close to the best cosine a case's best must come."""
MAX_BY_COSINE = 5

_FRAME = re.compile(
    r"[（(][^）)]*[）)]|(请|请问|麻烦|列出|列举|告诉我|查一下|找出|一下)|(这|本|该)?(汇编|全书|书)(里|中|内)?(面)?|"
    r"(在)?(哪|多少|有没有|有几|有多少)(些|几|两|三|四|五|六|个|家|篇|一|位|座)*(个|家|篇|项)?(创新)?|(30|三十)个案例(里|中)?|"
    r"(创新)?(案例|单位|部门|区市|区县|功能区|委办局|地方|区|市直部门)(的)?(案例|工作|做法|经验|文章)?(里|中|内)?(面)?|"
    r"(曾经|曾|都|也|还|明确|专门|直接|一共|分别|主动|同时|里面|其中|有关系|有关|相关|作过|做过|过|得到了?|受到了?|获得了?|采用了?|用了|用到了?|使用了?|运用了?|开展了?|建立了?|"
    r"提到了?|写到了?|涉及到?了?|谈到了?|说到了?|讲到了?|介绍了?|出现了?|实行了?|实施了?|搞了?|引入了?|是|有)"
)
_ALTERNATIVES = re.compile(r"[^、，。？\s]{1,8}(?:、[^、，。？\s]{1,8})*(?:或者|或|还是)[^、，。？\s]{1,8}")
_QUOTED = re.compile(r"[“《]([^”》]{2,30})[”》]")
_PARTICLES = re.compile(
    r"[的了在和与或及跟同、，。？?！!：；“”‘’《》…·/\s]|以及|或者|还是|关于|对于|属于|来自|包括|方面|内容|情况|什么|吗|呢|被|把|将|由|从|向|为|以|其"
)


Need = tuple[dict[str, float], ...]
"""Alternatives, one of which must be there; each a set of tokens with their weights."""


@dataclass(frozen=True, slots=True)
class CaseHit:
    """A case that does X, and the sentence that decides."""

    case_number: int
    support: Support
    score: float
    """Share of what is looked for that the sentence holds, 0 to 1; for English questions the cosine."""


class CaseScreener:
    """Looks at every case of one index."""

    def __init__(self, index: PassageIndex) -> None:
        self._index = index
        self._n_cases = len(index.compilation.cases)
        self._case_idf = self._count_cases()

    def screen(self, question: str, query_vector: Vectors) -> list[CaseHit]:
        """Return the cases that the question asks for, in the compilation's order; none where nothing fits.

        query_vector: float32 (dim,), of the question; it decides only where no words can be looked for.
        """
        if is_mostly_latin(question):
            return self._by_cosine(query_vector)
        needs = self.looked_for(question)
        if not needs:
            return []
        best: dict[int, tuple[float, float, int]] = {}
        cosines = self._index.sentence_vectors @ query_vector
        for position, sentence in enumerate(self._index.sentences):
            number = self._index.chunks[sentence.chunk].case_number
            if number is None or self._index.chunks[sentence.chunk].kind == "residue":
                continue
            own = _share(needs, self._holding(needs, self._index.sentence_tokens[position], self._forms[position]))
            around = _share(needs, self._index.chunk_tokens[sentence.chunk])
            share = max(own, PASSAGE_DISCOUNT * around if own else 0.0)
            best[number] = max(best.get(number, (0.0, 0.0, 0)), (share + own / 100, float(cosines[position]), position))
        highest = max((share for share, *_ in best.values()), default=0.0)
        if highest < SHARE_LEAST:
            return []
        needed = min(SHARE_NEEDED, SHARE_OF_BEST * highest)
        return [self._hit(number, *best[number]) for number in sorted(best) if best[number][0] >= needed]

    def looked_for(self, question: str) -> list[Need]:
        """Return what to look for: the words of the question without its frame; words joined by 或 are alternatives."""
        form = matching_form(question)
        content = _FRAME.sub(" ", re.sub(r"[（(][^）)]*[）)]", " ", form))
        quoted = [piece for piece in _QUOTED.findall(form) if self._is_in_text(piece)]
        if quoted:  # what stands in quotation marks is looked for to the letter, and decides
            return [({piece: 1.0},) for piece in quoted]
        needs = []
        for match in _ALTERNATIVES.finditer(content):
            needs.append(
                tuple(self._weights(option) for option in re.split(r"、|或者|或|还是", match.group()) if option)
            )
        rest = _ALTERNATIVES.sub(" ", content)
        needs += [({token: weight},) for token, weight in self._weights(rest).items()]
        return [kept for need in needs if (kept := tuple(option for option in need if option))]

    def _holding(self, needs: list[Need], tokens: frozenset[str], form: str) -> frozenset[str]:
        """Return `tokens`, and the quoted strings among `needs` that stand in a sentence's matching form."""
        quoted = {token for need in needs for option in need for token in option if len(token) > 2 and token in form}
        return tokens | quoted if quoted else tokens

    @cached_property
    def _forms(self) -> tuple[str, ...]:
        text = self._index.compilation.text
        return tuple(matching_form(text[s.start : s.end]) for s in self._index.sentences)

    def _is_in_text(self, piece: str) -> bool:
        return any(piece in form for form in self._forms)

    def _weights(self, text: str) -> dict[str, float]:
        tokens = {token for piece in _PARTICLES.split(text) if piece for token in lexical_tokens(piece)}
        unseen = float(np.log(1 + self._n_cases))
        return {
            token: self._case_idf.get(token, unseen) for token in sorted(tokens) if len(token) > 1 or token.isdigit()
        }

    def _by_cosine(self, query_vector: Vectors) -> list[CaseHit]:
        best: dict[int, tuple[float, int]] = {}
        for position, cosine in enumerate(self._index.sentence_vectors @ query_vector):
            number = self._index.chunks[self._index.sentences[position].chunk].case_number
            if number is not None:
                best[number] = max(best.get(number, (-1.0, 0)), (float(cosine), position))
        highest = max((score for score, _ in best.values()), default=0.0)
        near = sorted((n for n in best if best[n][0] >= highest - COSINE_BELOW_BEST), key=lambda n: -best[n][0])
        return [self._hit(number, best[number][0], 0.0, best[number][1]) for number in sorted(near[:MAX_BY_COSINE])]

    def _hit(self, number: int, score: float, _: float, position: int) -> CaseHit:
        sentence = self._index.sentences[position]
        return CaseHit(number, Support(sentence.start, sentence.end), min(score, 1.0))

    def _count_cases(self) -> dict[str, float]:
        holding: dict[str, set[int]] = {}
        for chunk, tokens in zip(self._index.chunks, self._index.chunk_tokens, strict=True):
            if chunk.case_number is not None:
                for token in tokens:
                    holding.setdefault(token, set()).add(chunk.case_number)
        n = self._n_cases
        return {
            token: float(np.log(1 + (n - len(cases) + 0.5) / (len(cases) + 0.5))) for token, cases in holding.items()
        }


def _share(needs: list[Need], tokens: frozenset[str]) -> float:
    """Return the share of the weight of all needs that `tokens` hold; of alternatives the one held best counts."""
    held = weight = 0.0
    for need in needs:
        weight += max(sum(option.values()) for option in need)
        held += max(
            sum(w for token, w in option.items() if token in tokens) / sum(option.values()) for option in need
        ) * max(sum(option.values()) for option in need)
    return held / weight if weight else 0.0
