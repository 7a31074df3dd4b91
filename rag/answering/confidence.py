"""How sure we are that the compilation answers a question at all."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from rag.answering.asked import Asked, Kind
from rag.answering.content import coverage, focus_tokens, token_weights
from rag.answering.ranking import FEATURES, RankedSentence
from rag.answering.scoring import LogisticModel, load_model
from rag.normalising import is_mostly_latin, matching_form
from rag.retrieval.places import known_places
from rag.stores.passages import PassageIndex

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
)

_LATIN = re.compile(r"[a-z]{2,}")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?=年|\b)")
_PREMISE = re.compile(
    r"解散|取消|叫停|撤销|撤回|停办|停止|停业|终止|暂停|中止|关闭|关停|失败|亏损|批评|处分|处罚|问责|投诉|推迟|延期|退出|破产|倒闭|废止|废除|下调|"
    r"缩减|裁撤|裁员|合并|搁置|否决|驳回|拒绝|放弃|造假|违规|诉讼|起诉|赔偿|下降|减少|落后|垫底|争议|反对|抗议|事故|伤亡|辞职|免职|更换|迁出|出售|转让"
)
"""Words for endings, failures and reversals: a question that takes one for granted is answered only where it stands."""


class ConfidenceModel:
    """Estimates the probability that a question is answered by the sentences found."""

    def __init__(self, index: PassageIndex, *, model: LogisticModel | None = None) -> None:
        """Take the fitted model; `model` is another one, while fitting."""
        self._index = index
        self._compilation = index.compilation
        self._model = model or load_model("confidence", CONFIDENCE_FEATURES)

    def of(self, question: str, asked: Asked, ranked: Sequence[RankedSentence]) -> float:
        """Return the confidence, 0 to 1."""
        row = self.describe(question, asked, ranked)
        return float(self._model.probabilities(np.array([row], dtype=np.float32))[0])

    def describe(self, question: str, asked: Asked, ranked: Sequence[RankedSentence]) -> tuple[float, ...]:
        """Return the features in the order of `CONFIDENCE_FEATURES`."""
        top = dict(zip(FEATURES, ranked[0].features, strict=True))
        best_of_three = {name: max(one.features[i] for one in ranked[:3]) for i, name in enumerate(FEATURES)}
        weights = token_weights(question, self._index.idf)
        unseen = coverage(weights, set(weights) - set(self._index.idf))
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
            float(self._names_absent_place(question, number)),
        )

    def _takes_unsaid_for_granted(self, question: str, number: int | None) -> bool:
        """Return whether a question presumes an ending or failure its case does not tell, or names a Latin word
        that stands nowhere in the compilation."""
        form = matching_form(question)
        if any(word not in self._case_text(number) for word in _PREMISE.findall(form)):
            return True
        latin = () if is_mostly_latin(question) else _LATIN.findall(form)
        return any(word not in self._index.idf for word in latin)

    def _names_absent_place(self, question: str, number: int | None) -> bool:
        """Return whether a question is about a province, city or country that the case found for it never names.

        The compilation's own place, named in its title, is what all of it is about.
        """
        form = matching_form(question)
        told = self._case_text(number) + self._compilation.title
        return any(place in form and place not in told for place in known_places())

    def _years_asked(self, question: str) -> set[str]:
        """Return the years a question names, without the compilation's own, which its text often leaves out."""
        return set(_YEAR.findall(matching_form(question))) - set(_YEAR.findall(matching_form(self._compilation.title)))

    def _passages(self, ranked: Sequence[RankedSentence]) -> str:
        chunks = {self._index.sentences[one.position].chunk for one in ranked[:3]}
        return "\n".join(matching_form(self._index.chunks[chunk].text) for chunk in chunks)

    def _case_text(self, number: int | None) -> str:
        if number is None:
            return ""
        case = self._compilation.case(number)
        return self._compilation.text[case.start : case.end]

    def _focus(self, question: str, best: RankedSentence) -> float:
        """Return the share of what is asked for whose neighbouring words stand in the best sentence's passage."""
        focuses = focus_tokens(question)
        if not focuses:
            return 0.5
        passage = self._index.chunk_tokens[self._index.sentences[best.position].chunk]
        return sum(bool(tokens & passage) for tokens in focuses) / len(focuses)
