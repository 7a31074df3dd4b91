"""One question through the code: normalise, make standalone, retrieve, decide, answer, check, cite."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rag.answering.asked import Asked, Kind, what_is_asked
from rag.answering.catalogue import CatalogueAnswerer
from rag.answering.citing import cite
from rag.answering.comparing import parts_of
from rag.answering.draft import Draft
from rag.answering.extractive import ExtractiveAnswerer, Posed
from rag.answering.grounding import is_grounded
from rag.answering.refusing import refusal_text
from rag.answering.scope import is_instruction, is_other_work
from rag.answering.screening import CaseScreener
from rag.answering.several import answer_which_cases, compare
from rag.errors import QuestionError
from rag.normalising import clean_question, matching_form
from rag.retrieval.followup import MAX_TURNS, leans_on_history, standalone_question
from rag.retrieval.mentions import CaseNames, Mention
from rag.retrieval.retriever import Retrieved, Retriever
from rag.settings import Settings
from rag.stores.passages import PassageIndex
from rag.types import Answer, Citation, Compilation, Delta, Passage

MODEL = "extractive"


@dataclass(frozen=True, slots=True)
class _Understood:
    question: str
    standalone: str
    asked: Asked
    mentions: tuple[Mention, ...]

    @property
    def named(self) -> tuple[int, ...]:
        return tuple(mention.case_number for mention in self.mentions)


class CaseQA:
    """Answers questions on a compilation. Safe to call from several threads: nothing is changed by a question."""

    def __init__(
        self,
        settings: Settings,
        index: PassageIndex,
        *,
        retriever: Retriever,
        answerer: ExtractiveAnswerer,
        catalogue: CatalogueAnswerer | None,
        names: CaseNames,
        n_passages: int,
    ) -> None:
        """Put the parts together; `rag.factory.build_qa` does it from settings. Without `catalogue` (baselines)
        questions about the compilation itself are answered from passages."""
        self.settings = settings
        self._index = index
        self._retriever = retriever
        self._answerer = answerer
        self._catalogue = catalogue
        self._names = names
        self._screener = CaseScreener(index)
        self._n_passages = n_passages
        self._settings_sha256 = settings.sha256()

    @property
    def index(self) -> PassageIndex:
        """The index answered from, for those who measure."""
        return self._index

    @property
    def compilations(self) -> Mapping[str, Compilation]:
        """The compilations answered from, by id."""
        return {self._index.compilation.compilation_id: self._index.compilation}

    def retrieve(self, question: str, *, k: int | None = None) -> tuple[Passage, ...]:
        """Return the `k` best passages for a question that stands alone; None takes the settings' number."""
        understood = self._understand(self._checked(question), ())
        return self._search(understood, self._n_passages if k is None else max(0, k)).passages

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        """Return the answer to `question`, or a refusal (`Answer.refused`).

        history: the earlier questions of the conversation, oldest first.

        Raises QuestionError for a question that is empty or longer than the settings allow.
        """
        for event in self.stream(question, history):
            if isinstance(event, Answer):
                return event
        raise AssertionError("stream() always ends with an Answer")

    def stream(self, question: str, history: Sequence[str] = ()) -> Iterator[Delta | Answer]:
        """Yield each sentence once it is checked, then the whole Answer."""
        started = time.perf_counter()
        understood = self._understand(self._checked(question), self._recent(history))
        draft, retrieved, timings = self._draft(understood)
        compilation = self._index.compilation
        refused = draft.refusal is not None or draft.confidence < self.settings.refusal_threshold
        grounded = [] if refused else [s for s in draft.sentences if is_grounded(s, compilation)]
        citations: list[Citation] = []
        parts: list[str] = []
        if grounded:
            kept = Draft(tuple(grounded), draft.short_answer, draft.confidence)
            for sentence in cite(kept, compilation):
                citations += sentence.citations
                parts.append(sentence.text)
                yield Delta(sentence.text, sentence.citations)
        else:
            reason = draft.refusal or "not_in_compilation"
            parts.append(refusal_text(reason, retrieved.passages, compilation, english=understood.asked.english))
            yield Delta(parts[0], ())
        timings["total"] = (time.perf_counter() - started) * 1000
        yield Answer(
            question=question,
            standalone_question=understood.standalone,
            text="".join(parts),
            short_answer=draft.short_answer if grounded else "",
            citations=tuple(citations),
            passages=self._passages_read(draft, retrieved),
            refused=not grounded,
            reason=None if grounded else (draft.refusal or "not_in_compilation"),
            confidence=draft.confidence,
            model=MODEL,
            timings_ms=timings,
            settings_sha256=self._settings_sha256,
        )

    def _passages_read(self, draft: Draft, retrieved: Retrieved) -> tuple[Passage, ...]:
        """Return the passages an answer was read from: for one from the structure, those of the lines it cites first."""
        if not draft.from_structure:
            return retrieved.passages
        spans = [support for sentence in draft.sentences for support in sentence.supports]
        read = [c for c in self._index.chunks if any(c.start < s.end and s.start < c.end for s in spans)]
        known = {chunk.chunk_id for chunk in read}
        rest = [passage for passage in retrieved.passages if passage.chunk.chunk_id not in known]
        first = [Passage(chunk, 1.0, rank, "catalogue") for rank, chunk in enumerate(read, start=1)]
        ranked = [*first, *rest][: max(len(retrieved.passages), len(first))]
        return tuple(replace(passage, rank=rank) for rank, passage in enumerate(ranked, start=1))

    def _checked(self, question: str) -> str:
        cleaned = clean_question(question)
        limit = self.settings.max_question_chars
        if not cleaned:
            raise QuestionError("问题是空的。请输入一个问题，例如“这本汇编收录了多少个案例？”。")
        if len(question) > limit:
            raise QuestionError(f"问题有 {len(question)} 个字，超过上限 {limit} 个字。请缩短问题，一次只问一件事。")
        return cleaned

    def _understand(self, question: str, history: Sequence[str]) -> _Understood:
        standalone = standalone_question(question, history, self._names)
        mentions = tuple(self._names.mentions(matching_form(standalone)))
        if not mentions and history and leans_on_history(question, self._names):
            mentions = self._case_before(history)
        asked = what_is_asked(question, n_cases_named=len(mentions))
        if standalone != question and asked.kind is Kind.OTHER:
            asked = what_is_asked(f"{history[-1]}{question}", n_cases_named=len(mentions))
        return _Understood(question, standalone, asked, mentions)

    def _recent(self, history: Sequence[str]) -> list[str]:
        """Return the last earlier questions, cleaned and no longer than a question may be."""
        return [clean_question(turn[: self.settings.max_question_chars]) for turn in history[-MAX_TURNS:]]

    def _case_before(self, history: Sequence[str]) -> tuple[Mention, ...]:
        """Return the case that answered the question before, where neither question names one."""
        before = standalone_question(history[-1], history[:-1], self._names)
        best = self._retriever.retrieve(before, k=1).passages
        if not best or best[0].chunk.case_number is None:
            return ()
        return (Mention(best[0].chunk.case_number, 0, 0, by="history"),)

    def _search(self, understood: _Understood, k: int) -> Retrieved:
        return self._retriever.retrieve(understood.standalone, k=k, case_numbers=understood.named)

    def _draft(self, understood: _Understood) -> tuple[Draft, Retrieved, dict[str, float]]:
        started = time.perf_counter()
        retrieved = self._search(understood, self._n_passages)
        searched = time.perf_counter()
        draft = self._answer(understood, retrieved)
        timings = {
            "retrieve": (searched - started) * 1000,
            "answer": (time.perf_counter() - searched) * 1000,
        }
        return draft, retrieved, timings

    def _answer(self, understood: _Understood, retrieved: Retrieved) -> Draft:
        if is_instruction(understood.question):
            return Draft((), "", 0.0, refusal="instruction")
        if is_other_work(understood.question):
            return Draft((), "", 0.0, refusal="out_of_scope")
        about = self._catalogue.answer(understood.standalone) if self._catalogue else None
        if about is not None:
            return about
        focus = understood.question if understood.question != understood.standalone else ""
        posed = Posed(understood.standalone, understood.asked, understood.named, focus)
        if understood.asked.kind is Kind.WHICH_CASES:
            hits = self._screener.screen(understood.standalone, retrieved.query_vector)
            return answer_which_cases(hits, self._answerer, self._index.compilation, english=understood.asked.english)
        if understood.asked.kind is Kind.COMPARE:
            parts = parts_of(understood.standalone, understood.mentions)
            if len(parts) >= 2:
                return compare(parts, posed, retriever=self._retriever, answerer=self._answerer, k=self._n_passages)
        return self._answerer.answer(posed, retrieved)
