"""The prompt of a written answer: as many passages as the model's window holds, delimited as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from prompts.loading import load_prompt
from rag.answering.scope import is_instruction
from rag.errors import LlmError
from rag.llms.tokens import TokenCounter
from rag.stores.passages import PassageIndex
from rag.types import Chunk

Language = Literal["zh", "en"]
REVISION_SHARE = 8
"""One part in so many of the window is kept for asking again."""
_SKIPPED = {"zh": "（此处略去一句与案例无关的话）", "en": "(a sentence that is no part of the case is left out here)"}


@dataclass(frozen=True, slots=True)
class FittedPrompt:
    """A prompt that fits the window, and the passages it shows."""

    text: str
    chunks: tuple[Chunk, ...]
    """`[1]` is the first."""


def fit_prompt(
    question: str,
    chunks: Sequence[Chunk],
    index: PassageIndex,
    *,
    counter: TokenCounter,
    answer_tokens: int,
    language: Language,
) -> FittedPrompt:
    """Return the prompt with the first of `chunks` that fit beside the rules, the question and the reply.

    Raises LlmError (`window`) when not even one fits.
    """
    room = counter.window_tokens - answer_tokens - counter.window_tokens // REVISION_SHARE
    used = counter.count(_filled(question, [], language))
    blocks: list[str] = []
    for n, chunk in enumerate(chunks, start=1):
        block = passage_block(chunk, n, index, language=language)
        used += counter.count(block)
        if used > room:
            break
        blocks.append(block)
    if not blocks and chunks:
        return _first_cut(question, chunks[0], index, counter=counter, room=room, language=language)
    return FittedPrompt(_filled(question, blocks, language), tuple(chunks[: len(blocks)]))


def _first_cut(
    question: str, chunk: Chunk, index: PassageIndex, *, counter: TokenCounter, room: int, language: Language
) -> FittedPrompt:
    """Return the prompt with as many sentences of the first passage as fit. Raises LlmError when not even one does."""
    position = next(i for i, one in enumerate(index.chunks) if one.chunk_id == chunk.chunk_id)
    ends = [index.sentences[i].end for i in index.sentences_of[position]]
    for end in reversed(ends):
        cut = replace(chunk, end=end, text=index.compilation.text[chunk.start : end])
        text = _filled(question, [passage_block(cut, 1, index, language=language)], language)
        if end < chunk.end and counter.count(text) <= room:
            return FittedPrompt(text, (cut,))
    raise LlmError(f"模型一次能读 {counter.window_tokens} 个词元，放不下一个段落。", kind="window")


def passage_block(chunk: Chunk, n: int, index: PassageIndex, *, language: Language) -> str:
    """Return a passage as the model sees it: numbered, with its place; what poses as an instruction is left out."""
    compilation = index.compilation
    if chunk.case_number is None:
        place = compilation.title
    else:
        case = compilation.case(chunk.case_number)
        place = "｜".join(part for part in (case.department_in_contents, case.title, *chunk.section_path) if part)
    return (
        f'<passage id="{n}">\n{as_data(place)}\n{as_data(_without_instructions(chunk, index, language))}\n</passage>\n'
    )


def as_data(text: str) -> str:
    """Return text that cannot close or open a delimiter: its angle brackets are made full-width, bold markers dropped."""
    return text.replace("**", "").replace("<", "＜").replace(">", "＞")


def _without_instructions(chunk: Chunk, index: PassageIndex, language: Language) -> str:
    position = next(i for i, one in enumerate(index.chunks) if one.chunk_id == chunk.chunk_id)
    text = index.compilation.text
    kept, at = [], chunk.start
    for i in index.sentences_of[position]:
        span = index.sentences[i]
        if is_instruction(text[span.start : span.end]):
            kept += [text[at : span.start], _SKIPPED[language]]
            at = span.end
        if span.end >= chunk.end:
            break
    return "".join([*kept, text[at : chunk.end]]).strip()


def _filled(question: str, blocks: Sequence[str], language: Language) -> str:
    shown = "".join(blocks).strip()
    return load_prompt("answer", language, n=str(max(1, len(blocks))), passages=shown, question=as_data(question))
