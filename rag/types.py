"""The types every part shares. Frozen: an answer can be kept, hashed and compared.

Offsets count code points of `Compilation.text`, half-open, everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

SectionKind = Literal["prose", "list", "table", "residue", "catalogue"]
RefusalReason = Literal["out_of_scope", "not_in_compilation", "instruction", "empty_question"]


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a case under one heading, up to the next heading of any level."""

    heading: str
    """The heading as it reads, without `**`; empty for the opening of a case."""
    level: int
    """0 for the opening of a case (title, department, lead), 1 for 一、, 2 for （一）, 3 for 1., 4 for ——."""
    path: tuple[str, ...]
    """The headings above this one and itself, outermost first; empty for the opening."""
    kind: SectionKind
    """`residue` is text of a screenshot: kept and searchable, never quoted as prose."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Case:
    """One case: what the contents say of it and what the body says, side by side."""

    number: int
    """1 for the first case in the contents."""
    title: str
    """As it stands at the head of the case."""
    title_in_contents: str
    department: str
    department_in_contents: str
    first_page: int
    """Page by the table of contents."""
    last_page: int | None
    """The next case's first page minus one; None for the last case."""
    sections: tuple[Section, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Compilation:
    """A compilation in its canonical reading text (NFC, lines cut by page breaks rejoined)."""

    compilation_id: str
    title: str
    issuer: str
    """Empty where the cover names none."""
    date: str
    """As printed on the cover, "2019 年 2 月"; empty where the cover has none."""
    text: str
    cases: tuple[Case, ...]
    source_sha256: str
    """Of the file's bytes as they were read."""
    catalogue: tuple[Section, ...] = ()
    """The cover and the lines of the contents, one section each, before the first case."""

    def case(self, number: int) -> Case:
        """Return the case with this number. KeyError when there is none."""
        for case in self.cases:
            if case.number == number:
                return case
        raise KeyError(number)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A retrievable stretch of one section; `compilation.text[start:end] == text`."""

    chunk_id: str
    compilation_id: str
    case_number: int | None
    """None for the catalogue."""
    section_path: tuple[str, ...]
    kind: SectionKind
    start: int
    end: int
    text: str
    n_tokens: int
    """Of what is embedded (title, department, path, text, prefix), by the embedding model's tokenizer."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that retrieval returned."""

    chunk: Chunk
    score: float
    """Higher is better; comparable within one question only."""
    rank: int
    """From 1."""
    method: str
    """`fused`, `dense`, `lexical` or `catalogue`."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a sentence of the answer comes from; `quote == compilation.text[start:end]`, always."""

    key: int
    """The number in `[n]`, from 1."""
    compilation_id: str
    case_number: int | None
    title: str
    department: str
    section_path: tuple[str, ...]
    first_page: int | None
    last_page: int | None
    quote: str
    start: int
    end: int
    computed: bool = False
    """True where the sentence counts or compares spans: its figures need not stand in the quote."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, or a refusal, with everything needed to check it."""

    question: str
    standalone_question: str
    """The question with what it takes from the history filled in; equal to `question` without history."""
    text: str
    """Sentences, each followed by its marks `[1]`, `[2]`."""
    short_answer: str
    """The value or span asked for; empty where the question asks for none."""
    citations: tuple[Citation, ...]
    passages: tuple[Passage, ...]
    refused: bool
    reason: RefusalReason | None
    """Why it was refused; None when it was answered."""
    confidence: float
    """0 to 1; below the refusal threshold in `Settings` the question is refused."""
    model: str
    """`extractive`, or the chat model's `provider:name`."""
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    settings_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Delta:
    """One checked sentence of an answer being streamed, with its marks and their citations."""

    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class IndexManifest:
    """What an index was built from; read before anything else of it is."""

    format_version: int
    compilations: Mapping[str, str]
    """compilation_id to source_sha256."""
    chunker_version: str
    embedding_model: str
    dim: int
    dtype: str
    metric: str
    n_chunks: int
    created_at: str
    """UTC, ISO 8601."""
