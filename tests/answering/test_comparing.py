"""Questions over several cases or things, taken apart."""

from __future__ import annotations

import pytest

from rag.answering.comparing import parts_of, topic_compared
from rag.normalising import matching_form
from rag.retrieval.mentions import CaseNames


def parts(names: CaseNames, question: str) -> list[tuple[str, int | None]]:
    return [(part.question, part.case_number) for part in parts_of(question, names.mentions(matching_form(question)))]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("李沧区和崂山区的案例分别讲什么？", [("李沧区的案例，讲什么？", 7), ("崂山区的案例，讲什么？", 9)]),
        (
            "市税务局与市财政局的绩效各有什么特点？",
            [("市税务局的绩效，有什么特点？", 14), ("市财政局的绩效，有什么特点？", 15)],
        ),
        (
            "财政局和城乡建设委都请了第三方机构，各自让第三方干什么？",
            [
                ("财政局，请了第三方机构，让第三方干什么？", 15),
                ("城乡建设委，请了第三方机构，让第三方干什么？", 24),
            ],
        ),
        (
            "市公安局精简事项、市农委启动改革，这两件事各在哪一年，按先后怎么排？",
            [("市公安局精简事项，在哪一年？", 27), ("市农委启动改革，在哪一年？", 28)],
        ),
        ("金奖和银奖各有几名", [("金奖，有几名", None), ("银奖，有几名", None)]),
        ("\U00020000村和\U00020001村各有多少户", [("\U00020000村，有多少户", None), ("\U00020001村，有多少户", None)]),
    ],
)
def test_each_part_asks_what_the_whole_does(
    names: CaseNames, question: str, expected: list[tuple[str, int | None]]
) -> None:
    assert parts(names, question) == expected


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("西海岸新区的军民融合企业和城阳区的参赛项目，哪个更多？", [1, 2]),
        ("崂山区不动产登记，和李沧区的审批服务相比，哪个更快？", [9, 7]),
        ("市公安局和市农委谁的事项更少？", [27, 28]),
        ("李沧区、崂山区、市南区的做法有什么区别", [7, 9, 8]),
        ("李沧區與嶗山區的做法有什麼不同？", [7, 9]),
        ("Compare Licang and Laoshan.", [7, 9]),
    ],
)
def test_each_case_named_has_a_part(names: CaseNames, question: str, numbers: list[int]) -> None:
    assert [number for _, number in parts(names, question)] == numbers


def test_joints_in_quotation_marks_do_not_divide(names: CaseNames) -> None:
    first, second = parts(names, "“甲和乙”计划与《丙和丁》办法哪个更大")
    assert first[0].startswith("“甲和乙”计划")
    assert second[0].startswith("《丙和丁》办法")


@pytest.mark.parametrize("question", ["", "？", "市北区", "市北区的企业更多吗", "\U00020000"])
def test_what_has_no_two_parts_is_not_taken_apart(names: CaseNames, question: str) -> None:
    assert parts(names, question) == []


@pytest.mark.parametrize("n", [2, 3, 4])
def test_up_to_four_cases(names: CaseNames, n: int) -> None:
    places = ["李沧区", "崂山区", "市南区", "市北区"][:n]
    assert len(parts(names, f"{'、'.join(places)}的做法有什么区别")) == n


def test_a_fifth_case_is_not_dropped(names: CaseNames) -> None:
    found = parts(names, "李沧区、崂山区、市南区、市北区、城阳区的做法有什么区别")
    assert [number for _, number in found] == [7, 9, 8, 5, 2]


def test_what_is_asked_of_one_is_not_asked_of_the_other(names: CaseNames) -> None:
    first, _ = parts(names, "崂山区不动产登记，和李沧区的审批服务相比，哪个更快？")
    assert "审批服务" not in first[0]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "Compare the apples planted in Laixi with the land consolidated in Jimo.",
            [("compare the apples planted in laixi", 10), ("the land consolidated in jimo.", 4)],
        ),
        (
            "Which has more products, Pingdu or Laixi?",
            [("which has more products，pingdu", 6), ("which has more products laixi", 10)],
        ),
        ("Which has more products, Pingdu?", []),
    ],
)
def test_an_english_comparison_is_taken_apart_at_the_names(
    names: CaseNames, question: str, expected: list[tuple[str, int | None]]
) -> None:
    assert parts(names, question) == expected


@pytest.mark.parametrize(
    ("question", "subjects"),
    [
        ("崂山、李沧两区推行“一次办好”的范围有何异同？", ["崂山", "李沧推行“一次办好”的范围"]),
        ("意向金额累计，比签约落户项目的总投资多吗？", ["意向金额累计", "签约落户项目的总投资"]),
        (
            "市北区块链参与培训的人数和西海岸培训官兵的人次，哪边更多？",
            ["市北区块链参与培训的人数", "西海岸培训官兵的人次"],
        ),
    ],
)
def test_what_is_compared(names: CaseNames, question: str, subjects: list[str]) -> None:
    found = parts_of(question, names.mentions(matching_form(question)))
    assert [part.subject for part in found] == subjects


def test_names_of_departments_are_no_aspect(names: CaseNames) -> None:
    question = "市环保局和市政府外办分别去了哪些外地城市学习？"
    found = parts_of(question, names.mentions(matching_form(question)))
    assert [part.of_all for part in found] == ["去了哪些外地城市学习？"] * 2
    assert not any("环保" in part.aspect or "外办" in part.aspect for part in found)


def test_a_topic_compared_without_names() -> None:
    compared = topic_compared("两个审批改革的案例，提速效果各自怎样？")
    assert compared is not None
    assert (compared.n, compared.topic) == (2, "审批改革")
    assert compared.asked.startswith("审批改革，提速效果")


@pytest.mark.parametrize("question", ["", "两个区的案例", "审批改革的案例有哪些？"])
def test_no_topic_is_compared(question: str) -> None:
    assert topic_compared(question) is None
