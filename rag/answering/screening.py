"""Which of all the cases do X: every case is looked at, sentence by sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from rag.answering.draft import Support
from rag.normalising import is_mostly_latin, matching_form
from rag.stores.dense import Vectors
from rag.stores.lexical import lexical_tokens
from rag.stores.passages import PassageIndex

SHARE_NEEDED = 0.6
"""Share of the weight of what is looked for that a sentence of a case must hold."""
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
_PARTICLES = re.compile(r"[的了在和与或及跟同、，。？?！!：；“”‘’《》…·/\s]|以及|或者|还是|关于|对于|属于|来自|包括|方面|内容|情况|什么|吗|呢|被|把|将|由|从|向|为|以|其")


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
        weights = self.looked_for(question)
        total = sum(weights.values())
        if not total:
            return []
        best: dict[int, tuple[float, float, int]] = {}
        cosines = self._index.sentence_vectors @ query_vector
        for position, sentence in enumerate(self._index.sentences):
            number = self._index.chunks[sentence.chunk].case_number
            if number is None:
                continue
            own = sum(w for token, w in weights.items() if token in self._index.sentence_tokens[position]) / total
            around = sum(w for token, w in weights.items() if token in self._index.chunk_tokens[sentence.chunk]) / total
            share = max(own, PASSAGE_DISCOUNT * around if own else 0.0)
            best[number] = max(best.get(number, (0.0, 0.0, 0)), (share + own / 100, float(cosines[position]), position))
        return [self._hit(number, *best[number]) for number in sorted(best) if best[number][0] >= SHARE_NEEDED]

    def looked_for(self, question: str) -> dict[str, float]:
        """Return what to look for: tokens of the question without its frame, each with its weight over the cases."""
        content = _FRAME.sub(" ", matching_form(question))
        tokens = {token for piece in _PARTICLES.split(content) if piece for token in lexical_tokens(piece)}
        unseen = float(np.log(1 + self._n_cases))
        return {token: self._case_idf.get(token, unseen) for token in tokens if len(token) > 1 or token.isdigit()}

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
        return {token: float(np.log(1 + (n - len(cases) + 0.5) / (len(cases) + 0.5))) for token, cases in holding.items()}
