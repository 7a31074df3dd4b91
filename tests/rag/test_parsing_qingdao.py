"""The parser on the real compilation: every invariant, and what was checked by eye once."""

from __future__ import annotations

import hashlib

import pytest

from rag.parsing.headings import read_heading
from rag.parsing.parser import find_joins, parse_compilation
from rag.settings import Settings
from rag.types import Case, Compilation, Section

RAW = Settings().compilation.read_text(encoding="utf-8")

# Headings 一、… counted in the source by eye, for cases 1 to 30 (case 25 has none; its lead-in counts as one).
N_LEVEL_1 = [4, 4, 3, 4, 5, 4, 4, 4, 3, 3, 4, 3, 4, 3, 4, 4, 4, 4, 4, 4, 3, 4, 2, 4, 1, 3, 4, 4, 4, 4]
N_LEVEL_2 = [6, 0, 0, 6, 5, 8, 6, 0, 7, 2, 4, 9, 3, 5, 4, 4, 0, 0, 7, 6, 8, 7, 0, 7, 0, 0, 4, 7, 4, 0]
FIRST_PAGES = [
    *(1, 5, 9, 13, 18, 24, 28, 32, 38, 43, 49, 53, 59, 64, 71, 75, 80, 84, 87, 92),
    *(97, 105, 109, 113, 117, 123, 128, 132, 137, 140),
]

JOINED = [
    "在古镇口军民融合创新区设立了“六大中心”，既是工作机构",
    "进一步营造全社会创新创业氛围、优化创新创业环境",
    "按照 2 万元/亩的标准",
    "总建筑面积 4 万余平方米",
    "实现“区块链+产业”的健康有序发展",
    "“青岛市首届链湾杯网络空间安全攻防大赛”",
    "坚持“最暖最快最优”三最服务理念",
    "维京时代STEAM 教育和《滨海气象观察》",
    "**三是资金支持。**2014年以来，海洋教育行动计划不断升级",
    "崂山区不动产登记中心先在 2018 年 5月启动窗口微信扫码缴费",
    "“保险+期货”的金融创新，充分利用",
    "合资成立了“青岛天河制造业转型升级研究院”",
    "要大力总结、推广，并吸纳到",
    "满意度调查综合得分名列第3名。",
    "自觉接受社会各界监督。",
    "都转载了“青岛绘就施工图联合审查详图 全国首创预审模式”的信息，推介青岛联合审图",
    "要求总结“青岛经验”，明确关键指标",
    "实施评估体系的构成因子。此项举措",
    "《青岛市探索构建新经济统计体系》被中央、省、市《改革情况交流》刊发",
    "体系建设相衔接，国家级分营组织各区市选拔性竞赛",
    "办理道路交通管理、出入境、户政等自助缴费业务 31 万笔",
    "青岛电视台、《青岛日报》《半岛都市报》手机客户端",
    "可获得补偿金的区（市）由 2017 年的 1 个增加为 6 个",
]
KEPT_APART = [
    "推进全面融合。\n\n四、取得实效",
    "深度发展创出标杆\n\n西海岸新区管委、黄岛区政府\n\n青岛西海岸新区作为",
    "示范引领作用，全要素、多领域、高效益的军民融合深度发展格局加快构建。\n\n以创新创业大赛为引领",
    "统筹聚合。\n\n“三海”融合机制，即深海协同",
    "（一）领先性。\n\n1. 从全球看",
    "体现为**四项创新**：\n\n1. 坚持正确方向。",
    "平台建设主要创新点包括以下4个方面：\n\n（一）第三方平台+政务服务。\n\n本次平台建设",
    "请相关部门参考。”\n\n\n\n二、“智慧绩效”建设的主要做法",
    "风险预警\n\n风险类别\t风险爆发点\t涉及单位\n发票开具",
    "安全管理\n\n安全责任重于泰山\n\n安全检查情况：\n\n- 1.防电：电路是否老化，有无接口打火\n- 2.防水",
    "一月 二月 三月 四月 五月 六月 七月 八月\n\n正常打卡\t迟到早退\t缺卡\n1次",
    "“三个前所未有”：\n\n——接待规格前所未有。",
    "取得四方面宝贵经验：\n\n——坚定“政治站位”",
    "落户青岛西海岸新区”。\n\n2018 年 9 月 3 日，《中国教育报》",
    "全国性名城评估指标体系提供范例。\n\n（二）首次建构全面科学的评估体系。",
]


def test_names_the_volume(compilation: Compilation) -> None:
    assert compilation.compilation_id == "qingdao-2018"
    assert compilation.title == "2018 年青岛市政府系统 创新工作案例汇编"
    assert compilation.issuer == "青岛市人民政府办公厅"
    assert compilation.date == "2019 年 2 月"
    assert compilation.source_sha256 == hashlib.sha256(Settings().compilation.read_bytes()).hexdigest()


def test_finds_all_cases_with_the_pages_of_the_contents(compilation: Compilation) -> None:
    assert [case.number for case in compilation.cases] == list(range(1, 31))
    assert [case.first_page for case in compilation.cases] == FIRST_PAGES
    assert [case.last_page for case in compilation.cases] == [*(page - 1 for page in FIRST_PAGES[1:]), None]


def test_keeps_both_forms_where_contents_and_body_disagree(compilation: Compilation) -> None:
    titles = {
        case.number: (case.title, case.title_in_contents)
        for case in compilation.cases
        if case.title != case.title_in_contents
    }
    assert titles == {
        12: ("国家智能化工业园区试点示范", "国家智能化工业园区试点示范——打造智能制造“青岛模式”"),
        15: ("构建青岛特色全国领先的绩效管理 Work 体系", "构建青岛特色全国领先的绩效管理工作的体系"),
        22: (
            "我市创新实施新时代“全人全责” 长期护理保险制度",
            "我市创新实施新时代“全人全责”长期护理保险制度",
        ),
        24: (
            "采用市场化改造模式 规模创造历史新高 节能环保工程完成 531.7 万平方米",
            "采用市场化改造模式 规模创造历史新高 节能保暖工程完成 531.7 万平方米",
        ),
    }
    departments = {
        case.number: (case.department, case.department_in_contents)
        for case in compilation.cases
        if case.department != case.department_in_contents
    }
    assert departments == {
        11: ("青岛前湾保税港区管委", "前湾保税港区管委"),
        12: ("青岛经济技术开发区管委", "经济技术开发区管委"),
        13: ("青岛高新区管委", "高新区管委"),
    }


def test_cases_tile_the_body_and_sections_tile_their_case(compilation: Compilation) -> None:
    cases = compilation.cases
    assert compilation.text[cases[0].start :].startswith("“三融”模式 “三海”机制")
    assert cases[-1].end == len(compilation.text)
    assert [case.end for case in cases[:-1]] == [case.start for case in cases[1:]]
    for case in cases:
        sections = case.sections
        assert (sections[0].start, sections[-1].end) == (case.start, case.end)
        assert [section.end for section in sections[:-1]] == [section.start for section in sections[1:]]
        assert all(section.start < section.end for section in sections)


def test_every_case_opens_with_title_and_department(compilation: Compilation) -> None:
    for case in compilation.cases:
        opening = case.sections[0]
        assert (opening.heading, opening.level, opening.path, opening.kind) == ("", 0, (), "prose")
        assert compilation.text[case.start : case.end].startswith(f"{case.title}\n\n{case.department}\n\n")


def test_between_contents_and_first_case_there_is_only_white_space(compilation: Compilation) -> None:
    assert not compilation.text[compilation.catalogue[-1].end : compilation.cases[0].start].strip()


def test_nothing_is_dropped_but_white_space(compilation: Compilation) -> None:
    assert "".join(compilation.text.split()) == "".join(RAW.split())


def test_catalogue_holds_the_cover_and_every_line_of_the_contents(compilation: Compilation) -> None:
    cover, *entries = compilation.catalogue
    text = compilation.text
    assert cover.path == ("封面",)
    assert text[cover.start : cover.end].split("\n\n") == [compilation.title, compilation.issuer, compilation.date]
    assert [entry.heading for entry in entries] == [case.title_in_contents for case in compilation.cases]
    assert {entry.path for entry in entries} == {("目录",)}
    assert text[entries[27].start : entries[27].end] == "清产核资明家底 产权改革激活力（市农委）\t132"
    assert text[entries[29].start : entries[29].end] == "创新实施复合式地表水环境质量生态补偿（市环保局）.....\t140"


@pytest.mark.parametrize("passage", JOINED)
def test_lines_cut_by_page_breaks_are_rejoined(compilation: Compilation, passage: str) -> None:
    assert passage in compilation.text
    assert passage not in RAW


@pytest.mark.parametrize("passage", KEPT_APART)
def test_paragraphs_that_follow_each_other_stay_apart(compilation: Compilation, passage: str) -> None:
    assert passage in compilation.text


def test_joins_are_those_checked_by_eye() -> None:
    joins = find_joins(RAW)
    assert len(joins) == 88
    assert not [join for join in joins if join.before.endswith(("。", "；", "：", "”。"))]
    assert not [join for join in joins if read_heading(join.after) is not None]


def test_only_titles_headings_and_screens_are_left_without_an_end(compilation: Compilation) -> None:
    """What is left without a stop at its end, outside headings, titles, tables and screenshots, would be a missed cut."""
    ends = ("。", "：", "；", "。”", ";")
    for case in compilation.cases:
        for section in case.sections:
            if section.kind in ("table", "residue"):
                continue
            paragraphs = [line.strip() for line in compilation.text[section.start : section.end].split("\n")]
            for paragraph in filter(None, paragraphs):
                known = paragraph in (case.title, case.department) or paragraph == section.heading
                assert known or paragraph.endswith(ends), paragraph


def test_levels_of_headings_are_those_counted_by_eye(compilation: Compilation) -> None:
    assert [n_headings(case, 1) for case in compilation.cases] == N_LEVEL_1
    assert [n_headings(case, 2) for case in compilation.cases] == N_LEVEL_2


def n_headings(case: Case, level: int) -> int:
    return sum(section.level == level and bool(section.heading) for section in case.sections)


def test_paths_hold_the_headings_above(compilation: Compilation) -> None:
    paths = [section.path for section in compilation.case(5).sections]
    assert ("三、案例的领先性和创新性做法", "（一）领先性", "2. 从国内看") in paths
    assert ("三、案例的领先性和创新性做法", "（二）创新性做法") in paths
    paths = [section.path for section in compilation.case(20).sections]
    assert (
        "二、基本情况",
        "（二）拓展应用到“N 个领域”，创建系列监测制度",
        "——创新建立“956”“10 强”等统计监测制度",
    ) in paths
    assert ("三、创新思路和举措", "3. 尊重基层首创") in [section.path for section in compilation.case(8).sections]


def test_headings_are_verbatim_but_for_bold_marks(compilation: Compilation) -> None:
    for case in compilation.cases:
        for section in case.sections:
            assert "**" not in section.heading
            body = compilation.text[section.start : section.end].replace("**", "")
            assert body.startswith(section.heading)
            assert section.path[-1:] == ((section.heading,) if section.heading else section.path[-1:])


def test_long_first_sentence_gives_a_short_heading(compilation: Compilation) -> None:
    assert "3. 作为国内较早进行区块链产业发展的城区" in [section.heading for section in compilation.case(5).sections]


def test_screenshot_and_table_of_case_14_do_not_pose_as_prose(compilation: Compilation) -> None:
    text, sections = compilation.text, compilation.case(14).sections
    (residue,) = [section for section in sections if section.kind == "residue"]
    (table,) = [section for section in sections if section.kind == "table"]
    shown = text[residue.start : residue.end].strip()
    assert shown.startswith("安全管理\n\n安全责任重于泰山")
    assert shown.endswith("孙佳(市稽查局)-2018-5-17-夜班\n到岗打卡：10:29-青岛市市北区哈尔滨路122号")
    assert (residue.heading, residue.level, residue.path[-1]) == ("", 3, "1. 工作事项“智能督查”")
    rows = text[table.start : table.end].strip().split("\n")
    assert (rows[0], rows[2]) == ("风险预警", "风险类别\t风险爆发点\t涉及单位")
    assert rows[-1] == "\t发票开具有误不予更正\t各区市局检查部门、个体部门。"
    others = [s for case in compilation.cases if case.number != 14 for s in case.sections]
    assert not [section for section in others if section.kind in ("residue", "table")]


def test_case_25_is_split_without_numbered_headings(compilation: Compilation) -> None:
    sections = compilation.case(25).sections
    assert [(section.level, section.heading) for section in sections] == [
        (0, ""),
        (4, "——接待规格前所未有"),
        (4, "——接待规模前所未有"),
        (4, "——筹备工作强度前所未有"),
        (1, "取得四方面宝贵经验"),
        (4, "——坚定“政治站位”，始终将讲政治顾大局摆在首位"),
        (4, "——做到“两不误”，筹备峰会与从严治党“两手抓、两手硬”"),
        (4, "——着力“科学规划”，确保筹备工作有序高效"),
        (4, "——着眼“精细办会”，力争峰会别样精彩"),
    ]
    assert sections[-1].path == ("取得四方面宝贵经验", "——着眼“精细办会”，力争峰会别样精彩")


def test_lists_are_lists_and_their_items_no_sections(compilation: Compilation) -> None:
    assert kind_of(compilation, 2, "三、主要做法").kind == "list"
    assert kind_of(compilation, 28, "（二）严把“六个关口”，确保工作质量").kind == "list"
    assert kind_of(compilation, 22, "（二）科学的政策体系").kind == "list"
    assert kind_of(compilation, 1, "一、案例背景").kind == "prose"
    headings = [section.heading for case in compilation.cases for section in case.sections]
    assert not [heading for heading in headings if heading.startswith(("一是", "二是", "第一步"))]


def kind_of(compilation: Compilation, number: int, heading: str) -> Section:
    (section,) = [section for section in compilation.case(number).sections if section.heading == heading]
    return section


def test_parsing_the_canonical_text_changes_nothing_more(compilation: Compilation) -> None:
    again = parse_compilation(compilation.text, compilation_id="qingdao-2018", source_sha256=compilation.source_sha256)
    assert again == compilation


def test_slips_of_the_source_are_text_as_it_stands(compilation: Compilation) -> None:
    assert "财政部门 and 邮递部门的系统壁垒" in compilation.text
    assert "针对“*”号行业" in compilation.text
