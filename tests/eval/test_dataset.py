"""Question files: JSONL, CSV, XLSX; every problem at once, with its line, field, value and remedy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from eval.dataset import load_questions
from eval.template import write_template
from eval.validate import validate_file
from rag.errors import QuestionSetError
from rag.settings import PROJECT_PATH
from rag.types import Compilation

DEV_PATH = PROJECT_PATH / "eval" / "questions" / "qingdao-2018.jsonl"
GOOD = {"id": "a", "type": "number", "question": "多少家？"}


def jsonl(path: Path, *rows: Any) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_development_set_is_sound(compilation: Compilation) -> None:
    assert len(load_questions(DEV_PATH)) == 196
    assert [str(problem) for problem in validate_file(DEV_PATH, compilation)] == []


def test_fields_left_out_have_defaults(tmp_path: Path) -> None:
    question = load_questions(jsonl(tmp_path / "q.jsonl", GOOD))[0]
    assert (question.lang, question.cases, question.evidence, question.history, question.split) == (
        "zh",
        (),
        (),
        (),
        "",
    )


def test_every_problem_is_listed_at_once(tmp_path: Path) -> None:
    path = jsonl(
        tmp_path / "q.jsonl",
        GOOD,
        "",
        GOOD | {"cases": ["一"]},
        {"id": "b", "type": "number"},
        GOOD | {"id": "c", "evidense": ["…"], "lang": "fr"},
        GOOD | {"id": "d", "question": " "},
        GOOD | {"id": "e", "answer_keys": "161"},
        GOOD,
    )
    with pytest.raises(QuestionSetError) as caught:
        load_questions(path)
    assert str(caught.value).split("\n") == [
        f"题库 {path} 有 7 处问题：",
        "  第 3 行，字段 cases，值“一”：应为整数，请写成 [1, 2]",
        "  第 4 行，字段 question，值“”：缺少这个必填字段，请补上",
        "  第 5 行，字段 lang，值“fr”：应为 zh 或 en，请改正",
        "  第 5 行，字段 evidense，值“['…']”：不认识的字段，是否想写 evidence？",
        "  第 6 行，字段 question，值“ ”：不能为空，请填写",
        '  第 7 行，字段 answer_keys，值“161”：应为列表，请写成 ["…", "…"]',
        "  第 8 行，字段 id，值“a”：与第 1 行重复，请换一个编号",
        "请改正后重试；可用 python -m eval validate 检查。",
    ]


def test_lines_that_are_no_json_are_all_named(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "q.jsonl", '{"id": "a",}', GOOD, "[1]")
    with pytest.raises(QuestionSetError) as caught:
        load_questions(path)
    assert str(caught.value).startswith(f"题库 {path} 有 2 行读不了：\n  第 1 行第 12 个字符处不是有效的 JSON")
    assert "第 3 行应是一个对象 {…}，现在是：[1]" in str(caught.value)


def test_missing_empty_and_wrongly_encoded_files(tmp_path: Path) -> None:
    missing, empty, latin = tmp_path / "no.jsonl", tmp_path / "empty.jsonl", tmp_path / "gbk.jsonl"
    empty.write_bytes(b"")
    latin.write_bytes('{"id": "案"}'.encode("gb18030"))
    for path, message in (
        (missing, f"找不到题库文件 {missing}。请检查路径。"),
        (empty, f"题库 {empty} 里没有题目。可用 python -m eval template 生成一份样例。"),
        (latin, f"题库 {latin} 不是 UTF-8 编码（第 8 字节）。请另存为 UTF-8 后重试。"),
    ):
        with pytest.raises(QuestionSetError) as caught:
            load_questions(path)
        assert str(caught.value) == message


HEADER = ["编号", "题型", "问题", "案例", "证据", "答案", "答案要点", "历史问题"]
ROW = [
    "x1",
    "followup",
    "多少家？",
    "1、2",
    "推动军民融合；\n新区企业",
    "161家",
    "161；一百六十一|161",
    "第一问\n第二问",
]


def check_table(path: Path) -> None:
    question = load_questions(path)[0]
    assert question.question_id == "x1"
    assert question.cases == (1, 2)
    assert question.evidence == ("推动军民融合；", "新区企业")
    assert question.answer_keys == ("161", "一百六十一|161")
    assert question.history == ("第一问", "第二问")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_with_chinese_columns(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "q.csv"
    cells = ",".join(f'"{cell}"' for cell in ROW)
    path.write_bytes(f"{','.join(HEADER)}\r\n{cells}\r\n,,,,,,,\r\n".encode(encoding))
    check_table(path)


def test_xlsx_with_chinese_columns_and_numbers(tmp_path: Path) -> None:
    path = tmp_path / "q.xlsx"
    workbook = Workbook()
    workbook.active.append(HEADER)
    workbook.active.append(ROW)
    workbook.active.append(["x2", "fact", "哪家？", 7, None, 2018, 161.0, None])
    workbook.save(path)
    check_table(path)
    second = load_questions(path)[1]
    assert (second.cases, second.answer, second.answer_keys) == ((7,), "2018", ("161",))


def test_tables_that_cannot_be_read(tmp_path: Path) -> None:
    no_column, twice, torn = tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "c.xlsx"
    no_column.write_text("编号,问题\nx,y\n", encoding="utf-8")
    twice.write_text("编号,题型,问题,题目\nx,y,z,z\n", encoding="utf-8")
    torn.write_bytes(b"PK\x03\x04")
    for path, message in (
        (no_column, f"题库 {no_column} 的第 1 行缺少列 type（题型）。请在表头补上。"),
        (twice, f"题库 {twice} 的第 1 行有重复的列 question。请只留一列。"),
        (torn, f"题库 {torn} 不是有效的 XLSX 文件：File is not a zip file。请用 Excel 或 WPS 另存为 .xlsx。"),
    ):
        with pytest.raises(QuestionSetError) as caught:
            load_questions(path)
        assert str(caught.value) == message


def test_validate_checks_against_the_compilation(tmp_path: Path, compilation: Compilation) -> None:
    path = jsonl(
        tmp_path / "q.jsonl",
        GOOD
        | {
            "evidence": ["新区军民融合企业达 162 家"],
            "cases": [1],
            "answer": "161家",
            "answer_keys": ["161"],
        },
        GOOD
        | {
            "id": "b",
            "evidence": ["新区军民融合企业达161家"],
            "cases": [2, 31],
            "answer": "很多",
            "answer_keys": ["161"],
        },
        GOOD | {"id": "c", "type": "unanswerable", "answer_keys": ["161"]},
        GOOD | {"id": "d", "type": "followup", "answer_keys": ["|"]},
        GOOD | {"id": "e", "type": "nubmer"},
    )
    assert [f"{problem.severity} {problem}" for problem in validate_file(path, compilation)] == [
        "错误 第 1 行，字段 evidence，值“新区军民融合企业达 162 家”："
        "汇编原文里找不到这段话，原文里只有其中的“新区军民融合企业达16”，请核对其余部分",
        "提示 第 2 行，字段 answer_keys，值“161”：参考答案里没有这个要点，请核对两者的写法",
        "错误 第 2 行，字段 cases，值“31”：汇编里没有这个案例，编号范围是 1 到 30，请改正",
        "提示 第 2 行，字段 evidence，值“新区军民融合企业达161家”：这段原文不在案例 2 里，请核对 cases",
        "错误 第 3 行，字段 answer_keys，值“161”：应拒答的题不能有答案要点，请删去，或改题型",
        "错误 第 4 行，字段 history，值“”：追问题没有前文问题，请在 history 里补上",
        "错误 第 4 行，字段 answer_keys，值“|”：要点是空的，请填写或删去",
        "提示 第 5 行，字段 type，值“nubmer”：不是常用题型，是否想写 number？自定义题型可以保留",
        "提示 第 5 行，字段 answer_keys，值“”：没有答案要点，这题只计检索，不计对错",
    ]


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".xlsx"])
def test_a_template_is_a_valid_set_with_every_type(tmp_path: Path, suffix: str, compilation: Compilation) -> None:
    path = tmp_path / f"mine{suffix}"
    assert write_template(path) == 12
    assert validate_file(path, compilation) == ()
    assert load_questions(path) == load_questions(PROJECT_PATH / "eval" / "questions" / "template.jsonl")


def test_a_template_overwrites_nothing(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "q.jsonl", GOOD)
    with pytest.raises(QuestionSetError) as caught:
        write_template(path)
    assert str(caught.value) == f"{path} 已经存在，不会覆盖。请换一个文件名。"
    with pytest.raises(QuestionSetError) as caught:
        write_template(tmp_path / "q.docx")
    assert str(caught.value) == "模板只能写成 .jsonl、.csv 或 .xlsx，收到的是 q.docx。请改后缀。"
