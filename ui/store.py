"""Conversations, ratings, preferences and logins in one SQLite file of the data directory.

A connection for each call: SQLite opens in a fraction of a millisecond, and no thread shares one with another.
Every method that reads or changes a conversation takes its owner, and finds nothing of anybody else's.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import StorageError
from ui.conversations import Turn, turn_from_record, turn_record

STORE_FILE = "conversations.sqlite3"
MAX_CONVERSATIONS = 500
"""Of one owner; beyond, the one untouched for longest goes."""
MAX_TURNS = 200
TITLE_CHARS = 60
BUSY_TIMEOUT_S = 10

_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, created REAL NOT NULL, updated REAL NOT NULL);
CREATE INDEX IF NOT EXISTS conversations_of ON conversations (owner, updated DESC);
CREATE TABLE IF NOT EXISTS turns (
  id TEXT PRIMARY KEY, conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  position INTEGER NOT NULL, created REAL NOT NULL, state TEXT NOT NULL, searched TEXT NOT NULL, record TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS turns_of ON turns (conversation, position);
CREATE TABLE IF NOT EXISTS preferences (owner TEXT PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS logins (token_sha256 TEXT PRIMARY KEY, user TEXT NOT NULL, expires REAL NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation as the list shows it."""

    conversation_id: str
    title: str
    updated: float
    """Seconds since 1970."""


class ConversationStore:
    """The file; it is made when first written to."""

    def __init__(self, home: Path) -> None:
        self._path = home / STORE_FILE

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection in a transaction. Raises StorageError when the file cannot be read or written."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._path, timeout=BUSY_TIMEOUT_S)
            try:
                connection.execute("PRAGMA foreign_keys = ON")
                connection.execute("PRAGMA synchronous = NORMAL")
                with connection:
                    yield connection
            finally:
                connection.close()
        except (sqlite3.Error, OSError) as exc:
            raise StorageError(
                f"对话文件 {self._path} 无法读写（{exc}）。请检查数据目录的权限和剩余空间，或用 CASECHAT_HOME 换一个目录。"
            ) from exc

    def prepare(self, *, notice: str) -> None:
        """Make the tables, and mark what a stopped server left unanswered as stopped, with a notice."""
        with self._open() as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(_SCHEMA)
            db.execute("DELETE FROM logins WHERE expires < ?", (time.time(),))
            rows = db.execute("SELECT record FROM turns WHERE state IN ('waiting', 'answering')").fetchall()
            for (record,) in rows:
                turn = turn_from_record(json.loads(record))
                turn.state, turn.notice = "stopped", notice
                _write_turn(db, turn)

    def conversations(self, owner: str, *, search: str = "") -> list[Listed]:
        """Return the owner's conversations, newest first; with `search` those that hold it in title, question or answer."""
        pattern = "%" + search.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        with self._open() as db:
            rows = db.execute(
                "SELECT id, title, updated FROM conversations c WHERE owner = ? AND (title LIKE ? ESCAPE '\\' OR EXISTS "
                "(SELECT 1 FROM turns WHERE conversation = c.id AND searched LIKE ? ESCAPE '\\')) ORDER BY updated DESC",
                (owner, pattern, pattern),
            ).fetchall()
        return [Listed(*row) for row in rows]

    def owns(self, owner: str, conversation_id: str) -> bool:
        """Return whether the conversation exists and is the owner's."""
        with self._open() as db:
            return _owned(db, owner, conversation_id)

    def create(self, owner: str, title: str) -> str:
        """Begin a conversation and return its id."""
        conversation_id, now = uuid.uuid4().hex, time.time()
        with self._open() as db:
            db.execute(
                "INSERT INTO conversations VALUES (?, ?, ?, ?, ?)",
                (conversation_id, owner, title[:TITLE_CHARS], now, now),
            )
            db.execute(
                "DELETE FROM conversations WHERE owner = ? AND id NOT IN "
                "(SELECT id FROM conversations WHERE owner = ? ORDER BY updated DESC LIMIT ?)",
                (owner, owner, MAX_CONVERSATIONS),
            )
        return conversation_id

    def title(self, owner: str, conversation_id: str) -> str:
        """Return a conversation's title; empty where the owner has no such conversation."""
        with self._open() as db:
            row = db.execute(
                "SELECT title FROM conversations WHERE id = ? AND owner = ?", (conversation_id, owner)
            ).fetchone()
        return str(row[0]) if row else ""

    def rename(self, owner: str, conversation_id: str, title: str) -> None:
        """Give a conversation another title; an empty one changes nothing."""
        shown = " ".join(title.split())[:TITLE_CHARS]
        if shown:
            with self._open() as db:
                db.execute(
                    "UPDATE conversations SET title = ? WHERE id = ? AND owner = ?", (shown, conversation_id, owner)
                )

    def delete(self, owner: str, conversation_id: str) -> None:
        """Delete a conversation with all its turns."""
        with self._open() as db:
            db.execute("DELETE FROM conversations WHERE id = ? AND owner = ?", (conversation_id, owner))

    def turns(self, owner: str, conversation_id: str) -> list[Turn]:
        """Return the turns of a conversation, oldest first; none where the owner has no such conversation."""
        with self._open() as db:
            rows = db.execute(
                "SELECT t.record FROM turns t JOIN conversations c ON c.id = t.conversation "
                "WHERE c.id = ? AND c.owner = ? ORDER BY t.position",
                (conversation_id, owner),
            ).fetchall()
        return [turn_from_record(json.loads(record)) for (record,) in rows]

    def find_turn(self, owner: str, turn_id: str) -> Turn | None:
        """Return a turn of the owner's; None where there is none."""
        with self._open() as db:
            row = db.execute(
                "SELECT t.record FROM turns t JOIN conversations c ON c.id = t.conversation WHERE t.id = ? AND c.owner = ?",
                (turn_id, owner),
            ).fetchone()
        return turn_from_record(json.loads(row[0])) if row else None

    def add_turn(self, owner: str, conversation_id: str, turn: Turn) -> None:
        """Append a turn to the owner's conversation; nothing happens where there is no such conversation."""
        with self._open() as db:
            if not _owned(db, owner, conversation_id):
                return
            (position,) = db.execute(
                "SELECT COALESCE(MAX(position), 0) + 1 FROM turns WHERE conversation = ?", (conversation_id,)
            ).fetchone()
            db.execute(
                "INSERT INTO turns VALUES (?, ?, ?, ?, '', '', '')",
                (turn.turn_id, conversation_id, position, time.time()),
            )
            _write_turn(db, turn)
            db.execute("UPDATE conversations SET updated = ? WHERE id = ?", (time.time(), conversation_id))

    def save_turn(self, turn: Turn) -> None:
        """Write what has become of a turn that was added; nothing happens where it was deleted meanwhile."""
        with self._open() as db:
            _write_turn(db, turn)

    def delete_turn(self, owner: str, turn_id: str) -> None:
        """Delete a turn of the owner's."""
        with self._open() as db:
            db.execute(
                "DELETE FROM turns WHERE id = ? AND conversation IN (SELECT id FROM conversations WHERE owner = ?)",
                (turn_id, owner),
            )

    def rated(self, owner: str) -> list[tuple[Turn, tuple[str, ...]]]:
        """Return the owner's rated turns, oldest first, each with the answered questions before it."""
        rated = []
        for listed in reversed(self.conversations(owner)):
            earlier: list[str] = []
            for turn in self.turns(owner, listed.conversation_id):
                if turn.verdict:
                    rated.append((turn, tuple(earlier)))
                if turn.state == "done":
                    earlier.append(turn.question)
        return rated

    def preferences(self, owner: str) -> dict[str, Any]:
        """Return what the owner has set; empty where nothing."""
        with self._open() as db:
            row = db.execute("SELECT record FROM preferences WHERE owner = ?", (owner,)).fetchone()
        return dict(json.loads(row[0])) if row else {}

    def set_preferences(self, owner: str, preferences: dict[str, Any]) -> None:
        """Keep what the owner has set."""
        with self._open() as db:
            db.execute("INSERT OR REPLACE INTO preferences VALUES (?, ?)", (owner, json.dumps(preferences)))

    def add_login(self, token_sha256: str, user: str, *, expires: float) -> None:
        """Remember a login until `expires`, in seconds since 1970."""
        with self._open() as db:
            db.execute("INSERT OR REPLACE INTO logins VALUES (?, ?, ?)", (token_sha256, user, expires))

    def login_user(self, token_sha256: str) -> str | None:
        """Return who logged in with this token; None where nobody, or too long ago."""
        with self._open() as db:
            row = db.execute(
                "SELECT user FROM logins WHERE token_sha256 = ? AND expires > ?", (token_sha256, time.time())
            ).fetchone()
        return str(row[0]) if row else None

    def remove_login(self, token_sha256: str) -> None:
        """Forget a login."""
        with self._open() as db:
            db.execute("DELETE FROM logins WHERE token_sha256 = ?", (token_sha256,))


def _owned(db: sqlite3.Connection, owner: str, conversation_id: str) -> bool:
    row = db.execute("SELECT 1 FROM conversations WHERE id = ? AND owner = ?", (conversation_id, owner)).fetchone()
    return row is not None


def _write_turn(db: sqlite3.Connection, turn: Turn) -> None:
    record = json.dumps(turn_record(turn), ensure_ascii=False)
    db.execute(
        "UPDATE turns SET state = ?, searched = ?, record = ? WHERE id = ?",
        (turn.state, f"{turn.question}\n{turn.text}", record, turn.turn_id),
    )
