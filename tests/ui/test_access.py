"""Safe by default: logins, owners, limits, origins, uploads, and what never stands in a response or log."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from fastapi.testclient import TestClient

from rag.errors import ServerError
from rag.settings import PROJECT_PATH, Settings
from tests.ui.conftest import ScriptedQA
from ui.app import create_app
from ui.auth import Users, hash_password, verify_password
from ui.conversations import Turn
from ui.identity import ID_COOKIE, LOGIN_COOKIE, OWNER_HEADER
from ui.limits import AtOnce, RateLimit
from ui.logs import JsonLines, without_paths
from ui.store import ConversationStore

PASSWORD = "correct horse battery"


def client_of(scripted: ScriptedQA, home: Path, **options: Any) -> TestClient:
    app = create_app(Settings(home=home, **options), lambda _: scripted)  # type: ignore[arg-type,return-value]
    return TestClient(app, base_url="http://127.0.0.1:7860", follow_redirects=False)


@pytest.fixture
def client(scripted: ScriptedQA, tmp_path: Path) -> Iterator[TestClient]:
    """The application without users."""
    with client_of(scripted, tmp_path) as client:
        yield client


@pytest.fixture
def guarded(scripted: ScriptedQA, tmp_path: Path) -> Iterator[TestClient]:
    """The application with a user 张三."""
    Users(tmp_path).set_password("张三", PASSWORD)
    with client_of(scripted, tmp_path) as client:
        yield client


def test_a_hash_tells_the_right_password_from_others() -> None:
    hashed = hash_password(PASSWORD)
    assert PASSWORD not in hashed
    assert hashed != hash_password(PASSWORD)
    assert verify_password(PASSWORD, hashed)
    assert not verify_password(PASSWORD + " ", hashed)
    assert not verify_password("", hashed)
    assert not verify_password(PASSWORD, "scrypt$1$1$1$AAAA$AAAA")
    assert not verify_password(PASSWORD, "nonsense")


def test_a_damaged_user_file_lets_nobody_in(tmp_path: Path) -> None:
    (tmp_path / "users.json").write_text("[1]", encoding="utf-8")
    with pytest.raises(ServerError, match="已损坏"):
        Users(tmp_path).read()


@pytest.mark.parametrize("path", ["/", "/en/", "/config", "/ratings.jsonl", "/export/x.md", "/runs/x", "/cases.csv"])
def test_without_a_login_there_is_nothing_but_the_login(guarded: TestClient, path: str) -> None:
    response = guarded.get(path)
    assert response.status_code in (303, 401)
    assert response.headers.get("location", "/login") == "/login"
    assert guarded.get("/health").status_code == 200
    assert guarded.post("/gradio_api/queue/join", json={}).status_code == 401
    assert guarded.get("/login").status_code == 200


def test_the_right_password_lets_in_and_leaving_shuts_again(guarded: TestClient) -> None:
    assert guarded.post("/login", data={"user": "张三", "password": "wrong"}).status_code == 401
    assert guarded.post("/login", data={"user": "nobody", "password": PASSWORD}).status_code == 401
    response = guarded.post("/login", data={"user": "张三", "password": PASSWORD})
    assert response.status_code == 303
    assert "HttpOnly" in response.headers["set-cookie"]
    assert "SameSite=Lax" in response.headers["set-cookie"]
    assert guarded.get("/").status_code == 200
    token = guarded.cookies[LOGIN_COOKIE]
    guarded.post("/logout")
    guarded.cookies.set(LOGIN_COOKIE, token)
    assert guarded.get("/").status_code == 303


def test_too_many_logins_must_wait(guarded: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.auth.verify_password", lambda *_: False)
    answers = [guarded.post("/login", data={"user": "张三", "password": "x"}).status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]


def test_a_browser_gets_an_id_that_scripts_do_not_see_and_keeps_it(client: TestClient) -> None:
    header = client.get("/").headers["set-cookie"]
    assert header.startswith(f"{ID_COOKIE}=")
    assert "HttpOnly" in header
    assert "set-cookie" not in client.get("/").headers


def test_an_owner_cannot_be_claimed(client: TestClient, tmp_path: Path) -> None:
    store = ConversationStore(tmp_path)
    conversation_id = store.create("browser:victim", "秘密")
    store.add_turn("browser:victim", conversation_id, Turn(question="秘密", state="done"))
    for headers in ({}, {OWNER_HEADER: "browser:victim"}, {"cookie": f"{ID_COOKIE}=victim"}):
        assert client.get(f"/export/{conversation_id}.json", headers=headers).status_code == 404


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "https://127.0.0.1:7860.evil"]
)
def test_another_site_changes_nothing(client: TestClient, origin: str) -> None:
    assert client.post("/questions", content=b"{}", headers={"origin": origin}).status_code == 403


def test_a_body_too_large_is_refused_with_or_without_its_length(scripted: ScriptedQA, tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield from [b"x" * 1024] * 3

    with client_of(scripted, tmp_path, max_upload_kb=2) as client:
        for content in (b"x" * 3000, pieces()):
            response = client.post("/questions", content=content, headers={"x-file-name": "a.jsonl"})
            assert response.status_code == 413
            assert response.text == "发送的内容超过上限 2 KB。请缩小后重试。"
        assert client.post("/gradio_api/run/predict", content=b"x" * 70_000).status_code == 413
    assert not (tmp_path / "evaluation").exists()


@pytest.mark.parametrize("name", ["../../evil.jsonl", "/etc/cron.d/x.jsonl", "..%2f..%2fx.jsonl", "a/b\\c.jsonl"])
def test_an_uploaded_file_stays_in_its_folder(client: TestClient, tmp_path: Path, name: str) -> None:
    line = b'{"id": "1", "type": "fact", "question": "?"}\n'
    client.get("/")
    response = client.post("/questions", content=line, headers={"x-file-name": name})
    assert response.status_code == 200
    (written,) = tmp_path.rglob("*.jsonl")
    assert unquote(response.headers["x-question-set"]) == written.name
    assert written.parent.name == "questions"
    assert written.is_relative_to(tmp_path / "evaluation")


@pytest.mark.parametrize("name", ["", "x.py", "x.html", "x"])
def test_a_file_of_another_kind_is_not_kept(client: TestClient, tmp_path: Path, name: str) -> None:
    response = client.post("/questions", content=b"x", headers={"x-file-name": name})
    assert response.status_code == 400
    assert "不是题库文件" in response.text
    assert not (tmp_path / "evaluation").exists()


@pytest.mark.parametrize("path", ["/runs/..%2f..%2fusers.json", "/runs/x", "/export/x.md", "/export/..%2fusers.json"])
def test_a_path_that_is_nobodys_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_language_is_the_browsers_or_the_one_switched_to(client: TestClient) -> None:
    assert client.get("/", headers={"accept-language": "en-US,en;q=0.9,zh;q=0.5"}).headers["location"] == "/en/"
    assert client.get("/", headers={"accept-language": "zh-CN,en;q=0.9"}).status_code == 200
    client.get("/language?to=en")
    assert client.get("/", headers={"accept-language": "zh-CN"}).headers["location"] == "/en/"
    client.get("/language?to=zh")
    assert client.get("/", headers={"accept-language": "en"}).status_code == 200
    assert client.get("/language?to=//evil.example").headers["location"] in ("/", "/en/")


def test_ready_answers_once_questions_are_answered(client: TestClient) -> None:
    assert any(client.get("/ready").status_code == 200 for _ in range(100))


def test_a_rate_limit_counts_each_key_and_forgets_after_a_minute() -> None:
    now = [0.0]
    limit = RateLimit(2, clock=lambda: now[0])
    assert [limit.wait_s("a") for _ in range(3)] == [0, 0, 60]
    assert limit.wait_s("b") == 0
    now[0] = 60.0
    assert limit.wait_s("a") == 0


def test_at_once_counts_each_key_and_all() -> None:
    limit = AtOnce(of_one=1, of_all=2)
    assert [limit.enter(key) for key in ("a", "a", "b", "c")] == [True, False, True, False]
    limit.leave("a")
    assert limit.enter("c")


def test_at_once_counts_each_pool_by_itself_and_each_key_over_all_of_them() -> None:
    limit = AtOnce(of_one=2, of_all=1)
    assert [limit.enter("a", "model"), limit.enter("b", "model"), limit.enter("b"), limit.enter("c")] == [
        True,
        False,
        True,
        False,
    ]
    limit.leave("b")
    assert limit.enter("a")
    assert not limit.enter("a", "third")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("索引 /var/lib/casechat/index/x 已损坏。", "索引 …/x 已损坏。"),
        ("D:\\a\\b.txt 读不了", "…/b.txt 读不了"),
        ("看看 http://127.0.0.1:7860/health", "看看 http://127.0.0.1:7860/health"),
        ("2 万元/亩，一/二", "2 万元/亩，一/二"),
        (f"{PROJECT_PATH}/data/x.txt", "./data/x.txt"),
        ("设置文件：/etc/casechat/casechat.toml", "设置文件：…/casechat.toml"),
        ("读不了文件/home/someone/x.json。", "读不了文件…/x.json。"),
        ("找不到“/srv/x/y.gguf”", "找不到“…/y.gguf”"),
        ("市/区/县，JSON/CSV/XLSX", "市/区/县，JSON/CSV/XLSX"),
        ("", ""),
    ],
)
def test_paths_are_left_out_of_messages(text: str, shown: str) -> None:
    assert without_paths(text) == shown


def test_a_logged_error_has_neither_traceback_nor_text() -> None:
    try:
        raise ValueError("key-12345 in /home/someone/x")
    except ValueError:
        record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, "Exception\n/srv/x", (), sys.exc_info())
    line = json.loads(JsonLines().format(record))
    assert line["error"] == "ValueError"
    assert line["at"].startswith("tests/ui/test_access.py:")
    assert not {"key-12345", "/home", "Traceback"} & set(json.dumps(line).split())
    assert "someone" not in json.dumps(line)
