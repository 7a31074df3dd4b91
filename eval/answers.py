"""A page of answers as they are: some of each type, good and bad, for people who want to see before they count."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from eval.compare import well_done
from eval.dataset import KNOWN_TYPES
from eval.folder import Run
from eval.summary import ScoredQuestion
from rag.errors import QuestionSetError

N_ANSWERS = 20
MAX_QUOTES = 4
MAX_QUOTE_CHARS = 120


def answers_page(run: Run, *, n: int = N_ANSWERS, split: str = "") -> str:
    """Return Markdown with `n` answers of a run: of each type one that is not right, where there is one, then right ones.

    Which ones is settled by the hash of the question's id, not by hand. split: only questions of this part of the set.

    Raises QuestionSetError where no question of that part was asked.
    """
    items = [item for item in run.scored if split in ("", item.question.split)]
    if not items:
        raise QuestionSetError(f"{run.path} 里没有划分为 {split} 的题。请换一个划分，或不写 --split。")
    chosen = choose_answers(items, n=n)
    by_type = [(kind, [item for item in chosen if item.question.type == kind]) for kind in _types(items)]
    parts = [_section(kind, of_type) for kind, of_type in by_type if of_type]
    return "\n\n".join(parts)


def choose_answers(items: Sequence[ScoredQuestion], *, n: int) -> list[ScoredQuestion]:
    """Return up to `n` questions: in turn over the types one badly answered, one well answered, one more of each."""
    queues = []
    for kind in _types(items):
        of_type = sorted((item for item in items if item.question.type == kind), key=_drawn)
        bad = [item for item in of_type if not well_done(item)]
        good = [item for item in of_type if well_done(item)]
        pairs = [one for k in range(max(len(bad), len(good))) for one in (*good[k : k + 1], *bad[k : k + 1])]
        queues.append(pairs)
    chosen: list[ScoredQuestion] = []
    for turn in range(max(map(len, queues), default=0)):
        chosen += [queue[turn] for queue in queues if turn < len(queue)]
    return chosen[:n]


def _types(items: Sequence[ScoredQuestion]) -> list[str]:
    """Return the types that occur, the known ones first in their order."""
    occurring = dict.fromkeys(item.question.type for item in items)
    return [
        *(kind for kind in KNOWN_TYPES if kind in occurring),
        *(kind for kind in occurring if kind not in KNOWN_TYPES),
    ]


def _drawn(item: ScoredQuestion) -> str:
    return hashlib.sha256(item.question.question_id.encode()).hexdigest()


def _section(kind: str, items: Sequence[ScoredQuestion]) -> str:
    return "\n\n".join([f"### {kind}", *map(_entry, items)])


def _entry(item: ScoredQuestion) -> str:
    question, record = item.question, item.record
    verdict = {True: "✔ right", False: "✘ not right", None: "not judged"}[well_done(item)]
    lines = [f"**{question.question}** — {verdict} (`{question.question_id}`)", ""]
    if question.history:
        lines += [f"After: {' / '.join(question.history)}", ""]
    lines += [f"> {line}".rstrip() for line in record["answer"].splitlines()]
    cited = record["citations"]
    if cited:
        lines += ["", *(_source(citation) for citation in cited[:MAX_QUOTES])]
    if len(cited) > MAX_QUOTES:
        lines.append(f"- … and {len(cited) - MAX_QUOTES} more")
    expected = question.answer if question.answerable else "(the compilation does not say: to be refused)"
    return "\n".join([*lines, "", f"Expected: {expected}"])


def _source(citation: Mapping[str, Any]) -> str:
    quote = str(citation["quote"]).replace("\n", " ").replace("**", "")
    shown = quote if len(quote) <= MAX_QUOTE_CHARS else quote[: MAX_QUOTE_CHARS - 1] + "…"
    where = "目录" if citation["case"] is None else f"案例{citation['case']} · {citation['department']}"
    return f"- [{citation['key']}] {where}：“{shown}”"
