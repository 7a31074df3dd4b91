"""How people speak of a compilation, put into plain words."""

from __future__ import annotations

import pytest

from rag.answering.spoken import plainly, plainly_in_english
from rag.normalising import matching_form


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("麻烦帮我看看第五十页是谁家的案例", "第50页是谁的案例"),
        ("篇幅超过六页的案例", "篇幅超过6页的案例"),
        ("一百到一百二十页之间的案例", "100到120页之间的案例"),
        ("P87是谁的？", "第87页是谁的？"),
        ("排在第十二位的是哪个案例", "第十二个案例"),
        ("排第20的案例叫什么", "第20个案例叫什么"),
        ("序号为8的案例出自哪里", "案例8出自哪里"),
        ("压轴的案例是哪一家", "最后一个案例是哪一家"),
        ("目录里第九个是哪家", "目录里第九个案例是哪家"),
        ("区块链企业有几页材料", "区块链企业有几页材料"),
        ("\U00020000在哪页", "\U00020000在哪页"),
        ("请", "请"),
        ("", ""),
    ],
)
def test_plain_words(question: str, plain: str) -> None:
    assert plainly(matching_form(question)) == plain


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("which cases are longer than six pages?", "which cases are longer than 6 pages?"),
        ("the first three cases", "the first 3 cases"),
        ("one of the three principles", "one of the three principles"),
        ("", ""),
    ],
)
def test_numbers_of_pages_and_cases_in_english(question: str, plain: str) -> None:
    assert plainly_in_english(question) == plain
