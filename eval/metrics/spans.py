"""EM and F1 of short answers as CMRC 2018 measures them (https://github.com/ymcui/cmrc2018, cmrc2018_evaluate.py v6).

Chinese characters are tokens of their own, other text is cut into words; F1 is over the longest common substring of
tokens; both take the best of the gold answers. The official script cuts other text with NLTK, which needs a download;
here a regular expression does (words with inner . , ' - as NLTK keeps them, every other sign alone).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

# The script's list; its "……" is two characters and never matches one, so that "…" stays.
_PUNCTUATION = frozenset("-:_*^/\\~`+=，。：？！“”；’《》·、「」（）－～『』")
_TOKEN = re.compile(r"[\u4e00-\u9fa5]|[a-z0-9\u00c0-\u024f]+(?:[.,'][a-z0-9\u00c0-\u024f]+)*|[^\s]")


def official_exact(answers: Sequence[str], predicted: str) -> float:
    """Return 1.0 when the prediction equals one of the answers without case and punctuation, else 0.0."""
    bare = _without_punctuation(predicted)
    return float(any(_without_punctuation(answer) == bare for answer in answers))


def official_f1(answers: Sequence[str], predicted: str) -> float:
    """Return the best F1 (0 to 1) over the answers. answers: at least one."""
    return max(_f1(_tokens(answer), _tokens(predicted)) for answer in answers)


def _f1(gold: list[str], predicted: list[str]) -> float:
    shared = SequenceMatcher(None, gold, predicted, autojunk=False).find_longest_match().size
    if not shared:
        return 0.0
    precision, recall = shared / len(predicted), shared / len(gold)
    return 2 * precision * recall / (precision + recall)


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(_without_punctuation(text))


def _without_punctuation(text: str) -> str:
    return "".join(character for character in text.lower().strip() if character not in _PUNCTUATION)
