"""Question sets in SQuAD's JSON form (CMRC 2018, DRCD, ExpMRC, XQuAD), alone or in a zip."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import EmbeddingError
from rag.normalising import to_simplified


@dataclass(frozen=True, slots=True)
class SourceQuestion:
    """A question with its answers; `text[starts[i]:][:len(answers[i])] == answers[i]` in the text it belongs to."""

    question: str
    answers: tuple[str, ...]
    starts: tuple[int, ...]
    evidence: tuple[str, ...] = ()
    """Sentences that people chose as evidence (ExpMRC only)."""


@dataclass(frozen=True, slots=True)
class SourceText:
    """A text with the questions asked about it."""

    title: str
    text: str
    questions: tuple[SourceQuestion, ...]
    unanswerable: tuple[str, ...] = ()
    """Questions that resemble the text and that it does not answer (SQuAD 2.0)."""


def read_sources(paths: Sequence[Path]) -> list[SourceText]:
    """Return the texts of question files in their order. Answers that do not stand where the file says are left out.

    paths: `.json` files in SQuAD's form, or `.zip` files that hold one.

    Raises EmbeddingError for a file that is missing or of another form.
    """
    return [source for path in paths for source in _read_file(path)]


def simplified(source: SourceText) -> SourceText:
    """Return the text and its questions in simplified characters; offsets stay."""
    questions = tuple(
        SourceQuestion(
            to_simplified(question.question),
            tuple(source_answer(to_simplified(source.text), question)),
            question.starts,
            tuple(map(to_simplified, question.evidence)),
        )
        for question in source.questions
    )
    unanswerable = tuple(map(to_simplified, source.unanswerable))
    return SourceText(to_simplified(source.title), to_simplified(source.text), questions, unanswerable)


def source_answer(text: str, question: SourceQuestion) -> list[str]:
    """Return what stands in `text` where the question's answers do."""
    return [text[start : start + len(answer)] for start, answer in zip(question.starts, question.answers, strict=True)]


def file_sha256(path: Path) -> str:
    """Return a file's SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_file(path: Path) -> list[SourceText]:
    try:
        data = json.loads(_read_bytes(path).decode("utf-8"))
        return [
            _make_source(str(article.get("title") or ""), paragraph)
            for article in data["data"]
            for paragraph in article["paragraphs"]
        ]
    except OSError as exc:
        raise EmbeddingError(f"读不出问题集 {path}（{exc.strerror or exc}）。请检查 --data 的路径。") from exc
    except (ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as exc:
        raise EmbeddingError(
            f"{path} 不是 SQuAD 格式的问题集（UTF-8 的 JSON，或含一个 JSON 的 zip）。请换用 CMRC 2018、DRCD 这样的文件。"
        ) from exc


def _read_bytes(path: Path) -> bytes:
    if path.suffix.lower() != ".zip":
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.lower().endswith(".json")]
        if len(names) != 1:
            raise ValueError(f"{len(names)} JSON files")
        return archive.read(names[0])


def _make_source(title: str, paragraph: dict[str, Any]) -> SourceText:
    text = str(paragraph["context"])
    questions, unanswerable = [], []
    for entry in paragraph["qas"]:
        if not entry["answers"]:
            unanswerable.append(str(entry["question"]))
        right = [
            (str(answer["text"]), int(answer["answer_start"]))
            for answer in entry["answers"]
            if answer["text"] and text.startswith(str(answer["text"]), int(answer["answer_start"]))
        ]
        if right:
            answers, starts = zip(*right, strict=True)
            evidence = tuple(map(str, entry.get("evidences") or ()))
            questions.append(SourceQuestion(str(entry["question"]), answers, starts, evidence))
    return SourceText(title, text, tuple(questions), tuple(unanswerable))
