"""What is taken along: conversations, references, tables, ratings; and the catalogue of texts is whole."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import string
from pathlib import Path

import docx
import openpyxl  # type: ignore[import-untyped]
import pytest

from eval.dataset import load_questions
from rag.settings import PROJECT_PATH
from tests.ui.conftest import EN, ZH, ScriptedQA
from ui.conversations import Turn
from ui.exports import (
    conversation_docx,
    conversation_json,
    conversation_markdown,
    ratings_jsonl,
    table_csv,
    table_xlsx,
)
from ui.i18n import load_catalogue, preferred_language
from ui.references import answer_as_text, gb_reference, gb_references

FACT = "新增耕地面积约 9600 亩"
HOSTILE = "<script>alert(1)</script> ![x](http://evil.example) [a](javascript:x) # 标题 *b* `c`"


def answered(qa: ScriptedQA, question: str = "新增多少？") -> Turn:
    cited = qa.citation(1, FACT)
    turn = Turn(question=question, text=f"{FACT}。[1]", state="done", citations={1: cited})
    turn.answer = qa.answer(question, turn.text, cited)
    return turn


def test_a_reference_follows_the_standard(scripted: ScriptedQA) -> None:
    reference = gb_reference(scripted.citation(1, FACT), scripted.compilation)
    case, compilation = scripted.compilation.case(4), scripted.compilation
    assert reference == (
        f"{case.department}. {case.title}[G]//{compilation.issuer}. {compilation.title}. "
        "[出版地不详]: [出版者不详], 2019: 13-17."
    )


def test_a_case_cited_twice_is_one_reference(scripted: ScriptedQA) -> None:
    twice = [scripted.citation(1, FACT), scripted.citation(2, "整治规模 9 万余亩")]
    assert len(gb_references(twice, scripted.compilations)) == 1
    assert gb_references([], scripted.compilations) == []


def test_an_answer_is_copied_with_its_references(scripted: ScriptedQA) -> None:
    text = answer_as_text(answered(scripted), ZH)
    assert text.startswith(f"{FACT}。[1]\n\n参考文献\n[1] 案例 4 · 即墨区政府")
    assert text.endswith("案例页码 13–17（据目录）")
    assert "References\n[1] Case 4" in answer_as_text(answered(scripted), EN)


def test_markdown_shows_what_was_written_and_is_no_markup(scripted: ScriptedQA) -> None:
    text = conversation_markdown(HOSTILE, [answered(scripted, HOSTILE)], scripted.compilations, ZH)
    assert "\\<script\\>" in text
    assert "\\!\\[x\\]" in text
    assert f"> {FACT}" in text
    assert not re.search(r"(?<!\\)[<`]|(?<!\\)!\[", text)


def test_word_holds_questions_answers_quotes_and_references(scripted: ScriptedQA) -> None:
    turn = answered(scripted, "新增\x01多少？" + HOSTILE)
    body = conversation_docx("标题", [turn, Turn(question="空")], scripted.compilations, ZH)
    said = [paragraph.text for paragraph in docx.Document(io.BytesIO(body)).paragraphs]
    assert said[:2] == ["标题", "新增多少？" + HOSTILE]
    assert f"{FACT}。[1]" in said
    assert FACT in said
    assert any("[G]//" in line for line in said)


def test_json_holds_the_spans(scripted: ScriptedQA) -> None:
    record = json.loads(conversation_json("id", "标题", [answered(scripted)]))
    (cited,) = record["turns"][0]["citations"]
    assert scripted.compilation.text[cited["start"] : cited["end"]] == cited["quote"] == FACT


def test_ratings_are_a_question_file(scripted: ScriptedQA, tmp_path: Path) -> None:
    good, bad, refused = answered(scripted), answered(scripted), Turn(question="天气？", state="done", text="没有。")
    refused.answer = scripted.refusal("天气？", "没有。")
    good.verdict, bad.verdict, refused.verdict = "up", "down", "up"
    path = tmp_path / "ratings.jsonl"
    path.write_text(ratings_jsonl([(good, ()), (bad, ("前一问",)), (refused, ())]), encoding="utf-8")
    first, second, third = load_questions(path)
    assert (first.answer, first.evidence, first.cases) == (f"{FACT}。", (FACT,), (4,))
    assert (second.answer, second.history) == ("", ("前一问",))
    assert third.type == "unanswerable"
    assert ratings_jsonl([]) == ""


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_no_spreadsheet_runs_a_quote(formula: str) -> None:
    (_, row) = csv.reader(io.StringIO(table_csv(["甲"], [[formula]]).decode("utf-8-sig"), newline=""))
    assert row == [f"'{formula}"]
    sheet = openpyxl.load_workbook(io.BytesIO(table_xlsx(["甲"], [[formula]], widths=[8]))).active
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].value == formula


def test_every_text_is_there_in_both_languages_with_the_same_values() -> None:
    for key, entry in load_catalogue().items():
        assert set(entry) == {"zh", "en"}, key
        fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in entry.values()]
        assert fields[0] == fields[1], key
        assert all(text.strip() for text in entry.values()), key


def modules() -> list[Path]:
    """Those whose words people see in the browser: the terminal speaks Chinese by itself."""
    ours = sorted((PROJECT_PATH / "ui").rglob("*.py"))
    return [
        path for path in ours if path.name not in ("__main__.py", "server.py", "auth.py", "store.py", "references.py")
    ]


def test_every_key_that_is_asked_for_is_in_the_catalogue() -> None:
    for path in modules():
        for key in re.findall(r'texts\("([a-z_.0-9]+)"', path.read_text(encoding="utf-8")):
            assert key in load_catalogue(), f"{path.name}: {key}"


def test_no_module_has_words_of_its_own() -> None:
    chinese = re.compile(r"[\u3400-\u9fff]")
    for path in modules():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
                is_pattern = re.search(r"[\\^]\\s|\[一", node.value)  # of what the compilation writes
                is_label = node.value == "正在"  # how the labels of rag's stages may begin
                assert is_pattern or is_label or not chinese.search(node.value), (
                    f"{path.name}:{node.lineno}: {node.value}"
                )


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("", "zh"),
        ("en", "en"),
        ("en-GB,zh;q=0.9", "en"),
        ("zh-TW,en;q=0.8", "zh"),
        ("fr", "zh"),
        ("fr,en;q=0.5", "en"),
        ("*", "zh"),
        ("en;q=x,;;", "zh"),
        ("e" * 100_000, "zh"),
    ],
)
def test_english_comes_where_the_browser_wants_it_before_chinese(header: str, lang: str) -> None:
    assert preferred_language(header) == lang
