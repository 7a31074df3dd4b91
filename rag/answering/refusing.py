"""What a refusal says: that the compilation does not, and where it comes nearest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from prompts.loading import load_prompt, prompt_stamp
from rag.types import Compilation, Passage, RefusalReason

MAX_NEAREST = 3


def refusal_text(
    reason: RefusalReason,
    passages: Sequence[Passage],
    compilation: Compilation,
    *,
    english: bool,
    lacking: str = "",
) -> str:
    """Return the refusal in the language of the question, with the nearest sections where there are any.

    lacking: words of the question that stand nowhere near; empty where none stand out.
    """
    lang: Literal["zh", "en"] = "en" if english else "zh"
    if reason == "instruction":
        return load_prompt("instruction_refusal", lang).strip()
    if reason == "out_of_scope":
        return load_prompt("out_of_scope_refusal", lang).strip()
    nearest = nearest_sections(passages, compilation)
    listed = ("; " if english else "；").join(nearest) if nearest else ("none" if english else "无")
    if lacking:
        return load_prompt("refusal_lacking", lang, lacking=lacking, nearest=listed).strip()
    return load_prompt("refusal", lang, nearest=listed).strip()


def refusal_prompts(reason: RefusalReason, *, english: bool) -> dict[str, str]:
    """Return what identifies the prompt file behind a refusal."""
    name = "instruction_refusal" if reason in ("instruction", "out_of_scope") else "refusal"
    return prompt_stamp(name, "en" if english else "zh")


def nearest_sections(passages: Sequence[Passage], compilation: Compilation) -> list[str]:
    """Return names of the first distinct sections of `passages`: department and heading, three at most."""
    names: list[str] = []
    for passage in passages:
        number = passage.chunk.case_number
        if number is None:
            continue
        case = compilation.case(number)
        heading = passage.chunk.section_path[-1] if passage.chunk.section_path else case.title
        name = f"{case.department_in_contents}“{heading}”"
        if name not in names:
            names.append(name)
        if len(names) == MAX_NEAREST:
            break
    return names
