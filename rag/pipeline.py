"""One question through the code: normalise, make standalone, retrieve, decide, answer, check, cite."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator, Mapping, Sequence

from rag.answering.asked import Kind
from rag.answering.catalogue import CatalogueAnswerer
from rag.answering.citing import cite_each, make_citation
from rag.answering.comparing import Part, parts_of, topic_compared
from rag.answering.draft import Draft, DraftSentence
from rag.answering.extractive import ExtractiveAnswerer, Posed
from rag.answering.generative import GenerativeAnswerer, WritingRun, WritingTask
from rag.answering.grounding import is_grounded
from rag.answering.refusing import refusal_prompts, refusal_text
from rag.answering.resting import chunks_to_write_from, passages_read
from rag.answering.scope import asks_nothing, is_instruction, is_other_work
from rag.answering.screening import CaseScreener
from rag.answering.several import answer_which_cases, compare
from rag.answering.understanding import Interpreter, Stopped, Understood, never
from rag.errors import QuestionError
from rag.normalising import clean_question
from rag.retrieval.mentions import CaseNames
from rag.retrieval.retriever import Retrieved, Retriever
from rag.settings import Settings
from rag.stores.passages import PassageIndex
from rag.types import Answer, CaseDecision, Citation, Compilation, Delta, Inspection, Passage

MODEL = "extractive"


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
        self._interpreter = Interpreter(
            index.compilation, names, retriever, max_question_chars=settings.max_question_chars
        )
        self._screener = CaseScreener(index)
        self._n_passages = n_passages
        self._settings_sha256 = settings.sha256()
        self._writer: GenerativeAnswerer | None = None

    def with_writer(self, writer: GenerativeAnswerer | None, settings: Settings) -> CaseQA:
        """Return the same question answering with another writer; None writes without a chat model. The index is shared.

        settings: those that name the writer, which answers are stamped with.
        """
        other = copy.copy(self)
        other._writer = writer
        other.settings = settings
        other._settings_sha256 = settings.sha256()
        return other

    @property
    def index(self) -> PassageIndex:
        """The index answered from, for those who measure."""
        return self._index

    @property
    def writer(self) -> GenerativeAnswerer | None:
        """The chat model's part; None where answers are verbatim sentences."""
        return self._writer

    @property
    def compilations(self) -> Mapping[str, Compilation]:
        """The compilations answered from, by id."""
        return {self._index.compilation.compilation_id: self._index.compilation}

    def retrieve(self, question: str, *, k: int | None = None) -> tuple[Passage, ...]:
        """Return the `k` best passages for a question that stands alone; None takes the settings' number."""
        understood = self._interpreter.understand(self._checked(question))
        return self._search(understood, self._n_passages if k is None else max(0, k)).passages

    def inspect(self, question: str, history: Sequence[str] = (), *, k: int | None = None) -> Inspection:
        """Return what dense, lexical and fused retrieval find for a question, as `ask` with this history retrieves.

        k: passages of each list; None takes the settings' number. Raises QuestionError as `ask` does.
        """
        understood = self._interpreter.understand(self._checked(question), history)
        n = k or self._n_passages
        retrieved = self._search(understood, n)
        return Inspection(
            question=question,
            standalone_question=understood.standalone,
            dense=self._retriever.best(retrieved.dense, n, method="dense"),
            lexical=self._retriever.best(retrieved.lexical, n, method="lexical", above=0.0),
            fused=retrieved.passages,
            parameters={
                "embedding_model": self.settings.embedding_model,
                "n_chunks": len(self._index.chunks),
                "n_passages": n,
                "refusal_threshold": self.settings.refusal_threshold,
                "question_kind": understood.asked.kind.value,
                "cases_named": "、".join(map(str, understood.named)),
                **self._retriever.parameters(understood.standalone),
            },
        )

    def screen(self, question: str) -> tuple[CaseDecision, ...]:
        """Return for every case, in order, whether it does what the question asks for, and the sentence that decides.

        Raises QuestionError as `ask` does.
        """
        understood = self._interpreter.understand(self._checked(question))
        vector = self._search(understood, 1).query_vector
        judged = {one.hit.case_number: one for one in self._screener.judge(understood.standalone, vector)}
        compilation = self._index.compilation
        decisions = []
        for case in compilation.cases:
            found = judged.get(case.number)
            if found is None:
                decisions.append(CaseDecision(case.number, False, 0.0, None))
                continue
            citation = make_citation(compilation, found.hit.support, key=case.number)
            decisions.append(CaseDecision(case.number, found.included, found.hit.score, citation))
        return tuple(decisions)

    def ask(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        only_cases: Sequence[int] | None = None,
        n_passages: int | None = None,
    ) -> Answer:
        """Return the answer to `question`, or a refusal (`Answer.refused`).

        history: the earlier questions of the conversation, oldest first.
        only_cases: numbers of the cases to answer from alone; None answers from all and from the catalogue.
        n_passages: passages to retrieve; None takes the settings' number.

        Raises QuestionError for a question that is empty or longer than the settings allow.
        """
        for event in self.stream(question, history, only_cases=only_cases, n_passages=n_passages):
            if isinstance(event, Answer):
                return event
        raise AssertionError("stream() always ends with an Answer")

    def stream(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        only_cases: Sequence[int] | None = None,
        n_passages: int | None = None,
        stopped: Stopped = never,
    ) -> Iterator[Delta | Answer]:
        """Yield each sentence once it is checked, then the whole Answer; arguments as for `ask`.

        stopped: asked while a chat model writes; once it says True the model is left and what is there is the answer.
        """
        started = time.perf_counter()
        chat = self._writer.chat if self._writer else None
        understood = self._interpreter.understand(
            self._checked(question), history, chat=chat, stopped=stopped, only_cases=only_cases
        )
        understood_s = time.perf_counter()
        draft, retrieved, timings = self._draft(understood, n_passages or self._n_passages)
        if understood.prompts:  # a chat model made it stand alone
            timings["standalone"] = (understood_s - started) * 1000
        compilation = self._index.compilation
        refused = draft.refusal is not None or draft.confidence < self.settings.refusal_threshold
        grounded = [] if refused else [s for s in draft.sentences if is_grounded(s, compilation)]
        run = self._start_writing(understood, draft, grounded, retrieved=retrieved, stopped=stopped)
        citations: list[Citation] = []
        parts: list[str] = []
        prompts = dict(understood.prompts)
        if grounded:
            for sentence in cite_each(run.sentences() if run else grounded, compilation):
                citations += sentence.citations
                parts.append(sentence.text)
                timings.setdefault("first_sentence", (time.perf_counter() - started) * 1000)
                yield Delta(sentence.text, sentence.citations)
        else:
            reason = draft.refusal or "not_in_compilation"
            english = understood.asked.english
            parts.append(refusal_text(reason, retrieved.passages, compilation, english=english, lacking=draft.lacking))
            prompts |= refusal_prompts(reason, english=english)
            yield Delta(parts[0], ())
        if run is not None:
            timings |= {"model": run.model_ms, "asked_again": run.again_ms}
            prompts |= run.prompts
        timings["total"] = (time.perf_counter() - started) * 1000
        yield Answer(
            question=question,
            standalone_question=understood.standalone,
            text="".join(parts),
            short_answer=draft.short_answer if grounded else "",
            citations=tuple(citations),
            passages=passages_read(draft, retrieved.passages, self._index.chunks),
            refused=not grounded,
            reason=None if grounded else (draft.refusal or "not_in_compilation"),
            confidence=draft.confidence,
            model=run.chat.name if run else MODEL,
            timings_ms=timings,
            settings_sha256=self._settings_sha256,
            prompts=prompts,
            notice=run.notice() if run else "",
            writing=run.report() if run else None,
        )

    def _start_writing(
        self,
        understood: Understood,
        draft: Draft,
        grounded: Sequence[DraftSentence],
        *,
        retrieved: Retrieved,
        stopped: Stopped,
    ) -> WritingRun | None:
        """Return the chat model's answer about to be written; None where no model writes.

        What is read off the contents or counted is not put into other words: there the answer stands as it is.
        """
        if self._writer is None or not grounded or draft.from_structure or any(s.computed for s in grounded):
            return None
        return self._writer.start(
            WritingTask(
                question=understood.standalone,
                chunks=chunks_to_write_from(grounded, retrieved.passages, self._index.chunks),
                verbatim=grounded,
                english=understood.asked.english,
                stopped=stopped,
            )
        )

    def _checked(self, question: str) -> str:
        cleaned = clean_question(question)
        limit = self.settings.max_question_chars
        if not cleaned:
            raise QuestionError("问题是空的。请输入一个问题，例如“这本汇编收录了多少个案例？”。")
        if len(question) > limit:
            raise QuestionError(f"问题有 {len(question)} 个字，超过上限 {limit} 个字。请缩短问题，一次只问一件事。")
        return cleaned

    def _search(self, understood: Understood, k: int) -> Retrieved:
        return self._retriever.retrieve(
            understood.standalone, k=k, case_numbers=understood.named, only_cases=understood.only_cases
        )

    def _draft(self, understood: Understood, k: int) -> tuple[Draft, Retrieved, dict[str, float]]:
        started = time.perf_counter()
        retrieved = self._search(understood, k)
        searched = time.perf_counter()
        draft = self._answer(understood, retrieved)
        timings = {
            "retrieve": (searched - started) * 1000,
            "answer": (time.perf_counter() - searched) * 1000,
        }
        return draft, retrieved, timings

    def _answer(self, understood: Understood, retrieved: Retrieved) -> Draft:
        if is_instruction(understood.question):
            return Draft((), "", 0.0, refusal="instruction")
        if is_other_work(understood.question):
            return Draft((), "", 0.0, refusal="out_of_scope")
        if asks_nothing(understood.standalone):
            return Draft((), "", 0.0, refusal="not_in_compilation")
        if understood.only_cases is not None:  # neither the catalogue nor a comparison with other cases
            within = Posed(understood.standalone, understood.asked, understood.only_cases, understood.focus)
            return self._answerer.answer(within, retrieved)
        about = self._catalogue.answer(understood.standalone) if self._catalogue else None
        if about is not None:
            return about
        posed = Posed(understood.standalone, understood.asked, understood.named, understood.focus)
        if understood.asked.kind is Kind.WHICH_CASES:
            hits = self._screener.screen(understood.standalone, retrieved.query_vector)
            return answer_which_cases(hits, self._answerer, self._index.compilation, english=understood.asked.english)
        if understood.asked.kind is Kind.COMPARE:
            parts = parts_of(understood.standalone, understood.mentions) or self._cases_of_topic(understood.standalone)
            if len(parts) >= 2:
                return compare(parts, posed, retriever=self._retriever, answerer=self._answerer, k=self._n_passages)
        return self._answerer.answer(posed, retrieved)

    def _cases_of_topic(self, question: str) -> list[Part]:
        """Return a part for each of the cases nearest the topic that a question compares without naming them."""
        compared = topic_compared(question)
        if compared is None:
            return []
        retrieved = self._retriever.retrieve(compared.topic, k=self._n_passages)
        numbers = [p.chunk.case_number for p in retrieved.passages if p.chunk.case_number is not None]
        nearest = list(dict.fromkeys(numbers))[: compared.n]
        departments = [self._index.compilation.case(number).department_in_contents for number in nearest]
        return [
            Part(f"{department}{compared.asked}", number, department, compared.asked)
            for number, department in zip(nearest, departments, strict=True)
        ]
