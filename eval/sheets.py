"""Question sets kept as tables: CSV and XLSX, with English or Chinese column names."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from eval.dataset import Row
from rag.errors import QuestionSetError

COLUMNS = {
    "id": ("编号", "题号", "序号"),
    "lang": ("语言",),
    "type": ("题型", "类型"),
    "question": ("问题", "题目"),
    "cases": ("案例", "案例编号"),
    "evidence": ("证据", "原文", "依据"),
    "answer": ("答案", "参考答案", "标准答案"),
    "answer_keys": ("答案要点", "要点", "关键词"),
    "history": ("历史问题", "前文问题", "历史"),
    "split": ("划分", "用途"),
}
"""Field to its Chinese column names, the one used by templates first."""
_FIELD_OF = {name: field for field, names in COLUMNS.items() for name in (field, *names)}
# Evidence and earlier questions hold every punctuation mark themselves: only a line break separates them.
_SEPARATORS = {
    "cases": re.compile(r"[、,，;；\s]+"),
    "answer_keys": re.compile(r"[;；\n]"),
    "evidence": re.compile(r"\n"),
    "history": re.compile(r"\n"),
}
_MAX_XLSX_BYTES = 200 * 2**20
"""Unpacked size beyond which an XLSX is refused: no question set is that large, a zip bomb is."""


def read_sheet(path: Path) -> tuple[Row, ...]:
    """Return the rows of a CSV or XLSX file as question rows; line 1 is the header.

    Lists are JSON, or: one evidence quote or earlier question a line; cases split at 、 or commas; keys at ；.
    Raises QuestionSetError for a file that cannot be read or whose header lacks or repeats a column.
    """
    table = _read_csv(path) if path.suffix.lower() == ".csv" else _read_xlsx(path)
    if not table:
        raise QuestionSetError(
            f"题库 {path} 是空的。第一行应是列名：{'、'.join(names[0] for names in COLUMNS.values())}。"
        )
    fields = _fields(table[0], path)
    rows = []
    for line, cells in enumerate(table[1:], start=2):
        if any(cell.strip() for cell in cells):
            rows.append(Row(line, _values(fields, cells)))
    return tuple(rows)


def _fields(header: Sequence[str], path: Path) -> list[str]:
    fields = [_FIELD_OF.get(name.strip().lstrip("\ufeff"), name.strip()) for name in header]
    missing = [f"{field}（{COLUMNS[field][0]}）" for field in ("id", "type", "question") if field not in fields]
    if missing:
        raise QuestionSetError(f"题库 {path} 的第 1 行缺少列 {'、'.join(missing)}。请在表头补上。")
    repeated = sorted({field for field in fields if field and fields.count(field) > 1})
    if repeated:
        raise QuestionSetError(f"题库 {path} 的第 1 行有重复的列 {'、'.join(repeated)}。请只留一列。")
    return fields


def _values(fields: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field, cell in zip(fields, cells, strict=False):
        if not field or not cell.strip():
            continue
        values[field] = _list_of(field, cell.strip()) if field in _SEPARATORS else cell.strip()
    return values


def _list_of(field: str, cell: str) -> list[Any] | str:
    if cell.startswith("["):
        try:
            parsed = json.loads(cell)
        except json.JSONDecodeError:
            return cell
        return list(parsed)
    parts = [part.strip() for part in _SEPARATORS[field].split(cell) if part.strip()]
    if field != "cases":
        return parts
    return [int(part) if part.isdecimal() else part for part in parts]


def _read_csv(path: Path) -> list[list[str]]:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")  # what Excel writes on a Chinese Windows
        except UnicodeDecodeError as exc:
            raise QuestionSetError(
                f"题库 {path} 既不是 UTF-8 也不是 GB18030 编码（第 {exc.start} 字节）。请另存为 UTF-8 后重试。"
            ) from exc
    try:
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as exc:
        raise QuestionSetError(f"题库 {path} 不是有效的 CSV：{exc}。请检查引号是否成对。") from exc


def _read_xlsx(path: Path) -> list[list[str]]:
    from openpyxl import load_workbook  # type: ignore[import-untyped]
    from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

    try:
        with zipfile.ZipFile(path) as archive:
            n_bytes = sum(entry.file_size for entry in archive.infolist())
        if n_bytes > _MAX_XLSX_BYTES:
            raise QuestionSetError(
                f"题库 {path} 解压后有 {n_bytes // 2**20} MB，上限 {_MAX_XLSX_BYTES // 2**20} MB。请拆小。"
            )
        workbook = load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError) as exc:
        raise QuestionSetError(f"题库 {path} 不是有效的 XLSX 文件：{exc}。请用 Excel 或 WPS 另存为 .xlsx。") from exc
    try:
        return [_cells(row) for row in workbook.worksheets[0].iter_rows(values_only=True)]
    finally:
        workbook.close()


def _cells(row: Iterable[Any]) -> list[str]:
    return [_cell(value) for value in row]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # Excel keeps the 7 of a column of cases as 7.0
    if isinstance(value, datetime):
        return value.date().isoformat()
    return str(value)
