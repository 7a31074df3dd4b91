"""The parser on small made-up compilations of the same kind: other leaders, numbers, layouts, and every refusal."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import CompilationError, CompilationNotFound, EncodingError, StructureError
from rag.parsing.loading import load_compilation
from rag.parsing.parser import parse_compilation
from rag.types import Compilation

COVER = "2021 年临江市 改革案例选编\n\n临江市人民政府办公室\n\n2021 年 3 月\n\n"
FIRST = """推行“一网通办” 方便群众办事

市大数据局

一、工作背景

过去群众办事要跑多个部门，材料多、时间长、成本高。

二、主要做法

（一）统一入口。把 36 个系统并入一个平台。

（二）统一标准。编制办事指南 1200 份。
"""
SECOND = """老旧小区改造“三步走”

市住建局

一、基本情况

全市改造小区 58 个，惠及居民 2.3 万户。
"""
CONTENTS = "目 录\n\n推行“一网通办” 方便群众办事（市大数据局）\t1\n老旧小区改造“三步走”（市住建局）\t6\n\n"
WHOLE = f"{COVER}{CONTENTS}{FIRST}\n{SECOND}"


def parse(text: str) -> Compilation:
    return parse_compilation(text, compilation_id="sample", source_sha256="0" * 64)


def with_contents(contents: str) -> Compilation:
    return parse(f"{COVER}{contents}\n\n{FIRST}\n{SECOND}")


def pages(compilation: Compilation) -> list[tuple[int, int | None]]:
    return [(case.first_page, case.last_page) for case in compilation.cases]


def test_small_compilation() -> None:
    compilation = parse(WHOLE)
    assert (compilation.title, compilation.issuer, compilation.date) == (
        "2021 年临江市 改革案例选编",
        "临江市人民政府办公室",
        "2021 年 3 月",
    )
    assert [case.department for case in compilation.cases] == ["市大数据局", "市住建局"]
    assert [section.heading for section in compilation.case(1).sections] == [
        "",
        "一、工作背景",
        "二、主要做法",
        "（一）统一入口",
        "（二）统一标准",
    ]
    with pytest.raises(KeyError):
        compilation.case(3)


@pytest.mark.parametrize(
    "contents",
    [
        "目录\n推行“一网通办” 方便群众办事（市大数据局）......1\n老旧小区改造“三步走”（市住建局）.....6",
        "目　录\n推行“一网通办” 方便群众办事(市大数据局)………１\n老旧小区改造“三步走”(市住建局)………６",
        "目 录\n推行“一网通办” 方便群众办事（市大数据局） 1\n老旧小区改造“三步走”（市住建局）6",
        "目次\n推行“一网通办” 方便群众办事（市大数据局）……第 1 页\n老旧小区改造“三步走”（市住建局）·····第 6 页",
        "目录\n一、政务服务\n推行“一网通办”\n方便群众办事（市大数据局）\t1\n二、城市建设\n老旧小区改造“三步走”（市住建局）\t6",
        "目录\n序\tI\n推行“一网通办” 方便群众办事（市大数据局）\t1\n老旧小区改造“三步走”（市住建局）\t6",
        "目录\n第一部分 政务\t1\n推行“一网通办” 方便群众办事（市大数据局）\t1\n老旧小区改造“三步走”（市住建局）\t6",
        "Contents\n推行“一网通办” 方便群众办事（市大数据局）\tI\n老旧小区改造“三步走”（市住建局）\tVI",
        "目录\n推行“一网通办” 方便群众办事（市大数据局）\tⅠ\n老旧小区改造“三步走”（市住建局）\tⅥ",
    ],
)
def test_contents_are_read_in_other_forms(contents: str) -> None:
    compilation = with_contents(contents)
    assert pages(compilation) == [(1, 5), (6, None)]
    assert [case.title_in_contents for case in compilation.cases] == [
        "推行“一网通办” 方便群众办事",
        "老旧小区改造“三步走”",
    ]
    assert [case.department_in_contents for case in compilation.cases] == ["市大数据局", "市住建局"]


def test_neighbouring_entries_may_be_alike() -> None:
    contents = "目录\n老旧小区改造“三步走”经验之一（市住建局）\t1\n老旧小区改造“三步走”经验之二（市住建局）\t6"
    one, two = (SECOND.replace("“三步走”", f"“三步走”经验之{which}") for which in "一二")
    compilation = parse(f"{contents}\n\n{one}\n{two}")
    assert [case.title for case in compilation.cases] == [
        "老旧小区改造“三步走”经验之一",
        "老旧小区改造“三步走”经验之二",
    ]
    assert pages(compilation) == [(1, 5), (6, None)]


def test_department_of_an_entry_on_a_line_of_its_own() -> None:
    compilation = with_contents(
        "目录\n推行“一网通办” 方便群众办事\n（市大数据局）…1\n老旧小区改造“三步走”（市住建局）…6"
    )
    assert pages(compilation) == [(1, 5), (6, None)]


def test_contents_without_departments() -> None:
    compilation = with_contents("目录\n推行“一网通办” 方便群众办事\t1\n老旧小区改造“三步走”\t6")
    assert [case.department for case in compilation.cases] == ["市大数据局", "市住建局"]
    assert [case.department_in_contents for case in compilation.cases] == ["", ""]


def test_contents_may_give_a_roman_numeral_of_several_letters() -> None:
    compilation = with_contents(
        "目录\n推行“一网通办” 方便群众办事（市大数据局）\tiv\n老旧小区改造“三步走”（市住建局）\tXIX"
    )
    assert pages(compilation) == [(4, 18), (19, None)]


def test_two_cases_on_one_page() -> None:
    compilation = with_contents(
        "目录\n推行“一网通办” 方便群众办事（市大数据局）\t6\n老旧小区改造“三步走”（市住建局）\t6"
    )
    assert pages(compilation) == [(6, 6), (6, None)]


def test_titles_over_two_lines_and_department_in_brackets() -> None:
    body = FIRST.replace("推行“一网通办” 方便群众办事\n\n市大数据局", "推行“一网通办”\n方便群众办事\n（市大数据局）")
    compilation = parse(f"{COVER}{CONTENTS}{body}\n{SECOND}")
    assert (compilation.case(1).title, compilation.case(1).department) == ("推行“一网通办” 方便群众办事", "市大数据局")


def test_department_in_brackets_behind_the_title() -> None:
    body = FIRST.replace("方便群众办事\n\n市大数据局", "方便群众办事（市大数据局）")
    compilation = parse(f"{COVER}{CONTENTS}{body}\n{SECOND}")
    assert (compilation.case(1).title, compilation.case(1).department) == ("推行“一网通办” 方便群众办事", "市大数据局")


def test_body_without_departments_takes_those_of_the_contents() -> None:
    body = f"{FIRST}\n{SECOND}".replace("市大数据局\n\n", "").replace("市住建局\n\n", "")
    compilation = parse(f"{COVER}{CONTENTS}{body}")
    assert [case.department for case in compilation.cases] == ["市大数据局", "市住建局"]


def test_title_that_differs_in_quotation_marks_and_words() -> None:
    body = FIRST.replace("推行“一网通办” 方便群众办事", '推行"一网通办"  方便企业群众办事')
    compilation = parse(f"{COVER}{CONTENTS}{body}\n{SECOND}")
    assert compilation.case(1).title == '推行"一网通办"  方便企业群众办事'
    assert compilation.case(1).title_in_contents == "推行“一网通办” 方便群众办事"


def test_title_named_in_another_case_is_not_taken_for_its_beginning() -> None:
    body = FIRST.replace("材料多、时间长、成本高。", "材料多、时间长、成本高。\n\n老旧小区改造“三步走”")
    compilation = parse(f"{COVER}{CONTENTS}{body}\n{SECOND}")
    second = compilation.case(2)
    assert compilation.text[second.start : second.end] == SECOND


def test_text_between_contents_and_first_case_belongs_to_the_catalogue() -> None:
    compilation = parse(f"{COVER}{CONTENTS}前 言\n\n本书收录改革案例。\n\n{FIRST}\n{SECOND}")
    preface = compilation.catalogue[-1]
    assert (preface.path, compilation.text[preface.start : preface.end]) == (("前言",), "前 言\n\n本书收录改革案例。")


def test_one_case_without_cover() -> None:
    compilation = parse(f"目录\n老旧小区改造“三步走”（市住建局）\t1\n\n{SECOND}")
    assert (compilation.title, compilation.issuer, compilation.date) == ("sample", "", "")
    assert [case.number for case in compilation.cases] == [1]
    assert [section.path for section in compilation.catalogue] == [("目录",)]


def test_headings_in_other_forms() -> None:
    body = "\n\n".join(
        [
            "老旧小区改造“三步走”",
            "市住建局",
            "**一、基本情况**",
            "(一) 摸清底数。走访 58 个小区。",
            "1．建立台账。逐户登记。",
            "2、明确标准：分类施策，" + "分步实施" * 12 + "。",
            "— 先地下后地上。管网先行。",
            "**资金多元**。政府与居民共担。",
            "**这是强调**的一句话，不是小标题。",
            "**一是抓进度。**每周调度。",
            "三、四线城市也在推进，而且这一句是正文。",
            "2018. 年份开头也不是小标题。",
        ]
    )
    sections = parse(f"目录\n老旧小区改造“三步走”（市住建局）\t1\n\n{body}").case(1).sections
    assert [(section.level, section.heading) for section in sections] == [
        (0, ""),
        (1, "一、基本情况"),
        (2, "(一) 摸清底数"),
        (3, "1．建立台账"),
        (3, "2、明确标准"),
        (4, "— 先地下后地上"),
        (4, "资金多元"),
    ]


def test_lead_in_takes_the_level_below_its_heading() -> None:
    body = "老旧小区改造“三步走”\n\n市住建局\n\n一、做法\n\n主要抓三件事：\n\n——抓规划。先谋后动。\n\n——抓资金。多方筹措。\n"
    sections = parse(f"目录\n老旧小区改造“三步走”（市住建局）\t1\n\n{body}").case(1).sections
    assert [(section.level, section.path) for section in sections[1:]] == [
        (1, ("一、做法",)),
        (2, ("一、做法", "主要抓三件事")),
        (4, ("一、做法", "主要抓三件事", "——抓规划")),
        (4, ("一、做法", "主要抓三件事", "——抓资金")),
    ]


def test_prose_after_a_table_is_a_section_of_its_own() -> None:
    body = "老旧小区改造“三步走”\n\n市住建局\n\n一、做法\n\n进度见表。\n\n年份\t个数\n2019\t20\n2020\t38\n\n以上为两年合计。\n"
    compilation = parse(f"目录\n老旧小区改造“三步走”（市住建局）\t1\n\n{body}")
    sections = compilation.case(1).sections
    assert [(section.kind, section.heading, section.path) for section in sections[1:]] == [
        ("prose", "一、做法", ("一、做法",)),
        ("table", "", ("一、做法",)),
        ("prose", "", ("一、做法",)),
    ]


def test_lines_wrapped_at_the_page_width_are_no_screenshot() -> None:
    wrapped = "全市坚持先易后难分步实施的工作思路统筹推进老旧小区\n改造与海绵城市建设同步规划同步设计同步施工同步验收\n切实做到一次改造长期受益并由街道牵头建立长效管理机\n制，居民满意度达到 96%。"
    compilation = parse(f"目录\n老旧小区改造“三步走”（市住建局）\t1\n\n{SECOND}\n{wrapped}\n")
    assert wrapped.replace("\n", "") in compilation.text
    assert {section.kind for section in compilation.case(1).sections} == {"prose"}


def test_cut_between_latin_letters_keeps_a_space() -> None:
    cut = "本市引进了国际通行的工程咨询标准体系，并采用了 Building\n\nInformation Modelling 技术。"
    compilation = parse(f"目录\n老旧小区改造“三步走”（市住建局）\t1\n\n{SECOND}\n{cut}\n")
    assert "采用了 Building Information Modelling 技术。" in compilation.text


def test_what_cannot_begin_a_paragraph_is_joined_even_to_a_heading() -> None:
    cut = "（一）坚持先地下后地上的次序统筹推进各类管网改造提升工程\n。全年改造管网 60 公里。"
    compilation = parse(f"目录\n老旧小区改造“三步走”（市住建局）\t1\n\n{SECOND}\n{cut}\n")
    assert compilation.case(1).sections[-1].heading == "（一）坚持先地下后地上的次序统筹推进各类管网改造提升工程"
    assert "提升工程。全年改造管网 60 公里。" in compilation.text


def test_short_label_before_a_paragraph_is_not_joined_to_it() -> None:
    label = "居民代表发言摘录\n\n改造以后住得更舒心了，邻里关系也好了。"
    compilation = parse(f"目录\n老旧小区改造“三步走”（市住建局）\t1\n\n{SECOND}\n{label}\n")
    assert label in compilation.text


def test_rare_characters_count_as_one() -> None:
    body = SECOND.replace("居民 2.3 万户", "居民𠮷𡈽两村 2.3 万户")
    compilation = parse(f"目录\n老旧小区改造“三步走”（市住建局）\t1\n\n{body}")
    section = compilation.case(1).sections[-1]
    assert "𠮷𡈽两村" in compilation.text[section.start : section.end]
    assert section.end == len(compilation.text)


def test_canonical_text_is_nfc_with_plain_line_ends() -> None:
    compilation = parse("\ufeff" + WHOLE.replace("成本高", "成本高（cafe\u0301）").replace("\n", "\r\n"))
    assert "成本高（café）" in compilation.text
    assert "\r" not in compilation.text and "\ufeff" not in compilation.text


def test_list_section_is_one_where_items_are_most_of_it() -> None:
    listing = "一、做法\n\n一是统一标准。编制目录。二是统一平台。数据共享。三是统一考核。"
    compilation = parse(f"目录\n老旧小区改造“三步走”（市住建局）\t1\n\n{SECOND}\n{listing}\n")
    assert [section.kind for section in compilation.case(1).sections] == ["prose", "prose", "list"]


# Refusals


def refusal(text: str) -> str:
    with pytest.raises(CompilationError) as caught:
        parse(text)
    return str(caught.value)


def test_empty_text_is_refused() -> None:
    assert refusal(" \n\n ") == "汇编“sample”是空的，没有任何文字。请换一份有内容的文本。"


def test_text_without_contents_is_refused() -> None:
    expected = (
        "这份文本里没有找到目录：要有单独一行“目录”，其后每行是“标题（部门） 页码”（页码前为制表符、点线或空格）。"
        "请补上目录后重试。"
    )
    assert refusal(f"{COVER}{FIRST}\n{SECOND}") == expected
    assert refusal(f"{COVER}目录\n\n{FIRST}\n{SECOND}") == expected


def test_body_without_any_case_is_refused() -> None:
    assert refusal(f"{COVER}{CONTENTS}这里什么也没有。") == (
        "目录列出 2 个案例，正文里一个案例的标题也没有找到。"
        "请检查案例标题在正文里是否单独成段、与目录基本一致，并按目录的次序排列。"
    )


def test_missing_case_is_named() -> None:
    assert refusal(f"{COVER}{CONTENTS}{FIRST}") == (
        "目录列出 2 个案例，正文里没有找到其中 1 个的标题：第 2 个“老旧小区改造“三步走””。"
        "请检查案例标题在正文里是否单独成段、与目录基本一致，并按目录的次序排列。"
    )


def test_cases_out_of_order_are_refused() -> None:
    assert "正文里没有找到其中 1 个的标题" in refusal(f"{COVER}{CONTENTS}{SECOND}\n{FIRST}")


def test_at_most_five_missing_cases_are_named() -> None:
    names = ["甲项目提速增效", "乙平台互联互通", "丙园区转型升级", "丁社区综合治理", "戊流域生态修复", "己港口智慧运营"]
    lines = "\n".join(f"{name}（市{name[0]}局）\t{page}" for page, name in enumerate(names, start=8))
    message = refusal(f"{CONTENTS}{lines}\n\n{FIRST}\n{SECOND}")
    assert "没有找到其中 6 个的标题：第 3 个“甲项目提速增效”、" in message
    assert "第 7 个“戊流域生态修复” 等。" in message
    assert "己港口" not in message


def test_cases_without_headings_are_refused() -> None:
    body = "老旧小区改造“三步走”\n\n市住建局\n\n全市改造小区 58 个。\n"
    assert refusal(f"目录\n老旧小区改造“三步走”（市住建局）\t1\n\n{body}") == (
        "案例里没有找到任何小标题：要有单独成段的“一、…”，或段首的“（一）…。”“1. …。”“——…。”。"
        "请为案例补上小标题后重试。"
    )


def test_one_case_without_headings_among_others_is_kept_whole() -> None:
    body = "老旧小区改造“三步走”\n\n市住建局\n\n全市改造小区 58 个。\n"
    assert len(parse(f"{COVER}{CONTENTS}{FIRST}\n{body}").case(2).sections) == 1


def test_structure_errors_are_compilation_errors() -> None:
    with pytest.raises(StructureError):
        parse("没有目录的文本。")


# Files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_encodings_that_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "临江 2021.txt"
    path.write_bytes(WHOLE.encode(encoding))
    compilation = load_compilation(path)
    assert compilation.compilation_id == "临江 2021"
    assert compilation.text == parse(WHOLE).text


def test_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "没有.txt"
    with pytest.raises(CompilationNotFound) as caught:
        load_compilation(path)
    assert str(caught.value) == f"找不到汇编文件 {path}。请检查路径，或用设置 compilation 指定另一份文本。"


def test_folder_instead_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(CompilationError) as caught:
        load_compilation(tmp_path)
    assert str(caught.value) == f"打不开汇编文件 {tmp_path}（Is a directory）。请检查它是不是一个可读的文件。"


@pytest.mark.parametrize("data", [b"", b" \r\n\t\n"])
def test_empty_file(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "空.txt"
    path.write_bytes(data)
    with pytest.raises(CompilationError) as caught:
        load_compilation(path)
    assert str(caught.value) == f"汇编文件 {path} 是空的，没有任何文字。请换一份有内容的文本。"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            "目录".encode() + b"\xff\xfe\xff",
            "读不出 {path} 的文字：第 6 个字节（从 0 数）不合 UTF-8，全文也不是 GB18030 中文。"
            "请用编辑器把文件另存为 UTF-8 后重试。",
        ),
        (
            "臺灣的政府機關與創新案例彙編目錄".encode("big5"),
            "读不出 {path} 的文字：第 0 个字节（从 0 数）不合 UTF-8，全文也不是 GB18030 中文。"
            "请用编辑器把文件另存为 UTF-8 后重试。",
        ),
        (
            b"\xef\xbb\xbf" + "目".encode() + b"\xff",
            "读不出 {path} 的文字：文件以 UTF-8 标记开头，但第 6 个字节（从 0 数）不合 UTF-8。"
            "请用编辑器把文件另存为 UTF-8 后重试。",
        ),
        (
            b"\xff\xfe\x00\xd8",
            "读不出 {path} 的文字：文件以 UTF-16 标记开头，但第 2 个字节（从 0 数）不合 UTF-16。"
            "请用编辑器把文件另存为 UTF-8 后重试。",
        ),
        (
            b"%PDF-1.7 \x00 binary",
            "{path} 不像文本文件：第 9 个字符（从 0 数）是空字符，可能是没有标记的 UTF-16 或二进制文件。"
            "请用编辑器把文件另存为 UTF-8 后重试。",
        ),
    ],
)
def test_bytes_that_are_no_text(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "坏.txt"
    path.write_bytes(data)
    with pytest.raises(EncodingError) as caught:
        load_compilation(path)
    assert str(caught.value) == message.format(path=path)
