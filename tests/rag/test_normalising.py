"""The matching form: what counts as the same, and where each of its characters came from."""

from __future__ import annotations

import re

import pytest

from rag.normalising import clean_question, is_mostly_latin, matching_form, matching_text, to_simplified
from rag.types import Compilation


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("", ""),
        (" \u3000\n", ""),
        ("案", "案"),
        ("2018 年 5.44 平方公里", "2018年5.44平方公里"),
        ("３. ５ 万", "3.5万"),
        ("Work shop 体系 Work", "work shop体系work"),
        ("A\tB", "a b"),
        ("臺灣後勤幹部", "台湾后勤干部"),
        ("皇后著名", "皇后著名"),
        ("「零跑腿」『四到』", "“零跑腿”“四到”"),
        ("你好,世界!(试行)", "你好，世界！（试行）"),
        ("1,000 户，10:29 开始", "1,000户，10:29开始"),
        ("**二是**加强", "二是加强"),
        ('"*"号', "“*“号"),
        ("a*b", "a*b"),
        ("***", ""),
        ("531.7㎡", "531.7m2"),
        ("𠮷野家", "𠮷野家"),
    ],
)
def test_form(text: str, form: str) -> None:
    assert matching_form(text) == form


@pytest.mark.parametrize("text", ["Work  shop", "Work \n shop"])
def test_several_spaces_keep_two_words_apart(text: str) -> None:
    assert matching_form(text) == "work shop"


def test_a_letter_and_its_mark_are_one_character() -> None:
    assert matching_form("cafe\u0301") == matching_form("café")


@pytest.mark.parametrize(
    ("text", "within", "original"),
    [
        ("**二是**加强", "二是加", "二是**加"),
        ("共 5.44 平方公里", "5.44平方", "5.44 平方"),
        ("㎡", "2", "㎡"),
        ("甲𠮷乙", "𠮷乙", "𠮷乙"),
    ],
)
def test_a_span_of_the_form_leads_back_to_the_original(text: str, within: str, original: str) -> None:
    matching = matching_text(text)
    start = matching.form.index(within)
    assert text[slice(*matching.original_span(start, start + len(within)))] == original


@pytest.mark.parametrize(("start", "end"), [(0, 0), (1, 1), (-1, 1), (0, 3), (2, 1)])
def test_a_span_outside_is_refused_with_its_numbers(start: int, end: int) -> None:
    with pytest.raises(ValueError) as caught:
        matching_text("案例").original_span(start, end)
    assert str(caught.value) == f"span {start}:{end} is not inside 0:2"


def test_an_empty_text_has_no_spans() -> None:
    assert (matching_text("").form, matching_text("").offsets) == ("", ())
    with pytest.raises(ValueError, match=r"^span 0:1 is not inside 0:0$"):
        matching_text("").original_span(0, 1)


def test_offsets_of_the_whole_compilation_rise_and_point_at_their_characters(compilation: Compilation) -> None:
    text = compilation.text
    matching = matching_text(text)
    assert len(matching.offsets) == len(matching.form)
    assert all(first <= second for first, second in zip(matching.offsets, matching.offsets[1:], strict=False))
    dropped = set(range(len(text))) - set(matching.offsets)
    assert {text[offset] for offset in dropped if not text[offset].isspace()} == {"*"}
    chinese = [(text[o], c) for o, c in zip(matching.offsets, matching.form, strict=True) if "一" <= c <= "龥"]
    assert len(chinese) > 50_000
    assert {pair for pair in chinese if pair[0] != pair[1] and to_simplified(pair[0]) != pair[1]} == set()


def test_the_form_of_a_form_is_itself_for_every_line_of_the_compilation(compilation: Compilation) -> None:
    lines = [line for line in compilation.text.splitlines() if line.strip()]
    assert len(lines) > 500
    assert [line for line in map(matching_form, lines) if matching_form(line) != line] == []


def test_simplifying_keeps_the_length(compilation: Compilation) -> None:
    assert len(to_simplified(compilation.text)) == len(compilation.text)
    assert to_simplified("") == ""
    assert to_simplified("Work 2018") == "Work 2018"
    assert to_simplified("人力資源社會保障局") == "人力资源社会保障局"


@pytest.mark.parametrize(
    ("question", "cleaned"),
    [
        ("", ""),
        (" \n\u3000", ""),
        ("\x00\x1b\u200b\ufeff", ""),
        ("\ufeff李沧区\x00有几项？\n", "李沧区 有几项？"),
        ("\x1b[31m红", "[31m红"),
        ("a\u2028b\u00a0c", "a b c"),
        ("cafe\u0301", "café"),
        ("<b>𠮷</b>", "<b>𠮷</b>"),
        ("臺灣「零跑腿」", "臺灣「零跑腿」"),
    ],
)
def test_a_question_is_cleaned_of_what_nobody_sees(question: str, cleaned: str) -> None:
    assert clean_question(question) == cleaned


@pytest.mark.parametrize("invisible", ["\x9b", "\u2066\u2069", "\u00ad", "\ud800"])
def test_every_invisible_character_is_removed(invisible: str) -> None:
    assert not re.search(f"[{invisible}]", clean_question(f"李沧{invisible}区"))


@pytest.mark.parametrize(
    ("text", "latin"),
    [
        ("", False),
        ("How many cases?", True),
        ("GDP 是多少", False),
        ("What did 李沧区 do?", False),
        ("What did the 李沧 government do?", True),
        ("1234 ?", False),
        ("𠮷 is", True),
    ],
)
def test_english_is_told_by_its_words(text: str, latin: bool) -> None:
    assert is_mostly_latin(text) is latin
