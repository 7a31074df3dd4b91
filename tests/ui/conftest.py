"""A pipeline with a script instead of a model, over the real compilation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

import pytest

from rag.errors import CaseChatError
from rag.types import Answer, CaseDecision, Chunk, Citation, Compilation, Delta, Inspection, Passage
from ui.i18n import Texts

ZH = Texts("zh")
EN = Texts("en")


class ScriptedQA:
    """Streams what it was given, whatever the question; remembers what it was asked."""

    def __init__(self, compilation: Compilation) -> None:
        self.compilations: Mapping[str, Compilation] = MappingProxyType({compilation.compilation_id: compilation})
        self.compilation = compilation
        self.tried: list[str] = []
        self.script: list[Delta | Answer | CaseChatError] = []
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.limits: list[tuple[tuple[int, ...] | None, int | None]] = []
        """`only_cases` and `n_passages` of each question."""

    def ask(self, question: str, *, only_cases: Sequence[int] | None = None) -> Answer:
        """Answer what the page tries as a suggestion after a refusal: the second one tried is refused."""
        self.tried.append(question)
        return self.refusal(question, "") if len(self.tried) == 2 else self.answer(question, "答。")

    def screen(self, question: str) -> tuple[CaseDecision, ...]:
        """Say yes for case 4 and no for all others, the first of which has nothing to compare."""
        cases = self.compilation.cases
        cited = {case.number: self.citation_at(case.start, case.start + 8, key=case.number) for case in cases}
        return tuple(
            CaseDecision(case.number, case.number == 4, 0.5, cited[case.number] if case.number > 1 else None)
            for case in cases
        )

    def inspect(self, question: str, *, k: int | None = None) -> Inspection:
        """Return two passages, the first of which both ways of retrieval found."""
        first, second = self.passage(1, "新增耕地面积约 9600 亩"), self.passage(2, "整治规模 9 万余亩")
        return Inspection(question, question, (first,), (), (first, second), {"n_passages": k or 10})

    def stream(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        only_cases: Sequence[int] | None = None,
        n_passages: int | None = None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Iterator[Delta | Answer]:
        """Yield the script's items; raise its errors."""
        self.asked.append((question, tuple(history)))
        self.limits.append((None if only_cases is None else tuple(only_cases), n_passages))
        for item in self.script:
            if isinstance(item, CaseChatError):
                raise item
            yield item

    def citation(self, key: int, quote: str) -> Citation:
        """Return a citation of the first place where the quote stands in a case."""
        start = self.compilation.text.index(quote, self.compilation.cases[0].start)
        return self.citation_at(start, start + len(quote), key=key)

    def citation_at(self, start: int, end: int, *, key: int) -> Citation:
        """Return a citation of a span."""
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
            quote=self.compilation.text[start:end],
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
