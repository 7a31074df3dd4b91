"""BM25 over character bigrams and Latin words of the matching form."""

from __future__ import annotations

import re
from collections.abc import Sequence

import bm25s
import numpy as np
import numpy.typing as npt

from rag.normalising import matching_form

K1 = 1.2
B = 0.75
"""Robertson and Zaragoza (2009), "The Probabilistic Relevance Framework: BM25 and Beyond", the usual values."""

_RUNS = re.compile(r"[a-z\u00df-\u024f]+|\d+(?:\.\d+)?|[\u3400-\u9fff\U00020000-\U0003ffff]+")


def lexical_tokens(text: str) -> list[str]:
    """Return the tokens of `text`: bigrams of Chinese runs (a single character stays one), Latin words, numbers."""
    tokens: list[str] = []
    for run in _RUNS.findall(matching_form(text)):
        if run.isascii() or len(run) == 1:
            tokens.append(run)
        else:
            tokens.extend(run[i : i + 2] for i in range(len(run) - 1))
    return tokens


class LexicalIndex:
    """BM25 scores of a fixed list of texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._n_texts = len(texts)
        corpus = [lexical_tokens(text) for text in texts]
        self._bm25 = bm25s.BM25(k1=K1, b=B) if any(corpus) else None
        if self._bm25 is not None:
            self._bm25.index(corpus, show_progress=False)

    def scores(self, query: str) -> npt.NDArray[np.float32]:
        """Return the BM25 score of every text, float32 (n,); 0 where no token is shared."""
        known = [token for token in lexical_tokens(query) if self._bm25 and token in self._bm25.vocab_dict]
        if not known or self._bm25 is None:
            return np.zeros(self._n_texts, dtype=np.float32)
        return np.asarray(self._bm25.get_scores(known), dtype=np.float32)
