"""What the person typed, made fit to ask."""

from __future__ import annotations

import re

import rag.normalising
from rag.errors import QuestionError
from ui.i18n import Texts

# Beside what rag.normalising takes out: control characters of Latin-1, isolates that change the reading
# direction, and halves of surrogate pairs, which a browser can send and no page can be encoded with.
_UNPRINTABLE = re.compile("[\x80-\x9f\u2066-\u2069\ud800-\udfff]")


def clean_question(typed: str, *, max_chars: int, texts: Texts) -> str:
    """Return the question as it is asked and shown: without unprintable characters, on one line.

    Raises QuestionError when nothing is left or more than `max_chars` characters are.
    """
    question = rag.normalising.clean_question(_UNPRINTABLE.sub("", typed))
    if not question:
        raise QuestionError(texts("question.empty"))
    if len(question) > max_chars:
        raise QuestionError(texts("question.too_long", n=len(question), limit=max_chars))
    return question
