"""`python -m benchmarks speed [--out FILE]` and `python -m benchmarks fit --questions FILE …`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.report import speed_table, write_json
from benchmarks.speed import measure_speed
from benchmarks.workers import run_worker
from rag.errors import CaseChatError
from rag.settings import PROJECT_PATH, load_settings

QUESTIONS_PATH = PROJECT_PATH / "eval" / "questions" / "qingdao-2018.jsonl"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 2 an error that the person can mend."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except CaseChatError as exc:
        if options.debug:
            raise
        print(exc, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="测速度和内存；每步都在新的进程里。")
    parser.add_argument("--debug", action="store_true", help="出错时显示完整的调用栈")
    commands = parser.add_subparsers(required=True, metavar="命令")
    speed = commands.add_parser("speed", help="解压、建索引、回答的用时和内存")
    speed.add_argument("--out", type=Path, help="结果文件，默认 benchmarks/results/speed-日期.json")
    speed.add_argument("--questions", type=Path, default=QUESTIONS_PATH, help="用来提问的题库（JSONL）")
    speed.set_defaults(run=_speed)
    fit = commands.add_parser("fit", help="拟合句子排序和置信度的权重，写入 rag/answering/models/")
    fit.add_argument("--questions", type=Path, nargs="+", required=True, help="带依据的题库（JSONL），不能是开发集")
    fit.set_defaults(run=_fit)
    worker = commands.add_parser("worker", help="由 speed 启动的进程，输出一个 JSON 对象")
    worker.add_argument("job", choices=("index", "questions"))
    worker.add_argument("--questions", type=Path, default=QUESTIONS_PATH)
    worker.set_defaults(run=_worker)
    return parser


def _speed(options: argparse.Namespace) -> int:
    result = measure_speed(options.questions, load_settings(), report=lambda line: print(line, file=sys.stderr))
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    out_path = options.out or PROJECT_PATH / "benchmarks" / "results" / f"speed-{day}.json"
    write_json(out_path, result)
    print(speed_table(result))
    print(f"\n结果写入 {out_path}")
    return 0


def _fit(options: argparse.Namespace) -> int:
    from benchmarks.fit import fit  # loads the model's libraries

    for path in fit(load_settings(), options.questions):
        print(f"写入 {path}")
    return 0


def _worker(options: argparse.Namespace) -> int:
    run_worker(options.job, questions_path=options.questions)
    return 0


if __name__ == "__main__":
    sys.exit(main())
