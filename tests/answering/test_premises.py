"""What a question takes for granted: endings, figures and persons that its case does not tell."""

from __future__ import annotations

import pytest

from rag.answering.premises import takes_unsaid_for_granted, unsaid_figures
from rag.normalising import matching_form

TOLD = matching_form(
    "全区设8支小分队，十二个网点，两个大厅，投资1.2万元，2018年11月取消预约。王小明书记到场，服务3,500人次，占65%。"
)


@pytest.mark.parametrize(
    ("question", "figures"),
    [
        ("小分队为什么从14支变成8支？", ["14"]),
        ("12个网点在哪儿？2个大厅呢？", []),
        ("12000元花在哪儿？", []),
        ("1.5万元花在哪儿？", ["1.5万"]),
        ("3500人次服务了什么？", []),
        ("350人次服务了什么？", ["350"]),
        ("2019年3月5日第7次会议说了什么？", []),
        ("第12页的30个案例占百分之几？", []),
        ("八支小分队在哪儿？", []),
        ("[0m小分队用5g吗？", []),
        ("", []),
    ],
)
def test_figures_that_stand_nowhere(question: str, figures: list[str]) -> None:
    assert unsaid_figures(matching_form(question), TOLD) == figures


@pytest.mark.parametrize(
    ("question", "unsaid"),
    [
        ("预约是哪年取消的？", False),
        ("网点是哪年关闭的？", True),
        ("王小明书记说了什么？", False),
        ("李大同书记说了什么？", True),
        ("哪位书记到场？", False),
        ("现任书记是谁？", False),
        ("有几支小分队？", False),
    ],
)
def test_what_is_taken_for_granted(question: str, unsaid: bool) -> None:
    assert takes_unsaid_for_granted(matching_form(question), TOLD) is unsaid
