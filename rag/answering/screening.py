"""Which of all the cases do X: every case is looked at, sentence by sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rag.answering.draft import Support
from rag.answering.frame import without_frame
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
LEAST_COSINE = 0.75
"""Below this nothing in the compilation is near an English question: with the default embedding model the best sentence
for things no case has (Mars, whales, a Formula One race) comes to 0.73 to 0.75, for blockchain or apple futures to 0.77."""
MAX_BY_COSINE = 5

_ALTERNATIVES = re.compile(r"[^、，。？\s]{1,8}(?:、[^、，。？\s]{1,8})*(?:或者|或|还是)[^、，。？\s]{1,8}")
_QUOTED = re.compile(r"[“《]([^”》]{2,30})[”》]")
_GLUE = frozenset("是有过还都也曾被作做")
"""Characters that join words as often as they make them: two characters with one of these that the compilation never
has side by side (支行有合作: 行有, 有合) may be no word, and weigh `GLUED_WEIGHT` of one that it never has."""
GLUED_WEIGHT = 0.15
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
    further: tuple[Support, ...] = ()
    """Sentences with what `support` lacks, where two quoted strings stand apart."""


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
        cosines = self._index.sentence_vectors @ query_vector
        if quoted := self._quoted(matching_form(question)):
            return self._by_quotation(quoted, cosines)
        needs = self.looked_for(question)
        if not needs:
            return []
        best: dict[int, tuple[float, float, int]] = {}
        for position, number in self._positions():
            chunk = self._index.sentences[position].chunk
            own = _share(needs, self._index.sentence_tokens[position])
            around = _share(needs, self._index.chunk_tokens[chunk])
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
        if quoted := self._quoted(form):
            return quoted
        content = without_frame(form)
        needs = []
        for match in _ALTERNATIVES.finditer(content):
            needs.append(
                tuple(self._weights(option) for option in re.split(r"、|或者|或|还是", match.group()) if option)
            )
        rest = _ALTERNATIVES.sub(" ", content)
        needs += [({token: weight},) for token, weight in self._weights(rest).items()]
        return [kept for need in needs if (kept := tuple(option for option in need if option))]

    def _quoted(self, form: str) -> list[Need]:
        """Return the strings in quotation marks, which are looked for to the letter and decide; none where none of
        them stands in the compilation, for then their words are looked for. Those joined by 或 are alternatives."""
        matches = list(_QUOTED.finditer(form))
        if not any(self._is_in_text(match.group(1)) for match in matches):
            return []
        runs: list[tuple[list[str], bool]] = []
        end = -1
        for match in matches:
            joint = form[end : match.start()] if runs else ""
            if joint and re.fullmatch("、|或者?|还是", joint):
                runs[-1] = ([*runs[-1][0], match.group(1)], runs[-1][1] or joint != "、")
            else:
                runs.append(([match.group(1)], False))
            end = match.end()
        needs: list[Need] = []
        for pieces, either in runs:
            options = tuple({piece: 1.0} for piece in pieces)
            needs += [options] if either else [(option,) for option in options]
        return needs

    def _by_quotation(self, needs: list[Need], cosines: Vectors) -> list[CaseHit]:
        """Return the cases in which every need stands to the letter, in whichever sentences.

        cosines: float32 (n_sentences,), which settle what is equal otherwise.
        """
        met: dict[int, dict[int, frozenset[int]]] = {}
        for position, number in self._positions():
            form = self._forms[position]
            held = frozenset(
                i for i, need in enumerate(needs) if any(piece in form for option in need for piece in option)
            )
            if held:
                met.setdefault(number, {})[position] = held
        hits = []
        for number, sentences in sorted(met.items()):
            if len(frozenset().union(*sentences.values())) < len(needs):
                continue
            missing = set(range(len(needs)))
            chosen = []
            while missing:
                best = max(sentences, key=lambda p: (len(sentences[p] & missing), float(cosines[p]), p))
                chosen.append(best)
                missing -= sentences[best]
            first, *further = map(self._support, chosen)
            hits.append(CaseHit(number, first, 1.0, tuple(further)))
        return hits

    def _positions(self) -> list[tuple[int, int]]:
        """Return the position of every sentence of a case, and the case's number."""
        chunks = [self._index.chunks[sentence.chunk] for sentence in self._index.sentences]
        return [
            (position, chunk.case_number)
            for position, chunk in enumerate(chunks)
            if chunk.case_number is not None and chunk.kind != "residue"
        ]

    @cached_property
    def _forms(self) -> tuple[str, ...]:
        text = self._index.compilation.text
        return tuple(matching_form(text[s.start : s.end]) for s in self._index.sentences)

    def _is_in_text(self, piece: str) -> bool:
        return any(piece in form for form in self._forms)

    def _weights(self, text: str) -> dict[str, float]:
        tokens = {token for piece in _PARTICLES.split(text) if piece for token in lexical_tokens(piece)}
        return {token: self._weight(token) for token in sorted(tokens) if len(token) > 1 or token.isdigit()}

    def _weight(self, token: str) -> float:
        unseen = float(np.log(1 + self._n_cases))
        return self._case_idf.get(token, GLUED_WEIGHT * unseen if _GLUE & set(token) else unseen)

    def _by_cosine(self, query_vector: Vectors) -> list[CaseHit]:
        best: dict[int, tuple[float, int]] = {}
        for position, cosine in enumerate(self._index.sentence_vectors @ query_vector):
            number = self._index.chunks[self._index.sentences[position].chunk].case_number
            if number is not None:
                best[number] = max(best.get(number, (-1.0, 0)), (float(cosine), position))
        highest = max((score for score, _ in best.values()), default=0.0)
        if highest < LEAST_COSINE:
            return []
        near = sorted((n for n in best if best[n][0] >= highest - COSINE_BELOW_BEST), key=lambda n: -best[n][0])
        return [self._hit(number, best[number][0], 0.0, best[number][1]) for number in sorted(near[:MAX_BY_COSINE])]

    def _hit(self, number: int, score: float, _: float, position: int) -> CaseHit:
        return CaseHit(number, self._support(position), min(score, 1.0))

    def _support(self, position: int) -> Support:
        sentence = self._index.sentences[position]
        return Support(sentence.start, sentence.end)

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
