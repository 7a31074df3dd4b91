"""Checking a question file: every problem at once, with its line, field, value and remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

from eval.dataset import KNOWN_TYPES, SEVERAL_CASES_TYPES, CheckedRows, Problem, Question, check_rows, read_rows
from eval.evidence import squash
from eval.metrics.answers import key_matches
from eval.scores import ReferenceText
from rag.types import Compilation

_HINT = "提示"


def validate_file(path: Path, compilation: Compilation) -> tuple[Problem, ...]:
    """Return every problem of a question file in the order of its lines; none for a file that is fine.

    Problems of severity `错误` stop a run; `提示` points out what is probably a slip.
    Raises QuestionSetError when the file cannot be read at all.
    """
    checked = check_rows(read_rows(path))
    problems = [*checked.problems, *_against(checked, compilation)]
    if not checked.questions and not problems:
        problems.append(Problem(1, "id", "", "文件里没有题目，请至少写一题"))
    return tuple(sorted(problems, key=lambda problem: problem.line))


def _against(checked: CheckedRows, compilation: Compilation) -> Iterator[Problem]:
    reference = ReferenceText.of(compilation)
    for question, line in zip(checked.questions, checked.lines, strict=True):
        yield from _check_type(question, line)
        yield from _check_answer(question, line)
        yield from _check_cases(question, line, compilation)
        yield from _check_evidence(question, line, reference)


def _check_type(question: Question, line: int) -> Iterator[Problem]:
    near = difflib.get_close_matches(question.type, KNOWN_TYPES, n=1)
    if question.type not in KNOWN_TYPES and near:
        yield Problem(line, "type", question.type, f"不是常用题型，是否想写 {near[0]}？自定义题型可以保留", _HINT)
    if question.type == "followup" and not question.history:
        yield Problem(line, "history", "", "追问题没有前文问题，请在 history 里补上")


def _check_answer(question: Question, line: int) -> Iterator[Problem]:
    if not question.answerable:
        if question.answer_keys:
            keys = "；".join(question.answer_keys)
            yield Problem(line, "answer_keys", keys, "应拒答的题不能有答案要点，请删去，或改题型")
        return
    if not question.answer_keys:
        yield Problem(line, "answer_keys", "", "没有答案要点，这题只计检索，不计对错", _HINT)
    for key in question.answer_keys:
        if not squash(key.replace("|", "")):
            yield Problem(line, "answer_keys", key, "要点是空的，请填写或删去")
        elif question.answer and not key_matches(key, question.answer):
            yield Problem(line, "answer_keys", key, "参考答案里没有这个要点，请核对两者的写法", _HINT)


def _check_cases(question: Question, line: int, compilation: Compilation) -> Iterator[Problem]:
    numbers = {case.number for case in compilation.cases}
    for number in question.cases:
        if number not in numbers:
            span = f"{min(numbers)} 到 {max(numbers)}" if numbers else "空"
            yield Problem(line, "cases", str(number), f"汇编里没有这个案例，编号范围是 {span}，请改正")


def _check_evidence(question: Question, line: int, reference: ReferenceText) -> Iterator[Problem]:
    cases = [case for case in reference.compilation.cases if case.number in question.cases]
    for evidence in reference.locate(question):
        if not evidence.places:
            yield Problem(line, "evidence", evidence.quote, _nearest(evidence.quote, reference))
        elif cases and question.type not in (*SEVERAL_CASES_TYPES, "meta"):
            inside = any(
                case.start <= place.start and place.end <= case.end for place in evidence.places for case in cases
            )
            if not inside:
                numbers = "、".join(str(case.number) for case in cases)
                yield Problem(line, "evidence", evidence.quote, f"这段原文不在案例 {numbers} 里，请核对 cases", _HINT)


def _nearest(quote: str, reference: ReferenceText) -> str:
    """Say that the text does not hold the quote, with the longest part of it that the text does hold."""
    wanted = squash(quote)
    held = ""
    for start in range(len(wanted)):
        while wanted[start : start + len(held) + 1] in reference.squashed.text and start + len(held) < len(wanted):
            held = wanted[start : start + len(held) + 1]
    if len(held) < min(6, len(wanted)):
        return "汇编原文里找不到这段话，请从原文复制"
    return f"汇编原文里找不到这段话，原文里只有其中的“{held}”，请核对其余部分"
