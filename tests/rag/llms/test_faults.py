"""Every fault a model's service can have, forced by a scripted server: time limits, retries, then a plain sentence."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from rag.errors import LlmError, SettingsError
from rag.llms.building import build_chat
from rag.llms.chat import ChatModel, Message
from rag.settings import Settings
from tests.rag.llms.scripted_server import (
    ScriptedServer,
    Step,
    breaks_off,
    fails,
    hangs,
    never_ends,
    says,
    says_nothing,
    serving,
    talks_nonsense,
)

KEY = "sk-very-secret-1234567890"
ASK = [Message("user", "问题")]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def chat_with(server: ScriptedServer, **changes: Any) -> ChatModel:
    options = {"llm_silence_s": 0.4, "llm_total_s": 6.0, "llm_retries": 2} | changes
    return build_chat(Settings(llm="openai:m", base_url=server.base_url, **options))


def test_a_reply_comes_in_pieces() -> None:
    with serving(says("一二三四五六七八九十")) as server:
        pieces = list(chat_with(server).stream(ASK))
    assert len(pieces) > 1
    assert "".join(pieces) == "一二三四五六七八九十"


@pytest.mark.parametrize(
    ("step", "kind", "n_requests", "told"),
    [
        (fails(401, f"Incorrect API key provided: {KEY}"), "key", 1, "模型 openai:m 的服务不接受密钥（401）。"),
        (fails(403), "key", 1, "模型 openai:m 的服务不接受密钥（403）。"),
        (fails(404, "The model `m` does not exist"), "missing", 1, "模型 openai:m 不存在，或网址不对（404）。"),
        (fails(429), "busy", 3, "模型 openai:m 的服务说请求太多（429）。"),
        (fails(500), "server", 3, "模型 openai:m 的服务出错（500）。"),
        (fails(503), "server", 3, "模型 openai:m 的服务出错（503）。"),
        (fails(400, "bad parameter"), "request", 1, "模型 openai:m 的服务拒绝了请求（400）。"),
        (
            fails(400, "This model's maximum context length is 4096 tokens"),
            "window",
            1,
            "给模型 openai:m 的内容超过了它能读的长度。",
        ),
        (hangs(), "silence", 1, "模型 openai:m 太久没有回应。"),
        (says_nothing(), "empty", 3, "模型 openai:m 的回复是空的。"),
        (says("<think>想了很久"), "empty", 3, "模型 openai:m 的回复是空的。"),
        (talks_nonsense("{not json"), "broken", 3, "模型 openai:m 的回复格式不对，读不懂。"),
        (talks_nonsense('{"choices": 7}'), "broken", 3, "模型 openai:m 的回复格式不对，读不懂。"),
        (talks_nonsense('{"error": {"message": "overloaded"}}'), "broken", 3, "模型 openai:m 的回复格式不对，读不懂。"),
        (lambda handler: handler.reply(200, b"<html>a login page</html>"), "broken", 3, "模型 openai:m 的回复格式不对"),
    ],
)
def test_each_fault_is_told_plainly_and_tried_again_only_where_it_may_pass(
    step: Step, kind: str, n_requests: int, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.llms.chat.BACKOFF_S", 0.01)
    with serving(step) as server, pytest.raises(LlmError) as caught:
        chat_with(server).reply(ASK)
    assert (caught.value.kind, len(server.requests)) == (kind, n_requests)
    assert str(caught.value).startswith(told)
    assert KEY not in str(caught.value)


def test_a_traceback_shows_no_key() -> None:
    import traceback

    with serving(fails(401, f"Incorrect API key provided: {KEY}")) as server, pytest.raises(LlmError) as caught:
        chat_with(server).reply(ASK)
    assert KEY not in "".join(traceback.format_exception(caught.value))
    assert (caught.value.__cause__, caught.value.__suppress_context__) == (None, True)


def test_a_refused_connection_is_told() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    chat = build_chat(Settings(llm="openai:m", base_url=f"http://127.0.0.1:{port}/v1", llm_retries=0))
    with pytest.raises(LlmError) as caught:
        chat.reply(ASK)
    assert caught.value.kind == "refused"
    assert str(caught.value) == "连不上模型 openai:m 的服务。请检查服务是否已启动、网址是否正确。"


def test_a_name_that_is_not_found_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_found(*arguments: Any, **named: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", not_found)
    chat = build_chat(Settings(llm="openai:m", base_url="http://nowhere.invalid/v1", llm_retries=0))
    with pytest.raises(LlmError) as caught:
        chat.reply(ASK)
    assert caught.value.kind == "dns"
    assert str(caught.value) == "找不到模型 openai:m 的服务器（域名解析失败）。请检查网址和网络。"


def test_a_fault_that_passes_is_overcome() -> None:
    with serving(fails(503), fails(429, Retry_After="0"), says("好。")) as server:
        assert chat_with(server).reply(ASK) == "好。"
    assert len(server.requests) == 3


def test_what_the_server_asks_to_wait_is_waited() -> None:
    with serving(fails(429, Retry_After="1"), says("好。")) as server:
        began = time.monotonic()
        assert chat_with(server).reply(ASK) == "好。"
    assert 1.0 <= time.monotonic() - began < 2.5


def test_a_wait_longer_than_the_limit_is_not_begun() -> None:
    with serving(fails(429, Retry_After="600")) as server:
        began = time.monotonic()
        with pytest.raises(LlmError) as caught:
            chat_with(server).reply(ASK)
    assert caught.value.kind == "busy"
    assert time.monotonic() - began < 2


def test_a_reply_that_breaks_off_keeps_what_came_and_is_not_asked_for_again() -> None:
    with serving(breaks_off("已经说了这些。")) as server:
        stream = chat_with(server).stream(ASK)
        assert next(stream) == "已经说了这些。"
        with pytest.raises(LlmError) as caught:
            list(stream)
    assert (caught.value.kind, len(server.requests)) == ("cut", 1)


def test_a_hang_in_the_middle_ends_in_time_though_the_connection_is_kept_alive() -> None:
    with serving(hangs("开头")) as server:
        stream = chat_with(server).stream(ASK)
        assert next(stream) == "开头"
        began = time.monotonic()
        with pytest.raises(LlmError) as caught:
            list(stream)
        assert (caught.value.kind, time.monotonic() - began < 2) == ("silence", True)
        assert server.hung_up.wait(3)


def test_a_reply_without_end_is_cut() -> None:
    with serving(never_ends("没完没了。")) as server:
        text = chat_with(server, llm_answer_tokens=20).reply(ASK)
        assert 160 <= len(text) <= 200
        assert server.hung_up.wait(3)


def test_a_reply_that_only_trickles_ends_at_the_time_limit() -> None:
    with serving(never_ends("滴")) as server:
        began = time.monotonic()
        with pytest.raises(LlmError) as caught:
            chat_with(server, llm_total_s=0.5, llm_answer_tokens=30000).reply(ASK)
    assert caught.value.kind == "late"
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "leave", [lambda stream, stop: stream.close(), lambda stream, stop: stop.set() or list(stream)]
)
def test_stopping_closes_the_connection(leave: Callable[[Any, threading.Event], Any]) -> None:
    stop = threading.Event()
    with serving(hangs("开头")) as server:
        stream = chat_with(server, llm_silence_s=30).stream(ASK, stopped=stop.is_set)
        assert next(stream) == "开头"
        began = time.monotonic()
        leave(stream, stop)
        assert server.hung_up.wait(3)
        assert time.monotonic() - began < 2


def test_a_slow_model_does_not_hold_up_another() -> None:
    with serving(hangs()) as slow, serving(says("好。")) as quick:
        stop = threading.Event()
        slowly = chat_with(slow, llm_silence_s=30, llm_total_s=60)
        waiting = threading.Thread(target=lambda: list(slowly.stream(ASK, stopped=stop.is_set)), daemon=True)
        waiting.start()
        began = time.monotonic()
        assert chat_with(quick).reply(ASK) == "好。"
        assert time.monotonic() - began < 2
        assert waiting.is_alive()
        stop.set()
        waiting.join(3)


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        ("<think>先想想[1]</think>结论。", "结论。"),
        ("甲。<thinking>\n乙</thinking>丙。", "甲。丙。"),
        ("3 < 5，<b>好", "3 < 5，<b>好"),
        ("完<thi", "完<thi"),
    ],
)
@pytest.mark.parametrize("n_chars", [1, 3, 50])
def test_reasoning_is_never_shown(reply: str, shown: str, n_chars: int) -> None:
    with serving(says(reply, n_chars=n_chars, reasoning_content="暗自思量")) as server:
        assert chat_with(server).reply(ASK) == shown


def test_the_key_comes_from_the_variable_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "abc")
    with serving(says("好。")) as server:
        chat_with(server, llm_api_key_env="MY_KEY").reply(ASK)
    assert server.keys == ["Bearer abc"]


def test_a_missing_key_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(SettingsError) as caught:
        build_chat(Settings(llm="openai:m"))
    assert (
        str(caught.value)
        == "模型 openai:m 需要密钥：请设置环境变量 OPENAI_API_KEY（只从环境变量读取，不要写进设置文件）。"
    )


def test_a_service_at_its_own_address_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with serving(says("好。")) as server:
        assert chat_with(server).reply(ASK) == "好。"
    assert server.keys == ["Bearer no-key"]


@pytest.mark.parametrize("variable", ["LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING", "LANGCHAIN_TRACING"])
@pytest.mark.parametrize("allowed", [False, True])
def test_tracing_variables_are_obeyed_only_where_the_operator_opts_in(
    variable: str, allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from langsmith.utils import get_env_var

    if variable == "LANGCHAIN_TRACING" and allowed:
        pytest.skip("the first tracing of LangChain is gone: it would only be an error")
    with serving(fails(404)) as tracer, serving(says("好。")) as server:
        traced = threading.Event()
        for method in ("create_run", "update_run"):
            monkeypatch.setattr(f"langsmith.Client.{method}", lambda *a, **k: traced.set())
        for name, value in {variable: "true", "LANGSMITH_API_KEY": "k", "LANGSMITH_ENDPOINT": tracer.address}.items():
            monkeypatch.setenv(name, value)
        get_env_var.cache_clear()
        try:
            assert chat_with(server, llm_tracing=allowed).reply(ASK) == "好。"
        finally:
            get_env_var.cache_clear()
        assert traced.wait(0.3 if not allowed else 3) is allowed
