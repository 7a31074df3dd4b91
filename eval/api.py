"""Evaluation from Python: what the command line and the web page call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from eval.dataset import Question, load_questions, questions_sha256
from eval.folder import JOURNAL_FILE, RESULTS_FILE, Record, read_run, write_scores, write_summary
from eval.judge import build_judge, describe_judge, judge_answers
from eval.provenance import describe_run
from eval.runner import Asker, OnResult, fingerprint, run_questions
from eval.scores import ReferenceText, score_result
from eval.summary import ScoredQuestion, summarise
from rag.errors import QuestionSetError
from rag.settings import Settings
from rag.types import Compilation

PipelineName = Literal["casechat", "textbook", "bm25"]


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost, in one currency."""

    input: float
    output: float

    def of(self, records: Sequence[Record]) -> float:
        """Return what the tokens of these results cost."""
        tokens = [record["tokens"] for record in records if "tokens" in record]
        spent: float = sum(used["input"] * self.input + used["output"] * self.output for used in tokens)
        return spent / 1_000_000


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Which questions to ask and how."""

    questions_path: Path
    out_path: Path
    pipeline: PipelineName = "casechat"
    types: tuple[str, ...] = ()
    """Ask only these types; empty asks all."""
    split: str = ""
    """Ask only this split, `tune` or `report`; empty asks both."""
    limit: int | None = None
    """Ask the first so many; None asks all."""
    n_workers: int = 1
    judge: str = ""
    """A chat model `provider:model` that scores the answers too; empty asks none."""
    price: Price | None = None
    """What the chat model costs; None where nobody said."""
    resume: bool = False
    overwrite: bool = False


def choose_questions(options: RunOptions) -> tuple[Question, ...]:
    """Return the questions a run asks. Raises QuestionSetError for a bad file or a type or split it does not have."""
    questions = load_questions(options.questions_path)
    types = sorted({question.type for question in questions})
    unknown = [name for name in options.types if name not in types]
    if unknown:
        raise QuestionSetError(
            f"题库 {options.questions_path} 里没有题型 {'、'.join(unknown)}。可选：{'、'.join(types)}。"
        )
    chosen = [question for question in questions if not options.types or question.type in options.types]
    chosen = [question for question in chosen if not options.split or question.split == options.split]
    if not chosen:
        raise QuestionSetError(f"题库 {options.questions_path} 里没有划分 {options.split} 的题。请去掉 --split。")
    return tuple(chosen[: options.limit])


def prepare_folder(options: RunOptions) -> None:
    """Check the run folder, and drop what an unfinished run left where `overwrite` says so.

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
    compilation: Compilation,
    on_result: OnResult | None = None,
) -> dict[str, Any]:
    """Ask the questions, write `results.jsonl`, `scores.jsonl` and `summary.json`, and return the summary."""
    questions = choose_questions(options)
    prepare_folder(options)
    judge = build_judge(options.judge) if options.judge else None
    run_id = fingerprint(
        questions=questions_sha256(options.questions_path),
        types=options.types,
        split=options.split,
        limit=options.limit,
        pipeline=options.pipeline,
        settings=settings.sha256(),
        compilation=compilation.source_sha256,
    )
    if (finished := finished_run(options, run_id)) is not None:
        return finished
    records = run_questions(
        questions, qa, out_path=options.out_path, run_id=run_id, n_workers=options.n_workers, on_result=on_result
    )
    run = describe_run(
        options.questions_path,
        settings,
        pipeline=options.pipeline,
        compilation=compilation,
        n_workers=options.n_workers,
    )
    scored = score_records(questions, records, compilation=compilation)
    run |= {
        "run_id": run_id,
        "types": list(options.types),
        "split": options.split,
        "limit": options.limit,
        "models": _models(records),
    }
    if options.price is not None:
        run["cost"] = {"total": round(options.price.of(records), 6), "per_million": asdict(options.price)}
    if judge is not None:
        judge_answers(scored, judge, out_path=options.out_path, n_workers=options.n_workers)
        run["judge"] = describe_judge(options.judge)
    return write_run(options.out_path, scored, run=run)


def finished_run(options: RunOptions, run_id: str) -> dict[str, Any] | None:
    """Return the summary of a run that is resumed although it was finished; None where there is something to ask.

    Raises QuestionSetError when the finished run in the folder is another one.
    """
    out_path = options.out_path
    if not options.resume or (out_path / JOURNAL_FILE).is_file() or not (out_path / RESULTS_FILE).is_file():
        return None
    summary = dict(read_run(out_path).summary)
    if summary["run"].get("run_id") != run_id:
        raise QuestionSetError(
            f"{out_path} 里的评测用的是另一份题库或另一种设置，不能接着跑。请换一个 --out 目录，或加 --overwrite 重新开始。"
        )
    return summary


def write_run(out_path: Path, scored: Sequence[ScoredQuestion], *, run: dict[str, Any]) -> dict[str, Any]:
    """Write scores and summary of a run whose results are already written, and return the summary."""
    summary = {"run": run, **summarise(scored)}
    write_scores(out_path, scored)
    write_summary(out_path, summary)
    (out_path / JOURNAL_FILE).unlink(missing_ok=True)
    return summary


def score_records(
    questions: Sequence[Question], records: Sequence[Record], *, compilation: Compilation
) -> list[ScoredQuestion]:
    """Return the questions with their results, evidence and scores. Both sequences: same length, same order."""
    reference = ReferenceText.of(compilation)
    scored = []
    for question, record in zip(questions, records, strict=True):
        evidence = reference.locate(question)
        scores = score_result(question, record, evidence=evidence, reference=reference)
        scored.append(ScoredQuestion(question, record, evidence, scores))
    return scored


def _models(records: Sequence[Record]) -> list[str]:
    return sorted({record["model"] for record in records if record["model"]})


def list_questions(path: Path) -> tuple[Question, ...]:
    """Return the questions of a file, in its order. Raises QuestionSetError listing every problem."""
    return load_questions(path)


def write_run_report(run_path: Path) -> Path:
    """Write `report.html` of a finished run and return its path. Raises QuestionSetError where there is no run."""
    from eval.report.page import write_report  # brings in the template engine

    return write_report(run_path)


def write_run_comparison(base_path: Path, other_path: Path, *, out_path: Path) -> None:
    """Write the page that compares two finished runs to the file `out_path`.

    Raises QuestionSetError where one is no run, or they have no question in common.
    """
    from eval.compare import compare_runs
    from eval.report.page import write_comparison

    write_comparison([compare_runs(read_run(base_path), read_run(other_path))], out_path)


def read_summary(run_path: Path) -> dict[str, Any]:
    """Return the summary of a finished run. Raises QuestionSetError where there is none or it is damaged."""
    return dict(read_run(run_path).summary)
