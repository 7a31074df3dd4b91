"""What a chat model's answers are worth and cost: read from the results of an evaluation with `--llm`.

Also draws sentences to be marked by reading, and writes the table of docs/evaluation.md.
"""

from __future__ import annotations

import json
import random
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.speed import percentile
from rag.errors import StorageError
from rag.machine import installed_version

MAX_SHARE = 0.05
"""Of our part over the model's own time, at the median (issue 4); asking again is no part of either."""


def measure_writing(run_path: Path) -> dict[str, Any]:
    """Return the figures of a run folder of `python -m eval run --llm …`.

    Raises StorageError where there are no results, or no chat model wrote any.
    """
    records = _read_lines(run_path, "results.jsonl")
    run = _read_summary(run_path)["run"]
    written = [record for record in records if "writing" in record and record["timings_ms"]["model"] > 0]
    if not written:
        raise StorageError(f"{run_path} 里没有一个回答由语言模型写成。请用 --llm 运行评测。")
    return {
        "date": run["created_at"][:10],
        "machine": run["machine"],
        "versions": {name: installed_version(name) for name in ("langchain-openai", "xllamacpp", "openai")},
        "model": written[0]["model"],
        "questions_sha256": run["questions"]["sha256"],
        "code": run["code"],
        "settings_sha256": run["settings_sha256"],
        "n_questions": len(records),
        "n_written": len(written),
        **_figures(written),
    }


def _figures(written: Sequence[dict[str, Any]]) -> dict[str, Any]:
    timings = [record["timings_ms"] for record in written]
    sentences = [one for record in written for one in record["writing"]["sentences"]]
    shares = [_ours_ms(one) / one["model"] for one in timings]
    first_ms = [one["first_sentence"] for one in timings if "first_sentence" in one]
    own_first_ms = [one["first_sentence"] for one, record in zip(timings, written, strict=True) if _own_first(record)]
    again_ms = [one["asked_again"] for one in timings if one["asked_again"] > 0]
    return {
        "share_median": statistics.median(shares),
        "share_limit": MAX_SHARE,
        "ours_median_ms": statistics.median(map(_ours_ms, timings)),
        "model_median_ms": statistics.median(one["model"] for one in timings),
        "first_sentence_median_ms": statistics.median(first_ms) if first_ms else None,
        "first_sentence_p95_ms": percentile(first_ms, 95) if first_ms else None,
        "first_own_sentence_median_ms": statistics.median(own_first_ms) if own_first_ms else None,
        "n_first_own": len(own_first_ms),
        "n_asked_again": len(again_ms),
        "asked_again_median_ms": statistics.median(again_ms) if again_ms else None,
        "n_proposed": len(sentences),
        "n_held_back": sum(bool(one["problem"]) for one in sentences),
        "n_released": sum(record["writing"]["n_released"] for record in written),
        "n_verbatim_in_the_end": sum(record["writing"]["n_released"] == 0 for record in written),
    }


def draw_sentences(run_path: Path, n: int, *, seed: int) -> list[dict[str, Any]]:
    """Return `n` of the sentences that the model wrote, to be marked by reading: those that were shown first, then others by lot.

    Of a question set with halves only the `tune` half is drawn from. Fewer are returned where fewer were written.
    """
    gold = {line["id"]: line["question"] for line in _read_lines(run_path, "scores.jsonl")}
    drawn = [
        {"question": record["id"], "sentence": one["text"], "asked_again": one["again"], "shown": not one["problem"]}
        | {"problem": one["problem"], "kind": "", "supported_by_hand": None}
        for record in _read_lines(run_path, "results.jsonl")
        if gold[record["id"]].get("split") != "report"
        for one in record.get("writing", {}).get("sentences", ())
    ]
    random.Random(seed).shuffle(drawn)
    return sorted(drawn, key=lambda one: not one["shown"])[:n]


def comparison_table(extractive_path: Path, run_path: Path) -> str:
    """Return the Markdown table of docs/evaluation.md: the same questions answered without and with the model."""
    result, rows = measure_writing(run_path), []
    ours, theirs = (_read_summary(path)["overall"]["metrics"] for path in (extractive_path, run_path))
    for name in ("right", "citation_precision", "citation_recall", "refused"):
        rows.append((name, *(f"{one[name]['mean']:.3f} (n {one[name]['n']})" for one in (ours, theirs))))
    rows += [
        ("sentences written / held back / shown", "–", "{n_proposed} / {n_held_back} / {n_released}".format(**result)),
        ("answers verbatim in the end", "all", "{n_verbatim_in_the_end} of {n_written}".format(**result)),
        ("our part over the model's own time, median", "–", f"{result['share_median']:.1%}"),
        ("time to the first checked sentence, median", "–", _ms(result["first_sentence_median_ms"])),
        ("asking again, median", "–", f"{_ms(result['asked_again_median_ms'])} ({result['n_asked_again']} answers)"),
    ]
    head = f"| figure | extractive | {result['model']} |\n|---|---:|---:|"
    return "\n".join([head, *(f"| {label} | {first} | {second} |" for label, first, second in rows)])


def _ours_ms(timings: dict[str, float]) -> float:
    """Return the time that is neither the model's nor asking again's."""
    return timings["total"] - timings["model"] - timings["asked_again"] - timings.get("standalone", 0.0)


def _own_first(record: dict[str, Any]) -> bool:
    """Return whether a sentence of the first reply was shown, so that the first one shown is the model's."""
    return any(not one["problem"] and not one["again"] for one in record["writing"]["sentences"])


def writing_table(result: dict[str, Any]) -> str:
    """Return the figures under the machine they were made on."""
    machine = result["machine"]
    kept = "✓" if result["share_median"] <= result["share_limit"] else "✗"
    rows = [
        (
            "我们的部分 / 模型自己的时间，中位数",
            f"{result['share_median']:.1%}  {kept} 上限 {result['share_limit']:.0%}",
        ),
        ("我们的部分，中位数", _ms(result["ours_median_ms"])),
        ("模型自己的时间，中位数", _ms(result["model_median_ms"])),
        ("到第一句核对过的话，中位数", _ms(result["first_sentence_median_ms"])),
        ("　其中第一句是模型写的", f"{_ms(result['first_own_sentence_median_ms'])}（{result['n_first_own']} 个回答）"),
        ("再问一次，中位数", f"{_ms(result['asked_again_median_ms'])}（{result['n_asked_again']} 个回答）"),
        ("模型写的句子 / 没有通过核对的", f"{result['n_proposed']} / {result['n_held_back']}"),
    ]
    head = f"{result['date']}  {machine['processor']}，{machine['n_cores']} 核；{result['model']}；"
    counts = f"{result['n_questions']} 个问题，其中 {result['n_written']} 个由模型写"
    return "\n".join([head + counts, "", *(f"{value:>24}  {label}" for label, value in rows)])


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f} ms"


def _read_lines(run_path: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in _read(run_path / name).splitlines() if line]


def _read_summary(run_path: Path) -> dict[str, Any]:
    return dict(json.loads(_read(run_path / "summary.json")))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as exc:
        raise StorageError(
            f"{path.parent} 里没有评测结果（{exc.strerror}）。请先运行 python -m eval run --llm …。"
        ) from exc
