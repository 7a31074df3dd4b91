"""Running a set: order, journal, failures, resuming, equal bytes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from eval.api import Price
from eval.dataset import Question
from eval.folder import JOURNAL_FILE, RESULTS_FILE, read_results, strip_times
from eval.runner import run_questions
from rag.errors import QuestionError, QuestionSetError
from rag.settings import PROJECT_PATH
from rag.types import Answer


def question(number: int) -> Question:
    return Question(f"q{number}", "zh", "fact", f"第{number}题？", (1,), (), "答", ("答",), (), "")


def answer(text: str) -> Answer:
    return Answer(
        question=text,
        standalone_question=text,
        text=f"{text}的回答",
        short_answer="",
        citations=(),
        passages=(),
        refused=False,
        reason=None,
        confidence=0.75,
        model="extractive",
    )


class ScriptedQA:
    """Answers every question, but fails or dies on the ones it is told to: forces faults a real pipeline rarely has."""

    def __init__(self, *, failing: str = "", dying: str = "") -> None:
        self.failing, self.dying = failing, dying
        self.asked: list[str] = []

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        if question == self.dying:
            raise KeyboardInterrupt
        self.asked.append(question)
        if question == self.failing:
            raise QuestionError("问题太长")
        return answer(question)


@pytest.mark.parametrize("n_workers", [1, 4])
def test_results_stand_in_the_order_of_the_file(tmp_path: Path, n_workers: int) -> None:
    questions = [question(n) for n in range(20)]
    run_questions(questions, ScriptedQA(), out_path=tmp_path, run_id="r", n_workers=n_workers)
    assert [record["id"] for record in read_results(tmp_path)] == [f"q{n}" for n in range(20)]


def test_a_failing_question_is_recorded_and_the_rest_is_asked(tmp_path: Path) -> None:
    qa = ScriptedQA(failing="第1题？")
    records = run_questions([question(n) for n in range(3)], qa, out_path=tmp_path, run_id="r")
    assert [record["error"] for record in records] == [None, "QuestionError: 问题太长", None]
    assert records[1]["refused"] is False and records[1]["answer"] == ""
    assert qa.asked == ["第0题？", "第1题？", "第2题？"]


def test_a_killed_run_resumes_without_asking_anything_twice(tmp_path: Path) -> None:
    questions = [question(n) for n in range(5)]
    with pytest.raises(KeyboardInterrupt):
        run_questions(questions, ScriptedQA(dying="第3题？"), out_path=tmp_path, run_id="r")
    journal = tmp_path / JOURNAL_FILE
    with journal.open("a", encoding="utf-8") as half:
        half.write('{"id": "q3", "ty')  # the line it was writing when it died
    second = ScriptedQA()
    run_questions(questions, second, out_path=tmp_path, run_id="r")
    assert second.asked == ["第3题？", "第4题？"]
    assert [record["id"] for record in read_results(tmp_path)] == ["q0", "q1", "q2", "q3", "q4"]


KILLED = """
import os, signal, sys
from pathlib import Path
from eval.runner import run_questions
from tests.eval.test_runner import ScriptedQA, question

class Killed(ScriptedQA):
    def ask(self, asked, history=()):
        if asked == "第3题？":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().ask(asked, history)

run_questions([question(n) for n in range(5)], Killed(), out_path=Path(sys.argv[1]), run_id="r")
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_a_run_killed_outright_has_kept_what_was_answered(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=PROJECT_PATH, check=False)
    assert killed.returncode == -signal.SIGKILL
    second = ScriptedQA()
    run_questions([question(n) for n in range(5)], second, out_path=tmp_path, run_id="r")
    assert second.asked == ["第3题？", "第4题？"]


def test_two_runs_give_equal_bytes_apart_from_times(tmp_path: Path) -> None:
    questions = [question(n) for n in range(5)]
    lines = []
    for name, n_workers in (("a", 1), ("b", 3)):
        run_questions(questions, ScriptedQA(), out_path=tmp_path / name, run_id="r", n_workers=n_workers)
        raw = (tmp_path / name / RESULTS_FILE).read_text(encoding="utf-8").splitlines()
        lines.append([json.dumps(strip_times(json.loads(line)), ensure_ascii=False) for line in raw])
    assert lines[0] == lines[1]
    assert "latency_ms" not in lines[0][0]


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError) as caught:
        read_results(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path} 里没有 results.jsonl，不是一次完成的评测。请先运行 python -m eval run --questions 题库 --out {tmp_path}。"
    )


def test_any_error_is_a_result_but_an_interrupt_ends_the_run(tmp_path: Path) -> None:
    class Odd(Exception):
        """What a chat model's client might raise."""

    class Failing:
        def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
            raise Odd("服务不可用")

    records = run_questions([question(1)], Failing(), out_path=tmp_path, run_id="r")
    assert records[0]["error"] == "Odd: 服务不可用"
    assert records[0]["latency_ms"] >= 0


def test_a_journal_of_another_run_is_not_resumed(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_questions([question(1), question(2)], ScriptedQA(dying="第2题？"), out_path=tmp_path, run_id="one")
    with pytest.raises(QuestionSetError) as caught:
        run_questions([question(1), question(2)], ScriptedQA(), out_path=tmp_path, run_id="two")
    assert str(caught.value) == (
        f"{tmp_path} 里没跑完的评测用的是另一份题库、另一种设置或另一个版本的文本，不能接着跑。"
        "请换一个 --out 目录，或加 --overwrite 重新开始。"
    )


def test_tokens_are_kept_where_a_chat_model_reports_them(tmp_path: Path) -> None:
    class Chatting:
        def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
            usage = {"input_tokens": 12, "output_tokens": 3, "total_tokens": 15}
            reply = AIMessage("好", usage_metadata=usage, response_metadata={"model_name": "scripted"})
            GenericFakeChatModel(messages=iter([reply])).invoke(question)
            return answer(question)

    records = run_questions([question(1)], Chatting(), out_path=tmp_path / "a", run_id="r")
    assert records[0]["tokens"] == {"input": 12, "output": 3}
    assert Price(2.0, 10.0).of([*records, {"id": "b"}]) == pytest.approx((12 * 2 + 3 * 10) / 1_000_000)
    assert "tokens" not in run_questions([question(1)], ScriptedQA(), out_path=tmp_path / "b", run_id="r")[0]
