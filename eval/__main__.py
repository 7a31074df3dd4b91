"""`python -m eval run --questions FILE --out DIR`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm  # type: ignore[import-untyped]

from eval.api import RunOptions, run_evaluation
from rag.errors import CaseChatError
from rag.settings import load_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 a level not reached, 2 an error of the user's."""
    options = _parser().parse_args(arguments)
    if options.debug:
        return int(options.command(options))
    try:
        return int(options.command(options))
    except CaseChatError as exc:
        print(exc, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval", description="用题库批量评测。")
    parser.add_argument("--debug", action="store_true", help="出错时显示完整的调用栈")
    commands = parser.add_subparsers(required=True, metavar="命令")
    run = commands.add_parser("run", help="逐题提问并计算指标")
    run.add_argument("--questions", type=Path, required=True, help="题库文件")
    run.add_argument("--out", type=Path, required=True, help="结果目录")
    run.add_argument("--llm", help="extractive，或 提供方:模型")
    run.add_argument("--pipeline", choices=("casechat", "textbook", "bm25"), default="casechat")
    run.add_argument("--type", action="append", default=[], help="只问这种题型，可重复")
    run.add_argument("--limit", type=int, help="只问前 N 题")
    run.add_argument("--workers", type=int, default=1, help="并行的线程数")
    run.add_argument("--resume", action="store_true", help="接着上次没跑完的评测")
    run.add_argument("--overwrite", action="store_true", help="覆盖已有的结果")
    run.set_defaults(command=_run)
    return parser


def _run(options: argparse.Namespace) -> int:
    from rag.factory import build_qa

    settings = load_settings(llm=options.llm)
    run_options = RunOptions(
        questions_path=options.questions,
        out_path=options.out,
        pipeline=options.pipeline,
        types=tuple(options.type),
        limit=options.limit,
        n_workers=options.workers,
        resume=options.resume,
        overwrite=options.overwrite,
    )
    qa = build_qa(settings, pipeline=options.pipeline)
    with tqdm(desc="评测", unit="题", total=0) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.n = done
            bar.refresh()

        summary = run_evaluation(run_options, settings, qa=qa, compilations=qa.compilations, on_result=show)
    _print_summary(summary)
    print(f"结果在 {options.out}")
    return 0


def _print_summary(summary: dict[str, Any]) -> None:
    print(f"{'题型':<14}{'题数':>4}{'正确':>8}{'严格':>8}{'拒答':>8}{'R@5':>8}{'字数':>8}")
    for name, group in {**summary["by_type"], "overall": summary["overall"]}.items():
        means = {metric: value["mean"] for metric, value in group["metrics"].items()}
        cells = [_cell(means.get(metric)) for metric in ("right", "strictly_right", "refused", "recall@5")]
        chars = means.get("answer_chars")
        print(f"{name:<14}{group['n']:>6}" + "".join(f"{cell:>10}" for cell in [*cells, _cell(chars, digits=0)]))
    for name, value in summary["headline"].items():
        print(f"{name:<28}{_cell(value)}")


def _cell(value: float | None, *, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


if __name__ == "__main__":
    sys.exit(main())
