"""Whether an answer is right: answer keys, character F1, exact match, ROUGE-L."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

_CITATION_MARK = re.compile(r"[\[［][0-9０-９]+[\]］]")
# Only the ASCII comma separates thousands: the full-width one is punctuation ("2018，300 人" holds two numbers).
_THOUSANDS_COMMA = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_LIST_NUMBER_DOT = re.compile(r"(?<=\d)\.(?=\s)")
_LENGTH_FACTOR = 3
_LENGTH_ALLOWANCE = 200


def normalise_answer(text: str) -> str:
    """Return the text as keys are compared: NFKC, lower case, no white space, `*`, marks `[n]`, thousands separators."""
    text = _CITATION_MARK.sub("", text)
    text = _THOUSANDS_COMMA.sub("", text)
    text = _LIST_NUMBER_DOT.sub("。", text)  # "2. 161 家" must not become the decimal 2.161
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(character for character in folded if not character.isspace() and character != "*")


def key_matches(key: str, answer: str) -> bool:
    """Return whether one of the key's alternatives (`|`) occurs in the answer.

    An alternative of digits matches a whole number only: "20" is neither in "2018" nor in "20.5".
    """
    normalised = normalise_answer(answer)
    return any(_occurs(normalise_answer(alternative), normalised) for alternative in key.split("|"))


def _occurs(alternative: str, normalised: str) -> bool:
    if not alternative:
        return False
    if alternative.isdecimal():
        return re.search(rf"(?<!\d)(?<!\d\.){alternative}(?!\d)(?!\.\d)", normalised) is not None
    return alternative in normalised


def key_recall(answer_keys: Sequence[str], answer: str) -> float | None:
    """Return the share (0 to 1) of keys that occur in the answer; None without keys."""
    if not answer_keys:
        return None
    return sum(key_matches(key, answer) for key in answer_keys) / len(answer_keys)


def is_right(answer_keys: Sequence[str], answer: str, *, refused: bool) -> bool:
    """Return whether the answer is right: not refused, and every key occurs in it."""
    return not refused and key_recall(answer_keys, answer) == 1.0


def is_short_enough(answer: str, gold: str) -> bool:
    """Return whether the answer, as it stands, is at most three times the gold answer plus 200 characters."""
    return len(answer) <= _LENGTH_FACTOR * len(gold) + _LENGTH_ALLOWANCE


def exact_match(gold: str, predicted: str) -> bool:
    """Return whether both are equal without white space, case and punctuation."""
    return _bare(gold) == _bare(predicted)


def character_f1(gold: str, predicted: str) -> float:
    """Return the F1 (0 to 1) over the bags of characters, punctuation and white space left out.

    SQuAD's token F1 (Rajpurkar et al. 2016, arXiv:1606.05250) with characters for tokens, as Chinese has no spaces.
    """
    gold_bag, predicted_bag = Counter(_bare(gold)), Counter(_bare(predicted))
    shared = (gold_bag & predicted_bag).total()
    if not shared:
        return 0.0
    precision, recall = shared / predicted_bag.total(), shared / gold_bag.total()
    return 2 * precision * recall / (precision + recall)


def rouge_l(gold: str, predicted: str) -> float:
    """Return ROUGE-L F1 (0 to 1) over characters, by rouge-chinese (Lin 2004, https://aclanthology.org/W04-1013)."""
    from rouge_chinese import Rouge  # type: ignore[import-untyped]

    gold_characters, predicted_characters = " ".join(_bare(gold)), " ".join(_bare(predicted))
    if not gold_characters or not predicted_characters:
        return 0.0
    return float(Rouge(metrics=["rouge-l"]).get_scores(predicted_characters, gold_characters)[0]["rouge-l"]["f"])


def _bare(text: str) -> str:
    return "".join(character for character in normalise_answer(text) if unicodedata.category(character)[0] in "LNM")
