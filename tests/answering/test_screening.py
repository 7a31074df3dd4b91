"""Which of all the cases do X: quoted strings, words, alternatives, and nothing found."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from rag.answering.screening import CaseScreener
from rag.normalising import matching_form
from rag.retrieval.retriever import Retriever
from rag.stores.passages import PassageIndex

Screen = Callable[[str], list[int]]


@pytest.fixture(scope="module")
def screener(index: PassageIndex) -> CaseScreener:
    return CaseScreener(index)


@pytest.fixture(scope="module")
def screen(screener: CaseScreener, index: PassageIndex) -> Screen:
    """Without a query vector: words alone must decide a Chinese question."""
    nothing = np.zeros(index.sentence_vectors.shape[1], dtype=np.float32)
    return lambda question: [hit.case_number for hit in screener.screen(question, nothing)]


def cases_with(index: PassageIndex, word: str) -> list[int]:
    """The cases in whose sentences a word stands, by looking."""
    text = index.compilation.text
    found = {
        index.chunks[s.chunk].case_number
        for s in index.sentences
        if word in matching_form(text[s.start : s.end]) and index.chunks[s.chunk].kind != "residue"
    }
    return sorted(number for number in found if number is not None)


@pytest.mark.parametrize("word", ["一次办好", "大众创业万众创新", "放管服", "区块链", "乡村振兴"])
@pytest.mark.parametrize("question", ["哪些案例提到了“{}”？", "汇编里有哪几个案例写到“{}”", "提到「{}」的有哪些案例"])
def test_what_is_quoted_is_found_to_the_letter(screen: Screen, index: PassageIndex, word: str, question: str) -> None:
    assert screen(question.format(word)) == cases_with(index, word) != []


def test_two_quotations_in_one_sentence(screen: Screen) -> None:
    assert screen("哪些案例同时提到“三融”和“三海”？") == [1]


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("哪些案例提到了苹果期货？", 10),
        ("哪几個案例寫到了蘋果期貨", 10),
        ("有哪些案例涉及校园足球？", 21),
        ("哪些案例建立了长期护理保险制度？", 22),
        ("哪几个单位的案例介绍了离任审计？", 3),
    ],
)
def test_plain_words_are_found(screen: Screen, question: str, number: int) -> None:
    assert screen(question) == [number]


def test_the_deciding_sentence_stands_in_its_case(screener: CaseScreener, index: PassageIndex) -> None:
    vector = np.zeros(index.sentence_vectors.shape[1], dtype=np.float32)
    hits = screener.screen("哪些案例提到“一次办好”？", vector)
    assert [hit.case_number for hit in hits] == sorted(hit.case_number for hit in hits)
    for hit in hits:
        case = index.compilation.case(hit.case_number)
        quote = index.compilation.text[hit.support.start : hit.support.end]
        assert case.start <= hit.support.start < hit.support.end <= case.end
        assert "一次办好" in matching_form(quote)
        assert 0 < hit.score <= 1


@pytest.mark.parametrize(
    "question",
    [
        "哪些案例提到了火星移民？",
        "哪些案例提到“火星移民”？",
        "哪几个案例写到了葡萄酒庄园旅游？",
        "哪些案例提到了“\U00020000\U00020001”？",
        "哪些案例？",
        "",
    ],
)
def test_nothing_is_found_where_nothing_stands(screen: Screen, question: str) -> None:
    assert screen(question) == []


@pytest.mark.parametrize(
    "joint",
    [
        "或",
        "或者",
        "还是",
    ],
)
def test_one_of_two_alternatives_is_enough(screen: Screen, index: PassageIndex, joint: str) -> None:
    wanted = set(cases_with(index, "人工智能")) | set(cases_with(index, "物联网"))
    assert set(screen(f"哪些案例提到了人工智能{joint}物联网？")) == wanted
    assert len(wanted) > 2


def test_alternatives_are_one_need(screener: CaseScreener) -> None:
    (need,) = screener.looked_for("哪些案例提到了人工智能、物联网或者云计算？")
    assert [sorted(option) for option in need] == [
        ["人工智能"],
        ["物联网"],
        ["云计算"],
    ]


def test_the_frame_of_a_question_is_not_looked_for(screener: CaseScreener) -> None:
    for question in (
        "哪些案例提到了苹果？",
        "请列出汇编中哪几个案例写到苹果",
        "30个案例里有哪些涉及苹果？",
        "有多少个案例说到了苹果",
    ):
        assert [[sorted(option) for option in need] for need in screener.looked_for(question)] == [[["苹果"]]], question


@pytest.mark.parametrize("question", ["", "？", "哪些案例？", "\n"])
def test_nothing_is_looked_for_in_nothing(screener: CaseScreener, question: str) -> None:
    assert screener.looked_for(question) == []


def test_a_quotation_that_stands_nowhere_is_looked_for_by_its_words(screener: CaseScreener) -> None:
    needs = screener.looked_for("哪些案例提到“火星移民”？")
    assert any("火星" in word for need in needs for option in need for word in option)


def test_rare_characters_are_looked_for(screener: CaseScreener) -> None:
    ((option,),) = screener.looked_for("哪些案例提到\U00020000\U00020001？")
    assert option == pytest.approx({"\U00020000\U00020001": float(np.log(62)) ** 1.5})


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Which cases mention blockchain?", "区块链"),
        ("Which departments' cases mention WeChat?", "微信"),
        ("Which cases in this compilation talk about football?", "足球"),
    ],
)
def test_english_questions_go_by_the_dictionary(
    screener: CaseScreener, index: PassageIndex, retriever: Retriever, question: str, word: str
) -> None:
    hits = screener.screen(question, retriever.retrieve(question, k=1).query_vector)
    assert {hit.case_number for hit in hits} >= set(cases_with(index, word)) != set()


def test_an_english_question_without_a_known_word_finds_nothing(screener: CaseScreener, retriever: Retriever) -> None:
    query_vector = retriever.retrieve("Which cases mention apple futures?", k=1).query_vector
    assert screener.screen("Which cases mention zzyzx?", query_vector) == []


def test_nothing_is_found_in_english_either(screener: CaseScreener, retriever: Retriever) -> None:
    question = "Which cases mention colonies on Mars?"
    assert screener.screen(question, retriever.retrieve(question, k=1).query_vector) == []


@pytest.mark.parametrize(
    ("question", "token"),
    [
        ("哪些案例提到了区块链？", "区块链"),
        ("哪些案例写到社区？", "社区"),
        ("哪些案例提到产业园区建设", "产业园区"),
        ("哪些案例涉及地方政府债券", "地方政府"),
        ("哪些案例提到国有企业？", "国有"),
        ("哪些案例介绍了工作过程？", "过程"),
    ],
)
def test_words_are_looked_for_whole(screener: CaseScreener, question: str, token: str) -> None:
    words = [one for need in screener.looked_for(question) for option in need for one in option]
    assert set(token) <= set("".join(words))
    assert all(len(word) > 1 for word in words)


@pytest.mark.parametrize("question", ["哪些案例提到了大数据或者区块链？", "哪些案例提到了人工智能或区块链？"])
def test_alternatives_with_a_word_that_holds_qu(screen: Screen, index: PassageIndex, question: str) -> None:
    word = "大数据" if "大数据" in question else "人工智能"
    assert set(screen(question)) == set(cases_with(index, word)) | set(cases_with(index, "区块链"))


def test_two_quotations_apart_in_one_case(screen: Screen, index: PassageIndex) -> None:
    both = set(cases_with(index, "一次办好")) & set(cases_with(index, "放管服"))
    assert set(screen("哪些案例同时提到“一次办好”和“放管服”？")) == both != set()


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("既提到大数据又提到人工智能的案例有哪些？", ("大数据", "人工智能")),
        ("同时讲到军民融合和乡村振兴的案例有哪些？", ("军民融合", "乡村振兴")),
        ("哪些案例提到了云计算，也提到了物联网？", ("云计算", "物联网")),
    ],
)
def test_every_criterion_must_be_met(
    screen: Screen, index: PassageIndex, question: str, words: tuple[str, str]
) -> None:
    both = set(cases_with(index, words[0])) & set(cases_with(index, words[1]))
    assert set(screen(question)) == both != set()


def test_what_a_case_must_not_say(screen: Screen, index: PassageIndex) -> None:
    wanted = set(cases_with(index, "军民融合")) - set(cases_with(index, "乡村振兴"))
    assert set(screen("写到军民融合、但没有写到乡村振兴的，是哪些单位的案例？")) == wanted != set()


def test_what_is_quoted_may_be_what_a_case_must_not_say(screen: Screen, index: PassageIndex) -> None:
    wanted = set(cases_with(index, "大数据")) - set(cases_with(index, "云计算"))
    assert set(screen("提到“大数据”但没有提到“云计算”的案例")) == wanted != set()


def test_cases_that_do_not_mention_something_in_english(screen: Screen) -> None:
    every = set(range(1, 31))
    saying = set(screen("Which cases mention football?"))
    assert set(screen("Which cases do not mention football?")) == every - saying != every


def test_a_case_left_aside_in_english(screen: Screen) -> None:
    saying = set(screen("Which cases mention blockchain?"))
    assert 5 in saying
    assert set(screen("Which cases other than Shibei mention blockchain?")) == saying - {5}


def test_all_cases_without_a_word(screener: CaseScreener, index: PassageIndex) -> None:
    nothing = np.zeros(index.sentence_vectors.shape[1], dtype=np.float32)
    hits = screener.screen("哪些案例没有提到新旧动能转换？", nothing)
    without = {case.number for case in index.compilation.cases} - set(cases_with(index, "新旧动能转换"))
    assert {hit.case_number for hit in hits} == without
    first = index.compilation.cases[0]
    assert all(hit.support.end <= first.start for hit in hits), "the line of the contents stands for what is not said"


@pytest.mark.parametrize(
    ("question", "word", "ends"),
    [
        ("哪些功能区管委的案例说到了海尔？", "海尔", ("管委",)),
        ("云计算出现在哪些区市、功能区的案例里？", "云计算", ("区政府", "市政府", "管委")),
        ("组建过专班的市直部门是哪几家？", "专班", ("局", "委", "办")),
    ],
)
def test_kinds_of_department_restrict(
    screen: Screen, index: PassageIndex, question: str, word: str, ends: tuple[str, ...]
) -> None:
    departments = {case.number: case.department_in_contents for case in index.compilation.cases}
    wanted = [number for number in cases_with(index, word) if departments[number].endswith(ends)]
    assert screen(question) == wanted != []


def test_a_case_left_aside_is_not_counted(screen: Screen, index: PassageIndex) -> None:
    found = screen("除了莱西市自己那篇，还有哪些部门的案例写到莱西？")
    assert found == [number for number in cases_with(index, "莱西") if number != 10] != []


def test_a_name_in_brackets_is_looked_for_too(screen: Screen, index: PassageIndex) -> None:
    wanted = set(cases_with(index, "台账")) | set(cases_with(index, "台帐"))
    assert set(screen("有哪些案例建立了台账（台帐）？")) == wanted
    assert len(wanted) == 3
