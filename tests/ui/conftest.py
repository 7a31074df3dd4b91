"""A pipeline with a script instead of a model, over the real compilation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import pytest

from rag.errors import CaseChatError
from rag.types import Answer, Chunk, Citation, Compilation, Delta, Passage


class ScriptedQA:
    """Streams what it was given, whatever the question; remembers what it was asked."""

    def __init__(self, compilation: Compilation) -> None:
        self.compilations: Mapping[str, Compilation] = MappingProxyType({compilation.compilation_id: compilation})
        self.compilation = compilation
        self.script: list[Delta | Answer | CaseChatError] = []
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def stream(self, question: str, history: Sequence[str] = ()) -> Iterator[Delta | Answer]:
        """Yield the script's items; raise its errors."""
        self.asked.append((question, tuple(history)))
        for item in self.script:
            if isinstance(item, CaseChatError):
                raise item
            yield item

    def citation(self, key: int, quote: str) -> Citation:
        """Return a citation of the first place where the quote stands in a case."""
        start = self.compilation.text.index(quote, self.compilation.cases[0].start)
        end = start + len(quote)
        case = next(case for case in self.compilation.cases if case.start <= start < case.end)
        section = next(section for section in case.sections if section.start <= start < section.end)
        return Citation(
            key=key,
            compilation_id=self.compilation.compilation_id,
            case_number=case.number,
            title=case.title,
            department=case.department,
            section_path=section.path,
            first_page=case.first_page,
            last_page=case.last_page,
            quote=quote,
            start=start,
            end=end,
        )

    def passage(self, rank: int, quote: str) -> Passage:
        """Return a passage of the first place where the quote stands in a case."""
        cited = self.citation(1, quote)
        chunk = Chunk(
            chunk_id=f"c{rank}",
            compilation_id=cited.compilation_id,
            case_number=cited.case_number,
            section_path=cited.section_path,
            kind="prose",
            start=cited.start,
            end=cited.end,
            text=quote,
            n_tokens=10,
        )
        return Passage(chunk=chunk, score=1 / rank, rank=rank, method="fused")

    def answer(self, question: str, text: str, *citations: Citation, standalone: str = "") -> Answer:
        """Return an answer with this text and these citations."""
        return Answer(
            question=question,
            standalone_question=standalone or question,
            text=text,
            short_answer="",
            citations=citations,
            passages=(),
            refused=False,
            reason=None,
            confidence=0.9,
            model="extractive",
        )

    def refusal(self, question: str, text: str, *passages: Passage) -> Answer:
        """Return a refusal with these nearest passages."""
        return Answer(
            question=question,
            standalone_question=question,
            text=text,
            short_answer="",
            citations=(),
            passages=passages,
            refused=True,
            reason="out_of_scope",
            confidence=0.1,
            model="extractive",
        )


@pytest.fixture
def scripted(compilation: Compilation) -> ScriptedQA:
    """A pipeline with an empty script."""
    return ScriptedQA(compilation)
