"""The types every part shares. Frozen: an answer can be kept, hashed and compared.

Offsets count code points of `Compilation.text`, half-open, everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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
    prompts: Mapping[str, str] = field(default_factory=dict)
    """The prompt files used, `name.lang@version`, to the SHA-256 of each."""
    notice: str = ""
    """What the person should know about how it came about: a chat model that failed or was not believed; mostly empty."""
    writing: Writing | None = None
    """What became of the chat model's sentences; None where none was asked."""


@dataclass(frozen=True, slots=True)
class ProposedSentence:
    """A sentence of a chat model, and what the check said of it."""

    text: str
    keys: tuple[int, ...]
    """The numbers of the passages it cited, as shown to the model."""
    problem: str
    """Why it was not shown; empty where it was."""
    again: bool
    """Whether it was written when asked once more."""


@dataclass(frozen=True, slots=True)
class Writing:
    """What became of the sentences that a chat model wrote."""

    n_proposed: int = 0
    """Sentences of its first reply."""
    n_released: int = 0
    """Of these and of those asked for once more, those that passed the check and were shown."""
    n_asked_again: int = 0
    n_replaced: int = 0
    """Those that failed twice and gave way to verbatim sentences."""
    unknown_keys: tuple[int, ...] = ()
    """Passage numbers it cited that there were none of."""
    fault: str = ""
    """The kind of fault that ended it (`refused`, `silence`, …); empty where none did."""
    sentences: tuple[ProposedSentence, ...] = ()
    """All it wrote, for those who audit the check."""


@dataclass(frozen=True, slots=True)
class CaseDecision:
    """Whether a case does what a which-cases question asks for, and the sentence that decides."""

    case_number: int
    included: bool
    score: float
    """Share of what is looked for that the sentence holds, 0 to 1."""
    citation: Citation | None
    """The sentence that comes nearest, its key the case's number; None where the case has none to compare."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What each part of retrieval returned for one question, with the very parameters that answering uses."""

    question: str
    standalone_question: str
    dense: tuple[Passage, ...]
    """Best first, with cosines."""
    lexical: tuple[Passage, ...]
    """Best first, with BM25 scores."""
    fused: tuple[Passage, ...]
    """Best first: what an answer is read from."""
    parameters: Mapping[str, str | int | float]
    """The embedding model, the number of passages, the weights of the fusion, cases lifted, and the like."""


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


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What the reader makes of one text for one question. Logits are not bounded; 0 is even odds for `relevance`.

    Spans are code points of `text`, half-open. Tokens are those of `text`, n of them.
    """

    text: str
    relevance: float
    """Logit that the text answers the question."""
    null: float
    """Start and end logit, added, of "no answer here"."""
    span: tuple[int, int]
    """The likeliest answer, without punctuation or white space at its ends; (0, 0) where the text has no tokens."""
    span_score: float
    """Start and end logit of `span`, added; minus `null` it tells how sure the reader is. -inf without tokens."""
    starts: NDArray[np.float32]
    """(n,): logits that the answer begins with a token."""
    ends: NDArray[np.float32]
    """(n,): logits that it ends with a token."""
    evidence: NDArray[np.float32]
    """(n,): logits that a token lies in a sentence that answers."""
    offsets: NDArray[np.int32]
    """(n, 2): where each token stands."""

    MAX_ANSWER_TOKENS: ClassVar[int] = 40

    def mass(self, start: int, end: int) -> float:
        """Return the probability, 0 to 1, that the answer lies within `[start, end)`.

        "No answer" and every span of up to MAX_ANSWER_TOKENS tokens share the whole of 1.
        """
        import numpy as np

        if not len(self.offsets):
            return 0.0
        highest = max(float(self.starts.max() + self.ends.max()), self.null)
        inside = self._tokens_in(start, end)
        whole = self._weight(np.ones_like(inside), highest) + float(np.exp(self.null - highest))
        return min(1.0, self._weight(inside, highest) / whole)

    def evidence_in(self, start: int, end: int) -> float:
        """Return the mean evidence logit of the tokens in `[start, end)`; -inf where there is none."""
        inside = self._tokens_in(start, end)
        return float(self.evidence[inside].mean()) if inside.any() else float("-inf")

    def best_within(self, start: int, end: int) -> tuple[int, int]:
        """Return the likeliest answer within `[start, end)`, its ends as those of `span`; (start, start) without one."""
        import numpy as np

        inside = np.flatnonzero(self._tokens_in(start, end))
        if not len(inside):
            return start, start
        first, last = best_token_span(self.starts[inside], self.ends[inside], longest=self.MAX_ANSWER_TOKENS)
        begins = max(start, int(self.offsets[inside[first], 0]))
        return trim_span(self.text, begins, int(self.offsets[inside[last], 1]))

    def _tokens_in(self, start: int, end: int) -> NDArray[np.bool_]:
        """Return which tokens end within `[start, end)`: a token may begin with the white space before its word."""
        return (self.offsets[:, 1] > start) & (self.offsets[:, 1] <= end)

    def _weight(self, inside: NDArray[np.bool_], highest: float) -> float:
        """Return the sum over spans of tokens inside of exp(start + end - highest)."""
        import numpy as np

        shift = float(self.starts.max())
        starts = np.where(inside, np.exp(self.starts.astype(np.float64) - shift), 0.0)
        ends = np.where(inside, np.exp(self.ends.astype(np.float64) + shift - highest), 0.0)
        sums = np.concatenate(([0.0], np.cumsum(ends)))
        first = np.arange(len(starts))
        last = np.minimum(first + self.MAX_ANSWER_TOKENS, len(starts))
        return float((starts * (sums[last] - sums[first])).sum())


def best_token_span(starts: NDArray[np.float32], ends: NDArray[np.float32], *, longest: int) -> tuple[int, int]:
    """Return the first and last token (inside) with the highest sum of logits, `longest` tokens at most.

    starts, ends: float32 (n,), n > 0.
    """
    import numpy as np

    n = len(starts)
    sums = starts[:, None] + ends[None, :]
    allowed = np.triu(np.ones((n, n), dtype=bool)) & np.tril(np.ones((n, n), dtype=bool), longest - 1)
    first, last = np.unravel_index(int(np.where(allowed, sums, -np.inf).argmax()), (n, n))
    return int(first), int(last)


def trim_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without punctuation and white space at its ends; as it is where nothing else would be left."""
    kept = [i for i in range(start, end) if not (text[i].isspace() or text[i] in ",.;:!?，。、；：！？…—")]
    return (kept[0], kept[-1] + 1) if kept else (start, end)
