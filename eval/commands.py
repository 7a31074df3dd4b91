"""What each command of `python -m eval` does."""

from __future__ import annotations

import argparse
import sys
import webbrowser
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.answers import answers_page
from eval.api import PipelineName, RunOptions, choose_questions, prepare_folder, run_evaluation
from eval.compare import compare_runs, comparison_text
from eval.folder import BASELINE_FOLDER, REPORT_FILE, read_results, read_run
from eval.levels import LEVELS_PATH, reached_levels, write_levels
from eval.progress import progress_bars
from eval.report.page import write_comparison, write_report
from eval.risk import risk_tables
from eval.squad import load_squad, run_squad, short_table, without_contexts
from eval.tables import markdown_tables, replace_block, summary_text
from eval.template import write_template
from eval.thresholds import parse_threshold, shortfalls
from eval.validate import validate_file
from rag.errors import QuestionSetError
from rag.settings import Settings, load_settings

if TYPE_CHECKING:
    from rag.types import Compilation

BASELINES: tuple[PipelineName, ...] = ("textbook", "bm25")


def run(options: argparse.Namespace) -> int:
    """Ask a question set, print and write its figures; 1 when a `--require` falls short."""
    from rag.factory import build_embedder, build_qa

    thresholds = tuple(parse_threshold(text) for text in options.require)
    settings = load_settings(llm=options.llm, base_url=options.base_url, reader=options.reader)
    options.out = options.out or default_out_path(settings, options.questions)
    chosen = RunOptions(
        questions_path=options.questions,
        out_path=options.out,
        pipeline=options.pipeline,
        types=tuple(options.type),
        split=options.split,
        judge=options.judge,
        price=options.price,
        limit=options.limit,
        n_workers=options.workers,
        resume=options.resume,
        overwrite=options.overwrite,
    )
    runs = [chosen]
    if options.baselines:
        folder = options.out / BASELINE_FOLDER
        runs += [replace(chosen, pipeline=name, out_path=folder / name) for name in BASELINES]
    choose_questions(chosen)  # a bad file or folder is told before the model is loaded
    for each in runs:
        prepare_folder(each)
    with progress_bars() as bars:
        embedder = build_embedder(settings, on_progress=bars.stage)
    summaries = []
    for each in runs:
        with progress_bars() as bars:
            qa = build_qa(settings, pipeline=each.pipeline, on_progress=bars.stage, embedder=embedder)
            compilation = next(iter(qa.compilations.values()))
            asked = bars.questions(f"评测 {each.pipeline}")
            summaries.append(run_evaluation(each, settings, qa=qa, compilation=compilation, on_result=asked))
    print(summary_text(summaries[0]))
    return _finish(options, summaries[0], thresholds=thresholds)


def default_out_path(settings: Settings, questions_path: Path) -> Path:
    """Return the folder of a run for which none is given: in the data directory, named after the question set."""
    return settings.home / "runs" / questions_path.stem


def squad(options: argparse.Namespace) -> int:
    """Ask a public set in SQuAD's format over its own contexts."""
    from rag.factory import CorpusDocument, build_corpus_qa

    thresholds = tuple(parse_threshold(text) for text in options.require)
    settings = load_settings(llm=options.llm, base_url=options.base_url, reader=options.reader)
    options.out = options.out or default_out_path(settings, options.file)
    public = load_squad(options.file)
    if options.remove_every is not None:
        public = without_contexts(public, every=options.remove_every)
    chosen = RunOptions(
        questions_path=options.file,
        out_path=options.out,
        pipeline=options.pipeline,
        limit=options.limit,
        n_workers=options.workers,
        resume=options.resume,
        overwrite=options.overwrite,
    )
    prepare_folder(chosen)
    documents = [CorpusDocument(context.context_id, context.title, context.text) for context in public.contexts]
    with progress_bars() as bars:
        qa = build_corpus_qa(documents, settings, pipeline=options.pipeline, on_progress=bars.stage)
        compilation = next(iter(qa.compilations.values()))
        asked = bars.questions("评测")
        summary = run_squad(public, chosen, settings, qa=qa, compilation=compilation, on_result=asked)
    print(short_table(summary, read_results(options.out)))
    return _finish(options, summary, thresholds=thresholds)


def _finish(options: argparse.Namespace, summary: dict[str, Any], *, thresholds: tuple[Any, ...]) -> int:
    report_path = write_report(options.out)
    print(f"结果在 {options.out}，报告是 {report_path}")
    if options.open:
        webbrowser.open(report_path.resolve().as_uri())
    missed = shortfalls(thresholds, summary)
    for shortfall in missed:
        print(shortfall, file=sys.stderr)
    return 1 if missed else 0


def validate(options: argparse.Namespace) -> int:
    """Print every problem of a question file; 1 when one of them stops a run."""
    problems = validate_file(options.file, load_own_compilation(load_settings()))
    for problem in problems:
        print(f"[{problem.severity}] {problem}")
    n_errors = sum(problem.severity == "错误" for problem in problems)
    print(f"{options.file}：{n_errors} 处错误，{len(problems) - n_errors} 处提示。")
    return 1 if n_errors else 0


def load_own_compilation(settings: Settings) -> Compilation:
    """Return the compilation of the settings, without its index."""
    from rag.factory import load_compilation

    compilation: Compilation = load_compilation(settings.compilation)
    return compilation


def compare(options: argparse.Namespace) -> int:
    """Print and write how runs differ from the first."""
    if len(options.runs) < 2:
        raise QuestionSetError(
            "compare 至少要两个结果目录，第一个是基准。例如 python -m eval compare runs/bm25 runs/dev。"
        )
    runs = [read_run(path) for path in options.runs]
    comparisons = [compare_runs(runs[0], other) for other in runs[1:]]
    for comparison in comparisons:
        print(comparison_text(comparison))
        print()
    out_path = options.out or options.runs[-1] / "compare.html"
    write_comparison(comparisons, out_path)
    print(f"网页在 {out_path}")
    return 0


def report(options: argparse.Namespace) -> int:
    """Rebuild the report of a run folder from its files."""
    path = write_report(options.run)
    print(f"报告是 {path}")
    if options.open:
        webbrowser.open((options.run / REPORT_FILE).resolve().as_uri())
    return 0


def template(options: argparse.Namespace) -> int:
    """Write an example question file."""
    n_examples = write_template(options.file)
    print(
        f"已写入 {options.file}，{n_examples} 种题型各一题。改成自己的题目后，用 python -m eval validate {options.file} 检查。"
    )
    return 0


def tables(options: argparse.Namespace) -> int:
    """Print the tables of the documentation, or put them into a file."""
    table = (risk_tables if options.risk else markdown_tables)([read_run(path) for path in options.runs])
    if options.into is None:
        print(table)
    else:
        replace_block(options.into, options.name, table)
        print(f"已更新 {options.into} 里的表格 {options.name}")
    return 0


def answers(options: argparse.Namespace) -> int:
    """Print a page of answers of a run, or put it into a file."""
    page = answers_page(read_run(options.run), n=options.n, split=options.split)
    if options.into is None:
        print(page)
    else:
        replace_block(options.into, "answers", page)
        print(f"已更新 {options.into}")
    return 0


def levels(options: argparse.Namespace) -> int:
    """Keep what a run reached as the level that the tests hold."""
    write_levels(reached_levels(read_run(options.run).scored, questions_path=options.questions))
    print(f"已写入 {LEVELS_PATH}")
    return 0
