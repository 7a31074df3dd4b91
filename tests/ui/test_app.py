"""The application over HTTP: health, headers, and nothing served that the page does not need."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from rag.errors import EmbeddingError
from rag.settings import PROJECT_PATH, Settings
from tests.ui.conftest import ScriptedQA
from ui.app import create_app
from ui.guards import is_served
from ui.warmup import Progress


@pytest.fixture
def client(scripted: ScriptedQA, tmp_path: Path) -> Iterator[TestClient]:
    """The application with a scripted pipeline."""
    app = create_app(Settings(home=tmp_path), lambda _: scripted)  # type: ignore[arg-type,return-value]
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        yield client


def test_the_page_answers_in_chinese_and_loads_nothing_from_elsewhere(client: TestClient) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert "想从汇编里知道什么？" in response.text or "\\u60f3\\u4ece" in response.text
    assert "fonts.googleapis.com" not in response.text
    assert "default-src 'self'" in response.headers["content-security-policy"]


def test_the_page_is_configured_to_keep_to_itself(client: TestClient) -> None:
    config = client.get("/config").json()
    assert config["analytics_enabled"] is False
    assert config["show_error"] is False
    assert config["footer_links"] == []
    assert {dependency["api_visibility"] for dependency in config["dependencies"]} == {"private"}
    theme = client.get("/theme.css").text
    assert theme.count("url(") == theme.count('url("data:')
    assert str(PROJECT_PATH) not in client.get("/config").text + client.get("/").text


def test_health_says_whether_questions_are_answered_yet(client: TestClient) -> None:
    response = client.get("/health")
    assert response.json()["status"] == "ok"
    assert response.json()["model"] in ("waiting", "running", "ready")


def test_health_of_a_failed_warm_up_names_no_path(tmp_path: Path) -> None:
    def build(_: Progress) -> Any:
        raise EmbeddingError("/home/someone/secret 已损坏。")

    with TestClient(create_app(Settings(home=tmp_path), build), base_url="http://localhost:7860") as client:
        for _ in range(100):
            response = client.get("/health")
            if response.json()["model"] == "failed":
                break
        assert set(response.json()) == {"status", "model", "done", "total", "instance"}
        assert "/home" not in response.text
        assert client.get("/ready").status_code == 503


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file/etc/passwd",
        "/file=requirements.txt",
        "/gradio_api/proxy=https://x.hf.space/",
        "/gradio_api/info",
        "/gradio_api/openapi.json",
        "/gradio_api/runs",
        "/gradio_api/vibe-code",
        "/monitoring",
        "/docs",
        "/static/../../requirements.txt",
        "/assets/..%2f..%2f..%2fgradio/blocks.py",
    ],
)
def test_what_the_page_does_not_need_is_not_there(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_nothing_can_be_uploaded(client: TestClient) -> None:
    assert client.post("/gradio_api/upload", files={"files": ("a.txt", b"a")}).status_code == 404


@pytest.mark.parametrize("path", ["/", "/health", "/assets/index.js", "/gradio_api/queue/join"])
def test_what_the_page_needs_is_served(path: str) -> None:
    assert is_served(path)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
def test_another_host_name_does_not_reach_the_page(client: TestClient, host: str) -> None:
    assert client.get("/health", headers={"host": host}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:1", "[::1]:7860"])
def test_the_names_of_this_machine_reach_the_page(client: TestClient, host: str) -> None:
    assert client.get("/health", headers={"host": host}).status_code == 200


def test_building_the_page_imports_no_model_library() -> None:
    code = (
        "import sys\n"
        "from rag.settings import Settings\n"
        "from ui.app import create_app\n"
        "create_app(Settings(), lambda report: None)\n"
        "print([name for name in ('torch', 'faiss', 'transformers', 'rag.factory') if name in sys.modules])\n"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_PATH, capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
