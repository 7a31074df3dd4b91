"""Which cases a question names, on the real catalogue: departments, what people call them, titles, pinyin."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from rag.normalising import matching_form
from rag.retrieval.mentions import CaseNames
from rag.settings import PROJECT_PATH
from rag.types import Compilation

QUESTIONS_PATH = PROJECT_PATH / "eval" / "questions" / "qingdao-2018.jsonl"


@pytest.fixture(scope="module")
def names(compilation: Compilation) -> CaseNames:
    return CaseNames(compilation)


def numbers(names: CaseNames, question: str) -> list[int]:
    return [mention.case_number for mention in names.mentions(matching_form(question))]


def test_every_case_is_named_by_its_department_in_either_form(names: CaseNames, compilation: Compilation) -> None:
    for case in compilation.cases:
        for department in (case.department, case.department_in_contents):
            assert numbers(names, f"{department}做了什么？") == [case.number], department


def test_every_case_is_named_by_its_title_in_either_form(names: CaseNames, compilation: Compilation) -> None:
    for case in compilation.cases:
        for title in (case.title, case.title_in_contents):
            assert case.number in numbers(names, f"《{title}》讲了什么？"), title


@pytest.mark.parametrize(
    ("question", "number", "by", "said"),
    [
        ("发改委的动能转换做得怎样？", 17, "abbreviation", "发改委"),
        ("人社局的护理保险", 22, "abbreviation", "人社局"),
        ("外办接待了多少人？", 25, "department", "外办"),
        ("市外办接待了多少人？", 25, "department", "外办"),
        ("城管局的信用积分", 26, "abbreviation", "城管局"),
        ("经开区的智能化园区", 12, "abbreviation", "经开区"),
        ("保税港区封关", 11, "abbreviation", "保税港区"),
        ("金融办组织的对接", 29, "abbreviation", "金融办"),
        ("政务办怎么审图？", 16, "abbreviation", "政务办"),
        ("青岛市财政局的绩效", 15, "department", "财政局"),
        ("西海岸的军民融合", 1, "department", "西海岸"),
        ("黄岛有多少企业？", 1, "department", "黄岛"),
        ("即墨怎样整治土地？", 4, "department", "即墨"),
        ("商務局的示范区", 18, "department", "商务局"),
        ("“满天星”训练营有几个？", 21, "title", "“满天星”训练营"),
        ("长期护理保险何时实施？", 22, "title", "长期护理保险"),
        ("节能保暖工程", 24, "title", "节能保暖工程"),
        ("节能环保工程", 24, "title", "节能环保工程"),
        ("绩效管理Work体系", 15, "title", "绩效管理work体系"),
        ("区块链赋能实体", 5, "title", "区块链赋能实体"),
    ],
)
def test_a_case_by_what_people_call_it(names: CaseNames, question: str, number: int, by: str, said: str) -> None:
    form = matching_form(question)
    [mention] = names.mentions(form)
    assert (mention.case_number, mention.by, form[mention.start : mention.end]) == (number, by, said)


@pytest.mark.parametrize(
    ("question", "number"),
    [
        pytest.param("农委的清产核资", 28, id="three characters of which the first is 市"),
        pytest.param("多图合审是什么？", 16, id="a whole half of a title, four characters"),
    ],
)
def test_names_not_found_yet(names: CaseNames, question: str, number: int) -> None:
    assert numbers(names, question) == [number]


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("胶州湾的水质怎么样？", id="the bay is not the city of Jiaozhou"),
        pytest.param("上海市财政局做了什么？", id="the department of another city"),
        pytest.param(
            "我市创新实施了哪些制度？",
            id="words of a title that are no name",
            marks=pytest.mark.xfail(strict=True, reason="the beginning of a title is taken for the title"),
        ),
    ],
)
def test_names_of_something_else(names: CaseNames, question: str) -> None:
    assert numbers(names, question) == []


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("市财政局和李沧区、市北区有什么不同？", [15, 7, 5]),
        ("市北区和市南区", [5, 8]),
        ("规划局与统计局", [19, 20]),
        ("李沧区，李沧区政府，李沧", [7]),
        ("西海岸新区管委和黄岛区政府", [1]),
        ("发改委和人社局", [17, 22]),
    ],
)
def test_several_cases_in_the_order_they_are_named_each_once(
    names: CaseNames, question: str, expected: list[int]
) -> None:
    assert numbers(names, question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did Licang District do?", [7]),
        ("Compare Shibei and Shinan", [5, 8]),
        ("How does LAOSHAN register property?", [9]),
        ("Jiaozhou, Jiaozhou, Pingdu", [3, 6]),
        ("What did the finance bureau do?", [15]),
        ("What is Pingdu's brand?", [6]),
        ("What did the Space Bureau do?", []),
        ("Lic and lay", []),
        ("Tokyo", []),
    ],
)
def test_places_in_pinyin_in_an_english_question(names: CaseNames, question: str, expected: list[int]) -> None:
    assert numbers(names, question) == expected


@pytest.mark.parametrize("spelling", ["Xihai'an", "Xihai’an"])
def test_pinyin_with_its_apostrophe(names: CaseNames, spelling: str) -> None:
    assert numbers(names, f"How many enterprises are in {spelling} New Area?") == [1]


@pytest.mark.parametrize(
    "question",
    [
        "",
        "𠮷",
        "？",
        "青岛",
        "市政府",
        "区政府",
        "管委会",
        "市区",
        "新区",
        "一共多少？",
        "怎么办",
        "卫健委",
        "审计局的大会",
    ],
)
def test_none_is_named(names: CaseNames, question: str) -> None:
    assert numbers(names, question) == []


def test_spans_lie_in_the_question_and_questions_name_their_cases(names: CaseNames) -> None:
    rows = [json.loads(line) for line in QUESTIONS_PATH.read_text(encoding="utf-8").splitlines()]
    asked = [row for row in rows if len(row["cases"]) == 1 and not row["history"]]
    assert len(asked) > 60
    n_named = n_right = 0
    for row in asked:
        form = matching_form(row["question"])
        found = names.mentions(form)
        assert all(0 <= mention.start < mention.end <= len(form) for mention in found)
        n_named += bool(found)
        n_right += row["cases"][0] in [mention.case_number for mention in found]
    assert n_named > 30
    assert n_right / n_named >= 0.95  # 莱西 in a question on case 26 is a place of its story


def test_a_compilation_without_cases_names_none() -> None:
    empty = Compilation("c", "", "", "", "", (), "0" * 64)
    assert CaseNames(empty).mentions("李沧区") == []
    assert CaseNames(empty).mentions("") == []


def test_one_case_without_a_department_is_named_by_its_title(compilation: Compilation) -> None:
    case = replace(compilation.case(10), department="", department_in_contents="")
    names = CaseNames(replace(compilation, cases=(case,)))
    assert numbers(names, "莱西") == []
    assert numbers(names, "国内首单苹果保险") == [10]


def test_two_cases_of_one_department_are_both_named(compilation: Compilation) -> None:
    first = compilation.case(7)
    second = replace(compilation.case(8), department=first.department, department_in_contents=first.department)
    names = CaseNames(replace(compilation, cases=(first, second)))
    assert numbers(names, "李沧区政府") == [7, 8]


def test_another_city_works_as_well(compilation: Compilation) -> None:
    case = replace(compilation.case(1), department="临江市大数据局", department_in_contents="市大数据局")
    names = CaseNames(replace(compilation, title="2021 年临江市改革案例选编", cases=(case,)))
    assert numbers(names, "大数据局") == numbers(names, "临江市大数据局") == [1]
