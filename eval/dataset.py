"""Question sets: what a question is, and reading a file of them (JSONL; CSV and XLSX through eval.sheets)."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.errors import QuestionSetError

UNANSWERABLE = "unanswerable"
KNOWN_TYPES = (
    "number",
    "fact",
    "list",
    "how",
    "followup",
    "paraphrase",
    "crosslingual",
    "typo",
    "compare",
    "crosscase",
    "meta",
    UNANSWERABLE,
)
SINGLE_FACT_TYPES = ("number", "fact")
"""Types whose answer is one value: their answers should be short."""
SEVERAL_CASES_TYPES = ("compare", "crosscase")
"""Types whose evidence is spread over cases: left out of the headline figure of evidence in the first five."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a set, with what is known of its answer."""

    question_id: str
    lang: str
    """`zh` or `en`."""
    type: str
    """One of KNOWN_TYPES, or a name of the set's own; `unanswerable` must be refused."""
    question: str
    cases: tuple[int, ...]
    """Numbers of the cases the answer stands in; for `crosscase` the complete list."""
    evidence: tuple[str, ...]
    """Quotes from the compilation, compared without white space and `*`."""
    answer: str
    answer_keys: tuple[str, ...]
    """All must occur in a right answer; `|` separates alternatives of one key."""
    history: tuple[str, ...]
    """The earlier questions of the conversation, oldest first."""
    split: str
    """`tune`, `report`, or empty."""

    @property
    def answerable(self) -> bool:
        """Return whether the set expects an answer and not a refusal."""
        return self.type != UNANSWERABLE


@dataclass(frozen=True, slots=True)
class Row:
    """One line or table row of a question file, not yet checked."""

    line: int
    """From 1; in a table the first row below the header is 2."""
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a question file."""

    line: int
    field: str
    value: str
    message: str
    """What is wrong and what to do, in Chinese."""
    severity: str = "错误"
    """`错误` stops a run, `提示` does not."""

    def __str__(self) -> str:
        shown = self.value if len(self.value) <= 40 else self.value[:40] + "…"
        return f"第 {self.line} 行，字段 {self.field}，值“{shown}”：{self.message}"


@dataclass(frozen=True, slots=True)
class CheckedRows:
    """The rows that fit, and the problems of those that do not."""

    questions: tuple[Question, ...]
    lines: tuple[int, ...]
    """The line of each question, same length."""
    problems: tuple[Problem, ...]


class QuestionRow(BaseModel):
    """A question as a file holds it."""

    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)

    id: str = Field(min_length=1)
    type: str = Field(min_length=1)
    question: str = Field(min_length=1)
    lang: str = Field(default="zh", pattern="^(zh|en)$")
    cases: list[int] = []
    evidence: list[str] = []
    answer: str = ""
    answer_keys: list[str] = []
    history: list[str] = []
    split: str = Field(default="", pattern="^(|tune|report)$")


_MESSAGES = {
    "missing": "缺少这个必填字段，请补上",
    "string_type": "应为文字，请加上引号",
    "string_too_short": "不能为空，请填写",
    "list_type": '应为列表，请写成 ["…", "…"]',
    "int_type": "应为整数，请写成 [1, 2]",
}
_PATTERNS = {"lang": "应为 zh 或 en", "split": "应为 tune、report 或留空"}


def load_questions(path: Path) -> tuple[Question, ...]:
    """Return the questions of a file, in its order.

    Raises QuestionSetError listing every problem: unreadable file, bad JSON, fields that do not fit, ids used twice.
    """
    checked = check_rows(read_rows(path))
    wrong = [problem for problem in checked.problems if problem.severity == "错误"]
    if wrong:
        listed = "\n".join(f"  {problem}" for problem in wrong)
        raise QuestionSetError(
            f"题库 {path} 有 {len(wrong)} 处问题：\n{listed}\n请改正后重试；可用 python -m eval validate 检查。"
        )
    if not checked.questions:
        raise QuestionSetError(f"题库 {path} 里没有题目。可用 python -m eval template 生成一份样例。")
    return checked.questions


def questions_sha256(path: Path) -> str:
    """Return the hash of the file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_rows(path: Path) -> tuple[Row, ...]:
    """Return the rows of a JSONL, CSV or XLSX file, unchecked. Raises QuestionSetError when it cannot be read."""
    if not path.is_file():
        raise QuestionSetError(f"找不到题库文件 {path}。请检查路径。")
    if path.suffix.lower() in (".csv", ".xlsx"):
        from eval.sheets import read_sheet

        return read_sheet(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as exc:
        raise QuestionSetError(f"题库 {path} 不是 UTF-8 编码（第 {exc.start} 字节）。请另存为 UTF-8 后重试。") from exc
    return tuple(_json_rows(path, text))


def _json_rows(path: Path, text: str) -> Iterable[Row]:
    problems = []
    rows = []
    for line, raw in enumerate(text.split("\n"), start=1):
        if not raw.strip():
            continue
        try:
            values = json.loads(raw)
        except json.JSONDecodeError as exc:
            problems.append(f"  第 {line} 行第 {exc.colno} 个字符处不是有效的 JSON：{raw[:40]}。请检查引号、逗号和括号")
            continue
        if not isinstance(values, dict):
            problems.append(f"  第 {line} 行应是一个对象 {{…}}，现在是：{raw[:40]}")
            continue
        rows.append(Row(line, values))
    if problems:
        listed = "\n".join(problems)
        raise QuestionSetError(
            f"题库 {path} 有 {len(problems)} 行读不了：\n{listed}\n每行应是一个 JSON 对象，请改正后重试。"
        )
    return rows


def check_rows(rows: Iterable[Row]) -> CheckedRows:
    """Return the questions of the rows that fit and every problem of the others."""
    questions: list[Question] = []
    lines: list[int] = []
    problems: list[Problem] = []
    first_line: dict[str, int] = {}
    for row in rows:
        try:
            parsed = QuestionRow.model_validate(dict(row.values))
        except ValidationError as exc:
            problems.extend(_problem(row, error) for error in exc.errors())
            continue
        if parsed.id in first_line:
            problems.append(Problem(row.line, "id", parsed.id, f"与第 {first_line[parsed.id]} 行重复，请换一个编号"))
            continue
        first_line[parsed.id] = row.line
        questions.append(_question(parsed))
        lines.append(row.line)
    return CheckedRows(tuple(questions), tuple(lines), tuple(problems))


def _question(row: QuestionRow) -> Question:
    return Question(
        question_id=row.id,
        lang=row.lang,
        type=row.type,
        question=row.question,
        cases=tuple(row.cases),
        evidence=tuple(row.evidence),
        answer=row.answer,
        answer_keys=tuple(row.answer_keys),
        history=tuple(row.history),
        split=row.split,
    )


def _problem(row: Row, error: Mapping[str, Any]) -> Problem:
    location = error["loc"]
    field = str(location[0]) if location else ""
    kind = error["type"]
    value = "" if kind == "missing" else str(error["input"])
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(field, list(QuestionRow.model_fields), n=1)
        hint = f"是否想写 {near[0]}？" if near else f"可用的字段：{'、'.join(QuestionRow.model_fields)}"
        return Problem(row.line, field, value, f"不认识的字段，{hint}")
    if kind == "string_pattern_mismatch":
        return Problem(row.line, field, value, f"{_PATTERNS[field]}，请改正")
    return Problem(row.line, field, value, _MESSAGES.get(kind, str(error["msg"])))
