"""Asking every question of a set, writing results as they come, resuming a run that was killed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any, Protocol

from eval.dataset import Question
from rag.errors import CaseChatError, QuestionSetError
from rag.records import answer_record
from rag.types import Answer

RESULTS_FILE = "results.jsonl"
JOURNAL_FILE = "results.part.jsonl"
TIME_FIELDS = ("latency_ms",)
"""Fields of a result that differ between two equal runs; `strip_times` drops them."""


class Asker(Protocol):
    """What a run needs of a pipeline; `rag.pipeline.CaseQA` fits."""

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        """Return the answer, or a refusal."""
        ...


Record = dict[str, Any]
OnResult = Callable[[int, int], None]
"""Called with (done, total) after each question."""


def run_questions(
    questions: Sequence[Question], qa: Asker, *, out_path: Path, n_workers: int = 1, on_result: OnResult | None = None
) -> list[Record]:
    """Return one result object a question, in the order of the questions, and write them to `results.jsonl`.

    Results go to a journal in the order they come; what the journal already holds is not asked again. A question
    that fails becomes a result with `error`, and the run goes on.
    """
    out_path.mkdir(parents=True, exist_ok=True)
    done = {record["id"]: record for record in read_journal(out_path)}
    pending = [question for question in questions if question.question_id not in done]
    n_done = len(questions) - len(pending)
    with (out_path / JOURNAL_FILE).open("a", encoding="utf-8") as journal:
        for record in _ask_all(pending, qa, n_workers=n_workers):
            journal.write(_line(record))
            journal.flush()
            done[record["id"]] = record
            n_done += 1
            if on_result is not None:
                on_result(n_done, len(questions))
    records = [done[question.question_id] for question in questions]
    write_lines(out_path / RESULTS_FILE, records)
    (out_path / JOURNAL_FILE).unlink()
    return records


def _ask_all(questions: Sequence[Question], qa: Asker, *, n_workers: int) -> Iterator[Record]:
    if n_workers == 1:
        yield from (ask_one(question, qa) for question in questions)
        return
    with ThreadPoolExecutor(max_workers=n_workers) as pool:
        futures = [pool.submit(ask_one, question, qa) for question in questions]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def ask_one(question: Question, qa: Asker) -> Record:
    """Return the result object of one question; a failure is a result with `error` and an empty answer."""
    began = time.perf_counter()
    try:
        answer = qa.ask(question.question, question.history)
    except (CaseChatError, OSError, RuntimeError, ValueError, LookupError, TypeError) as exc:
        return _failed(question, exc, latency_ms=_elapsed_ms(began))
    latency_ms = _elapsed_ms(began)
    return answer_record(answer, latency_ms=latency_ms, question_id=question.question_id, question_type=question.type)


def _elapsed_ms(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def _failed(question: Question, exc: Exception, *, latency_ms: float) -> Record:
    empty = Answer(
        question=question.question,
        standalone_question=question.question,
        text="",
        short_answer="",
        citations=(),
        passages=(),
        refused=False,
        reason=None,
        confidence=0.0,
        model="",
    )
    record = answer_record(empty, latency_ms=latency_ms, question_id=question.question_id, question_type=question.type)
    return record | {"error": f"{type(exc).__name__}: {exc}"}


def read_journal(out_path: Path) -> list[Record]:
    """Return the results of a run that was killed; the line it was writing when it died is dropped from the file."""
    path = out_path / JOURNAL_FILE
    if not path.is_file():
        return []
    whole = path.read_bytes()
    kept = whole[: whole.rfind(b"\n") + 1]
    if len(kept) < len(whole):
        path.write_bytes(kept)
    return [json.loads(line) for line in kept.decode("utf-8").split("\n") if line]


def read_results(out_path: Path) -> list[Record]:
    """Return the result objects of a finished run. Raises QuestionSetError where there is none."""
    path = out_path / RESULTS_FILE
    if not path.is_file():
        raise QuestionSetError(
            f"{out_path} 里没有 {RESULTS_FILE}，不是一次完成的评测。请先运行 python -m eval run --out {out_path}。"
        )
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def strip_times(record: Mapping[str, Any]) -> Record:
    """Return the result without the fields that hold times: what two equal runs agree on byte for byte."""
    return {key: value for key, value in record.items() if key not in TIME_FIELDS}


def write_lines(path: Path, records: Sequence[Mapping[str, Any]]) -> None:
    """Write one JSON object a line, whole or not at all."""
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text("".join(_line(record) for record in records), encoding="utf-8")
    temporary.replace(path)


def _line(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False) + "\n"
