"""Answers without a language model: the sentences that answer, verbatim, the shortest sufficient."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from rag.answering.asked import Asked, split_question, what_is_asked
from rag.answering.confidence import ConfidenceModel
from rag.answering.content import coverage, token_weights
from rag.answering.draft import Draft, DraftSentence, Support
from rag.answering.listing import choose_list
from rag.answering.lists import find_lists
from rag.answering.ranking import FEATURES, RankedSentence, SentenceDescriber
from rag.answering.scoring import load_model
from rag.answering.selecting import SentenceSelector
from rag.answering.short import short_answer
from rag.retrieval.retriever import Retrieved
from rag.stores.passages import PassageIndex

LEAST_OF_PART = 0.15
"""A further part of a question brings its best sentence from this likelihood on."""
TOUCHES = 0.15
"""A sentence with less of what a follow-up asks only repeats the topic."""
_BOLD = "**"


@dataclass(frozen=True, slots=True)
class Posed:
    """A question as the answerer sees it."""

    text: str
    """Standing alone."""
    asked: Asked
    named: Collection[int]
    """Numbers of the cases it names."""
    focus: str = ""
    """What was asked before the question was made to stand alone; empty where it did by itself."""


class ExtractiveAnswerer:
    """Selects and orders verbatim sentences of one index."""

    def __init__(self, index: PassageIndex) -> None:
        self._index = index
        self._describer = SentenceDescriber(index)
        self._model = load_model("ranking", FEATURES)
        self._confidence = ConfidenceModel(index)
        self._selector = SentenceSelector(index)
        self._lists = find_lists(index.compilation)

    def rank(self, posed: Posed, retrieved: Retrieved) -> list[RankedSentence]:
        """Return the sentences of the retrieved passages, likeliest first."""
        candidates = self._describer.candidates(retrieved)
        rows = self._describer.describe(
            posed.text, posed.asked, retrieved, candidates=candidates, named=posed.named, focus=posed.focus
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
        confidence = self._confidence.of(posed.text, posed.asked, ranked)
        chosen = choose_list(
            self._index, self._lists, posed.text, asked=posed.asked, ranked=ranked, retrieved=retrieved
        )
        if chosen is not None:
            confidence = max(confidence, chosen.fit)
            found = chosen.found
            items = tuple(replace(self.sentence(item), own_line=True) for item in found.items)
            intro = (self.sentence(found.intro),) if found.intro else ()
            return Draft((*intro, *items), "；".join(item.text for item in items), confidence)
        also = [*self._best_of_parts(posed, retrieved), *self._what_follows(posed, ranked)]
        selected = self._selector.select(posed.asked, ranked, also=also)
        best = self._index.sentences[ranked[0].position]
        short = short_answer(self.shown(Support(best.start, best.end)), posed.text, posed.asked)
        return Draft(tuple(self.sentence(support) for support in selected), short, confidence)

    def best_supports(self, posed: Posed, ranked: Sequence[RankedSentence]) -> list[Support]:
        """Return the spans that answer best, in the order of the text."""
        return self._selector.select(posed.asked, ranked)

    def confidence(self, posed: Posed, ranked: Sequence[RankedSentence]) -> float:
        """Return how sure we are, 0 to 1, that the question is answered by what was found."""
        return self._confidence.of(posed.text, posed.asked, ranked)

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

    def _best_of_parts(self, posed: Posed, retrieved: Retrieved) -> list[RankedSentence]:
        """Return the best sentence for each further part of a question that asks several things."""
        parts = split_question(posed.focus or posed.text)
        best = []
        for part in parts[1:]:
            asked = what_is_asked(part)
            ranked = self.rank(Posed(part, asked, posed.named), retrieved)
            if ranked and ranked[0].score >= LEAST_OF_PART:
                best.append(ranked[0])
        return best

    def _what_follows(self, posed: Posed, ranked: Sequence[RankedSentence]) -> list[RankedSentence]:
        """Return the sentence after the best one, where that repeats a follow-up's topic but nothing of what is asked."""
        if not posed.focus:
            return []
        best = ranked[0].position
        asked_tokens = token_weights(posed.focus, self._index.idf)
        if coverage(asked_tokens, self._index.sentence_tokens[best]) >= TOUCHES:
            return []
        chunk = self._index.sentences[best].chunk
        return [one for one in ranked if one.position == best + 1 and self._index.sentences[best + 1].chunk == chunk]
