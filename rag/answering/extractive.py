"""Answers without a language model: the sentences that answer, verbatim, the shortest sufficient."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rag.answering.asked import Asked, Kind
from rag.answering.confidence import ConfidenceModel
from rag.answering.draft import Draft, DraftSentence, Support
from rag.answering.listing import choose_list
from rag.answering.lists import find_lists
from rag.answering.ranking import FEATURES, RankedSentence, SentenceDescriber
from rag.answering.scoring import load_model
from rag.answering.short import short_answer
from rag.answering.values import find_values, share_of_units
from rag.normalising import matching_form
from rag.retrieval.retriever import Retrieved
from rag.stores.passages import PassageIndex

MAX_CHARS = {Kind.HOW: 420, Kind.LIST: 360}
"""Most characters of an answer by kind; others `DEFAULT_MAX_CHARS`. One sentence is given whole, however long."""
DEFAULT_MAX_CHARS = 220
MAX_SENTENCES = {Kind.HOW: 4, Kind.LIST: 3}
DEFAULT_MAX_SENTENCES = 2
NEARLY_AS_LIKELY = 0.45
"""A further sentence is given while it is at least this share as likely as the best."""
_BOLD = "**"


@dataclass(frozen=True, slots=True)
class Posed:
    """A question as the answerer sees it."""

    text: str
    """Standing alone."""
    asked: Asked
    named: Collection[int]
    """Numbers of the cases it names."""


class ExtractiveAnswerer:
    """Selects and orders verbatim sentences of one index."""

    def __init__(self, index: PassageIndex) -> None:
        self._index = index
        self._describer = SentenceDescriber(index)
        self._model = load_model("ranking", FEATURES)
        self._confidence = ConfidenceModel(index)
        self._lists = find_lists(index.compilation)

    def rank(self, posed: Posed, retrieved: Retrieved) -> list[RankedSentence]:
        """Return the sentences of the retrieved passages, likeliest first."""
        candidates = [
            position
            for position in self._describer.candidates(retrieved)
            if self._index.chunks[self._index.sentences[position].chunk].kind != "residue"
        ]
        rows = self._describer.describe(
            posed.text, posed.asked, retrieved, candidates=candidates, named=posed.named
        )
        ranked = [
            RankedSentence(position, float(score), tuple(map(float, row)))
            for position, score, row in zip(candidates, self._model.probabilities(rows), rows, strict=True)
        ]
        return sorted(ranked, key=lambda sentence: (-sentence.score, sentence.position))

    def answer(self, posed: Posed, retrieved: Retrieved) -> Draft:
        """Return the draft for a question that one place of the compilation answers."""
        ranked = self.rank(posed, retrieved)
        if not ranked:
            return Draft((), "", 0.0, refusal="not_in_compilation")
        confidence = self._confidence.of(posed.text, posed.asked, ranked, retrieved)
        chosen = choose_list(self._index, self._lists, posed.text, asked=posed.asked, ranked=ranked, retrieved=retrieved)
        if chosen is not None:
            supports = ([chosen.intro] if chosen.intro else []) + list(chosen.items)
            items = "；".join(self.shown(item) for item in chosen.items)
            return Draft(tuple(self.sentence(support) for support in supports), items, confidence)
        selected = self._select(posed, ranked)
        best = self._index.sentences[ranked[0].position]
        short = short_answer(self.shown(Support(best.start, best.end)), posed.text, posed.asked)
        return Draft(tuple(self.sentence(support) for support in selected), short, confidence)

    def best_supports(self, posed: Posed, ranked: Sequence[RankedSentence]) -> list[Support]:
        """Return the spans that answer best, in the order of the text."""
        return self._select(posed, ranked)

    def confidence(self, posed: Posed, ranked: Sequence[RankedSentence], retrieved: Retrieved) -> float:
        """Return how sure we are, 0 to 1, that the question is answered by what was found."""
        return self._confidence.of(posed.text, posed.asked, ranked, retrieved)

    def best_sentence(self, ranked: Sequence[RankedSentence]) -> DraftSentence:
        """Return the likeliest sentence."""
        span = self._index.sentences[ranked[0].position]
        return self.sentence(Support(span.start, span.end))

    def case_at(self, support: Support) -> int | None:
        """Return the number of the case a span stands in; None for the catalogue."""
        cases = self._index.compilation.cases
        return next((case.number for case in cases if case.start <= support.start < case.end), None)

    def department_at(self, sentence: DraftSentence) -> str:
        """Return the department of the case a sentence stands in; empty for the catalogue."""
        number = self.case_at(sentence.supports[0])
        return "" if number is None else self._index.compilation.case(number).department_in_contents

    def sentence(self, support: Support, *, case_number: int | None = None) -> DraftSentence:
        """Return a span as a sentence of an answer."""
        return DraftSentence(self.shown(support), (support,), case_number=case_number)

    def shown(self, support: Support) -> str:
        """Return a span's text without bold markers and line breaks."""
        text = self._index.compilation.text[support.start : support.end].replace(_BOLD, "")
        return " ".join(text.split("\n")).strip()

    def _select(self, posed: Posed, ranked: Sequence[RankedSentence]) -> list[Support]:
        """Return the best sentence, and others nearly as likely or that bring a value still wanted."""
        kind = posed.asked.kind
        chosen = [ranked[0]]
        n_chars = self._length(ranked[0])
        for sentence in ranked[1:12]:
            if len(chosen) >= MAX_SENTENCES.get(kind, DEFAULT_MAX_SENTENCES):
                break
            likely = sentence.score >= NEARLY_AS_LIKELY * ranked[0].score
            if not likely and not self._brings_value(posed.asked, chosen, sentence):
                continue
            if n_chars + self._length(sentence) > MAX_CHARS.get(kind, DEFAULT_MAX_CHARS):
                continue
            chosen.append(sentence)
            n_chars += self._length(sentence)
        spans = {(s.start, s.end) for s in (self._index.sentences[one.position] for one in chosen)}
        return [Support(*span) for span in sorted(spans)]

    def _brings_value(self, asked: Asked, chosen: Sequence[RankedSentence], sentence: RankedSentence) -> bool:
        """Return whether a sentence of the same passage serves more of the values asked for than those chosen do."""
        sentences = self._index.sentences
        if not asked.units or sentences[sentence.position].chunk != sentences[chosen[0].position].chunk:
            return False
        values = [self._values(one) for one in chosen]
        served = share_of_units([value for of_one in values for value in of_one], asked)
        return served < 1 and share_of_units([v for of in values for v in of] + self._values(sentence), asked) > served

    def _values(self, sentence: RankedSentence):  # type: ignore[no-untyped-def]
        span = self._index.sentences[sentence.position]
        return find_values(matching_form(self._index.compilation.text[span.start : span.end]))

    def _length(self, sentence: RankedSentence) -> int:
        span = self._index.sentences[sentence.position]
        return span.end - span.start
