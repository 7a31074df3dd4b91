"""Count which words of public questions their answers repeat, for `rag.answering.repetition.py`.

`python -m benchmarks fit-wording --squad FILE …` writes `rag/answering/models/wording.json` from sets in SQuAD's format. The
sets that are reported (development parts) are never given to it; CMRC 2018 training and DRCD test are.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.fit import MODELS_PATH
from benchmarks.public import read_paragraphs
from rag.stores.lexical import lexical_tokens

AROUND_CHARS = 150
"""How far from the answer's beginning a repeated word may stand."""
PRIOR = 6
"""Questions that a bigram's guess from its two characters counts for."""
CHARACTER_PRIOR = 8
LEAST_OF_BIGRAM, LEAST_OF_CHARACTER = 4, 8
"""Questions from which on a bigram and a character are kept."""
WORTH_KEEPING = 0.08
"""A bigram is kept where its share differs from the guess by more than this."""


@dataclass(slots=True)
class _Counts:
    asked: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)

    def add(self, key: str, *, is_missing: bool) -> None:
        self.asked[key] += 1
        self.missing[key] += is_missing


def fit_wording(squad_paths: Sequence[Path]) -> Path:
    """Count over the questions of the sets, write the table and return its path."""
    bigrams, first, second = _Counts(), _Counts(), _Counts()
    n_questions = 0
    for question, around in _pairs(squad_paths):
        n_questions += 1
        told = set(lexical_tokens(around))
        for token in dict.fromkeys(lexical_tokens(question)):
            if len(token) == 2 and not token.isascii():
                bigrams.add(token, is_missing=token not in told)
                first.add(token[0], is_missing=token not in told)
                second.add(token[1], is_missing=token not in told)
    table = {
        **_table(bigrams, first, second=second),
        "fitted_on": {
            "sets": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in squad_paths},
            "n_questions": n_questions,
            "licence": "counts over CMRC 2018 (CC BY-SA 4.0) and DRCD (CC BY-SA 3.0)",
        },
    }
    path = MODELS_PATH / "wording.json"
    path.write_text(json.dumps(table, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _pairs(squad_paths: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Yield each question with what stands around its first answer."""
    for path in squad_paths:
        for paragraph in read_paragraphs(path):
            for entry in paragraph.entries:
                start = max(0, entry["answers"][0]["answer_start"])
                yield entry["question"], paragraph.text[max(0, start - AROUND_CHARS) : start + AROUND_CHARS]


def _table(bigrams: _Counts, first: _Counts, *, second: _Counts) -> dict[str, object]:
    base = bigrams.missing.total() / bigrams.asked.total()

    def odds(counts: _Counts, character: str, *, but: str = "") -> float:
        """The log-odds of a character, without one bigram's own share."""
        n = counts.asked[character] - bigrams.asked[but] + CHARACTER_PRIOR
        share = (counts.missing[character] - bigrams.missing[but] + CHARACTER_PRIOR * base) / n
        return math.log(share / (1 - share))

    coefficients, intercept = _guess(bigrams, first, second=second, odds=odds)
    kept = {}
    for bigram, n in bigrams.asked.items():
        score = coefficients[0] * odds(first, bigram[0]) + coefficients[1] * odds(second, bigram[1]) + intercept
        guess = 1 / (1 + math.exp(-score))
        share = (bigrams.missing[bigram] + PRIOR * guess) / (n + PRIOR)
        if n >= LEAST_OF_BIGRAM and abs(share - guess) > WORTH_KEEPING:
            kept[bigram] = round(share, 2)
    characters = sorted(set(first.asked) | set(second.asked))
    return {
        "bigrams": dict(sorted(kept.items())),
        "characters": {
            character: [round(odds(first, character), 2), round(odds(second, character), 2)]
            for character in characters
            if first.asked[character] + second.asked[character] >= LEAST_OF_CHARACTER
        },
        "coefficients": [round(value, 3) for value in coefficients],
        "intercept": round(intercept, 3),
        "base": round(math.log(base / (1 - base)), 3),
    }


def _guess(
    bigrams: _Counts, first: _Counts, *, second: _Counts, odds: Callable[..., float]
) -> tuple[tuple[float, float], float]:
    """Return how to guess a bigram's share from its characters: a logistic model over their log-odds."""
    from sklearn.linear_model import LogisticRegression

    rows, labels, weights = [], [], []
    for bigram, n in bigrams.asked.items():
        row = [odds(first, bigram[0], but=bigram), odds(second, bigram[1], but=bigram)]
        rows += [row, row]
        labels += [1, 0]
        weights += [bigrams.missing[bigram], n - bigrams.missing[bigram]]
    model = LogisticRegression().fit(rows, labels, sample_weight=weights)
    return (float(model.coef_[0][0]), float(model.coef_[0][1])), float(model.intercept_[0])
