"""`python -m eval …`: the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from eval import commands
from eval.answers import N_ANSWERS
from eval.api import Price
from rag.errors import CaseChatError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 a level not reached or a file with problems, 2 an error."""
    options = build_parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except CaseChatError as exc:
        if options.debug:
            raise
        print(exc, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\n已中断。已答的题都已保存，加 --resume 可以接着跑。", file=sys.stderr)
        return 130


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(prog="python -m eval", description="用题库批量评测，生成可以公开的报告。")
    parser.add_argument("--debug", action="store_true", help="出错时显示完整的调用栈")
    added = parser.add_subparsers(required=True, metavar="命令")
    _add_run(added)
    _add_squad(added)
    validate = added.add_parser("validate", help="检查题库（JSONL、CSV、XLSX），一次列出所有问题")
    validate.add_argument("file", type=Path, metavar="题库")
    validate.set_defaults(command=commands.validate)
    compare = added.add_parser("compare", help="比较两次或多次评测，第一个是基准")
    compare.add_argument("runs", type=Path, nargs="+", metavar="结果目录")
    compare.add_argument("--out", type=Path, help="HTML 文件，默认写到最后一个目录的 compare.html")
    compare.set_defaults(command=commands.compare)
    report = added.add_parser("report", help="由结果文件重新生成 report.html")
    report.add_argument("run", type=Path, metavar="结果目录")
    report.add_argument("--open", action="store_true", help="在浏览器里打开")
    report.set_defaults(command=commands.report)
    template = added.add_parser("template", help="生成题库样例，每种题型一题")
    template.add_argument("file", type=Path, metavar="文件", help=".jsonl、.csv 或 .xlsx")
    template.set_defaults(command=commands.template)
    tables = added.add_parser("tables", help="由结果目录生成文档里的 Markdown 表格")
    tables.add_argument("runs", type=Path, nargs="+", metavar="结果目录", help="第一个是本系统，其余是对照")
    tables.add_argument("--into", type=Path, metavar="文件", help="写进这个文件的 <!-- table: 名称 --> 标记之间")
    tables.add_argument("--name", default="dev", help="标记里的名称")
    tables.add_argument("--risk", action="store_true", help="拒答的取舍：各覆盖率下的错误率，各错误拒答率下的拒答率")
    tables.set_defaults(command=commands.tables)
    answers = added.add_parser("answers", help="把一次评测里的若干回答写成一页，每种题型有对有错")
    answers.add_argument("run", type=Path, metavar="结果目录")
    answers.add_argument("--n", type=_positive, default=N_ANSWERS, help=f"几个回答，默认 {N_ANSWERS}")
    answers.add_argument("--split", choices=("tune", "report"), default="", help="只取这个划分的题")
    answers.add_argument("--into", type=Path, metavar="文件", help="写进这个文件的 <!-- table: answers --> 标记之间")
    answers.set_defaults(command=commands.answers)
    levels = added.add_parser("levels", help="把一次评测达到的水平记入 eval/levels.json，测试以此为准")
    levels.add_argument("run", type=Path, metavar="结果目录")
    levels.add_argument("--questions", type=Path, required=True, help="题库文件")
    levels.set_defaults(command=commands.levels)
    return parser


def _add_run(added: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = added.add_parser("run", help="逐题提问，计算指标，生成报告")
    run.add_argument("--questions", type=Path, required=True, help="题库文件（JSONL、CSV 或 XLSX）")
    run.add_argument("--type", action="append", default=[], help="只问这种题型，可重复")
    run.add_argument("--split", choices=("tune", "report"), default="", help="只问这个划分的题")
    run.add_argument("--baselines", action="store_true", help="同时跑 textbook 和 bm25 两个对照，报告里给出差异")
    run.add_argument("--price", type=_price, metavar="输入/输出", help="每百万词元的价格，例如 0.15/0.6，用来算费用")
    run.add_argument("--judge", default="", metavar="提供方:模型", help="另请一个聊天模型评分，默认不用")
    _add_shared(run)
    run.set_defaults(command=commands.run)


def _add_squad(added: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    squad = added.add_parser("squad", help="在 SQuAD 格式的公开题库上评测（CMRC 2018、DRCD、XQuAD）")
    squad.add_argument("file", type=Path, metavar="文件")
    squad.add_argument(
        "--remove-every",
        type=_positive,
        metavar="N",
        help="每 N 个段落拿掉 1 个，它们的题就没有依据，用来测拒答；至少为 2",
    )
    _add_shared(squad)
    squad.set_defaults(command=commands.squad)


def _add_shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, help="结果目录，默认在数据目录的 runs/ 下，以题库命名")
    parser.add_argument("--llm", help="由谁作答：extractive（默认）、提供方:模型 或 gguf:文件")
    parser.add_argument("--base-url", metavar="网址", help="语言模型服务的网址，例如 http://127.0.0.1:8000/v1")
    parser.add_argument("--reader", choices=("bundled", "none"), help="阅读模型：自带的（默认）或不用")
    parser.add_argument("--pipeline", choices=("casechat", "textbook", "bm25"), default="casechat")
    parser.add_argument("--limit", type=_positive, help="只问前 N 题")
    parser.add_argument("--workers", type=_positive, default=1, help="并行的线程数，默认 1")
    parser.add_argument("--resume", action="store_true", help="接着上次没跑完的评测，不重复提问")
    parser.add_argument("--overwrite", action="store_true", help="覆盖已有的结果")
    parser.add_argument(
        "--require", action="append", default=[], metavar="指标=数值", help="达不到时退出码为 1，可重复"
    )
    parser.add_argument("--open", action="store_true", help="完成后在浏览器里打开报告")


def _price(text: str) -> Price:
    parts = text.split("/")
    try:
        input_price, output_price = (float(part) for part in parts)
    except ValueError:
        raise argparse.ArgumentTypeError(f"应写成 输入价/输出价，例如 0.15/0.6，收到 {text}") from None
    return Price(input_price, output_price)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"应为 1 或更大的整数，收到 {text}")
    return number


if __name__ == "__main__":
    sys.exit(main())
