"""The result objects that evaluation and the terminal write: their fields, in order, and how numbers are rounded."""

from __future__ import annotations

import json
from dataclasses import replace

from rag.pipeline import CaseQA
from rag.records import answer_record, citation_record, passage_record
from rag.types import Answer, Chunk, Citation, Passage

CITATION = Citation(
    key=1,
    compilation_id="sample",
    case_number=None,
    title="𠮷",
    department="",
    section_path=("封面", "题名"),
    first_page=None,
    last_page=None,
    quote="𠮷例",
    start=0,
    end=2,
    computed=True,
)
CHUNK = Chunk("sample:3-5", "sample", 7, ("一、背景",), "prose", 3, 5, "案例", 4)
EMPTY = Answer(
    question="",
    standalone_question="",
    text="",
    short_answer="",
    citations=(),
    passages=(),
    refused=True,
    reason="empty_question",
    confidence=0.0,
    model="extractive",
)


def test_a_citation_as_json() -> None:
    assert citation_record(CITATION) == {
        "key": 1,
        "compilation": "sample",
        "case": None,
        "title": "𠮷",
        "department": "",
        "section": ["封面", "题名"],
        "pages": [None, None],
        "quote": "𠮷例",
        "start": 0,
        "end": 2,
        "computed": True,
    }


def test_a_passage_as_json_with_its_score_rounded() -> None:
    assert passage_record(Passage(CHUNK, score=0.123456789, rank=1, method="fused")) == {
        "compilation": "sample",
        "case": 7,
        "section": ["一、背景"],
        "start": 3,
        "end": 5,
        "text": "案例",
        "score": 0.123457,
        "method": "fused",
    }


def test_an_answer_without_anything() -> None:
    assert answer_record(EMPTY, latency_ms=0) == {
        "id": "",
        "type": "",
        "question": "",
        "standalone_question": "",
        "answer": "",
        "short_answer": "",
        "refused": True,
        "reason": "empty_question",
        "confidence": 0.0,
        "citations": [],
        "retrieved": [],
        "latency_ms": 0,
        "model": "extractive",
        "prompts": {},
        "error": None,
    }


def test_numbers_are_rounded_so_that_equal_runs_give_equal_bytes() -> None:
    record = answer_record(replace(EMPTY, confidence=2 / 3), latency_ms=12.34567, question_id="q", question_type="fact")
    assert (record["confidence"], record["latency_ms"]) == (0.666667, 12.346)
    assert (record["id"], record["type"]) == ("q", "fact")


def test_a_real_answer_survives_json(qa: CaseQA) -> None:
    answer = qa.ask("西海岸新区军民融合企业有多少家？")
    record = json.loads(json.dumps(answer_record(answer, latency_ms=1.0), ensure_ascii=False))
    assert (record["question"], record["answer"]) == (answer.question, answer.text)
    assert [c["quote"] for c in record["citations"]] == [c.quote for c in answer.citations] != []
    assert [p["text"] for p in record["retrieved"]] == [p.chunk.text for p in answer.passages] != []
    assert record["citations"][0]["pages"] == [1, answer.citations[0].last_page]
