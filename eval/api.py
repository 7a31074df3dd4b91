"""Evaluation from Python: what the command line and the web page call."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.dataset import Question, load_questions
from eval.provenance import describe_run
from eval.runner import JOURNAL_FILE, RESULTS_FILE, Asker, OnResult, run_questions
from eval.scores import ReferenceTexts, score_result
from eval.summary import ScoredQuestion, summarise
from rag.errors import QuestionSetError
from rag.settings import Settings
from rag.types import Compilation

SUMMARY_FILE = "summary.json"


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Which questions to ask and how."""

    questions_path: Path
    out_path: Path
    pipeline: str = "casechat"
    types: tuple[str, ...] = ()
    """Ask only these types; empty asks all."""
    limit: int | None = None
    """Ask the first so many; None asks all."""
    n_workers: int = 1
    resume: bool = False
    overwrite: bool = False


def choose_questions(options: RunOptions) -> tuple[Question, ...]:
    """Return the questions a run asks. Raises QuestionSetError for a bad file or when nothing is left to ask."""
    questions = load_questions(options.questions_path)
    types = sorted({question.type for question in questions})
    unknown = [name for name in options.types if name not in types]
    if unknown:
        raise QuestionSetError(
            f"题库 {options.questions_path} 里没有题型 {'、'.join(unknown)}。可选：{'、'.join(types)}。"
        )
    chosen = tuple(question for question in questions if not options.types or question.type in options.types)
    return chosen[: options.limit]


def prepare_folder(options: RunOptions) -> None:
    """Check the run folder, and empty it where `overwrite` says so.

    Raises QuestionSetError when it holds results that neither `resume` nor `overwrite` speaks about.
    """
    journal, results = options.out_path / JOURNAL_FILE, options.out_path / RESULTS_FILE
    if options.overwrite:
        journal.unlink(missing_ok=True)
        return
    if journal.is_file() and not options.resume:
        raise QuestionSetError(
            f"{options.out_path} 里有一次没跑完的评测。加 --resume 接着跑，或加 --overwrite 重新开始。"
        )
    if results.is_file() and not options.resume:
        raise QuestionSetError(f"{options.out_path} 里已有评测结果。请换一个 --out 目录，或加 --overwrite 覆盖。")


def run_evaluation(
    options: RunOptions,
    settings: Settings,
    *,
    qa: Asker,
    compilations: Mapping[str, Compilation],
    on_result: OnResult | None = None,
) -> dict[str, Any]:
    """Ask the questions, write `results.jsonl` and `summary.json`, and return the summary."""
    questions = choose_questions(options)
    prepare_folder(options)
    records = run_questions(questions, qa, out_path=options.out_path, n_workers=options.n_workers, on_result=on_result)
    run = describe_run(
        questions_path=options.questions_path,
        settings=settings,
        pipeline=options.pipeline,
        compilations=dict(compilations),
        n_workers=options.n_workers,
    )
    scored = score_records(questions, records, reference=ReferenceTexts.of(compilations))
    summary = {"run": run, **summarise(scored)}
    write_summary(options.out_path, summary)
    return summary


def score_records(
    questions: Sequence[Question], records: Sequence[Mapping[str, Any]], *, reference: ReferenceTexts
) -> list[ScoredQuestion]:
    """Return the questions with their results and scores. Both sequences: same length, same order."""
    return [
        ScoredQuestion(question, record, score_result(question, record, reference=reference))
        for question, record in zip(questions, records, strict=True)
    ]


def write_summary(out_path: Path, summary: Mapping[str, Any]) -> None:
    """Write `summary.json` into the run folder."""
    text = json.dumps(summary, ensure_ascii=False, indent=2)
    (out_path / SUMMARY_FILE).write_text(text + "\n", encoding="utf-8")
