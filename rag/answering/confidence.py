"""How sure we are that the compilation answers a question at all."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from rag.answering.asked import Asked, Kind
from rag.answering.content import coverage, question_focuses, question_weights, unseen_share
from rag.answering.evidence import EVIDENCE_FEATURES, EvidenceDescriber
from rag.answering.premises import takes_unsaid_for_granted
from rag.answering.ranking import FEATURES, RankedSentence
from rag.answering.scoring import LogisticModel, load_model, model_name
from rag.normalising import is_mostly_latin, matching_form
from rag.retrieval.places import known_places
from rag.retrieval.reading import relevance_of, squashed
from rag.stores.passages import PassageIndex
from rag.types import Reading

CONFIDENCE_FEATURES = (
    "best",
    "cosine",
    "coverage",
    "coverage_case",
    "value_near",
    "rarest",
    "units",
    "sort_missing",
    "unseen",
    "focus_passage",
    "asks_value",
    "english",
    "year_missing",
    "premise_missing",
    "place_missing",
    *EVIDENCE_FEATURES,
)

ENGLISH_CONFIDENCE_FEATURES = CONFIDENCE_FEATURES[: -len(EVIDENCE_FEATURES)]

READER_CONFIDENCE_FEATURES = (
    "read_relevance_best",
    "read_margin_best",
    "read_relevance",
    "read_margin",
    "read_mass",
    "read_lead",
)
"""Further features where a reader has read the passages."""

_MOSTLY_UNSEEN = 0.5
_LATIN = re.compile(r"[a-z]{2,}")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?=年|\b)")
_PREMISE_ENGLISH = re.compile(
    r"\b(?:abolish\w*|cancel\w*|clos(?:e|ed|ure|ing)|shut|bankrupt\w*|fail\w*|suspend\w*|terminat\w*|withdr[ae]w\w*|revok\w*|dissol\w*|scrapp\w*|"
    r"reject\w*|punish\w*|sued?|lawsuit\w*|protest\w*|accident\w*|killed|died|deaths?|resign\w*|dismiss\w*|fired|delay\w*|postpon\w*|lost|deficit|scandal\w*|corrupt\w*)\b",
    re.I,
)
_CAPITAL = re.compile(r"[A-Z]")


class ConfidenceModel:
    """Estimates the probability that a question is answered by the sentences found."""

    def __init__(self, index: PassageIndex, *, reads: bool = False, model: LogisticModel | None = None) -> None:
        """Take the fitted model. reads: that for passages a reader has read; `model` is another one, while fitting."""
        self._index = index
        self._compilation = index.compilation
        self._reads = reads
        self._evidence = EvidenceDescriber(index)
        self._models = {
            english: model
            or load_model(model_name("confidence", english=english, reads=reads), self.features(english=english))
            for english in (False, True)
        }

    def features(self, *, english: bool) -> tuple[str, ...]:
        """Return the names of the features; the text cannot repeat the words of an English question."""
        own = ENGLISH_CONFIDENCE_FEATURES if english else CONFIDENCE_FEATURES
        return (*own, *READER_CONFIDENCE_FEATURES) if self._reads else own

    def of(
        self,
        question: str,
        asked: Asked,
        ranked: Sequence[RankedSentence],
        *,
        named: Collection[int] = (),
        readings: Mapping[int, Reading] | None = None,
    ) -> float:
        """Return the confidence, 0 to 1.

        named: numbers of the cases the question names; readings: the reader's, by position of the chunk.
        """
        row = self.row(question, asked, ranked, named=named, readings=readings)
        if asked.english and _is_elsewhere(row):
            return 0.0
        return float(self._models[asked.english].probabilities(np.array([row], dtype=np.float32))[0])

    def row(
        self,
        question: str,
        asked: Asked,
        ranked: Sequence[RankedSentence],
        *,
        named: Collection[int] = (),
        readings: Mapping[int, Reading] | None = None,
    ) -> tuple[float, ...]:
        """Return the features in the order of `features`; arguments as for `of`."""
        described = self.describe(question, asked, ranked, named=named)
        if asked.english:
            described = described[: len(ENGLISH_CONFIDENCE_FEATURES)]
        if not self._reads:
            return described
        return (*described, *self._describe_readings(ranked, readings or {}))

    def _describe_readings(
        self, ranked: Sequence[RankedSentence], readings: Mapping[int, Reading]
    ) -> tuple[float, ...]:
        """Return the features in the order of `READER_CONFIDENCE_FEATURES`."""
        sentence = self._index.sentences[ranked[0].position]
        chunk = self._index.chunks[sentence.chunk]
        top = readings.get(sentence.chunk)
        scored = sorted((relevance_of(reading) for reading in readings.values()), reverse=True)
        return (
            max((squashed(reading.relevance) for reading in readings.values()), default=-1.0),
            max((squashed(reading.span_score - reading.null) for reading in readings.values()), default=-1.0),
            squashed(top.relevance) if top else -1.0,
            squashed(top.span_score - top.null) if top else -1.0,
            top.mass(sentence.start - chunk.start, sentence.end - chunk.start) if top else 0.0,
            scored[0] - scored[1] if len(scored) > 1 else 0.0,
        )

    def lacking(self, question: str, ranked: Sequence[RankedSentence]) -> str:
        """Return the words of a question that stand nowhere near what was found; empty where none stand out."""
        return self._evidence.lacking(question, ranked)

    def describe(
        self, question: str, asked: Asked, ranked: Sequence[RankedSentence], *, named: Collection[int] = ()
    ) -> tuple[float, ...]:
        """Return the features in the order of `CONFIDENCE_FEATURES`."""
        top = dict(zip(FEATURES, ranked[0].features, strict=False))
        best_of_three = {name: max(one.features[i] for one in ranked[:3]) for i, name in enumerate(FEATURES)}
        weights = question_weights(question, self._index)
        unseen = unseen_share(weights, self._index)
        number = self._index.chunks[self._index.sentences[ranked[0].position].chunk].case_number
        return (
            ranked[0].score,
            best_of_three["cosine"],
            best_of_three["coverage"],
            coverage(weights, self._index.case_tokens.get(number or 0, frozenset())),
            best_of_three["value_near"],
            best_of_three["rarest"],
            top["units"],
            float(best_of_three["sort"] == 0),
            unseen,
            self._focus(question, ranked[0]),
            float(asked.kind in (Kind.NUMBER, Kind.DATE)),
            float(asked.english),
            float(bool(self._years_asked(question) - set(_YEAR.findall(self._passages(ranked))))),
            float(self._takes_unsaid_for_granted(question, number)),
            self._names_unsaid_in_english(question, number)
            if asked.english
            else float(self._names_absent_place(question, number)),
            *self._evidence.describe(question, asked, ranked, named=named),
        )

    def _takes_unsaid_for_granted(self, question: str, number: int | None) -> bool:
        """Return whether a question presumes an ending, a figure or a person its case does not tell, or names a Latin word
        that stands nowhere in the compilation."""
        if is_mostly_latin(question):
            return self._takes_unsaid_in_english(question, number)
        form = matching_form(question)
        if takes_unsaid_for_granted(form, self._case_text(number)):
            return True
        return any(word not in self._index.idf for word in _LATIN.findall(form))

    def _takes_unsaid_in_english(self, question: str, number: int | None) -> bool:
        told = self._case_text(number)
        terms = (self._index.glossary.terms(word) for word in _PREMISE_ENGLISH.findall(question))
        return any(not any(one.word in told for term in of for one in term.renderings) for of in terms)

    def _names_unsaid_in_english(self, question: str, number: int | None) -> float:
        """Return the share of the names of an English question, words with a capital, that its case does not have."""
        tokens = self._index.case_tokens.get(number or 0, frozenset())
        inside = question.strip()[1:]
        named = [term for term in self._index.glossary.terms(inside) if _CAPITAL.match(term.phrase)]
        return sum(not term.held_by(tokens) for term in named) / len(named) if named else 0.0

    def _names_absent_place(self, question: str, number: int | None) -> bool:
        """Return whether a question is about a province, city or country that the case found for it never names.

        The compilation's own place, named in its title, is what all of it is about.
        """
        form = matching_form(question)
        told = self._case_text(number) + matching_form(self._compilation.title)
        return any(place in form and place not in told for place in known_places())

    def _years_asked(self, question: str) -> set[str]:
        """Return the years a question names, without the compilation's own, which its text often leaves out."""
        return set(_YEAR.findall(matching_form(question))) - set(_YEAR.findall(matching_form(self._compilation.title)))

    def _passages(self, ranked: Sequence[RankedSentence]) -> str:
        chunks = {self._index.sentences[one.position].chunk for one in ranked[:3]}
        return "\n".join(matching_form(self._index.chunks[chunk].text) for chunk in chunks)

    def _case_text(self, number: int | None) -> str:
        """Return the matching form of a case: a question's is compared with it, whatever characters the text is in."""
        return "" if number is None else self._evidence.case_form(number)

    def _focus(self, question: str, best: RankedSentence) -> float:
        """Return the share of what is asked for whose neighbouring words stand in the best sentence's passage."""
        focuses = question_focuses(question, self._index)
        if not focuses:
            return 0.5
        passage = self._index.chunk_tokens[self._index.sentences[best.position].chunk]
        return sum(bool(tokens & passage) for tokens in focuses) / len(focuses)


def _is_elsewhere(row: Sequence[float]) -> bool:
    """Return whether an English question speaks of something else altogether: its case has none of its names, and most of what
    it says stands nowhere in the compilation. Of 348 questions fitted on that can be answered, none is so."""
    described = dict(zip(CONFIDENCE_FEATURES, row, strict=False))
    return described["place_missing"] >= 1 and described["unseen"] >= _MOSTLY_UNSEEN
