"""Answers without a language model: the sentences that answer, verbatim, the shortest sufficient."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from rag.answering.asked import Asked, split_question, what_is_asked
from rag.answering.aspects import aspect_confidence, by_aspect
from rag.answering.confidence import ConfidenceModel
from rag.answering.content import coverage, question_focuses, question_weights
from rag.answering.draft import Draft, DraftSentence, Support
from rag.answering.listing import choose_list, completed_list
from rag.answering.lists import ListInText, find_lists
from rag.answering.ranking import RankedSentence, SentenceDescriber
from rag.answering.scoring import load_model, model_name
from rag.answering.selecting import SentenceSelector
from rag.answering.short import short_answer
from rag.retrieval.retriever import Retrieved
from rag.stores.passages import PassageIndex
from rag.types import Compilation

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

    def __init__(self, index: PassageIndex, *, reads: bool = False) -> None:
        """Answer from `index`. reads: with the weights for passages that a reader has read."""
        self._index = index
        self._describer = SentenceDescriber(index, reads=reads)
        self._models = {
            english: load_model(model_name("ranking", english=english, reads=reads), self._describer.features())
            for english in (False, True)
        }
        self._confidence = ConfidenceModel(index, reads=reads)
        self._selector = SentenceSelector(index)
        self._lists = find_lists(index.compilation)

    @property
    def compilation(self) -> Compilation:
        """The compilation answered from."""
        return self._index.compilation

    def rank(self, posed: Posed, retrieved: Retrieved) -> list[RankedSentence]:
        """Return the sentences of the retrieved passages, likeliest first."""
        candidates = self._describer.candidates(retrieved)
        rows = self._describer.describe(
            posed.text, posed.asked, retrieved, candidates=candidates, named=posed.named, focus=posed.focus
        )
        model = self._models[posed.asked.english]
        ranked = [
            RankedSentence(position, float(score), tuple(map(float, row)))
            for position, score, row in zip(candidates, model.probabilities(rows), rows, strict=True)
        ]
        return sorted(ranked, key=lambda sentence: (-sentence.score, sentence.position))

    def answer(self, posed: Posed, retrieved: Retrieved) -> Draft:
        """Return the draft for a question that one place of the compilation answers."""
        ranked = self.rank(posed, retrieved)
        if not ranked:
            return Draft((), "", 0.0, refusal="not_in_compilation")
        confidence = self.confidence(posed, ranked, retrieved)
        chosen = choose_list(
            self._index,
            self._lists,
            posed.text,
            asked=posed.asked,
            ranked=ranked,
            retrieved=retrieved,
            named=posed.named,
        )
        if chosen is not None:
            return self._listed(chosen.found, max(confidence, chosen.fit))
        also = [*self._best_of_parts(posed, retrieved), *self._what_follows(posed, ranked)]
        selected = self._selector.select(posed.asked, ranked, also=also)
        if whole := completed_list(self._lists, selected, posed.asked):
            return self._listed(whole, confidence)
        best = self._index.sentences[ranked[0].position]
        sentence = self.shown(Support(best.start, best.end))
        short = self.short(sentence, posed, read=self.read(ranked[0], retrieved))
        lacking = self._confidence.lacking(posed.text, ranked)
        return Draft(tuple(self.sentence(support) for support in selected), short, confidence, lacking=lacking)

    def _listed(self, found: ListInText, confidence: float) -> Draft:
        items = tuple(replace(self.sentence(item), own_line=True) for item in found.items)
        intro = (self.sentence(found.intro),) if found.intro else ()
        return Draft((*intro, *items), "；".join(item.text for item in items), confidence)

    def by_aspect(
        self, ranked: Sequence[RankedSentence], aspect: str, *, asked: Asked, of_all: str = ""
    ) -> list[RankedSentence]:
        """Return sentences of one case with those first that say most of `aspect`, of `of_all` above all."""
        return by_aspect(self._index, ranked, aspect, asked=asked, of_all=of_all)

    def aspect_confidence(self, ranked: Sequence[RankedSentence], aspect: str, *, asked: Asked) -> float:
        """Return how much of `aspect` the first of sentences of one case says, 0 to 1."""
        return aspect_confidence(self._index, ranked, aspect, asked=asked)

    def best_supports(self, posed: Posed, ranked: Sequence[RankedSentence], *, least: int, most: int) -> list[Support]:
        """Return the spans that answer best, as many as `least` to `most`, in the order of the text."""
        return self._selector.select(posed.asked, ranked, least=least, most=most)

    def confidence(self, posed: Posed, ranked: Sequence[RankedSentence], retrieved: Retrieved) -> float:
        """Return how sure we are, 0 to 1, that the question is answered by what was found."""
        return self._confidence.of(posed.text, posed.asked, ranked, named=posed.named, readings=retrieved.readings)

    def best_sentence(self, ranked: Sequence[RankedSentence]) -> DraftSentence:
        """Return the likeliest sentence."""
        span = self._index.sentences[ranked[0].position]
        return self.sentence(Support(span.start, span.end))

    def short(self, sentence: str, posed: Posed, *, read: str = "") -> str:
        """Return the value, name or clause of a sentence that answers best. read: what a reader takes for the answer."""
        if not posed.asked.english:
            return short_answer(sentence, posed.text, posed.asked, read=read)
        words = self._index.glossary.words(posed.text)
        focuses = question_focuses(posed.text, self._index)
        return short_answer(sentence, posed.text, posed.asked, words=words, focuses=focuses, read=read)

    def case_of(self, one: RankedSentence) -> int | None:
        """Return the number of the case a ranked sentence stands in."""
        return self._index.chunks[self._index.sentences[one.position].chunk].case_number

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

    def read(self, best: RankedSentence, retrieved: Retrieved) -> str:
        """Return what the reader takes for the answer in the best sentence; empty without a reader."""
        sentence = self._index.sentences[best.position]
        reading = retrieved.readings.get(sentence.chunk)
        offset = self._index.chunks[sentence.chunk].start
        if reading is None:
            return ""
        start, end = reading.best_within(sentence.start - offset, sentence.end - offset)
        return self.shown(Support(offset + start, offset + end))

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
        asked_tokens = question_weights(posed.focus, self._index)
        if coverage(asked_tokens, self._index.sentence_tokens[best]) >= TOUCHES:
            return []
        chunk = self._index.sentences[best].chunk
        return [one for one in ranked if one.position == best + 1 and self._index.sentences[best + 1].chunk == chunk]
