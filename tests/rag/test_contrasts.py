"""Single words, figures and names that turn a true sentence into a false one."""

from __future__ import annotations

import pytest

from rag.answering.attribution import misattributed
from rag.answering.contrasts import contrast
from rag.answering.roles import misplaced
from rag.answering.substituting import substituted
from rag.answering.wording import anchored, runs, weakest_clause, wording


@pytest.mark.parametrize(
    ("said", "source", "problem"),
    [
        ("", "", ""),
        ("收入环比增长8%", "收入同比增长8%", "出处里是“同比”，不是“环比”"),
        ("成为全国首个试点", "成为全省首个试点，列入首批全国名单", "出处里没有这个范围：全国"),
        ("数量居全市第二", "数量居全市第一", "出处里没有这个名次或次序：第二"),
        ("数量居全市第一", "数量居全市首位", ""),
        ("已全面完成产权制度改革", "到2020年全面完成产权制度改革", "出处里只是计划，还没有完成"),
        ("仍需单独申报", "不再单独申报", "出处里是否定的：不再单独申"),
    ],
)
def test_words_that_turn_a_sentence_round(said: str, source: str, problem: str) -> None:
    assert contrast(said, source, around=source) == problem


@pytest.mark.parametrize(
    ("said", "source", "problem"),
    [
        ("", "", ""),
        ("金奖3名", "银奖3名、金奖1名", "出处里没有这个数字：3名（在出处里说的是别的事）"),
        ("覆盖不足90%", "覆盖达90%以上", "出处里不是“以下”：90%"),
        ("覆盖超过90%", "覆盖达90%以上", ""),
        ("比重下降2.8%", "比重提升2.8%", "出处里的变化方向不同：2.8%"),
        ("由7日延长至10日", "办理时间由10日缩短至7日", "出处里的变化方向不同：7日"),
    ],
)
def test_figures_of_another_thing(said: str, source: str, problem: str) -> None:
    assert misattributed(said, source) == problem


@pytest.mark.parametrize(
    ("said", "source", "problem"),
    [
        ("", "", ""),
        ("货物从青岛港转移至釜山港", "货物从釜山港转移至青岛港", "青岛港在出处里不是这个角色"),
        ("货物从釜山港转移至青岛港", "货物从釜山港转移至青岛港", ""),
        ("莱西市国家级总营", "青岛国家级总营，莱西市分营", "出处里的“国家级总”不属于莱西市"),
        ("莱西市帮扶城阳区的村庄", "城阳区帮扶莱西市的村庄", "出处里是城阳区帮扶莱西市"),
        ("莱西市对口支援城阳区", "城阳区对口支援莱西市", "出处里的“对口支援”不属于莱西市"),
    ],
)
def test_names_in_another_part(said: str, source: str, problem: str) -> None:
    assert misplaced(said, source, ["青岛港", "釜山港", "莱西市", "城阳区", "青岛"]) == problem


@pytest.mark.parametrize(
    ("said", "source", "problem"),
    [
        ("", "", ""),
        ("对断面实施按年计算和通报", "对断面实施按月计算和通报", "出处里是“月”，不是“年”"),
        ("海关总署否决了验收结果", "海关总署同意了验收结果", "出处里是“同意”，不是“否决”"),
        ("全面提高服务水平和效率", "全面提升服务水平和效率", ""),
    ],
)
def test_a_word_exchanged(said: str, source: str, problem: str) -> None:
    assert substituted(said, source) == problem


def test_shares_of_wording() -> None:
    assert (wording("", "甲"), runs("", "甲"), anchored("", "甲"), weakest_clause("", "甲", min_chars=1)) == (
        1,
        1,
        1,
        1,
    )
    assert wording("市场主体𠀀", "市场主体") == 1
    assert runs("市场主体", "市场经济主体") == 0
    assert anchored("市场的主体", "市场经济主体") == 1
    assert weakest_clause("市场主体快速增长，得到一致赞誉", "市场主体快速增长", min_chars=6) == 0
