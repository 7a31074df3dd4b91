"""How answers, citations, passages and cases read in a terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.cli.display import answer_text, case_text, catalogue_text, citation_text, pages, passage_text, plain
from rag.types import Answer, Chunk, Citation, Compilation, Passage

CITATION = Citation(
    key=1,
    compilation_id="qingdao-2018",
    case_number=7,
    title="全面推行审批服务“零跑腿”",
    department="李沧区政府",
    section_path=("三、创新思路和举措", "（一）服务到企业"),
    first_page=28,
    last_page=31,
    quote="**一是**重点园区\n“驻点办”。",
    start=10,
    end=30,
)
ANSWER = Answer(
    question="怎么服务企业？",
    standalone_question="怎么服务企业？",
    text="**一是**重点园区“驻点办”。[1]",
    short_answer="",
    citations=(CITATION,),
    passages=(),
    refused=False,
    reason=None,
    confidence=0.9,
    model="extractive",
)


def test_only_double_asterisks_are_markers() -> None:
    assert plain('**附件**：带"*"号的𠀀') == '附件：带"*"号的𠀀'


@pytest.mark.parametrize(
    ("first_page", "last_page", "shown"),
    [
        (132, 136, "案例页码 132–136（据目录）"),
        (9, 9, "案例页码 9（据目录）"),
        (140, None, "案例页码 140 起（据目录）"),
        (None, None, ""),
    ],
)
def test_pages_are_said_to_come_from_the_contents(first_page: int | None, last_page: int | None, shown: str) -> None:
    assert pages(first_page, last_page) == shown


def test_a_citation_gives_case_department_path_pages_and_quote() -> None:
    assert citation_text(CITATION).splitlines() == [
        "[1] 案例 7 · 李沧区政府 · 全面推行审批服务“零跑腿”",
        "    三、创新思路和举措 › （一）服务到企业",
        "    案例页码 28–31（据目录）",
        "    “一是重点园区",
        "    “驻点办”。”",
    ]


def test_a_citation_of_the_catalogue_has_no_case() -> None:
    cover = replace(
        CITATION, case_number=None, title="", department="", section_path=(), first_page=None, quote="目 录"
    )
    assert citation_text(cover) == "[1] 汇编的封面和目录\n    “目 录”"


def test_an_answer_is_followed_by_its_citations() -> None:
    assert answer_text(ANSWER).startswith("一是重点园区“驻点办”。[1]\n\n出处：\n\n[1] 案例 7 · ")


def test_an_answer_without_citations_is_the_text_alone() -> None:
    assert answer_text(replace(ANSWER, text="没有找到。", citations=(), refused=True)) == "没有找到。"


def test_a_refusals_citations_are_called_nearest() -> None:
    assert "\n\n最接近的章节：\n\n[1] " in answer_text(replace(ANSWER, refused=True))


def test_a_follow_up_says_how_it_was_understood() -> None:
    text = answer_text(replace(ANSWER, standalone_question="李沧区怎么服务企业？"))
    assert text.startswith("理解为：李沧区怎么服务企业？\n\n")


def test_a_passage_shows_rank_score_method_and_text() -> None:
    chunk = Chunk("c", "qingdao-2018", 7, ("一、**背景**",), "prose", 5, 12, "**正文**", 40)
    assert passage_text(Passage(chunk, score=0.03125, rank=2, method="fused")).splitlines() == [
        " 2  得分 0.0312  fused  案例 7  prose  40 词元  第 5–12 字",
        "    一、背景",
        "    正文",
    ]


def test_the_catalogue_lists_all_thirty_cases(compilation: Compilation) -> None:
    lines = catalogue_text(compilation).splitlines()
    assert lines[0].endswith("（青岛市人民政府办公厅，2019 年 2 月），30 个案例")
    assert len(lines) == 2 + 2 * 30
    assert lines[14:16] == [
        "  7  全面推行审批服务“零跑腿” 深入开展“四到”工作",
        "     李沧区政府  案例页码 28–31（据目录）",
    ]


def test_a_case_shows_outline_and_text_without_markers(compilation: Compilation) -> None:
    text = case_text(compilation.case(7), compilation)
    assert text.startswith(
        "案例 7  全面推行审批服务“零跑腿” 深入开展“四到”工作\n单位：李沧区政府\n案例页码 28–31（据目录）\n"
    )
    assert "\n  三、创新思路和举措\n    （一）服务到企业\n" in text
    assert "李沧区 178 项行政许可事项和 155 项依申请公共服务事项" in text
    assert "**" not in text


def test_titles_that_differ_are_both_shown(compilation: Compilation) -> None:
    differing = [case for case in compilation.cases if plain(case.title) != plain(case.title_in_contents)]
    assert differing
    for case in differing:
        assert f"\n目录中的标题：{plain(case.title_in_contents)}\n" in case_text(case, compilation)


def test_text_of_a_screenshot_is_announced(compilation: Compilation) -> None:
    assert "［以下是原书截图里的文字］" in case_text(compilation.case(14), compilation)
    assert "［以下是原书截图里的文字］" not in case_text(compilation.case(7), compilation)


def test_everything_of_a_case_is_shown(compilation: Compilation) -> None:
    for case in compilation.cases:
        shown = "".join(case_text(case, compilation).split())
        for section in case.sections:
            assert "".join(plain(compilation.text[section.start : section.end]).split()) in shown
