"""Prompt files: their variables must match exactly, and everything else in them stays as it is."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

import pytest

from prompts.loading import load_prompt, prompt_sha256, prompt_stamp, read_prompt
from rag.errors import PromptError
from rag.settings import PROJECT_PATH


def write(folder: Path, content: str) -> Path:
    path = folder / "sample.zh.md"
    path.write_text(content, encoding="utf-8", newline="")
    return path


def test_variables_are_filled_in_and_the_declaration_is_left_out(tmp_path: Path) -> None:
    prompt = read_prompt(write(tmp_path, "variables: one, two\n\n{{one}}和{{two}}，又是{{one}}\n"))
    assert prompt.fill({"one": "甲", "two": "𠀀"}) == "甲和𠀀，又是甲"


def test_missing_variables_are_all_named(tmp_path: Path) -> None:
    prompt = read_prompt(write(tmp_path, "variables: one, two, three\n\n{{one}}{{two}}{{three}}"))
    with pytest.raises(PromptError) as caught:
        prompt.fill({"three": "3"})
    assert str(caught.value) == "缺少变量：one, two。提示词 sample.zh.md 的变量必须全部给出。"


def test_unknown_variables_are_refused(tmp_path: Path) -> None:
    prompt = read_prompt(write(tmp_path, "variables: one\n\n{{one}}"))
    with pytest.raises(PromptError) as caught:
        prompt.fill({"one": "1", "zero": "0"})
    assert str(caught.value) == "多余的变量：zero。提示词 sample.zh.md 只有这些变量：one。"


def test_braces_in_text_and_values_stand_as_they_are(tmp_path: Path) -> None:
    prompt = read_prompt(write(tmp_path, 'variables: one, two\n\n{"answer": {{one}}} {two} {{two}}'))
    assert prompt.fill({"one": "{{two}}", "two": r"{x} \1 %s"}) == '{"answer": {{two}}} {two} {x} \\1 %s'


def test_a_file_without_variables_and_with_windows_line_ends_is_read(tmp_path: Path) -> None:
    assert read_prompt(write(tmp_path, "variables:\r\n\r\n只有正文\r\n")).fill({}) == "只有正文"


@pytest.mark.parametrize("first_line", ["", "请回答", "variables: One", "variables: a b", "variables: a,"])
def test_a_first_line_that_declares_nothing_is_refused(tmp_path: Path, first_line: str) -> None:
    path = write(tmp_path, f"{first_line}\n\n正文")
    with pytest.raises(PromptError, match="第一行应写明变量") as caught:
        read_prompt(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    "content", ["variables: one\n\n正文", "variables:\n\n{{one}}", "variables: one, two\n\n{{two}}"]
)
def test_declared_and_used_variables_must_agree(tmp_path: Path, content: str) -> None:
    with pytest.raises(PromptError, match="第一行声明的变量与正文用到的不一致：one。"):
        read_prompt(write(tmp_path, content))


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sample.zh.md"
    path.write_bytes("variables:\n\n正文".encode("gb18030"))
    with pytest.raises(PromptError, match=r"不是 UTF-8 文本（第 12 字节）。请另存为 UTF-8。"):
        read_prompt(path)


def test_an_unknown_prompt_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(PromptError) as caught:
        load_prompt("../secrets", "zh")
    assert str(caught.value).startswith("没有提示词 ../secrets.zh.md。现有：answer.en.md、")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_refusal_ends_with_the_nearest_sections(lang: Literal["zh", "en"]) -> None:
    text = load_prompt("refusal", lang, nearest="案例 7 › 一、主要做法")
    assert text.endswith("\n案例 7 › 一、主要做法")
    assert "{{" not in text


def test_the_chinese_refusal_says_what_it_is() -> None:
    assert load_prompt("refusal", "zh", nearest="无").startswith("汇编中没有找到能回答这个问题的内容。")


def test_every_prompt_is_there_in_both_languages_with_the_same_variables() -> None:
    folder = PROJECT_PATH / "prompts"
    names = {path.name.removesuffix(".md").rpartition(".")[0] for path in folder.glob("*.md")}
    assert {"refusal", "instruction_refusal"} <= names
    for name in names:
        chinese, english = (read_prompt(folder / f"{name}.{lang}.md") for lang in ("zh", "en"))
        assert chinese.variables == english.variables, name


def test_a_version_is_read_and_is_no_part_of_the_text(tmp_path: Path) -> None:
    prompt = read_prompt(write(tmp_path, "variables: one\nversion: 3\n\n{{one}}\nversion: 4"))
    assert (prompt.version, prompt.text) == (3, "{{one}}\nversion: 4")
    (tmp_path / "old.zh.md").write_text("variables:\n\n正文", encoding="utf-8")
    assert read_prompt(tmp_path / "old.zh.md").version == 1


def test_the_stamp_names_prompt_language_and_version() -> None:
    assert prompt_stamp("refusal", "zh") == {"refusal.zh@1": prompt_sha256("refusal", "zh")}


def test_the_hash_is_that_of_the_file() -> None:
    content = (PROJECT_PATH / "prompts" / "refusal.zh.md").read_bytes()
    assert prompt_sha256("refusal", "zh") == hashlib.sha256(content).hexdigest()
    assert prompt_sha256("refusal", "zh") != prompt_sha256("refusal", "en")
