"""The model picker: what is offered, what an owner chooses, and that a page can choose nothing else."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from rag.pipeline import CaseQA
from rag.settings import Settings
from tests.rag.llms.scripted_server import fails, hangs, says, serving
from tests.ui.conftest import EN, ZH, ScriptedQA
from tests.ui.test_handlers import ME, ask, ready
from ui.app import create_app
from ui.handlers import Asked, Visitor
from ui.models import EXTRACTIVE, ModelChoices
from ui.picker import choose_model, render_model_settings, render_picker
from ui.store import ConversationStore

FACT_QUESTION = "西海岸新区军民融合企业有多少家？"
KEY = "sk-very-secret-1234567890"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


@pytest.fixture
def store(tmp_path: Path) -> ConversationStore:
    store = ConversationStore(tmp_path)
    store.prepare(notice="chat.interrupted")
    return store


def offered(store: ConversationStore, *choices: str, **changes: Any) -> ModelChoices:
    return ModelChoices(Settings(llm_choices=choices, llm_retries=0, llm_silence_s=1, **changes), store)


def names(models: ModelChoices) -> list[str]:
    return [offer.name for offer in models.offers]


def test_the_settings_own_model_comes_first_and_each_is_offered_once(store: ConversationStore) -> None:
    assert names(offered(store)) == [EXTRACTIVE]
    choices = offered(
        store, "deepseek:deepseek-chat", "gguf:/models/a b.gguf", "extractive", "openai:m", llm="openai:m"
    )
    assert names(choices) == ["openai:m", EXTRACTIVE, "deepseek:deepseek-chat", "gguf:a b.gguf"]


def test_models_of_the_same_name_at_two_addresses_are_told_apart(store: ConversationStore) -> None:
    choices = offered(store, "openai:m@http://a.example/v1", "openai:m@http://b.example/v1")
    assert names(choices) == [EXTRACTIVE, "openai:m", "openai:m (2)"]
    assert [offer.settings.base_url for offer in choices.offers] == [None, "http://a.example/v1", "http://b.example/v1"]


def test_each_owner_has_a_choice_and_it_survives_a_restart(store: ConversationStore) -> None:
    assert offered(store, "openai:m").choose("openai:m", "me")
    again = offered(store, "openai:m")
    assert (again.chosen("me").name, again.chosen("you").name) == ("openai:m", EXTRACTIVE)


def test_a_choice_leaves_the_other_preferences_alone(store: ConversationStore) -> None:
    store.set_preferences("me", {"n_passages": 3})
    choices = offered(store, "openai:m")
    choices.choose("openai:m", "me")
    choices.forget("me")
    assert store.preferences("me") == {"n_passages": 3}


@pytest.mark.parametrize("name", ["openai:other", "openai:m@http://evil.example/v1", "", "Openai:m", "𠮷"])
def test_a_name_that_is_not_offered_changes_nothing(store: ConversationStore, name: str) -> None:
    choices = offered(store, "openai:m")
    assert "没有这个模型。请从列表里选。" in choose_model(choices, name, ME)
    assert choices.chosen("me").name == EXTRACTIVE
    assert store.preferences("me") == {}


def test_a_choice_no_longer_offered_falls_back_and_says_so(store: ConversationStore) -> None:
    offered(store, "openai:m", "openai:n").choose("openai:m", "me")
    now = offered(store, "openai:n")
    assert now.chosen("me").name == EXTRACTIVE
    assert now.gone("me") == "openai:m"
    said = "上次选的“openai:m”已不再提供，现在由“原文摘录（不用模型）”回答。"
    assert said in render_picker(now, now.chosen("me"), ZH, gone=now.gone("me"))
    assert said in render_model_settings(now, now.chosen("me"), ZH, gone=now.gone("me"))
    assert offered(store, "openai:m").gone("me") == ""


def test_without_a_choice_there_is_no_picker(store: ConversationStore) -> None:
    choices = offered(store)
    assert render_picker(choices, choices.offers[0], ZH) == ""
    assert "llm_choices" in render_model_settings(choices, choices.offers[0], ZH)
    assert "测试连接" not in render_model_settings(choices, choices.offers[0], ZH)


def test_a_hostile_model_name_is_text(store: ConversationStore) -> None:
    choices = offered(store, 'openai:"><script>x</script>')
    assert "<script>" not in render_picker(choices, choices.offers[1], ZH)


def test_the_page_knows_names_but_neither_addresses_nor_keys_nor_folders(tmp_path: Path) -> None:
    choices = ("openai:m@http://10.1.2.3:8000/v1", "gguf:/secret/place/x.gguf")
    app = create_app(Settings(home=tmp_path, llm_choices=choices), lambda _: None)  # type: ignore[arg-type,return-value]
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        page = client.get("/config").text + client.get("/").text
    assert "openai:m" in page
    assert "gguf:x.gguf" in page
    for hidden in ("10.1.2.3", KEY, "/secret"):
        assert hidden not in page


def test_a_connection_is_tested_without_the_key_or_the_address_in_its_result(
    qa: CaseQA, store: ConversationStore
) -> None:
    with serving(says("好"), fails(401, f"Incorrect API key: {KEY}")) as server:
        choices = offered(store, f"openai:m@{server.base_url}", "openai:off@http://127.0.0.1:9/v1")
        assert choices.test(qa, "me", texts=ZH) == "原文摘录不用模型，不需要连接。"
        choices.choose("openai:m", "me")
        assert choices.test(qa, "me", texts=ZH).startswith("连接正常：openai:m，用时 ")
        said = choices.test(qa, "me", texts=ZH)
        assert said == "连接失败：模型 openai:m 的服务不接受密钥。请检查环境变量里的密钥。"
        assert choices.test(qa, "me", texts=EN).startswith("Connection failed: The service of openai:m does not accept")
        choices.choose("openai:off", "me")
        assert choices.test(qa, "me", texts=ZH).startswith("连接失败：连不上模型 openai:off 的服务。")


def test_a_missing_key_is_told_by_the_test_and_by_an_answer_that_is_quoted_instead(
    qa: CaseQA, store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    choices = offered(store, "openai:m")
    choices.choose("openai:m", "me")
    why = "模型 openai:m 需要密钥：请设置环境变量 OPENAI_API_KEY"
    assert choices.test(qa, "me", texts=ZH).startswith(f"连接失败：{why}")
    writer = choices.writer(qa, choices.chosen("me"))
    assert writer.qa is qa
    assert writer.problem.startswith(why)


def test_a_missing_model_file_is_told_without_its_folder(qa: CaseQA, store: ConversationStore, tmp_path: Path) -> None:
    choices = offered(store, f"gguf:{tmp_path}/甲/none.gguf")
    problem = choices.writer(qa, choices.offers[1]).problem
    assert problem == "找不到模型文件 …/none.gguf。请检查 gguf: 后面的路径。"


def test_a_model_that_cannot_be_used_gives_way_to_quotations_with_a_notice(
    scripted: ScriptedQA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    scripted.script = [scripted.answer("问", "答。[1]", scripted.citation(1, "新增耕地面积约 9600 亩"))]
    handlers = ready(scripted, tmp_path, llm_choices=("openai:m",))
    handlers.models.choose("openai:m", "me")
    html = ask(handlers, "问")[-1].conversation
    assert "答。" in html
    assert "模型 openai:m 需要密钥" in html
    assert "这次改用原文摘录回答。" in html
    assert ZH("writer.extractive") in html


def test_slow_models_do_not_keep_quotations_waiting(qa: CaseQA, tmp_path: Path) -> None:
    """Two owners wait for a model that hangs, which is all that may; a third is answered from the text meanwhile."""
    with serving(hangs(s=30)) as server:
        limits: dict[str, Any] = {"answers_at_once": 2, "llm_silence_s": 30, "llm_retries": 0}
        handlers = ready(qa, tmp_path, llm_choices=(f"openai:m@{server.base_url}",), **limits)
        waiting = []
        for owner in ("甲", "乙", "丙"):
            who = Visitor(owner, ZH, owner)
            handlers.models.choose("openai:m", owner)
            views = handlers.ask(Asked(FACT_QUESTION), who)
            waiting.append((who, next(views), views))
        assert waiting[2][1].notice == ZH("limit.at_once")
        deadline = time.monotonic() + 60
        while len(server.requests) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        quoted = ask(handlers, FACT_QUESTION, ME)[-1].conversation
        assert "161" in quoted
        assert ZH("writer.extractive") in quoted
        for who, _, views in waiting[:2]:
            handlers.stop(who)
            assert "已停止。" in list(views)[-1].conversation
        assert server.hung_up.wait(10)
