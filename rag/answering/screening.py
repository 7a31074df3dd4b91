"""Which of all the cases do X: every case is looked at, sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.case_words import WIDER, CaseWords, Need, share_of
from rag.answering.content import Weights, coverage
from rag.answering.contents import contents_line
from rag.answering.criteria import also_called, criteria_of, excluded_in
from rag.answering.department_kinds import kinds_named, restriction_in
from rag.answering.draft import Support
from rag.answering.frame import without_english_frame, without_frame
from rag.normalising import is_mostly_latin, matching_form
from rag.retrieval.mentions import CaseNames
from rag.stores.dense import Vectors
from rag.stores.glossary import surest
from rag.stores.passages import PassageIndex
from rag.types import Case

SHARE_NEEDED = 0.6
"""Share of the weight of what is looked for that a sentence of a case must hold."""
SHARE_LEAST = 0.4
"""Below this the best case does not do X either, and the answer is that none does."""
SHARE_OF_BEST = 0.9
"""Where no case reaches `SHARE_NEEDED`, those nearly as good as the best are taken."""
PASSAGE_DISCOUNT = 0.85
"""Words spread over a passage count less than words in one sentence."""

_NOT_IN_ENGLISH = re.compile(r"\b(?:do|does|did|have|has)(?: not|n['’]t)\b|\bnever\b", re.I)
_QUOTED = re.compile(r"[“《]([^”》]{2,30})[”》]")


@dataclass(frozen=True, slots=True)
class CaseHit:
    """A case that does X, and the sentence that decides."""

    case_number: int
    support: Support
    score: float
    """Share of what is looked for that the sentence holds, 0 to 1."""
    further: tuple[Support, ...] = ()
    """Sentences with what `support` lacks, where two quoted strings stand apart."""


@dataclass(frozen=True, slots=True)
class JudgedCase:
    """A case with the sentence that comes nearest to what is looked for, and whether that is near enough."""

    hit: CaseHit
    included: bool


class CaseScreener:
    """Looks at every case of one index."""

    def __init__(self, index: PassageIndex) -> None:
        self._index = index
        self._names = CaseNames(index.compilation)
        self._words = CaseWords(index)

    def screen(self, question: str, query_vector: Vectors) -> list[CaseHit]:
        """Return the cases that the question asks for, in the compilation's order; none where nothing fits.

        query_vector: float32 (dim,), of the question; it decides only where no words can be looked for.
        """
        cosines = self._index.sentence_vectors @ query_vector
        form = matching_form(question)
        allowed, form = self._allowed(form)
        quoted = self._quoted(form)
        if quoted and not any(criterion.negated for criterion in criteria_of(form)):
            hits = self._by_quotation(quoted, cosines)
        elif is_mostly_latin(question):
            hits = self._in_english_but(question, cosines)
        else:
            hits = self._by_criteria(form, cosines)
        return [hit for hit in hits if hit.case_number in allowed]

    def judge(self, question: str, query_vector: Vectors) -> list[JudgedCase]:
        """Return the verdict on every case with text, in the compilation's order; arguments as for `screen`.

        A case that is not meant comes with its sentence that says most of what is looked for.
        """
        meant = {hit.case_number: hit for hit in self.screen(question, query_vector)}
        nearest = self._nearest(matching_form(question), self._index.sentence_vectors @ query_vector)
        return [JudgedCase(meant.get(n, nearest[n]), n in meant) for n in sorted(nearest)]

    def _nearest(self, form: str, cosines: Vectors) -> dict[int, CaseHit]:
        """Return for each case with text the sentence with most of the words looked for, of these the nearest by cosine."""
        needs = self._words.needs(without_frame(form))
        best: dict[int, tuple[float, float, int]] = {}
        for position, number in self._words.of_cases:
            share = share_of(needs, self._words.forms[position]) if needs else 0.0
            best[number] = max(best.get(number, (-1.0, 0.0, 0)), (share, float(cosines[position]), position))
        return {number: self._hit(number, *found) for number, found in best.items()}

    def _allowed(self, form: str) -> tuple[set[int], str]:
        """Return the cases that a question asks about at all, and the question without the words that say so."""
        cases = self._index.compilation.cases
        allowed = {case.number for case in cases}
        if aside := excluded_in(form):
            allowed -= {mention.case_number for mention in self._names.mentions(aside)}
            form = form.replace(aside, "")
        if restriction := restriction_in(form):
            kinds = kinds_named(restriction.words, cases)
            allowed &= {case.number for kind in kinds for case in kind}
            form = f"{form[: restriction.start]}部门{form[restriction.end :]}"
        return allowed, form

    def _by_criteria(self, form: str, cosines: Vectors) -> list[CaseHit]:
        """Return the cases that meet every criterion, in whichever sentences, and none of those negated."""
        criteria = criteria_of(form)
        met: dict[int, list[CaseHit]] | None = None
        for criterion in (one for one in criteria if not one.negated):
            hits = {hit.case_number: hit for hit in self._by_words(criterion.text, cosines, also=also_called(form))}
            met = {n: [*(met or {}).get(n, []), hit] for n, hit in hits.items() if met is None or n in met}
        for criterion in (one for one in criteria if one.negated):
            barred = {hit.case_number for hit in self._by_words(criterion.text, cosines)}
            if met is None:  # nothing but what a case must not say: all others are meant
                met = {case.number: [self._whole(case)] for case in self._index.compilation.cases}
            met = {number: hits for number, hits in met.items() if number not in barred}
        return [_joined(hits) for _, hits in sorted((met or {}).items())]

    def _whole(self, case: Case) -> CaseHit:
        return CaseHit(case.number, contents_line(self._index.compilation, case), 1.0)

    def _by_words(self, content: str, cosines: Vectors, *, also: Sequence[str] = ()) -> list[CaseHit]:
        """Return the cases that say `content`: to the letter where that stands in the text, else by most of its words."""
        if also:
            hits = {hit.case_number: hit for name in (*also, content) for hit in self._by_words(name, cosines)}
            return [hits[number] for number in sorted(hits)]
        whole = content.replace(" ", "")
        if len(re.findall(r"[a-z]+|[^a-z]+", whole)) == 1 and not WIDER.match(whole) and self._words.is_in_text(whole):
            return self._by_quotation([({whole: 1.0},)], cosines)
        needs = self._words.needs(content)
        if not needs:
            return []
        best: dict[int, tuple[float, float, int]] = {}
        for position, number in self._words.of_cases:
            chunk = self._index.sentences[position].chunk
            own = share_of(needs, self._words.forms[position])
            around = share_of(needs, self._words.chunk_forms[chunk])
            share = max(own, PASSAGE_DISCOUNT * around if own else 0.0)
            best[number] = max(best.get(number, (0.0, 0.0, 0)), (share + own / 100, float(cosines[position]), position))
        highest = max((share for share, *_ in best.values()), default=0.0)
        if highest < SHARE_LEAST:
            return []
        needed = min(SHARE_NEEDED, SHARE_OF_BEST * highest)
        return [self._hit(number, *best[number]) for number in sorted(best) if best[number][0] >= needed]

    def _in_english_but(self, question: str, cosines: Vectors) -> list[CaseHit]:
        """Return the cases that an English question asks for, or all others where it asks which do not."""
        aside = excluded_in(matching_form(question))
        rest = re.sub(re.escape(aside), " ", question, flags=re.I) if aside else question
        asked, n_negations = _NOT_IN_ENGLISH.subn(" ", rest)
        hits = self._in_english(asked, cosines)
        if not n_negations:
            return hits
        saying = {hit.case_number for hit in hits}
        return [self._whole(case) for case in self._index.compilation.cases if case.number not in saying]

    def _in_english(self, question: str, cosines: Vectors) -> list[CaseHit]:
        """Return the cases with a sentence, or at less a passage, that holds what an English question looks for.

        cosines: float32 (n_sentences,); they choose among sentences with as much. Where the dictionary knows no word nothing is
        found: how near a question lies to a sentence does not tell what a case says from what it does not.
        """
        looked_up = self._index.glossary.weights(without_english_frame(question))
        weights: Weights = {surest(term): weight for term, weight in looked_up.items()}
        if not any(term.renderings for term in looked_up):
            return []
        best: dict[int, tuple[float, float, int]] = {}
        for position, number in self._words.of_cases:
            own = coverage(weights, self._index.sentence_tokens[position])
            if not own:
                continue
            around = coverage(weights, self._index.chunk_tokens[self._index.sentences[position].chunk])
            found = (max(own, PASSAGE_DISCOUNT * around) + own / 100, float(cosines[position]), position)
            best[number] = max(best.get(number, (0.0, 0.0, 0)), found)
        return [self._hit(number, *best[number]) for number in sorted(best) if best[number][0] >= SHARE_NEEDED]

    def looked_for(self, question: str) -> list[Need]:
        """Return what to look for: the words of the question without its frame; words joined by 或 are alternatives."""
        form = matching_form(question)
        return self._quoted(form) or self._words.needs(without_frame(form))

    def _quoted(self, form: str) -> list[Need]:
        """Return the strings in quotation marks, which are looked for to the letter and decide; none where none of
        them stands in the compilation, for then their words are looked for. Those joined by 或 are alternatives."""
        matches = list(_QUOTED.finditer(form))
        if not any(self._words.is_in_text(match.group(1)) for match in matches):
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
        for position, number in self._words.of_cases:
            form = self._words.forms[position]
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

    def _hit(self, number: int, score: float, _: float, position: int) -> CaseHit:
        return CaseHit(number, self._support(position), min(score, 1.0))

    def _support(self, position: int) -> Support:
        sentence = self._index.sentences[position]
        return Support(sentence.start, sentence.end)


def _joined(hits: Sequence[CaseHit]) -> CaseHit:
    """Return the hits of one case as one: the first sentence decides, the others stand beside it."""
    first = hits[0]
    further = [support for hit in hits for support in (hit.support, *hit.further) if support != first.support]
    return CaseHit(first.case_number, first.support, min(h.score for h in hits), tuple(dict.fromkeys(further)))
