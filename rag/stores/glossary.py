"""What the words of an English question may be called in a Chinese text: dictionary, names in pinyin, figures and dates.

All the words that a phrase may stand for are one term, whose rarity is that of any of them (Pirkola 1998, "The Effects of
Query Structure and Dictionary Setups in Dictionary-Based Cross-Language Information Retrieval", doi:10.1145/290941.290957).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.stores.dictionary import entries_within
from rag.stores.figures import figures_in
from rag.stores.lexical import lexical_tokens
from rag.stores.pinyin import PinyinNames
from rag.stores.stemming import root, stem

_STOP_WORDS_PATH = Path(__file__).resolve().parent / "stop_words.txt"
MAX_PHRASE_WORDS = 5
MAX_WORDS = 30
"""Chinese words kept for a phrase, the best first."""
PART = 0.5
"""A Chinese word whose gloss only contains the English word counts this share, divided by the gloss's further words."""
INFLECTED = 0.95
"""One found by another form of the word: "future" for "futures", which has a word of its own."""
FAMILY = 0.8
"""One found by the word's family ("registration" for 登记, "to register")."""
LIKELY = 0.75
_N_REMEMBERED = 64
"""Questions whose terms are kept: one question is read for retrieval, ranking and confidence."""
N_SUPPORTING = 3
"""Texts that decide between the renderings of a term."""
_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:'[a-z]+)?")
_CHINESE = re.compile(r"[\u3400-\u9fff]{2,}")


@dataclass(frozen=True, slots=True)
class Rendering:
    """One way a text may put a term."""

    pieces: frozenset[str]
    """Lexical tokens that must all be there."""
    quality: float
    """0 to 1: how surely it means the term."""
    word: str


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase of an English question with what it may be called; nothing where the text has none of it."""

    phrase: str
    renderings: tuple[Rendering, ...] = ()
    """Best first."""

    def held_by(self, tokens: Collection[str]) -> float:
        """Return the quality of the best rendering that `tokens` hold: 0 to 1, 0 where they hold none."""
        return next((one.quality for one in self.renderings if all(piece in tokens for piece in one.pieces)), 0.0)


class Glossary:
    """Reads English questions for one list of texts."""

    def __init__(self, texts_tokens: Sequence[Collection[str]]) -> None:
        """Take the lexical tokens of each text. The dictionary is read when the first question comes."""
        self._n_texts = len(texts_tokens)
        self._texts_tokens = texts_tokens
        self._read = lru_cache(maxsize=_N_REMEMBERED)(self._terms)

    def terms(self, question: str) -> tuple[Term, ...]:
        """Return the terms of a question, in its order: the longest phrase the dictionary knows first."""
        return self._read(question)

    def _terms(self, question: str) -> tuple[Term, ...]:
        found = figures_in(question)
        figures, rest = found.figures, found.rest
        terms = [
            Term(one.text, tuple(Rendering(frozenset(p), q, one.text) for p, q in one.renderings)) for one in figures
        ]
        for run in _CHINESE.findall(rest):
            terms.append(Term(run, self._found(run)))
        words = [(match.group(), match.start() == 0) for match in _WORD.finditer(_CHINESE.sub(" ", rest))]
        i = 0
        while i < len(words):
            n, term = self._longest([word for word, _ in words[i : i + MAX_PHRASE_WORDS]])
            if term is not None:
                terms.append(term)
            i += n
        return tuple({term.phrase: term for term in terms}.values())

    def weights(self, question: str) -> dict[Term, float]:
        """Return the terms of a question with their inverse document frequency; one nobody has weighs most."""
        return {term: self._idf(self._mask_any(term)) for term in self.terms(question)}

    def scores(self, question: str) -> npt.NDArray[np.float32]:
        """Return how much of a question each text holds, float32 (n,): the sum of the weights of the terms it has."""
        scores = np.zeros(self._n_texts, dtype=np.float32)
        for term, weight in self.weights(question).items():
            best = np.zeros(self._n_texts, dtype=np.float32)
            for one in reversed(term.renderings):
                best[self._positions(self._mask(one.pieces))] = one.quality
            scores += weight * best
        return scores

    def chinese(self, question: str) -> str:
        """Return a question word for word in Chinese: of each term the rendering that stands beside the others' most.

        Empty where no word of it is known. It is for embedding beside the question, not for reading.
        """
        scores = self.scores(question)
        chosen = (
            max(t.renderings, key=lambda one: self._support(one, scores)) for t in self.terms(question) if t.renderings
        )
        return " ".join(one.word for one in chosen)

    def words(self, question: str) -> tuple[str, ...]:
        """Return the Chinese words that a question's phrases may stand for, each once."""
        return tuple(dict.fromkeys(one.word for term in self.terms(question) for one in term.renderings))

    def _support(self, rendering: Rendering, scores: npt.NDArray[np.float32]) -> float:
        """Return how well the three best texts with a rendering answer to the whole question, by the rendering's quality."""
        found = scores[self._positions(self._mask(rendering.pieces))]
        return rendering.quality * float(np.sort(found)[-N_SUPPORTING:].mean()) if found.size else 0.0

    def _longest(self, words: Sequence[str]) -> tuple[int, Term | None]:
        """Return how many of `words` the next term takes, and the term; None for words that say nothing."""
        for n in range(len(words), 0, -1):
            phrase = words[:n]
            if n == 1 and phrase[0].lower() in stop_words():
                return 1, None
            if phrase[0].lower() in stop_words() or phrase[-1].lower() in stop_words():
                continue
            found = self._by_phrase(phrase)
            if not found and all(word[0].isupper() for word in phrase):
                found = self._by_name(phrase)
            if n > 1 and not found:
                continue
            if n == 1:
                found = (*found, *self._by_part(phrase[0]), *self._latin(phrase[0]))
            return n, Term(" ".join(phrase), _best(found))
        return 1, None

    def _by_phrase(self, phrase: Sequence[str]) -> tuple[Rendering, ...]:
        exact = self._by_gloss.get(" ".join(phrase).lower(), ())
        inflected = self._by_stems.get(" ".join(map(stem, phrase)), ())
        family = self._by_roots.get(" ".join(map(root, phrase)), ())
        tiers = ((exact, 1.0), (inflected, INFLECTED), (family, FAMILY))
        return tuple(_rendering(word, quality) for words, quality in tiers for word in words)

    def _by_part(self, word: str) -> tuple[Rendering, ...]:
        return tuple(_rendering(w, PART / max(1, n - 1)) for w, n in self._by_word.get(root(word), ()))

    def _by_name(self, phrase: Sequence[str]) -> tuple[Rendering, ...]:
        names = self._names.find("".join(re.sub(r"'s?$", "", word) for word in phrase))
        known = [name for name in names if name in self._glosses]
        return tuple(_rendering(name, 1.0) for name in known or names)

    def _latin(self, word: str) -> tuple[Rendering, ...]:
        latin = word.lower()
        return (Rendering(frozenset({latin}), 1.0, latin),) if latin in self._token_masks else ()

    def _found(self, word: str) -> tuple[Rendering, ...]:
        rendering = Rendering(frozenset(lexical_tokens(word)), 1.0, word)
        return (rendering,) if self._mask(rendering.pieces) else ()

    @cached_property
    def _token_masks(self) -> dict[str, int]:
        """For each token, the texts that hold it, as the bits of a number."""
        holding: dict[str, int] = {}
        for i, tokens in enumerate(self._texts_tokens):
            for token in tokens:
                holding[token] = holding.get(token, 0) | 1 << i
        return holding

    @cached_property
    def _glosses(self) -> dict[str, tuple[str, ...]]:
        """The dictionary's words that stand in a text, with their glosses."""
        within = entries_within(self._token_masks.keys())
        return {entry.word: entry.glosses for entry in within if self._mask(_bigrams(entry.word))}

    @cached_property
    def _by_gloss(self) -> dict[str, tuple[str, ...]]:
        return _inverted((gloss, word) for word, glosses in self._glosses.items() for gloss in glosses)

    @cached_property
    def _by_stems(self) -> dict[str, tuple[str, ...]]:
        return _inverted(
            (" ".join(map(stem, gloss.split())), word) for word, of in self._glosses.items() for gloss in of
        )

    @cached_property
    def _by_roots(self) -> dict[str, tuple[str, ...]]:
        return _inverted(
            (" ".join(map(root, gloss.split())), word) for word, of in self._glosses.items() for gloss in of
        )

    @cached_property
    def _by_word(self) -> dict[str, tuple[tuple[str, int], ...]]:
        """For each English word's root, the Chinese words with it in a gloss of several, and of how many."""
        found: dict[str, dict[str, int]] = {}
        for word, glosses in self._glosses.items():
            for gloss in glosses:
                telling = {root(part) for part in gloss.split() if part not in stop_words()}
                for part in telling:
                    of_part = found.setdefault(part, {})
                    of_part[word] = min(of_part.get(word, 99), len(telling))
        return {part: tuple(of_part.items()) for part, of_part in found.items()}

    @cached_property
    def _names(self) -> PinyinNames:
        return PinyinNames(self._token_masks.keys())

    def _mask(self, pieces: Iterable[str]) -> int:
        mask = (1 << self._n_texts) - 1
        for piece in pieces:
            mask &= self._token_masks.get(piece, 0)
        return mask

    def _mask_any(self, term: Term) -> int:
        mask = 0
        for one in term.renderings:
            mask |= self._mask(one.pieces)
        return mask

    def _idf(self, mask: int) -> float:
        df, n = mask.bit_count(), self._n_texts
        return float(np.log(1 + (n - df + 0.5) / (df + 0.5)))

    def _positions(self, mask: int) -> npt.NDArray[np.intp]:
        data = np.frombuffer(mask.to_bytes((self._n_texts + 7) // 8, "little"), dtype=np.uint8)
        return np.flatnonzero(np.unpackbits(data, bitorder="little")[: self._n_texts])


@cache
def stop_words() -> frozenset[str]:
    """Return English words that say nothing of a subject, one to a line in `stop_words.txt`."""
    return frozenset(_STOP_WORDS_PATH.read_text(encoding="utf-8").split())


def surest(term: Term) -> Term:
    """Return a term without its unlikely renderings, for telling whether a text has it at all.

    A word whose gloss has one word more ("futures contract") then counts `LIKELY`, not `PART`.
    """
    kept = (replace(one, quality=max(LIKELY, one.quality)) for one in term.renderings if one.quality >= PART)
    return Term(term.phrase, tuple(kept))


def _rendering(word: str, quality: float) -> Rendering:
    """Return a dictionary's word as a rendering: its bigrams, as `lexical_tokens` of simplified characters are."""
    return Rendering(_bigrams(word), quality, word)


def _bigrams(word: str) -> frozenset[str]:
    return frozenset(word[i : i + 2] for i in range(len(word) - 1))


def _best(found: Iterable[Rendering]) -> tuple[Rendering, ...]:
    """Return the best renderings, each word once."""
    unique: dict[str, Rendering] = {}
    for one in sorted(found, key=lambda one: -one.quality):
        unique.setdefault(one.word, one)
    return tuple(unique.values())[:MAX_WORDS]


def _inverted(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for key, word in pairs:
        found.setdefault(key, {})[word] = None
    return {key: tuple(words) for key, words in found.items()}
