"""Which model a setting names, what it needs, and how tokens are counted."""

from __future__ import annotations

import importlib.util
import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from rag.errors import LlmError, SettingsError
from rag.llms.building import build_chat
from rag.llms.specs import PROVIDERS
from rag.llms.tokens import DEFAULT_WINDOW_TOKENS, LlamaServer, TokenCounter, estimated_tokens
from rag.machine import pinned_versions
from rag.settings import PROJECT_PATH, Settings


@pytest.mark.parametrize("llm", ["openai:m", "anthropic:m", "deepseek:m", "ollama:m"])
def test_each_provider_is_built_without_asking_anything(llm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in PROVIDERS.values():
        if provider.key_env:
            monkeypatch.setenv(provider.key_env, "key")
    chat = build_chat(Settings(llm=llm))
    assert (chat.name, chat.counter.window_tokens) == (llm, DEFAULT_WINDOW_TOKENS)


def test_a_missing_package_is_named_with_its_install_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    version = pinned_versions(PROJECT_PATH / "requirements-llm.txt")["langchain-anthropic"]
    with pytest.raises(SettingsError) as caught:
        build_chat(Settings(llm="anthropic:m"))
    assert str(caught.value) == (
        "模型 anthropic:m 需要软件包 langchain-anthropic，还没有安装。"
        f"请运行：{sys.executable} -m pip install langchain-anthropic=={version}（或安装全部：… -r requirements-llm.txt）"
    )


def test_every_providers_package_is_pinned() -> None:
    pinned = pinned_versions(PROJECT_PATH / "requirements-llm.txt")
    assert {provider.package for provider in PROVIDERS.values()} <= set(pinned)


@pytest.mark.parametrize("llm", ["gpt-4o", "openai:", ":m", "openai: "])
def test_a_name_that_is_none_is_told(llm: str) -> None:
    with pytest.raises(SettingsError, match=r"^设置 llm 的值 .* 不是模型名。请写成 extractive、提供方:模型"):
        build_chat(Settings(llm=llm))


def test_an_unknown_provider_is_told() -> None:
    with pytest.raises(SettingsError) as caught:
        build_chat(Settings(llm="nobody:m"))
    assert str(caught.value).startswith("设置 llm 的值 nobody:m 用不了：没有这个提供方，或参数不合要求。")


@pytest.mark.parametrize("base_url", ["http://user:sk-secret@host/v1", "https://host/v1?key=sk-secret", "host:8000"])
def test_an_address_with_a_key_is_refused_and_not_shown(base_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.settings import load_settings

    monkeypatch.setenv("CASECHAT_BASE_URL", base_url)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "sk-secret" not in str(caught.value) + repr(caught.value.__cause__)


def test_nothing_is_counted_at_import() -> None:
    import subprocess

    program = "import sys, rag.factory; print('tiktoken' in sys.modules, 'langchain_openai' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT_PATH, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("a", 2), ("𠀀", 5)])
def test_tokens_are_estimated_with_a_margin(text: str, tokens: int) -> None:
    assert estimated_tokens(text) == tokens
    assert TokenCounter(window_tokens=10).count(text) == tokens


@pytest.fixture
def counting_server() -> Iterator[str]:
    """A server that offers `/tokenize` and `/props` as llama.cpp's does."""

    class Counting(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._send({"tokens": list(body["content"])} if self.path == "/tokenize" else {})

        def do_GET(self) -> None:
            self._send({"default_generation_settings": {"n_ctx": 777}})

        def log_message(self, *arguments: object) -> None:
            pass

        def _send(self, body: object) -> None:
            content = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = HTTPServer(("127.0.0.1", 0), Counting)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_the_servers_own_count_and_window_are_taken(counting_server: str) -> None:
    chat = build_chat(Settings(llm="openai:m", base_url=f"{counting_server}/v1"))
    assert (chat.counter.count("一二三"), chat.counter.window_tokens) == (3, 777)


def test_a_server_that_does_not_count_is_asked_once() -> None:
    server = LlamaServer("http://127.0.0.1:9", key=None)
    assert (server.count("一"), server.window_tokens()) == (None, None)
    assert TokenCounter(window_tokens=1, server_count=server.count).count("一") == estimated_tokens("一")


def test_an_error_of_a_model_keeps_its_kind() -> None:
    error = LlmError("句子。", kind="busy", passing=True, retry_after_s=2)
    assert (str(error), error.kind, error.passing, error.retry_after_s) == ("句子。", "busy", True, 2)
