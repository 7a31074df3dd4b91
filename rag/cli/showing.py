"""`show`: the catalogue, or one case with its outline and text."""

from __future__ import annotations

import argparse

from rag.cli.display import case_text, catalogue_text
from rag.cli.options import settings_from
from rag.errors import CaseChatError
from rag.parsing.loading import load_compilation


def run_show(options: argparse.Namespace) -> int:
    """Print the list of cases, or the case whose number is given. CaseChatError when there is no such case."""
    compilation = load_compilation(settings_from(options).compilation)
    if options.number is None:
        print(catalogue_text(compilation))
        return 0
    try:
        case = compilation.case(options.number)
    except KeyError:
        raise CaseChatError(
            f"没有案例 {options.number}：这份汇编有 {len(compilation.cases)} 个案例，"
            f"编号 {compilation.cases[0].number}–{compilation.cases[-1].number}。用 python -m rag show 查看目录。"
        ) from None
    print(case_text(case, compilation))
    return 0
