"""Public question sets with a part of their paragraphs taken away, for fitting when to refuse.

A confidence fitted on one compilation alone takes the questions of other texts for doubtful. Here each second paragraph
is left out of the corpus that is searched, so that its questions cannot be answered, and those of the others can.
Paragraphs that have questions they do not answer (`benchmarks.contrast`) all stay.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import QuestionSetError
from rag.factory import CorpusDocument
from rag.normalising import is_mostly_latin

EVERY = 2
"""Each paragraph with a number that this divides is left out."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a set in SQuAD's format, with its questions as they stand in the file."""

    title: str
    text: str
    entries: Sequence[dict[str, Any]]


def read_paragraphs(path: Path) -> Iterator[Paragraph]:
    """Yield the paragraphs of a set, JSON or a zip with one JSON file.

    Raises QuestionSetError for a file that is missing or of another form.
    """
    try:
        for article in json.loads(_read_text(path))["data"]:
            for paragraph in article["paragraphs"]:
                yield Paragraph(str(article.get("title") or ""), str(paragraph["context"]), paragraph["qas"])
    except OSError as exc:
        raise QuestionSetError(f"读不出题库 {path}（{exc.strerror or exc}）。请检查它的路径。") from exc
    except (ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as exc:
        raise QuestionSetError(f"{path} 不是 SQuAD 格式的 JSON（{exc!r}）。请换用 CMRC 2018 这样的文件。") from exc


def _read_text(path: Path) -> str:
    if path.suffix.lower() != ".zip":
        return path.read_text(encoding="utf-8")
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.lower().endswith(".json")]
        if len(names) != 1:
            raise ValueError(f"{len(names)} JSON files")
        return archive.read(names[0]).decode("utf-8")


def with_paragraphs_removed(path: Path) -> tuple[list[CorpusDocument], list[dict[str, Any]]]:
    """Return the paragraphs kept, and all questions in the form `fit` reads, those that cannot be answered `unanswerable`.

    Raises QuestionSetError as `read_paragraphs`.
    """
    documents: list[CorpusDocument] = []
    questions: list[dict[str, Any]] = []
    for number, paragraph in enumerate(read_paragraphs(path), start=1):
        kept = number % EVERY != 0 or not all(entry["answers"] for entry in paragraph.entries)
        if kept:
            documents.append(CorpusDocument(str(number), paragraph.title, paragraph.text))
        for entry in paragraph.entries:
            evidence = [answer["text"] for answer in entry["answers"][:1] if kept]
            type_ = "fact" if evidence else "unanswerable"
            lang = "en" if is_mostly_latin(entry["question"]) else "zh"
            questions.append({"type": type_, "lang": lang, "question": entry["question"], "evidence": evidence})
    return documents, questions
