"""Questions of ours on the paragraphs of public sets → a question set in SQuAD 2.0's form.

`python -m benchmarks contrast --questions FILE … --data FILE … --out FILE`. Our files name a paragraph by the beginning
of its text's SHA-256, since the public sets are not part of this project. They hold pairs: a question that the paragraph
answers in other words, and one that resembles it and that the paragraph does not answer.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.public import Paragraph, read_paragraphs
from rag.errors import QuestionSetError

N_HASH = 16
"""Hex digits that name a paragraph."""


@dataclass(frozen=True, slots=True)
class ContrastQuestion:
    """A question on a paragraph; its answer as it stands there, empty where there is none."""

    paragraph: str
    question: str
    answer: str


def paragraph_name(text: str) -> str:
    """Return the name our files call a paragraph by."""
    return hashlib.sha256(text.encode()).hexdigest()[:N_HASH]


def write_contrast(
    question_paths: Sequence[Path], data_paths: Sequence[Path], out_path: Path, *, keep: bool = False
) -> int:
    """Write the paragraphs of public sets, each text once, with our questions on them; return how many questions.

    keep: keep the sets' own questions too.

    Raises QuestionSetError for a file that cannot be read, questions on paragraphs that are in none of the sets, and
    answers that are not in theirs.
    """
    asked: dict[str, list[ContrastQuestion]] = defaultdict(list)
    for path in question_paths:
        for question in _read(path):
            asked[question.paragraph].append(question)
    paragraphs = {paragraph_name(one.text): one for path in data_paths for one in read_paragraphs(path)}
    if missing := sorted(set(asked) - set(paragraphs)):
        raise QuestionSetError(
            f"{len(missing)} 个段落（如 {missing[0]}）不在 --data 的文件里。请给出这些题目所依据的公开题库。"
        )
    articles = [_article(name, one, asked[name], keep=keep) for name, one in paragraphs.items()]
    out_path.parent.mkdir(parents=True, exist_ok=True)
    out_path.write_text(json.dumps({"version": "2.0", "data": articles}, ensure_ascii=False) + "\n", encoding="utf-8")
    return sum(map(len, asked.values()))


def _article(name: str, paragraph: Paragraph, asked: Sequence[ContrastQuestion], *, keep: bool) -> dict[str, Any]:
    ours = [_entry(f"{name}-{number}", one, paragraph.text) for number, one in enumerate(asked, start=1)]
    entries = [*ours, *(paragraph.entries if keep else ())]
    return {"title": paragraph.title, "paragraphs": [{"id": name, "context": paragraph.text, "qas": entries}]}


def _entry(entry_id: str, asked: ContrastQuestion, text: str) -> dict[str, Any]:
    start = text.find(asked.answer)
    if start < 0:
        raise QuestionSetError(f"题目“{asked.question}”的答案“{asked.answer}”不在它的段落里。请改正题目文件。")
    answers = [{"text": asked.answer, "answer_start": start}] if asked.answer else []
    return {"id": entry_id, "question": asked.question, "answers": answers, "is_impossible": not answers}


def _read(path: Path) -> list[ContrastQuestion]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as exc:
        raise QuestionSetError(f"读不出题目 {path}（{exc.strerror or exc}）。请检查 --questions 的路径。") from exc
    questions = []
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line)
            questions.append(ContrastQuestion(str(entry["paragraph"]), str(entry["question"]), str(entry["answer"])))
        except (ValueError, KeyError, TypeError) as exc:
            raise QuestionSetError(
                f"{path} 的第 {number} 行不是题目（{exc!r}），应有 paragraph、question、answer 三项。请改正这一行。"
            ) from exc
    return questions
