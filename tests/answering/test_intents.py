"""What is taken for a question about the compilation, and what merely contains such words."""

from __future__ import annotations

import pytest

from rag.answering.catalogue import CatalogueAnswerer


@pytest.mark.parametrize(
    "question",
    [
        "青岛是第几批国家历史文化名城？",
        "第三批下放了多少项权限",
        "大赛前三名是谁？",
        "夹在耕地里的田坎怎么处理？",
        "“五个技术”打头的是哪个",
        "节约用时最长的项目是哪个？",
        "即墨工期最短的是多少个月",
        "目录（标准）是谁建立的业务数据归集目录？",
        "崂山网上预审最后一步是什么",
        "有几家管委会参加了联席会议",
        "除了新华社，还有谁报道了胶州的做法？",
        "胶州的两篇报道发表在哪些刊物上？",
        "市公安局精简前后各有多少事项",
        "哪一页可以上传材料",
        "城阳大赛的主题和口号是否一致？",
        "改革前后的流程有什么不同",
        "哪年出版了白皮书",
        "与崂山相邻的区有哪些",
        "一级指标有几个？",
        "四级监管体系包括哪四级",
        "李沧区案例的背景",
        "除了上海，还有哪些城市有进出口基地",
        "多图合审一份图纸有多少页",
        "请列出链湾的五大平台",
        "How many pages of documents are needed for registration in Laoshan?",
        "What is the difference between the first and the second stage in Jiaozhou's audit?",
        "Who published the blockchain white paper?",
    ],
)
def test_questions_on_what_cases_say_are_left_to_the_passages(catalogue: CatalogueAnswerer, question: str) -> None:
    assert catalogue.answer(question) is None


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("一共有几个区市政府的案例", "有 10 个："),
        ("汇编里区级政府的案例有几个", "有 7 个："),
        ("几家管委会交了案例", "有 4 个："),
        ("不算功能区，还有多少个案例", "有 26 个："),
        ("前十个案例里有几个是区政府", "这 10 个案例里有 7 个："),
        ("区市政府里排最后的是哪家", "案例10《"),
        ("倒数第二个市直部门的案例是谁的", "案例29《"),
        ("最后五篇的单位", "案例26《"),
        ("功能区管委报送的案例都有谁", "共 4 个案例"),
        ("除了市直部门，还有谁交了案例", "共 13 个案例"),
        ("列出全部署名单位", "市环保局（案例30）"),
        ("有没有一个单位交两篇的", "每个单位各一个"),
        ("把目录念一遍", "《清产核资明家底 产权改革激活力》"),
        ("编这本汇编的是哪个单位", "青岛市人民政府办公厅"),
        ("封面上写的是哪个单位", "青岛市人民政府办公厅"),
        ("How many cases were submitted by municipal departments?", "17 are:"),
        ("Which cases are on pages 80 to 90?", "3 are:"),
        ("Name the departments of the first two cases", "Case 2,"),
        ("What number is the case of Laixi?", "Case 10,"),
    ],
)
def test_natural_ways_to_ask(catalogue: CatalogueAnswerer, question: str, part: str) -> None:
    draft = catalogue.answer(question)
    assert draft is not None
    assert part in "".join(sentence.text for sentence in draft.sentences)


def test_kinds_are_counted_apart_where_each_is_asked_for(catalogue: CatalogueAnswerer) -> None:
    draft = catalogue.answer("统计一下区市政府、功能区、市直部门各有多少个案例")
    assert draft is not None
    assert [sentence.text.split("：")[0][-4:] for sentence in draft.sentences] == ["10 个", " 4 个", "17 个"]


@pytest.mark.parametrize("question", ["除李沧区外，还有哪些案例写到“零跑腿”", "哪些案例写到“智慧绩效”"])
def test_words_of_a_title_that_cases_say_are_looked_for_in_their_text(
    catalogue: CatalogueAnswerer, question: str
) -> None:
    assert catalogue.answer(question) is None
