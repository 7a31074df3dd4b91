"""A conversation as Markdown, Word and JSON; ratings as a question file; tables as CSV and XLSX."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence

from rag.types import Compilation
from ui.conversations import Turn, turn_record
from ui.i18n import Texts
from ui.places import without_markers
from ui.references import answer_as_markdown, escaped, gb_references, reference_line
from ui.rendering import ending_of

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
FONT = "SimSun"


def conversation_markdown(
    title: str, turns: Sequence[Turn], compilations: Mapping[str, Compilation], texts: Texts
) -> str:
    """Return the conversation as Markdown: questions, answers with their quotes, references."""
    parts = [f"# {escaped(title)}", ""]
    for turn in turns:
        parts.append(answer_as_markdown(turn, texts))
        parts += [f"*{escaped(sentence)}*\n" for sentence in ending_of(turn, texts)]
    references = gb_references([one for turn in turns for one in turn.citations.values()], compilations)
    if references:
        parts += [f"## {texts('export.references')}", ""]
        parts += [f"{escaped(reference)}\n" for reference in references]
    return "\n".join(parts)


def conversation_json(conversation_id: str, title: str, turns: Sequence[Turn]) -> str:
    """Return the conversation as one JSON object; offsets count code points of the compilation's text."""
    record = {"id": conversation_id, "title": title, "turns": [turn_record(turn) for turn in turns]}
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def conversation_docx(
    title: str, turns: Sequence[Turn], compilations: Mapping[str, Compilation], texts: Texts
) -> bytes:
    """Return the conversation as a Word document."""
    from docx import Document
    from docx.oxml.ns import qn

    document = Document()
    normal = document.styles["Normal"]
    normal.font.name = FONT
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    document.add_heading(_clean(title), level=1)
    for turn in turns:
        document.add_heading(_clean(turn.question), level=2)
        for line in [*without_markers(turn.text).split("\n"), *ending_of(turn, texts)]:
            if line.strip():
                document.add_paragraph(_clean(line.strip()))
        for one in sorted(turn.citations.values(), key=lambda citation: citation.key):
            document.add_paragraph(_clean(f"[{one.key}] {reference_line(one, texts)}"), style="List Paragraph")
            quote = " ".join(without_markers(one.quote).split())
            document.add_paragraph(_clean(quote), style="Intense Quote")
    references = gb_references([one for turn in turns for one in turn.citations.values()], compilations)
    if references:
        document.add_heading(_clean(texts("export.references")), level=2)
        for reference in references:
            document.add_paragraph(_clean(reference))
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _clean(text: str) -> str:
    """Return text without the characters that XML cannot hold."""
    return _CONTROL.sub("", text)


def ratings_jsonl(rated: Sequence[tuple[Turn, tuple[str, ...]]]) -> str:
    """Return rated turns, each with the questions before it, as a question file of `eval`.

    A good answer becomes the expected one, a good refusal `unanswerable`; of a bad one only the question is known.
    """
    lines = []
    for turn, history in rated:
        refused = turn.answer is not None and turn.answer.refused
        good = turn.verdict == "up"
        cited = list(turn.citations.values()) if good else []
        line = {
            "id": f"rated-{turn.turn_id[:12]}",
            "lang": "en" if turn.question.isascii() else "zh",
            "type": "unanswerable" if good and refused else f"rated-{turn.verdict}",
            "question": turn.question,
            "cases": sorted({one.case_number for one in cited if one.case_number is not None}),
            "evidence": [one.quote for one in cited],
            "answer": _rated_answer(turn) if good and not refused else "",
            "answer_keys": [turn.answer.short_answer] if good and turn.answer and turn.answer.short_answer else [],
            "history": list(history),
        }
        lines.append(json.dumps(line, ensure_ascii=False) + "\n")
    return "".join(lines)


def _rated_answer(turn: Turn) -> str:
    return re.sub(r"\[\d{1,4}\]", "", without_markers(turn.text)).strip()


def table_csv(header: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """Return a table as CSV that a spreadsheet opens as UTF-8; text that it would take for a formula is quoted."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    writer.writerows([[_no_formula(value) for value in row] for row in rows])
    return buffer.getvalue().encode("utf-8-sig")


def table_xlsx(header: Sequence[str], rows: Sequence[Sequence[object]], *, widths: Sequence[int]) -> bytes:
    """Return a table as XLSX: text stays text, never a formula. widths: of the columns, in characters."""
    import openpyxl  # type: ignore[import-untyped]
    from openpyxl.styles import Alignment, Font  # type: ignore[import-untyped]

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(header))
    for row in rows:
        sheet.append([_clean(value) if isinstance(value, str) else value for value in row])
    for number, cells in enumerate(sheet.iter_rows(), 1):
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 1:
                cell.font = Font(bold=True)
            if isinstance(cell.value, str):
                cell.data_type = "s"
    for letter, width in zip("ABCDEFGH", widths, strict=False):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _no_formula(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
