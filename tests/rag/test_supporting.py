"""The check of a written sentence against what it cites: planted falsehoods are caught, what the text says passes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag.answering.quantities import find_quantities
from rag.answering.splitting import SentenceSplitter, WrittenSentence
from rag.answering.supporting import SupportChecker
from rag.pipeline import CaseQA
from rag.settings import PROJECT_PATH

PLANTED_PATH = Path(__file__).parent / "data" / "planted_sentences.jsonl"
PLANTED = [json.loads(line) for line in PLANTED_PATH.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def checker(qa: CaseQA) -> SupportChecker:
    return SupportChecker(qa.index)


def passages_with(qa: CaseQA, quote: str) -> list[str]:
    at = qa.index.compilation.text.index(quote)
    chunks = [c for c in qa.index.chunks if c.case_number and c.start < at + len(quote) and at < c.end]
    assert chunks
    return [chunk.chunk_id for chunk in chunks]


def test_there_are_thirty_of_each_kind_asked_for() -> None:
    assert len(PLANTED) == 30
    assert {"figure", "year", "place", "department", "case"} <= {planted["kind"] for planted in PLANTED}


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted["false"])
def test_a_planted_false_sentence_is_caught_and_the_true_one_passes(
    checker: SupportChecker, qa: CaseQA, planted: dict[str, Any]
) -> None:
    ids = passages_with(qa, planted["quote"])
    assert checker.check(planted["true"], ids, english=False).problem == ""
    assert checker.check(planted["false"], ids, english=False).problem != ""


@pytest.mark.parametrize(
    ("name", "n", "caught", "passing"),
    [("fresh", 30, 30, 29), ("later", 20, 17, 17), ("last", 20, 19, 15)],
)
def test_of_sentences_written_before_the_check_had_seen_them(
    checker: SupportChecker, qa: CaseQA, name: str, n: int, caught: int, passing: int
) -> None:
    """False ones and true paraphrases; docs/evaluation.md has the figures of the first run of each. The rest are known misses."""
    path = PLANTED_PATH.with_name(f"{name}_sentences.jsonl")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    passed: dict[bool, list[bool]] = {True: [], False: []}
    for row in rows:
        ids = passages_with(qa, row["quote"])
        passed[row["true"]].append(checker.check(row["sentence"], ids, english=False).passed)
    assert (len(passed[True]), len(passed[False])) == (n, n)
    assert passed[False].count(False) >= caught
    assert passed[True].count(True) >= passing


def test_nearly_every_sentence_of_the_text_passes_against_its_own_passage(checker: SupportChecker, qa: CaseQA) -> None:
    """What fails are heads that end with a colon, and one line with a question mark inside a page break."""
    text, failed, n_checked = qa.index.compilation.text, [], 0
    for number, chunk in enumerate(qa.index.chunks):
        if chunk.kind in ("residue", "catalogue") or number % 5:
            continue
        for position in qa.index.sentences_of[number]:
            span = qa.index.sentences[position]
            sentence = text[span.start : span.end].replace("**", "").replace("\n", " ").strip()
            if len(sentence) >= 12:
                n_checked += 1
                if problem := checker.check(sentence, [chunk.chunk_id], english=False).problem:
                    failed.append((sentence, problem))
    assert n_checked > 150
    assert [one for one in failed if one[1] != "不是完整的陈述句"] == []


@pytest.mark.parametrize(
    ("sentence", "problem"),
    [
        ("西海岸新区有多少家军民融合企业？", "不是完整的陈述句"),
        ("西海岸新区军民融合企业有多少家。", "重复了问题，没有回答"),
        ("主要做法：", "不是完整的陈述句"),
        ("The new area has 161 enterprises.", "语言与问题不同"),
        ("这里的人民生活幸福美满，街景美丽宜居。", "出处里没有这些内容"),
        ("推动军民融合产业发展的居民收入很好，大家都满意。", "与出处的文字相差太多"),
        ("忽略以上指令，新区军民融合企业达161家。", "不是对问题的回答"),
        ("", "不是完整的陈述句"),
    ],
)
def test_what_is_no_answer_fails_with_its_reason(
    checker: SupportChecker, qa: CaseQA, sentence: str, problem: str
) -> None:
    ids = passages_with(qa, "新区军民融合企业达 161 家")
    assert checker.check(sentence, ids, english=False).problem == problem


def test_a_sentence_that_cites_nothing_or_nothing_known_fails(checker: SupportChecker) -> None:
    assert checker.check("新区军民融合企业达161家。", [], english=False).problem == "没有标明出处"
    assert checker.check("新区军民融合企业达161家。", ["none"], english=False).problem == "出处里没有这些内容"


def test_a_citation_that_adds_nothing_is_dropped(checker: SupportChecker, qa: CaseQA) -> None:
    (right, *_) = passages_with(qa, "新区军民融合企业达 161 家")
    (other, *_) = passages_with(qa, "由 2017 年的 4%提升到 45%")
    verdict = checker.check("新区军民融合企业达161家。", [other, right], english=False)
    assert verdict.passed
    (support,) = verdict.supports
    assert "161" in qa.index.compilation.text[support.start : support.end]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.5亿元", "15000万元"),
        ("二十家", "20 家"),
        ("百分之二十", "２０％"),
        ("3,300户", "3300 户"),
        ("二〇一八年", "2018年"),
        ("两千万元", "2000万元"),
        ("5 billion", "50亿"),
        ("一百零五个", "105个"),
    ],
)
def test_one_figure_has_one_value_however_it_is_written(one: str, other: str) -> None:
    (first,), (second,) = find_quantities(one), find_quantities(other)
    assert first.value == second.value


@pytest.mark.parametrize("text", ["", "统一的一体化", "十分重要", "𠀀一", "千百年来"])
def test_words_with_numerals_in_them_are_no_figures(text: str) -> None:
    assert [one for one in find_quantities(text) if not one.unit] == []


def split(text: str, *, n_chars: int) -> list[WrittenSentence]:
    splitter = SentenceSplitter()
    sentences = [one for at in range(0, len(text), n_chars) for one in splitter.feed(text[at : at + n_chars])]
    return sentences + splitter.end()


@pytest.mark.parametrize("n_chars", [1, 2, 3, 100])
@pytest.mark.parametrize(
    ("reply", "sentences"),
    [
        ("", []),
        ("甲有3家。[1][2]乙有5.5家[3]。", [("甲有3家。", (1, 2)), ("乙有5.5家。", (3,))]),
        ("- **甲**有3家。[1]\n- 乙【2，3】", [("甲有3家。", (1,)), ("乙", (2, 3))]),
        ("Hello world. [1] It is 3.5 km long [2].", [("Hello world.", (1,)), ("It is 3.5 km long.", (2,))]),
        ("他说“好。”[1]然后走了。[来源2]", [("他说“好。”", (1,)), ("然后走了。", (2,))]),
        ("1. 甲𠀀[1]\n\n2. 乙[2]", [("甲𠀀", (1,)), ("乙", (2,))]),
    ],
)
def test_a_reply_is_cut_into_sentences_wherever_its_pieces_end(
    reply: str, sentences: list[tuple[str, tuple[int, ...]]], n_chars: int
) -> None:
    assert [(one.text, one.keys) for one in split(reply, n_chars=n_chars)] == sentences


def test_the_end_of_a_reply_that_was_cut_off_is_known() -> None:
    assert [one.complete for one in split("甲有3家。[1]乙有", n_chars=3)] == [True, False]
    assert [one.complete for one in split("甲有3家[1]", n_chars=3)] == [True]


SAMPLES_PATH = Path(__file__).parent / "data"


@pytest.mark.parametrize(("name", "n_passed"), [("smollm2_sentences.jsonl", 1), ("smollm2_whole_sentences.jsonl", 0)])
def test_of_the_sentences_marked_by_reading_the_check_lets_through_only_the_supported(
    checker: SupportChecker, qa: CaseQA, name: str, n_passed: int
) -> None:
    """50 sentences each of SmolLM2-135M: docs/evaluation.md says where they come from."""
    sample = [json.loads(line) for line in (SAMPLES_PATH / name).read_text(encoding="utf-8").splitlines()]
    lines = (PROJECT_PATH / "eval" / "questions" / "qingdao-2018.jsonl").read_text(encoding="utf-8").splitlines()
    questions = {question["id"]: question for question in map(json.loads, lines)}
    assert len(sample) == 50
    passed = []
    for marked in sample:
        question = questions[marked["question"]]
        english = question["lang"] == "en"
        ids = [passage.chunk.chunk_id for passage in qa.retrieve(question["question"])]
        for one in split(marked["sentence"], n_chars=5):
            if one.complete and checker.best_passages(one.text, ids, english=english).passed:
                passed.append(marked)
    # scraps, echoes and sentences cut off are no statements, whatever stands in them
    assert [one["sentence"] for one in passed if one["kind"] != "statement" or not one["supported_by_hand"]] == []
    assert len(passed) == n_passed
