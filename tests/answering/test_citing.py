"""Marks and citations: numbered in the order of use, one key for one span."""

from __future__ import annotations

from collections.abc import Callable

from rag.answering.citing import cite, make_citation
from rag.answering.draft import Draft, DraftSentence, Support
from rag.types import Compilation

Locate = Callable[[str], Support]
MILITARY = "推动军民融合产业发展，新区军民融合企业达 161 家。"
SIGNED = "其中参赛的 36 家企业签订了战略合作协议，计划合同总投资 105 亿元。"
DATE = "2014年6月3日，西海岸新区获国务院批复设立"


def draft(*sentences: DraftSentence) -> Draft:
    return Draft(sentences, "", 1.0)


def test_nothing_to_cite_gives_nothing(compilation: Compilation) -> None:
    assert cite(draft(), compilation) == []


def test_one_sentence_has_key_one(compilation: Compilation, locate: Locate) -> None:
    (only,) = cite(draft(DraftSentence(MILITARY, (locate(MILITARY),))), compilation)
    assert only.text == MILITARY + "[1]"
    (citation,) = only.citations
    assert citation.key == 1
    assert citation.quote == MILITARY == compilation.text[citation.start : citation.end]
    assert (citation.case_number, citation.first_page, citation.last_page) == (1, 1, 4)
    assert citation.section_path == ("四、取得实效", "（二）经济效益")
    assert not citation.computed


def test_keys_count_in_the_order_of_use_and_a_span_has_one(compilation: Compilation, locate: Locate) -> None:
    cited = cite(
        draft(
            DraftSentence("乙。", (locate(SIGNED), locate(MILITARY))),
            DraftSentence("甲。", (locate(MILITARY),)),
            DraftSentence("丙。", (locate(DATE), locate(SIGNED))),
        ),
        compilation,
    )
    assert [one.text for one in cited] == ["乙。[1][2]", "甲。[2]", "丙。[3][1]"]
    assert [[c.key for c in one.citations] for one in cited] == [[1, 2], [], [3]]
    assert [c.quote for one in cited for c in one.citations] == [SIGNED, MILITARY, DATE]


def test_one_span_twice_in_a_sentence_is_cited_once(compilation: Compilation, locate: Locate) -> None:
    span = locate(MILITARY)
    (only,) = cite(
        draft(
            DraftSentence("甲。", (span, span)),
        ),
        compilation,
    )
    assert only.text == "甲。[1]"
    assert [c.key for c in only.citations] == [1]


def test_grouped_sentences_stand_under_their_case(compilation: Compilation, locate: Locate) -> None:
    cited = cite(
        draft(
            DraftSentence("共两个：", (locate(DATE),), computed=True),
            DraftSentence("甲。", (locate(MILITARY),), case_number=1),
            DraftSentence("乙。", (locate(DATE),), case_number=1),
            DraftSentence("丙。", (locate(SIGNED),), case_number=2),
            DraftSentence("丁。", (locate(SIGNED),)),
        ),
        compilation,
    )
    assert "".join(one.text for one in cited).split("\n") == [
        "共两个：[1]",
        "西海岸新区管委、黄岛区政府（案例1）：甲。[2]乙。[1]",
        "城阳区政府（案例2）：丙。[3]",
        "丁。[3]",
    ]


def test_items_of_a_list_stand_on_their_own_lines(compilation: Compilation, locate: Locate) -> None:
    items = (DraftSentence(text, (locate(DATE),), own_line=True) for text in ("甲。", "乙。"))
    cited = cite(draft(DraftSentence("如下：", (locate(SIGNED),)), *items), compilation)
    assert "".join(one.text for one in cited) == "如下：[1]\n甲。[2]\n乙。[2]"


def test_what_is_computed_says_so(compilation: Compilation, locate: Locate) -> None:
    (only,) = cite(draft(DraftSentence("共 30 个。", (locate(DATE),), computed=True)), compilation)
    assert [c.computed for c in only.citations] == [True]


def test_a_line_of_the_contents_is_of_no_case(compilation: Compilation, locate: Locate) -> None:
    citation = make_citation(compilation, locate("打造“农创平度” 助推乡村振兴（平度市政府）"), key=7)
    assert citation.key == 7
    assert (citation.case_number, citation.first_page, citation.last_page) == (None, None, None)
    assert citation.title == compilation.title
    assert citation.department == "青岛市人民政府办公厅"
    assert citation.section_path == ("目录",)


def test_the_last_case_has_no_last_page(compilation: Compilation) -> None:
    start = compilation.cases[-1].start
    citation = make_citation(compilation, Support(start, start + 5), key=1)
    assert (citation.case_number, citation.first_page, citation.last_page) == (30, 140, None)


def test_rare_characters_in_a_sentence_are_kept(compilation: Compilation, locate: Locate) -> None:
    (only,) = cite(draft(DraftSentence("\U00020000", (locate(DATE),))), compilation)
    assert only.text == "\U00020000[1]"


def test_a_sentence_without_spans_has_no_mark(compilation: Compilation) -> None:
    (only,) = cite(draft(DraftSentence("甲。", ())), compilation)
    assert (only.text, only.citations) == ("甲。", ())


def test_every_section_of_every_case_is_found_again(compilation: Compilation) -> None:
    for case in compilation.cases:
        for section in case.sections:
            citation = make_citation(compilation, Support(section.start, section.end), key=1)
            assert (citation.case_number, citation.section_path) == (case.number, section.path)
            assert citation.quote == compilation.text[section.start : section.end]
