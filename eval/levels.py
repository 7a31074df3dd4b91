"""The level that the development set has reached, and whether a run still holds it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.compare import well_done
from eval.dataset import questions_sha256
from eval.summary import ScoredQuestion

LEVELS_PATH = Path(__file__).resolve().parent / "levels.json"
_ALLOWANCE = 1
"""Questions a type may lose: float32 and bfloat16 machines differ by about that."""


def reached_levels(scored: Sequence[ScoredQuestion], *, questions_path: Path) -> dict[str, Any]:
    """Return what a run reached: per type the questions done well (refused where that is due), and over all the figures below.

    false_refusals: answerable questions refused; wrong_quotes: questions with a quote that is not verbatim.
    """
    types: dict[str, dict[str, float]] = {}
    for name in dict.fromkeys(item.question.type for item in scored):
        of_type = [item for item in scored if item.question.type == name]
        types[name] = {"n": len(of_type), "done_well": sum(well_done(item) is True for item in of_type)}
        shares = [share for item in of_type if (share := item.scores.get("cases_f1")) is not None]
        if shares:
            types[name]["cases_f1"] = round(sum(shares) / len(shares), 4)
    verbatim = [item.scores.get("verbatim") for item in scored]
    return {
        "questions_sha256": questions_sha256(questions_path),
        "types": types,
        "false_refusals": sum(item.question.answerable and bool(item.record["refused"]) for item in scored),
        "wrong_quotes": sum(share is not None and share < 1 for share in verbatim),
    }


def below_level(reached: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each level that is missed by more than one question of its type; none when all hold."""
    missed = []
    for name, level in wanted["types"].items():
        now = reached["types"].get(name, {"n": 0, "done_well": 0, "cases_f1": 0.0})
        if now["done_well"] < level["done_well"] - _ALLOWANCE:
            missed.append(f"{name}：答对 {now['done_well']} 题，应不少于 {level['done_well'] - _ALLOWANCE} 题")
        if "cases_f1" in level and now["cases_f1"] < level["cases_f1"] - _ALLOWANCE / level["n"]:
            missed.append(
                f"{name}：案例 F1 {now['cases_f1']}，应不低于 {level['cases_f1'] - _ALLOWANCE / level['n']:.4f}"
            )
    if reached["false_refusals"] > wanted["false_refusals"] + _ALLOWANCE:
        missed.append(f"误拒 {reached['false_refusals']} 题，应不超过 {wanted['false_refusals'] + _ALLOWANCE} 题")
    if reached["wrong_quotes"]:
        missed.append(f"{reached['wrong_quotes']} 题的引文与原文不符，应为 0")
    return missed


def read_levels(path: Path = LEVELS_PATH) -> dict[str, Any]:
    """Return the level to hold."""
    levels: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return levels


def write_levels(levels: Mapping[str, Any], path: Path = LEVELS_PATH) -> None:
    """Write the level to hold."""
    path.write_text(json.dumps(levels, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
