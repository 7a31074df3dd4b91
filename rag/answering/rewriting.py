"""A follow-up made to stand alone by a chat model; the way by rule stays as fallback."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from prompts.loading import load_prompt, prompt_stamp
from rag.answering.budgeting import Language, as_data
from rag.answering.content import content_tokens
from rag.answering.quantities import find_quantities
from rag.answering.scope import is_instruction
from rag.errors import LlmError
from rag.llms.chat import ChatModel, Message
from rag.normalising import is_mostly_latin, matching_form
from rag.stores.lexical import lexical_tokens

MAX_HISTORY = 4
"""Earlier questions shown to the model; what is asked leans on the last ones."""
MAX_CHARS = 300
MIN_KEPT = 0.5
"""Share of what the question says that must be left of it."""
_LABEL = re.compile(r"^(?:改写后的问题|问题|rewritten question|question)\s*[:：]\s*", re.I)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A question made to stand alone."""

    question: str
    """Empty where the model gave nothing usable."""
    prompts: dict[str, str]


def rewrite(chat: ChatModel, question: str, history: Sequence[str], *, stopped: Callable[[], bool]) -> Rewritten:
    """Return the question as the model rewrote it; empty when it failed, answered, or added what nobody said."""
    language: Language = "en" if is_mostly_latin(question) else "zh"
    earlier = "\n".join(as_data(one) for one in history[-MAX_HISTORY:])
    prompt = load_prompt("standalone", language, history=earlier, question=as_data(question))
    stamp = prompt_stamp("standalone", language)
    try:
        reply = chat.reply([Message("user", prompt)], stopped=stopped)
    except LlmError:
        return Rewritten("", stamp)
    lines = [line.strip() for line in reply.splitlines() if line.strip()]
    rewritten = _LABEL.sub("", lines[0]).strip("“”\"' ") if len(lines) == 1 else ""
    return Rewritten(rewritten if _is_usable(rewritten, question, history) else "", stamp)


def _is_usable(rewritten: str, question: str, history: Sequence[str]) -> bool:
    """Return whether a rewritten question still asks the same, in words of the conversation."""
    if not rewritten or len(rewritten) > MAX_CHARS or is_instruction(rewritten):
        return False
    if is_mostly_latin(rewritten) != is_mostly_latin(question):
        return False
    known = "\n".join((*history, question))
    figures = {(one.value, one.unit) for one in find_quantities(known)}
    if any((one.value, one.unit) not in figures for one in find_quantities(rewritten)):
        return False
    said = set(lexical_tokens(matching_form(rewritten)))
    asked = content_tokens(question)
    new = content_tokens(rewritten) - set(lexical_tokens(matching_form(known)))
    return len(asked & said) >= MIN_KEPT * len(asked) and len(new) <= 0.4 * max(len(said), 1)
