"""The passages that an answer rests on: those a chat model writes from, and those shown beside an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.answering.draft import Draft, DraftSentence
from rag.types import Chunk, Passage


def chunks_resting(sentences: Sequence[DraftSentence], chunks: Sequence[Chunk]) -> list[Chunk]:
    """Return the chunks that sentences rest on, in the order of `chunks`."""
    spans = [support for sentence in sentences for support in sentence.supports]
    return [chunk for chunk in chunks if any(chunk.start < span.end and span.start < chunk.end for span in spans)]


def chunks_to_write_from(
    grounded: Sequence[DraftSentence], retrieved: Sequence[Passage], chunks: Sequence[Chunk]
) -> list[Chunk]:
    """Return those the verbatim answer rests on, then what was retrieved, each once."""
    found = [passage.chunk for passage in retrieved if passage.chunk.kind not in ("residue", "catalogue")]
    return list({chunk.chunk_id: chunk for chunk in (*chunks_resting(grounded, chunks), *found)}.values())


def passages_read(draft: Draft, retrieved: Sequence[Passage], chunks: Sequence[Chunk]) -> tuple[Passage, ...]:
    """Return the passages an answer was read from: for one from the structure, those of the lines it cites first."""
    if not draft.from_structure:
        return tuple(retrieved)
    read = chunks_resting(draft.sentences, chunks)
    known = {chunk.chunk_id for chunk in read}
    rest = [passage for passage in retrieved if passage.chunk.chunk_id not in known]
    first = [Passage(chunk, 1.0, rank, "catalogue") for rank, chunk in enumerate(read, start=1)]
    ranked = [*first, *rest][: max(len(retrieved), len(first))]
    return tuple(replace(passage, rank=rank) for rank, passage in enumerate(ranked, start=1))
