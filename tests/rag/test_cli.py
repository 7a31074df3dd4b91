"""`python -m rag …`: what each command prints, to which stream, and with which exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.cli.main import main
from rag.cli.progress import StageProgress
from rag.errors import CaseChatError, CompilationNotFound
from rag.pipeline import CaseQA
from rag.settings import PROJECT_PATH

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command; return exit code, stdout, stderr."""

    def run_command(*arguments: str) -> tuple[int, str, str]:
        try:
            code = main(arguments)
        except SystemExit as exc:
            code = int(exc.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_command


@pytest.fixture
def built(qa: CaseQA, monkeypatch: pytest.MonkeyPatch) -> CaseQA:
    """Let commands take the session's pipeline instead of loading the model again."""

    def build_qa(settings: Any, **options: Any) -> CaseQA:
        return qa

    monkeypatch.setattr("rag.factory.build_qa", build_qa)
    return qa


def test_help_is_in_chinese_and_lists_the_commands(run: Run) -> None:
    code, out, err = run("--help")
    assert (code, err) == (0, "")
    for command in ("index", "ask", "show", "inspect", "doctor"):
        assert f"\n    {command}" in out
    assert out.startswith("用法：python -m rag")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "命令行参数有误：缺少 命令。用法见 python -m rag --help。"),
        (("ask",), "命令行参数有误：缺少 问题。用法见 python -m rag ask --help。"),
        (("show", "七"), "命令行参数有误：编号 应是整数，不是 '七'。用法见 python -m rag show --help。"),
        (("ask", "你好", "--jsn"), "命令行参数有误：不认识 --jsn。用法见 python -m rag --help。"),
        (("inspect", "你好", "-k"), "命令行参数有误：-k 后面要写上值。用法见 python -m rag inspect --help。"),
    ],
)
def test_wrong_arguments_are_explained_in_chinese(run: Run, arguments: tuple[str, ...], told: str) -> None:
    assert run(*arguments) == (2, "", told + "\n")


def test_an_unknown_command_is_answered_with_those_there_are(run: Run) -> None:
    code, _, err = run("aks")
    assert code == 2
    assert err.startswith("命令行参数有误：没有 'aks'，可用的有 ")


def test_show_lists_the_cases(run: Run) -> None:
    code, out, err = run("show")
    assert (code, err) == (0, "")
    assert "\n 30  " in out


def test_show_prints_a_case(run: Run) -> None:
    code, out, _ = run("show", "7")
    assert code == 0
    assert out.startswith("案例 7  全面推行审批服务“零跑腿”")


@pytest.mark.parametrize("number", ["0", "31"])
def test_a_case_that_is_not_there_is_named_with_the_range(run: Run, number: str) -> None:
    told = f"没有案例 {number}：这份汇编有 30 个案例，编号 1–30。用 python -m rag show 查看目录。\n"
    assert run("show", number) == (2, "", told)


def test_an_error_is_one_sentence_without_a_traceback(run: Run, tmp_path: Path) -> None:
    code, out, err = run("show", "--compilation", str(tmp_path / "none.txt"))
    assert (code, out) == (2, "")
    assert err.startswith(f"找不到汇编文件 {tmp_path / 'none.txt'}。")
    assert "Traceback" not in err


def test_debug_lets_the_error_through(run: Run, tmp_path: Path) -> None:
    with pytest.raises(CompilationNotFound):
        run("show", "--debug", "--compilation", str(tmp_path / "none.txt"))


def test_a_settings_file_is_read_and_its_errors_are_told(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text("prot = 1\n", encoding="utf-8")
    assert run("show", "--settings", str(path)) == (2, "", f"不认识的设置 prot（{path}）。是否想写 port？\n")


def test_ctrl_c_ends_quietly(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(options: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("rag.cli.parser.run_show", interrupted)
    assert run("show") == (130, "", "\n已中断。\n")


def test_a_reader_that_leaves_early_is_no_error() -> None:
    program = '"$0" -m rag show 7 | head -1'
    done = subprocess.run(
        ["sh", "-c", program, sys.executable], cwd=PROJECT_PATH, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert done.stdout.startswith("案例 7")


def test_a_terminal_without_the_characters_gets_question_marks() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rag", "show", "7"],
        cwd=PROJECT_PATH,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    assert done.stdout.startswith(b"?? 7  ")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--llm", "openai:gpt-x"), "模型 openai:gpt-x 需要密钥：请设置环境变量 OPENAI_API_KEY"),
        (("--base-url", "http://127.0.0.1:1"), "给了模型的网址 http://127.0.0.1:1，但 llm 是 extractive，不用模型。"),
        (("--llm", "gpt-x"), "设置 llm 的值 gpt-x 不是模型名。"),
        (("--llm", "openai:m", "--base-url", "http://u:sk-secret@h/v1"), "设置 base_url 的值 （不显示：可能含密钥）"),
    ],
)
def test_a_language_model_that_cannot_be_used_is_told_at_once(
    run: Run, arguments: tuple[str, ...], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    code, out, err = run("ask", "有多少个案例？", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(told)
    assert "sk-secret" not in err


def test_progress_elsewhere_than_in_a_terminal_is_a_line_a_stage(capsys: pytest.CaptureFixture[str]) -> None:
    with StageProgress() as progress:
        for done in range(3):
            progress("解压模型", done, 3)
        progress("计算向量", 0, 0)
    assert capsys.readouterr().err == "解压模型……\n计算向量……\n"
    assert progress.stages == ["解压模型", "计算向量"]


def test_ask_prints_the_answer_and_where_it_stands(run: Run, built: CaseQA) -> None:
    code, out, err = run("ask", "西海岸新区军民融合企业有多少家？")
    assert (code, err) == (0, "")
    answer, _, sources = out.partition("\n\n出处：\n\n")
    assert "161" in answer
    assert "[1]" in answer
    assert sources.startswith("[1] 案例 1 · ")
    assert "案例页码 1–4（据目录）" in sources


def test_an_english_question_needs_no_quotation_marks(run: Run, built: CaseQA) -> None:
    code, out, _ = run("ask", "--json", "How", "many", "cases", "are", "there?")
    assert code == 0
    assert json.loads(out)["question"] == "How many cases are there?"


def test_json_is_one_object_with_verbatim_quotes(run: Run, built: CaseQA) -> None:
    code, out, _ = run("ask", "--json", "西海岸新区军民融合企业有多少家？")
    assert code == 0
    assert out.count("\n") == 1
    record = json.loads(out)
    assert (record["refused"], record["model"], record["error"]) == (False, "extractive", None)
    assert record["latency_ms"] > 0
    text = built.compilations["qingdao-2018"].text
    assert record["citations"]
    assert all(text[cited["start"] : cited["end"]] == cited["quote"] for cited in record["citations"])


def test_history_makes_a_follow_up_understood(run: Run, built: CaseQA) -> None:
    _, out, _ = run("ask", "--json", "那是哪一天获批设立的？", "--history", "西海岸新区军民融合企业有多少家？")
    assert "西海岸新区" in json.loads(out)["standalone_question"]


def test_a_refusal_is_an_answer(run: Run, built: CaseQA) -> None:
    code, out, _ = run("ask", "--json", "火星上有多少水？")
    assert code == 0
    assert json.loads(out)["refused"] is True


def test_an_empty_question_is_an_error(run: Run, built: CaseQA) -> None:
    code, out, err = run("ask", "")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


def test_inspect_shows_as_many_passages_as_asked_for(run: Run, built: CaseQA) -> None:
    code, out, _ = run("inspect", "不动产登记", "-k", "3")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines() if "得分" in line] == ["1", "2", "3"]


def test_inspect_refuses_to_show_none(run: Run) -> None:
    assert run("inspect", "不动产登记", "-k", "0") == (2, "", "-k 的值 0 不合要求：至少显示 1 个段落。\n")


def test_index_says_when_there_is_nothing_to_do(
    run: Run, qa: CaseQA, default_embedder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build_embedder(settings: Any, **options: Any) -> Any:
        return default_embedder

    monkeypatch.setattr("rag.factory.build_embedder", build_embedder)
    code, out, err = run("index")
    assert (code, err) == (0, "")
    assert out.startswith("索引已是最新，没有重建。\n")
    assert "30 个案例，" in out


def test_any_deliberate_error_gives_exit_code_two(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(options: Any) -> int:
        raise CaseChatError("数据目录写不进去。")

    monkeypatch.setattr("rag.cli.parser.run_doctor", failing)
    assert run("doctor") == (2, "", "数据目录写不进去。\n")
