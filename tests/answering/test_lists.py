"""Lists of the real text: 一是/二是 items and sub-headings, whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answering.lists import MIN_ITEMS, ListInText, find_lists, heading_support, n_enumerated
from rag.types import Compilation


@pytest.fixture(scope="module")
def lists(compilation: Compilation) -> tuple[ListInText, ...]:
    return find_lists(compilation)


def items(compilation: Compilation, found: ListInText) -> list[str]:
    return [compilation.text[item.start : item.end] for item in found.items]


def test_items_of_an_enumeration_are_given_whole(compilation: Compilation, lists: tuple[ListInText, ...]) -> None:
    (found,) = [one for one in lists if one.case_number == 3 and len(one.items) == 4]
    assert items(compilation, found) == [
        "一是创新组织机构，变“各自为战”为“合力攻坚”",
        "二是创新评价体系，变“单一标准”为“分类施策”",
        "三是创新定性定责制度，变“被动接受”为“主动认领”",
        "四是创新审计技术，变“模糊测算”为“精准测算”",
    ]
    assert found.intro is not None
    assert compilation.text[found.intro.start : found.intro.end] == "二、创新思路和举措"


def test_sub_headings_are_a_list_below_their_heading(compilation: Compilation, lists: tuple[ListInText, ...]) -> None:
    of_case = [items(compilation, one) for one in lists if one.case_number == 7]
    assert ["（一）服务到企业", "（二）服务到项目", "（三）服务到社区", "（四）服务到居民"] in [
        [heading.rstrip("。") for heading in one] for one in of_case
    ]


def test_a_list_after_a_list_is_its_own(compilation: Compilation, lists: tuple[ListInText, ...]) -> None:
    counts = sorted(len(one.items) for one in lists if one.case_number == 25)
    assert counts == [3, 3, 3, 3, 4]


def test_case_without_numbered_headings_has_its_bold_and_dash_items(
    compilation: Compilation, lists: tuple[ListInText, ...]
) -> None:
    (four,) = [one for one in lists if one.case_number == 25 and len(one.items) == 4]
    assert [item[:8] for item in items(compilation, four)] == [
        "——坚定“政治站",
        "——做到“两不误",
        "——着力“科学规",
        "——着眼“精细办",
    ]


def test_every_list_stands_in_its_case_in_order(compilation: Compilation, lists: tuple[ListInText, ...]) -> None:
    assert len(lists) > 80
    for one in lists:
        case = compilation.case(one.case_number)
        assert len(one.items) >= MIN_ITEMS
        assert case.start <= one.start < one.end <= case.end
        starts = [item.start for item in one.items]
        assert starts == sorted(set(starts))
        assert all(item.start < item.end <= one.end for item in one.items)
        assert not any(compilation.text[item.end - 1].isspace() for item in one.items)
        assert one.intro is None or one.intro.start < one.intro.end <= one.start


def test_tokens_are_of_the_heading_and_what_introduces(lists: tuple[ListInText, ...]) -> None:
    (found,) = [one for one in lists if one.case_number == 3 and len(one.items) == 4]
    assert {"创新", "思路", "举措"} <= found.tokens
    assert "合力" not in found.tokens


def test_no_cases_have_no_lists(compilation: Compilation) -> None:
    assert find_lists(replace(compilation, cases=())) == ()


def test_one_case_gives_its_own_lists_alone(compilation: Compilation) -> None:
    alone = find_lists(replace(compilation, cases=(compilation.case(7),)))
    assert {one.case_number for one in alone} == {7}
    assert len(alone) == 6


def test_a_heading_s_support_is_its_text_in_every_section(compilation: Compilation) -> None:
    for case in compilation.cases:
        for section in case.sections:
            support = heading_support(compilation.text, section)
            quote = compilation.text[support.start : support.end]
            assert section.start <= support.start < support.end <= section.end
            if section.heading:
                assert quote.replace("**", "").startswith(section.heading)


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("建立常态化实时对接、扁平化跨层级对接、精准化专业对接、高效化应急对接的军地需求对接机制", 4),
        ("政策、项目、资金和监管", 4),
        ("产权明晰、权责明确以及管理科学", 3),
        ("平台融合、领域融合、区域融合", 3),
        ("一季度、二季度，产值、税收、利润、人数", 4),
        ("“三融”“三海”", 2),
        ("军队和地方", 0),
        ("推进全面融合", 0),
        ("", 0),
        ("\U00020000、\U00020001", 2),
    ],
)
def test_number_of_things_enumerated_in_a_clause(text: str, n: int) -> None:
    assert n_enumerated(text) == n
