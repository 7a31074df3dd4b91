"""A question file to start from: one example of each type, taken from the 2018 Qingdao compilation."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eval.sheets import COLUMNS
from rag.errors import QuestionSetError

EXAMPLES_PATH = Path(__file__).resolve().parent / "questions" / "template.jsonl"


def write_template(path: Path) -> int:
    """Write the examples as JSONL, CSV or XLSX, by the file's suffix, and return how many there are.

    Raises QuestionSetError for another suffix and for a file that already exists.
    """
    suffix = path.suffix.lower()
    if suffix not in (".jsonl", ".csv", ".xlsx"):
        raise QuestionSetError(f"模板只能写成 .jsonl、.csv 或 .xlsx，收到的是 {path.name}。请改后缀。")
    if path.exists():
        raise QuestionSetError(f"{path} 已经存在，不会覆盖。请换一个文件名。")
    examples = [json.loads(line) for line in EXAMPLES_PATH.read_text(encoding="utf-8").splitlines()]
    path.parent.mkdir(parents=True, exist_ok=True)
    if suffix == ".jsonl":
        path.write_text(EXAMPLES_PATH.read_text(encoding="utf-8"), encoding="utf-8")
    else:
        header = [names[0] for names in COLUMNS.values()]
        rows = [[_cell(field, example) for field in COLUMNS] for example in examples]
        _write_table(path, [header, *rows])
    return len(examples)


def _cell(field: str, example: Mapping[str, Any]) -> str:
    value = example.get(field, "")
    if not isinstance(value, list):
        return str(value)
    separator = {"cases": "、", "answer_keys": "；"}.get(field, "\n")
    return separator.join(str(item) for item in value)


def _write_table(path: Path, rows: list[list[str]]) -> None:
    if path.suffix.lower() == ".csv":
        # With a byte order mark Excel reads the file as UTF-8.
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(rows)
        return
    from openpyxl import Workbook  # type: ignore[import-untyped]

    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    workbook.active.freeze_panes = "A2"
    workbook.save(path)
