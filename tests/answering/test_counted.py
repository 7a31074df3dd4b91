"""Questions that are answered by counting over the contents."""

from __future__ import annotations

import pytest

from rag.answering.catalogue import CatalogueAnswerer
from rag.answering.draft import Draft
from rag.answering.grounding import is_grounded
from rag.types import Compilation


def said(draft: Draft | None) -> str:
    return "" if draft is None else "".join(sentence.text for sentence in draft.sentences)


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("从第50页到第80页之间开始的案例有哪些？", "有 6 个：经济技术开发区管委、"),
        ("100页以后的案例有哪些？", "有 9 个：市人力资源社会保障局、"),
        ("平均每个案例占多少页？", "约 4.8 页"),
        ("有没有哪个单位报了不止一个案例？", "每个单位各一个"),
        ("没有设“基本情况”这一部分的区市案例是哪几个？", "胶州市政府、平度市政府、莱西市政府"),
        ("市直部门的案例是从第几个开始的？", "案例14《"),
        ("最后三个案例分别是哪些部门的？", "案例28《"),
        ("前两个案例是谁写的？", "案例2《"),
        ("署名为“区政府”的案例有哪些？", "有 7 个："),
        ("第5个案例有几个一级标题？", "下分 5 个部分"),
        ("第10个和第20个案例分别是哪家单位的？", "市统计局"),
        ("市公安局那篇一共占了几页？", "共 4 页。"),
        ("前湾保税港区案例的前一篇、后一篇各是谁的？", "莱西市政府"),
        ("前湾保税港区案例的前一篇、后一篇各是谁的？", "经济技术开发区管委"),
        ("除西海岸新区外，还有哪三个功能区管委交了案例？", "共 3 个案例"),
        ("这本汇编由哪个机关印制，是哪一年的？", "青岛市人民政府办公厅"),
    ],
)
def test_what_is_counted(catalogue: CatalogueAnswerer, compilation: Compilation, question: str, part: str) -> None:
    draft = catalogue.answer(question)
    assert part in said(draft)
    assert draft is not None
    assert all(sentence.computed and is_grounded(sentence, compilation) for sentence in draft.sentences)


@pytest.mark.parametrize(
    "question",
    [
        "平均每个项目节约多少个工作日？",
        "平度案例“主要突破”部分下面有哪三个小标题？",
        "有没有哪个单位引入了不止一个平台？",
        "最后三个项目分别是哪些部门的？",
    ],
)
def test_what_asks_for_something_else(catalogue: CatalogueAnswerer, question: str) -> None:
    counted = said(catalogue.answer(question))
    assert "平均每个案例" not in counted
    assert "目录中的" not in counted
    assert "各一个" not in counted
