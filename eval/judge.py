"""An optional second opinion: a chat model scores answers against the gold answer. Off unless it is asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from eval.folder import write_lines
from eval.runner import OnResult
from eval.summary import ScoredQuestion
from prompts.loading import load_prompt, prompt_sha256
from rag.errors import QuestionSetError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

JUDGE_FILE = "judge.jsonl"
PROMPT = "judge"
HIGHEST = 2
_JSON_OBJECT = re.compile(r"\{.*\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge said of one answer."""

    question_id: str
    score: int | None
    """0, 1 or 2; None where the judge failed or wrote no score."""
    reason: str
    """The judge's sentence, or what went wrong."""


def build_judge(name: str) -> BaseChatModel:
    """Return the chat model `provider:model` at temperature 0. Raises QuestionSetError when it cannot be made."""
    from langchain.chat_models import init_chat_model

    try:
        return init_chat_model(name, temperature=0)
    except (ImportError, ValueError) as exc:
        reason = str(exc).split("\n")[0]
        raise QuestionSetError(
            f"--judge {name} 用不了：{reason} 请写成 提供方:模型，例如 openai:gpt-4o-mini，并装好对应的 langchain 包。"
        ) from exc


def judge_answers(
    scored: Sequence[ScoredQuestion],
    model: BaseChatModel,
    *,
    out_path: Path,
    n_workers: int = 1,
    on_result: OnResult | None = None,
) -> None:
    """Score the answers that have a gold answer, add `judge` (0 to 1) to their scores and write `judge.jsonl`.

    Refusals are not shown to the judge: those of answerable questions score 0. A question the judge fails on has no score.
    """
    asked = [item for item in scored if item.question.answerable and item.question.answer]
    verdicts: dict[str, Verdict] = {}
    with ThreadPoolExecutor(max_workers=n_workers) as pool:
        futures = {
            pool.submit(_ask, item, model): item
            for item in asked
            if not item.record["refused"] and item.record["error"] is None
        }
        for future in as_completed(futures):
            verdict = _verdict(futures[future], future)
            verdicts[verdict.question_id] = verdict
            if on_result is not None:
                on_result(len(verdicts), len(futures))
    lines = []
    for item in asked:
        question_id = item.question.question_id
        verdict = verdicts.get(question_id, Verdict(question_id, 0, "拒答或出错"))
        item.scores["judge"] = None if verdict.score is None else verdict.score / HIGHEST
        lines.append({"id": question_id, "score": verdict.score, "reason": verdict.reason})
    write_lines(out_path / JUDGE_FILE, lines)


def describe_judge(name: str) -> dict[str, Any]:
    """Return what identifies the judge in a summary."""
    languages: tuple[Literal["zh", "en"], ...] = ("zh", "en")
    return {
        "model": name,
        "temperature": 0,
        "prompt_sha256": {lang: prompt_sha256(PROMPT, lang) for lang in languages},
    }


def _ask(item: ScoredQuestion, model: BaseChatModel) -> str:
    question = item.question
    prompt = load_prompt(
        PROMPT,
        "en" if question.lang == "en" else "zh",
        question=question.question,
        gold=question.answer,
        answer=item.record["answer"],
    )
    return str(model.invoke(prompt).text)


def _verdict(item: ScoredQuestion, future: Future[str]) -> Verdict:
    failure = future.exception()
    if failure is not None and not isinstance(failure, Exception):
        raise failure
    if failure is not None:
        return Verdict(item.question.question_id, None, f"{type(failure).__name__}: {failure}")
    return parse_verdict(item.question.question_id, future.result())


def parse_verdict(question_id: str, reply: str) -> Verdict:
    """Return the verdict in a reply; without a score where the reply holds no `{"score": 0, 1 or 2}`."""
    found = _JSON_OBJECT.search(reply)
    try:
        parsed: Mapping[str, Any] = json.loads(found[0]) if found else {}
    except ValueError:
        parsed = {}
    score = parsed.get("score")
    if isinstance(score, int) and 0 <= score <= HIGHEST:
        return Verdict(question_id, score, str(parsed.get("reason", "")))
    return Verdict(question_id, None, f"评审模型没有给出分数：{reply[:200]}")
