"""A sentence is released only when it is cited and its figures and 《names》 stand in what it cites."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rag.answering.draft import DraftSentence, Support
from rag.answering.grounding import is_grounded
from rag.types import Compilation

Locate = Callable[[str], Support]
MILITARY = "推动军民融合产业发展，新区军民融合企业达 161 家。"
INDEX = "一是成功举办青岛国际创新生态论坛，发布《2018 国家信息中心城市创新创业生态指数》"
SIGNED = "其中参赛的 36 家企业签订了战略合作协议，计划合同总投资 105 亿元。"


@pytest.fixture
def grounded(compilation: Compilation, locate: Locate) -> Callable[..., bool]:
    def check(said: str, *quotes: str, computed: bool = False) -> bool:
        return is_grounded(DraftSentence(said, tuple(map(locate, quotes)), computed), compilation)

    return check


@pytest.mark.parametrize("quote", [MILITARY, INDEX, SIGNED])
def test_a_quote_is_grounded_in_itself(grounded: Callable[..., bool], quote: str) -> None:
    assert grounded(quote, quote)


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        ("新区军民融合企业达 162 家。", MILITARY),
        ("新区军民融合企业达 16 家。", MILITARY),
        ("新区军民融合企业达 1610 家。", MILITARY),
        ("新区军民融合企业达１６２家。", MILITARY),
        ("总投资 10.5 亿元。", SIGNED),
        ("36 家企业总投资 501 亿元。", SIGNED),
        ("发布《2019 国家信息中心城市创新创业生态指数》", INDEX),
        ("发布《国家信息中心城市创新创业生态指数》", INDEX),
        ("发布《\U00020000\U00020001》", INDEX),
    ],
)
def test_a_changed_figure_or_name_is_not(grounded: Callable[..., bool], said: str, quote: str) -> None:
    assert not grounded(said, quote)


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        ("军民融合企业有161家。", MILITARY),
        ("军民融合企业有１６１家。", MILITARY),
        ("軍民融合企業達 161 家。", MILITARY),
        ("推动产业发展。", MILITARY),
        ("發布《2018國家信息中心城市創新創業生態指數》", INDEX),
        ("\U00020000", MILITARY),
    ],
)
def test_the_same_figure_in_another_form_is(grounded: Callable[..., bool], said: str, quote: str) -> None:
    assert grounded(said, quote)


def test_what_is_not_cited_is_never_grounded(grounded: Callable[..., bool]) -> None:
    assert not grounded("推动军民融合产业发展。")
    assert not grounded("")
    assert not grounded("共收录 30 个案例。", computed=True)


def test_a_computed_sentence_may_count_what_it_cites(grounded: Callable[..., bool]) -> None:
    assert grounded("共收录 30 个案例。", MILITARY, computed=True)
    assert not grounded("共收录 30 个案例。", MILITARY)


def test_figures_may_stand_in_several_spans(grounded: Callable[..., bool]) -> None:
    assert grounded("161 家企业，总投资 105 亿元。", MILITARY, SIGNED)
    assert not grounded("161 家企业，总投资 105 亿元。", MILITARY)


def test_a_figure_needs_to_stand_in_one_span(grounded: Callable[..., bool]) -> None:
    assert not grounded("军民融合企业达 161 家", "新区军民融合企业达 1", "61 家")


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        ("总投资 105 万元。", SIGNED),
        ("二是成功举办青岛国际创新生态论坛", INDEX),
        ("拥有四个关键支撑", "三个关键支撑"),
        ("2014年3月6日，西海岸新区获国务院批复设立", "2014年6月3日，西海岸新区获国务院批复设立"),
    ],
)
def test_a_changed_unit_numeral_or_date_is_not(grounded: Callable[..., bool], said: str, quote: str) -> None:
    assert not grounded(said, quote)
