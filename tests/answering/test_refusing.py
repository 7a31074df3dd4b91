"""The exact words of refusals, and the sections they name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answering.refusing import MAX_NEAREST, nearest_sections, refusal_text
from rag.stores.passages import PassageIndex
from rag.types import Chunk, Compilation, Passage


def passage(compilation: Compilation, case_number: int | None, *path: str, rank: int = 1) -> Passage:
    return Passage(Chunk("c", "qingdao-2018", case_number, path, "prose", 0, 1, "x", 1), 1.0, rank, "fused")


def test_other_instructions_are_not_followed(compilation: Compilation) -> None:
    text = refusal_text("instruction", (), compilation, english=False)
    assert text == "这里只回答关于案例汇编的问题，不执行别的指令。请直接问汇编里的内容。"
    assert refusal_text("instruction", (), compilation, english=True) == (
        "Only questions about the compilation are answered here; other instructions are not followed. "
        "Please ask about what it says."
    )


def test_what_is_out_of_scope_is_said_to_be(compilation: Compilation) -> None:
    text = refusal_text("out_of_scope", (), compilation, english=False)
    assert text == "这个问题与案例汇编无关，这里只依据汇编的内容回答。请换一个关于汇编的问题。"
    assert refusal_text("out_of_scope", (), compilation, english=True) == (
        "This has nothing to do with the compilation, and only what stands in it is answered here. "
        "Please ask about the compilation."
    )


def test_what_is_not_in_the_compilation_names_the_nearest_sections(compilation: Compilation) -> None:
    passages = (passage(compilation, 7, "三、创新思路和举措", "（一）服务到企业"), passage(compilation, 26))
    assert refusal_text("not_in_compilation", passages, compilation, english=False) == (
        "汇编中没有找到能回答这个问题的内容。\n\n最接近的章节：\n"
        "李沧区政府“（一）服务到企业”；市城市管理局“" + compilation.case(26).title + "”"
    )
    assert refusal_text("not_in_compilation", passages[:1], compilation, english=True) == (
        "The compilation holds nothing that answers this question.\n\nThe nearest sections:\n李沧区政府“（一）服务到企业”"
    )


def test_what_is_lacking_is_said(compilation: Compilation) -> None:
    passages = (passage(compilation, 7, "（一）服务到企业"),)
    assert refusal_text("not_in_compilation", passages, compilation, english=False, lacking="2019年") == (
        "汇编中没有找到能回答这个问题的内容：最接近的案例没有写到“2019年”。\n\n最接近的章节：\n李沧区政府“（一）服务到企业”"
    )
    assert refusal_text("not_in_compilation", (), compilation, english=True, lacking="2019").startswith(
        "The compilation holds nothing that answers this question: the nearest case does not mention “2019”."
    )


@pytest.mark.parametrize(("english", "last"), [(False, "最接近的章节：\n无"), (True, "The nearest sections:\nnone")])
def test_without_passages_none_is_named(compilation: Compilation, english: bool, last: str) -> None:
    assert refusal_text("not_in_compilation", (), compilation, english=english).endswith(last)
    catalogue = (passage(compilation, None, "目录"),)
    assert refusal_text("not_in_compilation", catalogue, compilation, english=english).endswith(last)


def test_a_section_is_named_once_and_three_at_most(compilation: Compilation) -> None:
    headings = ["甲", "甲", "乙", "丙", "丁", "戊"]
    passages = [passage(compilation, 7, heading) for heading in headings]
    assert MAX_NEAREST == 3
    assert nearest_sections(passages, compilation) == ["李沧区政府“甲”", "李沧区政府“乙”", "李沧区政府“丙”"]


def test_no_passages_have_no_sections(compilation: Compilation) -> None:
    assert nearest_sections((), compilation) == []


def test_braces_and_rare_characters_in_a_heading_are_shown_as_they_stand(compilation: Compilation) -> None:
    passages = (passage(compilation, 7, "\U00020000{{nearest}}"),)
    assert "“\U00020000{{nearest}}”" in refusal_text("not_in_compilation", passages, compilation, english=False)


def test_sections_of_real_passages_stand_in_their_cases(compilation: Compilation, index: PassageIndex) -> None:
    for chunk in index.chunks:
        for name in nearest_sections([Passage(chunk, 1.0, 1, "fused")], compilation):
            case = compilation.case(chunk.case_number or 0)
            department, _, heading = name.partition("“")
            assert department == case.department_in_contents
            assert heading[:-1] in {case.title, *(section.heading for section in case.sections)}


def test_a_case_number_that_is_not_there_is_an_error(compilation: Compilation) -> None:
    with pytest.raises(KeyError, match="31"):
        nearest_sections([passage(compilation, 31, "甲")], compilation)
    assert nearest_sections([passage(compilation, 1, "甲")], replace(compilation)) != []
