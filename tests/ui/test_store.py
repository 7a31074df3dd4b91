"""What is kept: each owner's own, found again by search, gone when deleted."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from rag.errors import StorageError
from ui import store as store_module
from ui.conversations import Turn
from ui.store import ConversationStore


@pytest.fixture
def store(tmp_path: Path) -> ConversationStore:
    """An empty store."""
    store = ConversationStore(tmp_path)
    store.prepare(notice="停了")
    return store


def kept(store: ConversationStore, owner: str, question: str, text: str = "") -> tuple[str, Turn]:
    conversation_id = store.create(owner, question)
    turn = Turn(question=question, text=text, state="done")
    store.add_turn(owner, conversation_id, turn)
    return conversation_id, turn


def test_an_empty_store_has_nothing(store: ConversationStore) -> None:
    assert store.conversations("me") == []
    assert store.turns("me", "x") == []
    assert store.find_turn("me", "x") is None
    assert store.preferences("me") == {}
    assert store.rated("me") == []


def test_an_owner_sees_and_changes_only_their_own(store: ConversationStore) -> None:
    mine, turn = kept(store, "me", "我的问题")
    store.rename("you", mine, "你的")
    store.delete("you", mine)
    store.delete_turn("you", turn.turn_id)
    store.add_turn("you", mine, Turn(question="混进来"))
    assert store.conversations("you") == []
    assert store.turns("you", mine) == []
    assert store.find_turn("you", turn.turn_id) is None
    assert [one.question for one in store.turns("me", mine)] == ["我的问题"]
    assert store.title("me", mine) == "我的问题"


@pytest.mark.parametrize(
    ("search", "n"), [("", 2), ("军民", 1), ("161", 1), ("%", 0), ("_", 0), ("\\", 0), ("没有", 0)]
)
def test_search_looks_in_titles_questions_and_answers(store: ConversationStore, search: str, n: int) -> None:
    kept(store, "me", "军民融合企业有多少家？", "161 家")
    kept(store, "me", "天气？")
    assert len(store.conversations("me", search=search)) == n


def test_the_newest_comes_first_and_the_oldest_goes_when_there_are_too_many(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "MAX_CONVERSATIONS", 2)
    for question in ("甲", "乙", "丙"):
        kept(store, "me", question)
        time.sleep(0.01)
    assert [one.title for one in store.conversations("me")] == ["丙", "乙"]


def test_a_title_is_one_line_and_an_empty_one_changes_nothing(store: ConversationStore) -> None:
    conversation_id, _ = kept(store, "me", "甲")
    store.rename("me", conversation_id, "  新\n标题 " + "长" * 100)
    assert store.title("me", conversation_id) == ("新 标题 " + "长" * 100)[:60]
    store.rename("me", conversation_id, " \n")
    assert store.title("me", conversation_id).startswith("新 标题")


def test_deleting_a_conversation_deletes_its_turns(store: ConversationStore) -> None:
    conversation_id, turn = kept(store, "me", "甲")
    store.delete("me", conversation_id)
    store.save_turn(turn)
    assert store.find_turn("me", turn.turn_id) is None


def test_what_a_stopped_server_left_unanswered_is_marked(store: ConversationStore) -> None:
    conversation_id = store.create("me", "甲")
    store.add_turn("me", conversation_id, Turn(question="甲", text="第一句。", state="answering"))
    store.prepare(notice="停了")
    (turn,) = store.turns("me", conversation_id)
    assert (turn.state, turn.text, turn.notice) == ("stopped", "第一句。", "停了")


def test_a_login_ends_by_time_and_by_leaving(store: ConversationStore) -> None:
    store.add_login("a", "张三", expires=time.time() + 60)
    store.add_login("b", "李四", expires=time.time() - 1)
    assert (store.login_user("a"), store.login_user("b"), store.login_user("")) == ("张三", None, None)
    store.remove_login("a")
    assert store.login_user("a") is None


def test_a_file_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    with pytest.raises(StorageError, match="请检查数据目录的权限和剩余空间"):
        ConversationStore(blocked).prepare(notice="")


def test_a_damaged_file_is_explained(tmp_path: Path) -> None:
    (tmp_path / store_module.STORE_FILE).write_bytes(b"this is no database" * 100)
    with pytest.raises(StorageError, match="无法读写"):
        ConversationStore(tmp_path).prepare(notice="")
