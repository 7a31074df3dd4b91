"""`ask` and `inspect`: a question answered, and what was retrieved for it."""

from __future__ import annotations

import argparse
import io
import json
import sys
import time

from rag.cli.display import answer_text, passage_text
from rag.cli.options import question_from, settings_from
from rag.cli.progress import StageProgress
from rag.errors import SettingsError
from rag.records import answer_record


def run_ask(options: argparse.Namespace) -> int:
    """Print the answer with its citations, or one JSON object with `--json`. A refusal is an answer too."""
    settings = settings_from(options, llm=options.llm, base_url=options.base_url, reader=options.reader)
    question = question_from(options.question)
    history = [question_from([earlier]) for earlier in options.history]
    from rag.factory import build_qa  # loads the model's libraries

    with StageProgress() as progress:
        qa = build_qa(settings, on_progress=progress)
    started_s = time.perf_counter()
    answer = qa.ask(question, history)
    latency_ms = (time.perf_counter() - started_s) * 1000
    if options.json:
        _print_json(answer_record(answer, latency_ms=latency_ms))
    else:
        print(answer_text(answer))
    return 0


def run_inspect(options: argparse.Namespace) -> int:
    """Print the passages retrieved for a question, best first, with score and method."""
    settings = settings_from(options, reader=options.reader)
    if options.k is not None and options.k < 1:
        raise SettingsError(f"-k 的值 {options.k} 不合要求：至少显示 1 个段落。")
    from rag.factory import build_qa  # loads the model's libraries

    with StageProgress() as progress:
        qa = build_qa(settings, on_progress=progress)
    passages = qa.retrieve(question_from(options.question), k=options.k)
    print("\n\n".join(passage_text(passage) for passage in passages) or "没有检索到段落。")
    return 0


def _print_json(record: dict[str, object]) -> None:
    """Print the record as UTF-8 whatever the terminal's encoding: programs read it."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    print(json.dumps(record, ensure_ascii=False))
