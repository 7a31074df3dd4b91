"""Questions about the compilation itself, in several phrasings; and ordinary questions that are not taken for them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from rag.answering.catalogue import CatalogueAnswerer
from rag.answering.contents import contents_line
from rag.answering.draft import Draft
from rag.answering.grounding import is_grounded
from rag.retrieval.mentions import CaseNames
from rag.settings import PROJECT_PATH
from rag.types import Compilation


def said(draft: Draft | None) -> str:
    return "" if draft is None else "".join(sentence.text for sentence in draft.sentences)


def cases_said(catalogue: CatalogueAnswerer, compilation: Compilation, question: str) -> list[int]:
    """The cases an answer names, by their whole titles."""
    text = said(catalogue.answer(question))
    return [
        case.number for case in compilation.cases if f"案例{case.number}《" in text or f"ase {case.number}, " in text
    ]


@pytest.mark.parametrize(
    "question",
    [
        "这本汇编一共收录了多少个案例？",
        "汇编里有几个案例",
        "全书共有多少篇案例？",
        "目录里案例总数",
        "這本彙編收錄了幾個案例？",
        "系统里一共有多少个案例？",
    ],
)
def test_how_many_cases(catalogue: CatalogueAnswerer, compilation: Compilation, question: str) -> None:
    draft = catalogue.answer(question)
    assert said(draft) == f"《{compilation.title}》共收录 30 个案例。"


def test_how_many_cases_in_english(catalogue: CatalogueAnswerer) -> None:
    for question in ("How many cases are in the compilation?", "how many innovation cases does the book contain"):
        assert "contains 30 cases" in said(catalogue.answer(question))


@pytest.mark.parametrize(
    ("question", "n"),
    [("目录里管委的案例有几个", 4), ("区市政府的案例共有几个？", 10), ("市直部门有多少个案例", 17)],
)
def test_how_many_cases_of_a_kind_of_department(catalogue: CatalogueAnswerer, question: str, n: int) -> None:
    assert f"30 个案例里有 {n} 个：" in said(catalogue.answer(question))


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("第100页是哪个案例？", 21),
        ("第 3 页讲的是什么案例？", 1),
        ("汇编第１页是谁的案例", 1),
        ("第4页属于哪篇", 1),
        ("第5页是什么内容", 2),
        ("140页是哪个案例", 30),
        ("What is on page 100?", 21),
        ("Which case is on page 5?", 2),
    ],
)
def test_case_on_a_page(catalogue: CatalogueAnswerer, compilation: Compilation, question: str, number: int) -> None:
    assert cases_said(catalogue, compilation, question) == [number]


def test_a_page_after_the_last_known_one_is_said_to_be(catalogue: CatalogueAnswerer) -> None:
    assert said(catalogue.answer("第500页是哪个案例？")) == (
        "目录没有写明最后一页；第 140 页起是最后一个案例《创新实施复合式地表水环境质量生态补偿》（市环保局），"
        "第 500 页应在其中或已超出全书。"
    )


def test_there_is_no_page_nought(catalogue: CatalogueAnswerer) -> None:
    assert catalogue.answer("第0页是哪个案例？") is None


@pytest.mark.parametrize(
    "question",
    [
        "李沧区的案例在第几页？",
        "李沧区政府案例在哪几页",
        "全面推行审批服务“零跑腿”这篇的页码",
        "李沧区案例从第几页开始",
    ],
)
def test_pages_of_a_case(catalogue: CatalogueAnswerer, question: str) -> None:
    assert said(catalogue.answer(question)).endswith("（李沧区政府），案例页码 28–31（据目录）。")


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("《“信用城管”助力优化营商环境》由哪个单位报送？", 26),
        ("“信用城管”助力优化营商环境是谁写的", 26),
        ("“多图合审 当天拿证”这篇案例是哪个部门写的？", 16),
        ("哪个单位报送了“清产核资明家底 产权改革激活力”？", 28),
    ],
)
def test_who_wrote_a_case(catalogue: CatalogueAnswerer, compilation: Compilation, question: str, number: int) -> None:
    assert cases_said(catalogue, compilation, question) == [number]


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("第一个案例是什么？", 1),
        ("首个案例是什么", 1),
        ("第七个案例是什么？", 7),
        ("第7个案例叫什么", 7),
        ("第十个案例是谁报送的？", 10),
        ("第十二篇案例", 12),
        ("第二十个案例是哪个", 20),
        ("第二十五个案例是什么？", 25),
        ("最后一个案例是什么？", 30),
        ("最后一篇案例是谁写的", 30),
    ],
)
def test_nth_case(catalogue: CatalogueAnswerer, compilation: Compilation, question: str, number: int) -> None:
    assert cases_said(catalogue, compilation, question) == [number]


@pytest.mark.parametrize("question", ["第31个案例是什么？", "第一百个案例是什么", "第零个案例是什么"])
def test_more_cases_than_there_are(catalogue: CatalogueAnswerer, question: str) -> None:
    assert catalogue.answer(question) is None


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("李沧区案例的下一个案例是哪个？", 8),
        ("市财政局之后的案例是什么？", 16),
        ("紧接着李沧区后面的案例", 8),
        ("李沧区的前一个案例", 6),
        ("李沧区之前是哪个案例？", 6),
    ],
)
def test_neighbouring_case(catalogue: CatalogueAnswerer, compilation: Compilation, question: str, number: int) -> None:
    assert cases_said(catalogue, compilation, question) == [number]


@pytest.mark.parametrize("question", ["市环保局的下一个案例是什么？", "西海岸新区之前是哪个案例？"])
def test_nothing_stands_beyond_the_ends(catalogue: CatalogueAnswerer, question: str) -> None:
    assert catalogue.answer(question) is None


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("篇幅最长的案例是哪个？", [21]),
        ("哪个案例页数最多？", [21]),
        ("哪个案例篇幅最短？", [18, 29]),
        ("页数最少的是哪些案例", [18, 29]),
    ],
)
def test_longest_and_shortest(
    catalogue: CatalogueAnswerer, compilation: Compilation, question: str, numbers: list[int]
) -> None:
    assert cases_said(catalogue, compilation, question) == numbers


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("市财政局的案例分哪几部分？", "分 4 个部分：一、案例背景；二、基本情况；三、创新思路和举措；四、取得成效。"),
        ("市教育局的结构是怎样的", "分 3 个部分：一、案例背景；二、创新性思路及做法；三、工作成效及领先性。"),
        (
            "李沧区案例有哪些小标题",
            "分 4 个部分：一、案例背景；二、基本情况；三、创新思路和举措；四、实际效果和领先性。",
        ),
        (
            "西海岸新区案例的创新举措下有哪些小标题？",
            "“三、创新举措”下分 3 个部分：（一）以平台融合为引领；（二）以领域融合为支撑；（三）以区域融合为依托。",
        ),
    ],
)
def test_outline_and_sub_headings(catalogue: CatalogueAnswerer, question: str, text: str) -> None:
    assert said(catalogue.answer(question)).endswith(text)


def test_a_case_without_headings_has_no_outline(catalogue: CatalogueAnswerer) -> None:
    assert catalogue.answer("\U00020000案例分哪几部分？") is None


@pytest.mark.parametrize(
    "question",
    [
        "这本汇编是谁编印的？",
        "汇编的编印单位是哪家",
        "汇编是什么时候编的？",
        "这本书是哪年出版的？",
        "Who compiled this compilation?",
        "When was the compilation published?",
    ],
)
def test_issuer_and_date(catalogue: CatalogueAnswerer, question: str) -> None:
    text = said(catalogue.answer(question))
    assert "青岛市人民政府办公厅" in text
    assert "2019 年 2 月" in text


def test_a_compilation_without_a_cover_has_no_issuer(compilation: Compilation, names: CaseNames) -> None:
    bare = CatalogueAnswerer(replace(compilation, issuer="", date=""), names)
    assert bare.answer("这本汇编是谁编印的？") is None


@pytest.mark.parametrize("question", ["市统计局案例的标题是什么", "市统计局报送了什么案例？", "市统计局案例叫什么"])
def test_title_of_a_department_s_case(catalogue: CatalogueAnswerer, compilation: Compilation, question: str) -> None:
    assert cases_said(catalogue, compilation, question) == [20]


def test_departments_of_a_kind(catalogue: CatalogueAnswerer) -> None:
    text = said(catalogue.answer("哪些管委的案例入选了？"))
    assert text.startswith("共 4 个案例，署名单位为：西海岸新区管委、黄岛区政府（案例1）；")
    assert said(catalogue.answer("列出所有单位的案例")).count("（案例") == 30


ASKED = [
    "这本汇编一共收录了多少个案例？",
    "第3页是哪个案例？",
    "最后一个案例是什么？",
    "市财政局的案例分哪几部分？",
    "这本汇编是谁编印的？",
    "哪些管委的案例入选了？",
    "Which case is on page 5?",
]


@pytest.mark.parametrize("question", ASKED)
def test_what_is_computed_cites_what_it_read(
    catalogue: CatalogueAnswerer, compilation: Compilation, question: str
) -> None:
    draft = catalogue.answer(question)
    assert draft is not None
    assert draft.from_structure
    assert draft.confidence > 0.9
    for sentence in draft.sentences:
        assert sentence.computed
        assert is_grounded(sentence, compilation)
        for support in sentence.supports:
            quote = compilation.text[support.start : support.end]
            assert quote
            assert quote == quote.strip()


def test_a_case_cites_its_line_of_the_contents(catalogue: CatalogueAnswerer, compilation: Compilation) -> None:
    draft = catalogue.answer("第七个案例是什么？")
    assert draft is not None
    ((support,),) = [sentence.supports for sentence in draft.sentences]
    quote = compilation.text[support.start : support.end]
    assert quote == "全面推行审批服务“零跑腿” 深入开展“四到”工作（李沧区政府）\t28"


def test_every_case_has_its_line_of_the_contents(compilation: Compilation) -> None:
    for case in compilation.cases:
        line = contents_line(compilation, case)
        assert compilation.text[line.start : line.end].strip().startswith(case.title_in_contents)
    bare = replace(compilation, catalogue=())
    opening = contents_line(bare, bare.cases[0])
    assert opening.start == bare.cases[0].start


@pytest.mark.parametrize(
    "question",
    [
        "",
        "？",
        "\U00020000\U00020001",
        "西海岸新区军民融合企业有多少家？",
        "汇编里有多少个企业？",
        "全书有多少个案例提到了区块链？",
        "哪些案例提到了区块链？",
        "多图合审一共审了多少项？",
        "审计中心一共有几个人？",
        "李沧区下一个目标是什么？",
        "联席会议由哪些部门组成？",
        "李沧区的便民服务一共收录了多少项许可事项？",
        "谁发布了苹果期货？",
        "什么时候发布了生态指数？",
        "李沧区案例里哪家单位提交了申请？",
        "城阳区第一个获奖项目是什么？",
        "社会信用系统由哪些部分组成？",
        "How many enterprises are in the West Coast New Area?",
        "Which cases mention blockchain?",
        "How many departments took part in Jiaozhou's joint conference?",
        "What comes after the pre-review in the Laoshan registration?",
        "上一个案例是什么？",
    ],
)
def test_ordinary_questions_are_left_to_the_passages(catalogue: CatalogueAnswerer, question: str) -> None:
    assert catalogue.answer(question) is None


@pytest.mark.parametrize("question", ["汇编里都有哪些案例？", "列出所有案例", "目录有什么内容", "这本书里有些什么"])
def test_the_whole_contents(catalogue: CatalogueAnswerer, compilation: Compilation, question: str) -> None:
    draft = catalogue.answer(question)
    assert draft is not None
    assert [sentence.case_number for sentence in draft.sentences] == list(range(1, 31))
    assert draft.sentences[-1].text == "《创新实施复合式地表水环境质量生态补偿》，案例页码 140 起（据目录）。"


@pytest.mark.parametrize(
    "question", ["总结一下胶州市的做法", "胶州市的案例讲了什么？", "介绍胶州市政府的案例", "概括一下胶州的主要经验"]
)
def test_summary_of_a_case_is_how_it_begins_and_what_was_done(
    catalogue: CatalogueAnswerer, compilation: Compilation, question: str
) -> None:
    draft = catalogue.answer(question)
    assert draft is not None
    assert [sentence.text[:6] for sentence in draft.sentences][1:] == [
        "一是创新组织",
        "二是创新评价",
        "三是创新定性",
        "四是创新审计",
    ]
    assert [sentence.own_line for sentence in draft.sentences] == [False, True, True, True, True]
    for sentence in draft.sentences:
        assert is_grounded(sentence, compilation)
        assert not sentence.computed


@pytest.mark.parametrize("question", [f"{word}一下案例" for word in ("介绍", "总结")])
def test_no_case_has_no_summary(catalogue: CatalogueAnswerer, question: str) -> None:
    assert catalogue.answer(question) is None


def test_every_case_can_be_summed_up_in_its_own_words(catalogue: CatalogueAnswerer, compilation: Compilation) -> None:
    for case in compilation.cases:
        draft = catalogue.answer(f"总结一下{case.department_in_contents.split('、')[0]}的做法")
        assert draft is not None, case.number
        spans = [support for sentence in draft.sentences for support in sentence.supports]
        assert len(spans) >= 2
        assert all(case.start <= span.start < span.end <= case.end for span in spans)


@pytest.mark.parametrize("name", ["qingdao-2018.jsonl", "qingdao-2018-practice.jsonl"])
def test_no_question_on_the_cases_is_taken_for_one_about_the_compilation(
    catalogue: CatalogueAnswerer, name: str
) -> None:
    lines = (PROJECT_PATH / "eval" / "questions" / name).read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["type"] != "meta"]
    assert len(rows) > 100
    assert [row["id"] for row in rows if catalogue.answer(row["question"]) is not None] == []


@pytest.mark.parametrize(
    ("question", "numbers"), [("倒数第二个案例是什么？", [29]), ("最后一个案例的下一个案例是什么？", [])]
)
def test_counted_from_the_end(
    catalogue: CatalogueAnswerer, compilation: Compilation, question: str, numbers: list[int]
) -> None:
    assert cases_said(catalogue, compilation, question) == numbers


@pytest.mark.parametrize(
    "question",
    [
        "第5个案例里区块链企业有多少家？",
        "第五个案例是怎样培育企业的？",
        "第一个案例的军民融合企业有多少家",
        "第28页的案例里有多少项行政许可，占什么比例？",
        "李沧区的网上办事大厅有几页表格",
    ],
)
def test_what_stands_in_a_case_is_left_to_the_passages(catalogue: CatalogueAnswerer, question: str) -> None:
    assert catalogue.answer(question) is None


@pytest.mark.parametrize(
    "question", ["案例7是什么？", "第7号案例叫什么", "案例7是哪个单位写的？", "案例7在第几页？", "What is case 7?"]
)
def test_a_case_by_its_number(catalogue: CatalogueAnswerer, compilation: Compilation, question: str) -> None:
    assert cases_said(catalogue, compilation, question) == [7]


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("整本汇编一共收了多少个案例？", "共收录 30 个案例"),
        ("汇编中一共有多少个区市政府的案例？", "有 10 个"),
        ("汇编一共收录几个市直部门的案例？", "有 17 个"),
        ("第一百页是哪个案例？", "案例21《"),
        ("最长的案例是哪个", "案例21《"),
        ("哪个案例最短？", "案例18《"),
        ("信用城管这个案例在哪几页", "123–127"),
        ("这本书叫什么名字？", "创新工作案例汇编"),
        ("材料封面上落的是哪年哪月？", "2019 年 2 月"),
        ("排在市公安局案例后面的是哪家单位？", "市农委"),
        ("目录上紧挨在崂山区后面的是哪家？", "莱西市政府"),
        ("市发展改革委的案例排第几个？", "案例17"),
        ("目录里标题带“乡村振兴”的是哪几家的案例？", "平度市政府"),
        ("市农委那篇“创新思路和举措”分成哪几块？", "四项机制"),
        ("Which case is the longest?", "Case 21"),
        ("What is the last case?", "Case 30"),
        ("On which pages is the case of Licang?", "28–31"),
        ("On which page does the case of the Public Security Bureau start?", "128"),
        ("Which department wrote case 12?", "经济技术开发区"),
        ("What is the title of the case submitted by Pingdu?", "农创平度"),
        ("Which case comes right after the Finance Bureau's?", "Case 16"),
        ("What is the case before Pingdu's?", "Case 5"),
        ("List all the departments that contributed a case.", "30 cases, signed by"),
        ("Into which parts is Licang's case divided?", "案例背景"),
        ("How many cases come from district governments?", "Of the 30 cases"),
    ],
)
def test_other_ways_to_ask_about_the_compilation(catalogue: CatalogueAnswerer, question: str, part: str) -> None:
    assert part in said(catalogue.answer(question))


@pytest.mark.parametrize(
    "question",
    [
        "胶州市介绍了几次经验？",
        "市财政局写了什么报告？",
        "李沧区服务讲什么原则？",
        "胶州市说了什么问题？",
        "汇编里写了哪些人？",
    ],
)
def test_a_question_of_one_thing_is_no_summary(catalogue: CatalogueAnswerer, question: str) -> None:
    assert catalogue.answer(question) is None
