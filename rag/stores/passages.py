"""The index of a compilation in memory: chunks, their sentences, dense and lexical stores; and its files."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.errors import IndexError_
from rag.stores.dense import DenseIndex, Vectors
from rag.stores.glossary import Glossary
from rag.stores.lexical import LexicalIndex, lexical_tokens
from rag.types import Chunk, Compilation

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a chunk, by offsets of the compilation's text."""

    chunk: int
    """Position of the chunk in the index."""
    start: int
    end: int


class PassageIndex:
    """Everything retrieval and answering read of one compilation."""

    def __init__(
        self,
        compilation: Compilation,
        chunks: Sequence[Chunk],
        *,
        texts: Sequence[str],
        sentences: Sequence[Sentence],
        dense: DenseIndex,
        sentence_vectors: Vectors,
    ) -> None:
        """Hold an index.

        texts: what is embedded and searched of each chunk (title, department, headings, text).
        dense: a vector for each chunk; sentence_vectors: float32 (n sentences, dim), L2-normalised.
        """
        self.compilation = compilation
        self.chunks = tuple(chunks)
        self.texts = tuple(texts)
        self.sentences = tuple(sentences)
        self.sentence_vectors = sentence_vectors
        self.dense = dense
        self.lexical = LexicalIndex(texts)

    @cached_property
    def sentences_of(self) -> tuple[tuple[int, ...], ...]:
        """For each chunk, the positions of its sentences."""
        positions: list[list[int]] = [[] for _ in self.chunks]
        for position, sentence in enumerate(self.sentences):
            positions[sentence.chunk].append(position)
        return tuple(tuple(of_chunk) for of_chunk in positions)

    @cached_property
    def sentence_tokens(self) -> tuple[frozenset[str], ...]:
        """The lexical tokens of each sentence."""
        text = self.compilation.text
        return tuple(frozenset(lexical_tokens(text[s.start : s.end])) for s in self.sentences)

    @cached_property
    def chunk_tokens(self) -> tuple[frozenset[str], ...]:
        """The lexical tokens of each chunk with its headings."""
        return tuple(frozenset(lexical_tokens(text)) for text in self.texts)

    @cached_property
    def glossary(self) -> Glossary:
        """What the words of English questions are called in the chunks; its dictionary is read with the first of them."""
        return Glossary(self.chunk_tokens)

    @cached_property
    def case_tokens(self) -> Mapping[int, frozenset[str]]:
        """The lexical tokens of each case, by its number."""
        tokens: dict[int, set[str]] = {}
        for chunk, of_chunk in zip(self.chunks, self.chunk_tokens, strict=True):
            if chunk.case_number is not None:
                tokens.setdefault(chunk.case_number, set()).update(of_chunk)
        return {number: frozenset(of_case) for number, of_case in tokens.items()}

    @cached_property
    def idf(self) -> Mapping[str, float]:
        """Inverse document frequency of each token over the chunks, ln(1 + (N - df + 0.5) / (df + 0.5)), as in BM25."""
        counts: dict[str, int] = {}
        for tokens in self.chunk_tokens:
            for token in tokens:
                counts[token] = counts.get(token, 0) + 1
        n = len(self.chunks)
        return {token: float(np.log(1 + (n - df + 0.5) / (df + 0.5))) for token, df in counts.items()}

    def files(self) -> dict[str, bytes]:
        """Return the files that `from_files` reads; the compilation itself is read from its source."""
        rows = [{**asdict(chunk), "embedded": text} for chunk, text in zip(self.chunks, self.texts, strict=True)]
        spans = np.array([(s.chunk, s.start, s.end) for s in self.sentences], dtype=np.int64).reshape(-1, 3)
        return {
            "chunks.jsonl": "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode(),
            "dense.faiss": self.dense.to_bytes(),
            "sentences.npy": _npy(spans),
            "sentence_vectors.npy": _npy(self.sentence_vectors.astype(np.float16)),
        }

    @classmethod
    def from_files(cls, compilation: Compilation, files: Mapping[str, bytes]) -> PassageIndex:
        """Return the index that `files` describe. IndexError_ when they are not whole."""
        try:
            chunks, texts = [], []
            for line in filter(None, files["chunks.jsonl"].decode().split("\n")):
                row = json.loads(line)
                texts.append(row.pop("embedded"))
                chunks.append(Chunk(**{**row, "section_path": tuple(row["section_path"])}))
            spans = np.load(io.BytesIO(files["sentences.npy"]), allow_pickle=False)
            vectors = np.load(io.BytesIO(files["sentence_vectors.npy"]), allow_pickle=False)
            dense = DenseIndex.from_bytes(files["dense.faiss"])
        except (KeyError, ValueError, TypeError, AttributeError, EOFError) as exc:
            raise _incomplete() from exc
        fitting = dense.n_vectors == len(chunks) and vectors.shape == (len(spans), dense.dim)
        if not fitting or any(row[0] >= len(chunks) for row in spans):
            raise _incomplete()
        return cls(
            compilation,
            chunks,
            texts=texts,
            sentences=[Sentence(*map(int, row)) for row in spans],
            dense=dense,
            sentence_vectors=vectors.astype(np.float32),
        )


def _incomplete() -> IndexError_:
    return IndexError_("索引文件不完整，无法读取。请运行 python -m rag index --force 重建索引。")


def _npy(array: npt.NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()
