"""A run folder: the files in it, and reading one back.

results.jsonl   one result object a question, in the file's order (docs/evaluation.md)
scores.jsonl    the same questions with gold, the places of their evidence, and every score
summary.json    metrics, settings, hashes, versions, machine
report.html     for people; rebuilt from the other three
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eval.dataset import Question
from eval.evidence import Evidence, Span
from eval.summary import ScoredQuestion
from rag.errors import QuestionSetError

RESULTS_FILE = "results.jsonl"
JOURNAL_FILE = "results.part.jsonl"
SCORES_FILE = "scores.jsonl"
SUMMARY_FILE = "summary.json"
REPORT_FILE = "report.html"
BASELINE_FOLDER = "baselines"
"""Of a run folder: the run folders of the baselines, by pipeline."""
TIME_FIELDS = ("latency_ms", "timings_ms")
"""Fields of a result that differ between two equal runs; `strip_times` drops them."""

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run read back from its folder."""

    path: Path
    summary: Mapping[str, Any]
    scored: tuple[ScoredQuestion, ...]

    @property
    def name(self) -> str:
        """Return what to call the run in a table: its folder and its pipeline."""
        return f"{self.path.name}（{self.summary['run']['pipeline']}）"


def read_run(path: Path) -> Run:
    """Return the run in a folder. Raises QuestionSetError where there is none, or a file of it is damaged."""
    records = read_lines(path, RESULTS_FILE)
    golds = read_lines(path, SCORES_FILE)
    summary_path = path / SUMMARY_FILE
    try:
        summary = json.loads(summary_path.read_text(encoding="utf-8"))
        scored = tuple(_scored(gold, record) for gold, record in zip(golds, records, strict=True))
    except FileNotFoundError:
        raise _no_run(path, SUMMARY_FILE) from None
    except (ValueError, KeyError, TypeError) as exc:
        raise QuestionSetError(f"{path} 里的评测结果已损坏：{exc}。请用 --overwrite 重新评测。") from exc
    return Run(path, summary, scored)


def read_lines(path: Path, file_name: str) -> list[Record]:
    """Return the objects of a JSONL file of a run folder. Raises QuestionSetError where there is none."""
    try:
        text = (path / file_name).read_text(encoding="utf-8")
        return [json.loads(line) for line in text.split("\n") if line]
    except (FileNotFoundError, NotADirectoryError):
        raise _no_run(path, file_name) from None
    except ValueError as exc:
        raise QuestionSetError(f"{path / file_name} 已损坏：{exc}。请用 --overwrite 重新评测。") from exc


def _no_run(path: Path, file_name: str) -> QuestionSetError:
    return QuestionSetError(
        f"{path} 里没有 {file_name}，不是一次完成的评测。请先运行 python -m eval run --questions 题库 --out {path}。"
    )


def write_scores(path: Path, scored: Sequence[ScoredQuestion]) -> None:
    """Write `scores.jsonl` into the run folder."""
    lines = [
        {
            "id": item.question.question_id,
            "question": asdict(item.question),
            "evidence": [
                {"quote": evidence.quote, "places": [[place.start, place.end] for place in evidence.places]}
                for evidence in item.evidence
            ],
            "scores": item.scores,
        }
        for item in scored
    ]
    write_lines(path / SCORES_FILE, lines)


def _scored(gold: Record, record: Record) -> ScoredQuestion:
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in gold["question"].items()
    }
    evidence = tuple(
        Evidence(quote["quote"], tuple(Span(start, end) for start, end in quote["places"]))
        for quote in gold["evidence"]
    )
    if gold["id"] != record["id"]:
        raise ValueError(f"{SCORES_FILE} 的 {gold['id']} 对不上 {RESULTS_FILE} 的 {record['id']}")
    return ScoredQuestion(Question(**values), record, evidence, gold["scores"])


def write_summary(path: Path, summary: Mapping[str, Any]) -> None:
    """Write `summary.json` into the run folder."""
    text = json.dumps(summary, ensure_ascii=False, indent=2)
    (path / SUMMARY_FILE).write_text(text + "\n", encoding="utf-8")


def write_lines(path: Path, records: Sequence[Mapping[str, Any]]) -> None:
    """Write one JSON object a line, whole or not at all."""
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text("".join(json_line(record) for record in records), encoding="utf-8")
    temporary.replace(path)


def json_line(record: Mapping[str, Any]) -> str:
    """Return the object as one line of JSON, Chinese as it is."""
    return json.dumps(record, ensure_ascii=False) + "\n"


def strip_times(record: Mapping[str, Any]) -> Record:
    """Return the result without the fields that hold times: what two equal runs agree on byte for byte."""
    return {key: value for key, value in record.items() if key not in TIME_FIELDS}


def read_results(path: Path) -> list[Record]:
    """Return the result objects of a finished run. Raises QuestionSetError where there is none."""
    return read_lines(path, RESULTS_FILE)
