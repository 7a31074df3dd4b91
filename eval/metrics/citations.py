"""Citations without a language model, after ALCE (Gao et al. 2023, arXiv:2305.14627).

ALCE asks an entailment model whether the cited text supports a sentence. Here the cited text supports a sentence when
every figure and every 《name》 of the sentence occurs in it, and, for a Chinese sentence, at least MIN_OVERLAP of the
sentence's character bigrams do. The recall and precision built on that are ALCE's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from eval.evidence import Evidence, Span, covered_share
from eval.metrics.answers import normalise_answer
from eval.metrics.sentences import Sentence, split_sentences

MIN_OVERLAP = 0.6
_MARK = re.compile(r"\[(\d+)\]")
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_NAME = re.compile(r"《([^》]+)》")
_CHINESE = re.compile(r"[\u3400-\u9fff]")

CitationRecord = Mapping[str, Any]


def cited(record: Mapping[str, Any]) -> list[CitationRecord]:
    """Return the citations whose mark `[n]` stands in the answer of a result object, in their order."""
    marks = {int(number) for number in _MARK.findall(record["answer"])}
    return [citation for citation in record["citations"] if citation["key"] in marks]


def cited_cases(record: Mapping[str, Any]) -> set[int]:
    """Return the numbers of the cases cited in the answer of a result object."""
    return {citation["case"] for citation in cited(record) if citation["case"] is not None}


def is_verbatim(citation: CitationRecord, texts: Mapping[str, str]) -> bool:
    """Return whether the quote is exactly the compilation's text between its offsets.

    texts: canonical text by compilation id.
    """
    text = texts.get(citation["compilation"])
    quote = citation["quote"]
    return bool(quote) and text is not None and text[citation["start"] : citation["end"]] == quote


def verbatim_rate(citations: Iterable[CitationRecord], texts: Mapping[str, str]) -> float | None:
    """Return the share (0 to 1) of citations that are verbatim; None without citations."""
    checked = [is_verbatim(citation, texts) for citation in citations]
    return sum(checked) / len(checked) if checked else None


def citation_scores(record: Mapping[str, Any]) -> dict[str, float | None]:
    """Return how well the sentences of an answer are cited, each 0 to 1; None where nothing can be measured.

    cited_sentences: share of sentences with a citation that exists. citation_recall: share of sentences that their
    citations together support. citation_precision: share of (sentence, citation) pairs where the sentence is supported
    and the citation is needed or supports it alone. Sentences that count or compare spans (`computed`) are left out of
    the last two: what they say stands in no quote.
    """
    by_key = {citation["key"]: citation for citation in record["citations"]}
    sentences = split_sentences(record["answer"])
    resolved = [[by_key[key] for key in sentence.keys if key in by_key] for sentence in sentences]
    n_dangling = sum(key not in by_key for sentence in sentences for key in sentence.keys)
    measured = [
        (sentence, found)
        for sentence, found in zip(sentences, resolved, strict=True)
        if not any(citation.get("computed") for citation in found)
    ]
    recalls = [supports([citation["quote"] for citation in found], sentence) for sentence, found in measured]
    precise = [needed for sentence, found in measured for needed in _needed(sentence, found)]
    return {
        "cited_sentences": _share([bool(found) for found in resolved]),
        "citation_recall": _share(recalls),
        "citation_precision": _share(precise),
        "dangling_marks": float(n_dangling),
    }


def _needed(sentence: Sentence, found: Sequence[CitationRecord]) -> list[bool]:
    quotes = [citation["quote"] for citation in found]
    if not supports(quotes, sentence):
        return [False] * len(quotes)
    return [
        supports([quote], sentence) or not supports(quotes[:position] + quotes[position + 1 :], sentence)
        for position, quote in enumerate(quotes)
    ]


def supports(quotes: Sequence[str], sentence: Sentence) -> bool:
    """Return whether the quotes together hold the sentence's figures, its 《names》 and enough of its bigrams.

    A sentence that is not mainly Chinese is held to figures and names only: its words are not those of the quote.
    """
    if not quotes:
        return False
    source = normalise_answer("\n".join(quotes))
    said = normalise_answer(sentence.text)
    if Counter(set(_FIGURE.findall(said))) - Counter(set(_FIGURE.findall(source))):
        return False
    if any(name not in source for name in _NAME.findall(said)):
        return False
    if len(_CHINESE.findall(said)) * 2 < len(said):
        return True
    bigrams = _bigrams(said)
    return not bigrams or len(bigrams & _bigrams(source)) / len(bigrams) >= MIN_OVERLAP


def _bigrams(text: str) -> set[str]:
    letters = "".join(character if character.isalnum() else " " for character in text)
    return {letters[at : at + 2] for at in range(len(letters) - 1) if " " not in letters[at : at + 2]}


def case_precision(record: Mapping[str, Any], cases: Sequence[int]) -> float | None:
    """Return the share (0 to 1) of citations in the answer that point into one of these cases; None without any.

    A citation of the catalogue points into no case and is left out.
    """
    return _share([citation["case"] in cases for citation in cited(record) if citation["case"] is not None])


def cited_evidence(record: Mapping[str, Any], evidence: Sequence[Evidence], *, text: str) -> float:
    """Return the mean share (0 to 1) of each evidence quote's characters that the cited quotes cover. evidence: not empty."""
    spans = [Span(citation["start"], citation["end"]) for citation in cited(record)]
    return sum(covered_share(quote, spans, text=text) for quote in evidence) / len(evidence)


def _share(values: Sequence[bool]) -> float | None:
    return sum(values) / len(values) if values else None
