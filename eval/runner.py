"""Asking every question of a set, writing results as they come, resuming a run that was killed."""

from __future__ import annotations

import hashlib
import json
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from eval.dataset import Question
from eval.folder import JOURNAL_FILE, RESULTS_FILE, Record, json_line, write_lines
from rag.errors import QuestionSetError
from rag.records import answer_record
from rag.types import Answer


class Asker(Protocol):
    """What a run needs of a pipeline; `rag.pipeline.CaseQA` fits."""

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        """Return the answer, or a refusal."""
        ...


OnResult = Callable[[int, int], None]
"""Called with (done, total): once at the start, then after each question."""


def fingerprint(**parts: Any) -> str:
    """Return the hash of what a run asks and with what: a journal is only resumed by a run with the same one."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def run_questions(
    questions: Sequence[Question],
    qa: Asker,
    *,
    out_path: Path,
    run_id: str,
    n_workers: int = 1,
    on_result: OnResult | None = None,
) -> list[Record]:
    """Return one result object a question, in the order of the questions, and write them to `results.jsonl`.

    Results go to a journal in the order they come; what the journal already holds is not asked again. It stays until
    the run's summary is written (`eval.api.write_run`). A question that fails becomes a result with `error`, and the
    run goes on.

    run_id: the `fingerprint` of the run. Raises QuestionSetError when the journal belongs to another run.
    """
    out_path.mkdir(parents=True, exist_ok=True)
    done = {record["id"]: record for record in _open_journal(out_path, run_id=run_id)}
    pending = [question for question in questions if question.question_id not in done]
    if on_result is not None:
        on_result(len(questions) - len(pending), len(questions))
    with (out_path / JOURNAL_FILE).open("a", encoding="utf-8") as journal:
        for record in _ask_all(pending, qa, n_workers=n_workers):
            journal.write(json_line(record))
            journal.flush()
            done[record["id"]] = record
            if on_result is not None:
                on_result(len(done), len(questions))
    records = [done[question.question_id] for question in questions]
    write_lines(out_path / RESULTS_FILE, records)
    return records


@dataclass(slots=True)
class Attempt:
    """One question being asked; its time and tokens are known even when it fails."""

    question: Question
    latency_ms: float = 0.0
    tokens: Record = field(default_factory=dict)
    """`{"input", "output"}` where a chat model reported its usage."""

    def ask(self, qa: Asker) -> Answer:
        """Return the pipeline's answer."""
        from langchain_core.callbacks import get_usage_metadata_callback

        began = time.perf_counter()
        with get_usage_metadata_callback() as usage:
            try:
                return qa.ask(self.question.question, self.question.history)
            finally:
                self.latency_ms = (time.perf_counter() - began) * 1000
                models = usage.usage_metadata.values()
                if models:
                    self.tokens["input"] = sum(model["input_tokens"] for model in models)
                    self.tokens["output"] = sum(model["output_tokens"] for model in models)


def _ask_all(questions: Sequence[Question], qa: Asker, *, n_workers: int) -> Iterator[Record]:
    """Yield results as they come. A worker gets its next question only when its last result was taken: none is lost."""
    waiting = deque(questions)
    running: dict[Future[Answer], Attempt] = {}
    with ThreadPoolExecutor(max_workers=n_workers) as pool:
        while waiting or running:
            while waiting and len(running) < n_workers:
                attempt = Attempt(waiting.popleft())
                running[pool.submit(attempt.ask, qa)] = attempt
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield _record(running.pop(future), future)


def _record(attempt: Attempt, future: Future[Answer]) -> Record:
    """Return the result object; whatever error a question (or the chat model behind it) ends with is a result too."""
    failure = future.exception()
    if failure is not None and not isinstance(failure, Exception):
        raise failure
    question = attempt.question
    record = answer_record(
        future.result() if failure is None else _no_answer(question),
        latency_ms=attempt.latency_ms,
        question_id=question.question_id,
        question_type=question.type,
    )
    if failure is not None:
        record["error"] = f"{type(failure).__name__}: {failure}"
    return record | ({"tokens": attempt.tokens} if attempt.tokens else {})


def _no_answer(question: Question) -> Answer:
    return Answer(
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


def _open_journal(out_path: Path, *, run_id: str) -> list[Record]:
    """Return the results of a run that was killed; the line it was writing when it died is dropped from the file."""
    path = out_path / JOURNAL_FILE
    whole = path.read_bytes() if path.is_file() else b""
    kept = whole[: whole.rfind(b"\n") + 1]
    lines = [json.loads(line) for line in kept.decode("utf-8").split("\n") if line]
    if not lines:
        path.write_text(json_line({"run_id": run_id}), encoding="utf-8")
        return []
    if lines[0].get("run_id") != run_id:
        raise QuestionSetError(
            f"{out_path} 里没跑完的评测用的是另一份题库、另一种设置或另一个版本的文本，不能接着跑。"
            "请换一个 --out 目录，或加 --overwrite 重新开始。"
        )
    if len(kept) < len(whole):
        path.write_bytes(kept)
    return lines[1:]
