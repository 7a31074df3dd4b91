"""The command line: what it writes, says and returns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from eval.__main__ import main
from eval.folder import JOURNAL_FILE, REPORT_FILE, RESULTS_FILE, SUMMARY_FILE
from rag.settings import PROJECT_PATH

if TYPE_CHECKING:
    from rag.pipeline import CaseQA

DEV = str(PROJECT_PATH / "eval" / "questions" / "qingdao-2018.jsonl")


@pytest.fixture
def built(qa: CaseQA, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the commands the session's pipeline: loading the model anew takes seconds."""

    def build(*arguments: Any, **options: Any) -> CaseQA:
        return qa

    monkeypatch.setattr("rag.factory.build_qa", build)
    monkeypatch.setattr("rag.factory.build_embedder", lambda *arguments, **options: None)


@pytest.mark.usefixtures("built")
def test_a_run_writes_its_folder_and_holds_the_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "run"
    asked = ["run", "--questions", DEV, "--out", str(out), "--type", "number", "--split", "tune", "--limit", "3"]
    assert main([*asked, "--require", "verbatim_quotes=1"]) == 0
    assert {path.name for path in out.iterdir()} == {RESULTS_FILE, "scores.jsonl", SUMMARY_FILE, REPORT_FILE}
    assert f"结果在 {out}，报告是 {out / REPORT_FILE}" in capsys.readouterr().out
    made = json.loads((out / SUMMARY_FILE).read_text(encoding="utf-8"))["run"]
    assert (made["types"], made["split"], made["limit"]) == (["number"], "tune", 3)
    assert made["machine"]["n_cores"] >= 1 and made["versions"]["faiss-cpu"]

    assert main(asked) == 2
    assert capsys.readouterr().err == f"{out} 里已有评测结果。请换一个 --out 目录，或加 --overwrite 覆盖。\n"
    assert main([*asked, "--overwrite", "--require", "right=1.1"]) == 1
    assert "未达标：right 要求至少 1.1，实际 " in capsys.readouterr().err

    assert main(["report", str(out)]) == 0
    assert main(["compare", str(out), str(out)]) == 0
    assert "p = 1" in capsys.readouterr().out
    assert main(["tables", str(out)]) == 0
    assert "| number | 3 |" in capsys.readouterr().out


@pytest.mark.usefixtures("built")
def test_baselines_are_run_beside_and_what_is_finished_is_not_asked_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    asked = ["run", "--questions", DEV, "--out", str(out), "--limit", "2", "--baselines", "--workers", "2"]
    assert main(asked) == 0
    before = (out / RESULTS_FILE).read_bytes()
    (out / "baselines" / "bm25" / RESULTS_FILE).unlink()
    assert main([*asked, "--resume"]) == 0
    assert (out / RESULTS_FILE).read_bytes() == before
    assert (out / "baselines" / "bm25" / RESULTS_FILE).is_file()
    assert main([*asked, "--resume", "--type", "fact"]) == 2
    assert capsys.readouterr().err.endswith(
        f"{out} 里的评测用的是另一份题库或另一种设置，不能接着跑。请换一个 --out 目录，或加 --overwrite 重新开始。\n"
    )
    assert {path.name for path in (out / "baselines").iterdir()} == {"textbook", "bm25"}
    assert "textbook（textbook） → run（casechat）" in (out / REPORT_FILE).read_text(encoding="utf-8")


def test_an_unfinished_run_is_spoken_about(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / JOURNAL_FILE).write_text('{"run_id": "x"}\n', encoding="utf-8")
    assert main(["run", "--questions", DEV, "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        f"{tmp_path} 里有一次没跑完的评测。加 --resume 接着跑，或加 --overwrite 重新开始。\n"
    )


def test_mistakes_are_told_before_anything_is_loaded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, message in (
        (["run", "--questions", "no.jsonl", "--out", str(tmp_path)], "找不到题库文件 no.jsonl。请检查路径。\n"),
        (
            ["run", "--questions", DEV, "--out", str(tmp_path), "--type", "nubmer"],
            f"题库 {DEV} 里没有题型 nubmer。可选：compare、crosscase、crosslingual、fact、followup、how、list、meta、"
            "number、paraphrase、typo、unanswerable。\n",
        ),
        (
            ["compare", str(tmp_path)],
            "compare 至少要两个结果目录，第一个是基准。例如 python -m eval compare runs/bm25 runs/dev。\n",
        ),
    ):
        assert main(arguments) == 2
        assert capsys.readouterr().err == message


def test_debug_shows_the_traceback() -> None:
    with pytest.raises(Exception, match="找不到题库文件"):
        main(["--debug", "run", "--questions", "no.jsonl", "--out", "x"])


def test_validate_returns_one_for_a_set_with_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", DEV]) == 0
    assert capsys.readouterr().out == f"{DEV}：0 处错误，0 处提示。\n"
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": "a", "type": "fact", "question": "？", "evidence": ["没有这话没有"]}\n', encoding="utf-8")
    assert main(["validate", str(path)]) == 1
    assert capsys.readouterr().out.endswith(f"{path}：1 处错误，1 处提示。\n")


def test_template_and_its_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.xlsx"
    assert main(["template", str(path)]) == 0
    assert main(["validate", str(path)]) == 0
    assert f"已写入 {path}，12 种题型各一题。" in capsys.readouterr().out
