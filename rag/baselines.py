"""The chunks of a textbook pipeline, to compare against: fixed size, blind to headings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.types import Chunk, Compilation

CHUNK_CHARS = 1000
OVERLAP_CHARS = 200


def textbook_chunks(compilation: Compilation) -> tuple[Chunk, ...]:
    """Return chunks as LangChain's RecursiveCharacterTextSplitter cuts them with default separators.

    A chunk that begins in one case and runs into the next counts for the one it begins in.
    """
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK_CHARS, chunk_overlap=OVERLAP_CHARS, add_start_index=True)
    chunks = []
    for document in splitter.create_documents([compilation.text]):
        start = int(document.metadata["start_index"])
        end = start + len(document.page_content)
        holding = [case.number for case in compilation.cases if case.start <= start < case.end]
        chunks.append(
            Chunk(
                chunk_id=f"{compilation.compilation_id}:{start}-{end}",
                compilation_id=compilation.compilation_id,
                case_number=holding[0] if holding else None,
                section_path=(),
                kind="prose",
                start=start,
                end=end,
                text=compilation.text[start:end],
                n_tokens=0,
            )
        )
    return tuple(chunks)


def shortened(
    texts: Sequence[str], *, count_tokens: Callable[[Sequence[str]], list[int]], max_tokens: int
) -> list[str]:
    """Return `texts` cut at the model's limit, as such a pipeline does without a word; ours never cuts."""
    short = []
    for text, n_tokens in zip(texts, count_tokens(texts), strict=True):
        while n_tokens > max_tokens:
            text = text[: int(len(text) * max_tokens / n_tokens) - 1]
            n_tokens = count_tokens([text])[0]
        short.append(text)
    return short
