"""The command line's options, with their help in Chinese."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from rag.cli.asking import run_ask, run_inspect
from rag.cli.checking import run_doctor
from rag.cli.indexing import run_index
from rag.cli.showing import run_show

PROGRAM = "python -m rag"


_TRANSLATIONS = {
    r"the following arguments are required: (.*)": r"缺少 \1",
    r"argument (.*): expected (?:one|at least one) argument": r"\1 后面要写上值",
    r"argument (.*): invalid int value: (.*)": r"\1 应是整数，不是 \2",
    r"argument .*: invalid choice: ('.*') \(choose from (.*)\)": r"没有 \1，可用的有 \2",
    r"unrecognized arguments: (.*)": r"不认识 \1",
}
"""What argparse says, as a pattern, to what is shown; the rest is shown in English."""


class _ChineseFormatter(argparse.HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class ChineseParser(argparse.ArgumentParser):
    """An ArgumentParser whose own words are Chinese."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, add_help=False, allow_abbrev=False, formatter_class=_ChineseFormatter)
        self.arguments = self.add_argument_group("参数")
        self.options = self.add_argument_group("选项")
        self.options.add_argument("-h", "--help", action="help", help="显示这份说明")

    def error(self, message: str) -> NoReturn:
        """Print what is wrong with the arguments and where to look, and leave with exit code 2."""
        for pattern, shown in _TRANSLATIONS.items():
            message = re.sub(f"^{pattern}$", shown, message)
        print(f"命令行参数有误：{message}。用法见 {self.prog} --help。", file=sys.stderr)
        raise SystemExit(2)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser; the chosen command stands in `run`, a function from the options to an exit code."""
    parser = ChineseParser(prog=PROGRAM, description="案例问答：向案例汇编提问，每句回答都标明出处。")
    commands = parser.add_subparsers(title="命令", metavar="命令", required=True, parser_class=ChineseParser)

    index = _add(commands, "index", run_index, "建立或更新索引，显示进度和结果")
    index.options.add_argument("--force", action="store_true", help="索引没有变化也重新建立")

    ask = _add(commands, "ask", run_ask, "提一个问题，给出回答和出处")
    ask.arguments.add_argument("question", metavar="问题", nargs="+")
    ask.options.add_argument(
        "--history", action="append", default=[], metavar="问题", help="先前的问题，可重复，从早到晚"
    )
    ask.options.add_argument("--json", action="store_true", help="输出一个 JSON 对象")
    _add_llm(ask)
    _add_reader(ask)

    show = _add(commands, "show", run_show, "列出全部案例，或显示一个案例")
    show.arguments.add_argument("number", metavar="编号", nargs="?", type=int, help="案例编号；不写则列出目录")

    inspect = _add(commands, "inspect", run_inspect, "显示检索到的段落、得分和检索方式")
    inspect.arguments.add_argument("question", metavar="问题", nargs="+")
    inspect.options.add_argument("-k", type=int, metavar="个数", help="显示几个段落，默认按设置 n_passages")
    _add_reader(inspect)

    doctor = _add(commands, "doctor", run_doctor, "检查环境、模型和索引，逐项说明怎样解决")
    _add_llm(doctor)
    doctor.options.add_argument("--llm-test", action="store_true", help="也向语言模型提一句话，看它回不回答")
    return parser


def _add_reader(parser: ChineseParser) -> None:
    parser.options.add_argument(
        "--reader", metavar="阅读模型", help="bundled（默认，自带）或 none（不用，更快但不如它准）"
    )


def _add_llm(command: ChineseParser) -> None:
    """Add the options that name the chat model."""
    command.options.add_argument(
        "--llm", metavar="模型", help="由谁写回答：extractive（默认，摘录原文）、提供方:模型 或 gguf:文件"
    )
    command.options.add_argument("--base-url", metavar="网址", help="语言模型服务的网址，例如 http://127.0.0.1:8000/v1")


def _add(commands: Any, name: str, run: Callable[[argparse.Namespace], int], summary: str) -> ChineseParser:
    """Add a command with the options that every command has."""
    parser: ChineseParser = commands.add_parser(name, help=summary, description=summary + "。")
    parser.set_defaults(run=run)
    shared = parser.add_argument_group("共用选项")
    shared.add_argument("--compilation", type=Path, metavar="文件", help="案例汇编的文本文件")
    shared.add_argument(
        "--home", type=Path, metavar="目录", help="数据目录（索引、模型），也可用环境变量 CASECHAT_HOME"
    )
    shared.add_argument("--settings", type=Path, metavar="文件", help="设置文件，默认读当前目录的 casechat.toml")
    shared.add_argument("--debug", action="store_true", help="出错时显示完整的调用栈")
    return parser
