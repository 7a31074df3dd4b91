"""Public question sets in SQuAD's format (CMRC 2018, DRCD, XQuAD): retrieval over their contexts and short answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eval.api import RunOptions, finished_run, prepare_folder, score_records, write_run
from eval.dataset import UNANSWERABLE, Question
from eval.folder import Record
from eval.metrics.spans import official_exact, official_f1
from eval.provenance import describe_run
from eval.runner import Asker, OnResult, fingerprint, run_questions
from eval.summary import ScoredQuestion
from rag.errors import QuestionSetError
from rag.settings import Settings
from rag.types import Compilation

SPAN = "span"
CONTEXT_CUTOFFS = (1, 5, 10)


@dataclass(frozen=True, slots=True)
class Context:
    """One paragraph of a public set."""

    context_id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class SquadSet:
    """A public set: its contexts in order, each text once, and the questions on them."""

    contexts: tuple[Context, ...]
    questions: tuple[Question, ...]
    """Type `span` or `unanswerable`; `cases` holds the number (from 1) of the gold context."""
    answers: Mapping[str, tuple[str, ...]]
    """Gold answers by question id, each once."""


def load_squad(path: Path) -> SquadSet:
    """Return the set in a SQuAD-format JSON file (version 1 or 2). Raises QuestionSetError when it is none."""
    try:
        parsed = json.loads(path.read_text(encoding="utf-8-sig"))
        articles = parsed["data"] if isinstance(parsed, dict) else parsed
        paragraphs = [
            (article, paragraph) for article in articles for paragraph in article.get("paragraphs", [article])
        ]
        found = _collect(paragraphs)
    except FileNotFoundError:
        raise QuestionSetError(f"找不到文件 {path}。请检查路径；公开题库的出处见 docs/evaluation.md。") from None
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise QuestionSetError(f"{path} 不是 SQuAD 格式的 JSON（{type(exc).__name__}: {exc}）。请检查文件。") from exc
    if not found.questions:
        raise QuestionSetError(f"{path} 里没有题目。请检查文件。")
    return found


def _collect(paragraphs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> SquadSet:
    numbers: dict[str, int] = {}
    contexts: list[Context] = []
    questions: list[Question] = []
    answers: dict[str, tuple[str, ...]] = {}
    for article, paragraph in paragraphs:
        text = paragraph["context"] if "context" in paragraph else paragraph["context_text"]
        if text not in numbers:
            numbers[text] = len(contexts) + 1
            context_id = str(paragraph.get("id", paragraph.get("context_id", numbers[text])))
            contexts.append(Context(context_id, str(article.get("title", "")), text))
        for entry in paragraph["qas"]:
            question_id = str(entry["id"] if "id" in entry else entry["query_id"])
            texts = (answer["text"] if isinstance(answer, dict) else answer for answer in entry["answers"])
            answers[question_id] = tuple(dict.fromkeys(text for text in texts if text.strip()))
            question_text = entry["question"] if "question" in entry else entry["query_text"]
            questions.append(_question(question_id, question_text, answers[question_id], numbers[text]))
    return SquadSet(tuple(contexts), tuple(questions), answers)


def _question(question_id: str, text: str, answers: tuple[str, ...], context_number: int) -> Question:
    keys = tuple(answer.replace("|", " ") for answer in answers)
    return Question(
        question_id=question_id,
        lang="zh" if any("\u3400" <= character <= "\u9fff" for character in text) else "en",
        type=SPAN if answers else UNANSWERABLE,
        question=text.strip(),
        cases=(context_number,) if answers else (),
        evidence=answers[:1],
        answer=answers[0] if answers else "",
        answer_keys=("|".join(keys),) if answers else (),
        history=(),
        split="",
    )


def without_contexts(public: SquadSet, *, every: int) -> SquadSet:
    """Return a set without each `every`-th context (from the first): its questions stay, and can no longer be answered.

    Questions that could not be answered before are left out, so that the removal alone is measured.

    Raises QuestionSetError for `every` below 2, which would leave nothing to answer from.
    """
    if every < 2:
        raise QuestionSetError(f"--remove-every 是 {every}，会把段落全部拿掉。请用 2 或更大的整数。")
    kept = [number for number in range(1, len(public.contexts) + 1) if (number - 1) % every]
    renumbered = {old: new for new, old in enumerate(kept, start=1)}
    questions = []
    for question in public.questions:
        if question.cases and question.cases[0] in renumbered:
            questions.append(replace(question, cases=(renumbered[question.cases[0]],)))
        elif question.cases:
            questions.append(replace(question, type=UNANSWERABLE, cases=(), evidence=(), answer="", answer_keys=()))
    return SquadSet(tuple(public.contexts[old - 1] for old in kept), tuple(questions), public.answers)


def run_squad(
    public: SquadSet,
    options: RunOptions,
    settings: Settings,
    *,
    qa: Asker,
    compilation: Compilation,
    on_result: OnResult | None = None,
) -> dict[str, Any]:
    """Ask the questions of a public set, write the run folder and return the summary.

    qa, compilation: over the set's contexts, each one case, numbered in their order.
    The scores also hold `exact` and `f1` of the short answer (the answer where there is none; nothing for a refusal) and
    `context_recall@1/5/10` and `context_mrr@10`: where the first passage of the gold context stands when each context counts once.
    """
    prepare_folder(options)
    questions = public.questions[: options.limit]
    run = describe_run(
        options.questions_path,
        settings,
        pipeline=options.pipeline,
        compilation=compilation,
        n_workers=options.n_workers,
    )
    run |= {"types": [], "split": "", "limit": options.limit, "n_contexts": len(public.contexts)}
    run_id = fingerprint(
        questions=run["questions"]["sha256"],
        limit=options.limit,
        pipeline=options.pipeline,
        settings=settings.sha256(),
        compilation=compilation.source_sha256,
    )
    if (finished := finished_run(options, run_id)) is not None:
        return finished
    run["run_id"] = run_id
    records = run_questions(
        questions, qa, out_path=options.out_path, run_id=run_id, n_workers=options.n_workers, on_result=on_result
    )
    run["models"] = sorted({record["model"] for record in records if record["model"]})
    scored = score_records(questions, records, compilation=compilation)
    for item in scored:
        item.scores.update(_span_scores(item, public.answers[item.question.question_id]))
    return write_run(options.out_path, scored, run=run)


def _span_scores(item: ScoredQuestion, answers: tuple[str, ...]) -> dict[str, float]:
    if not item.question.answerable:
        return {}
    predicted = predicted_span(item.record)
    rank = context_rank(item.record, item.question.cases[0])
    return {
        "exact": official_exact(answers, predicted),
        "f1": official_f1(answers, predicted),
        **{f"context_recall@{k}": float(rank is not None and rank <= k) for k in CONTEXT_CUTOFFS},
        "context_mrr@10": 1 / rank if rank is not None and rank <= 10 else 0.0,
    }


def predicted_span(record: Mapping[str, Any]) -> str:
    """Return what a result answers in the fewest words: its short answer, else its answer; nothing for a refusal."""
    if record["refused"]:
        return ""
    return str(record["short_answer"] or record["answer"])


def context_rank(record: Mapping[str, Any], context_number: int) -> int | None:
    """Return the rank (from 1) of a context among the contexts retrieved, each counted once; None when it is not there."""
    contexts = list(dict.fromkeys(passage["case"] for passage in record["retrieved"]))
    return contexts.index(context_number) + 1 if context_number in contexts else None


def short_table(summary: Mapping[str, Any], records: Sequence[Record]) -> str:
    """Return the figures of a public set for a terminal."""
    names = (
        "context_recall@1",
        "context_recall@5",
        "context_recall@10",
        "context_mrr@10",
        "recall@5",
        "exact",
        "f1",
        "right",
        "refused",
    )
    metrics = summary["overall"]["metrics"]
    lines = [f"题目 {len(records)}，段落 {summary['run']['n_contexts']}"]
    for name in names:
        if name in metrics:
            entry = metrics[name]
            lines.append(
                f"{name:<20}{entry['mean'] * 100:>8.2f}  [{entry['low'] * 100:.2f}, {entry['high'] * 100:.2f}]  n={entry['n']}"
            )
    lines += [
        f"错误拒答 {float(share):.0%} 时拒答无依据题{value * 100:>8.2f}"
        for share, value in summary["refusals"]["refused_at"].items()
        if value is not None
    ]
    return "\n".join(lines)
