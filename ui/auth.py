"""Who may enter: users with a password, kept hashed in one file of the data directory. There is no default password."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
from pathlib import Path

from rag.errors import ServerError
from ui.limits import RateLimit
from ui.store import ConversationStore

USERS_FILE = "users.json"
MIN_PASSWORD_CHARS = 8
MAX_PASSWORD_CHARS = 1024
LOGIN_DAYS = 14
TRIES_PER_MINUTE = 10
# OWASP Password Storage Cheat Sheet: scrypt N=2^17, r=8, p=1 (128 MiB, about half a second).
_N, _R, _P = 2**17, 8, 1
_MAX_MEMORY = 192 * 1024 * 1024


def hash_password(password: str) -> str:
    """Return "scrypt$N$r$p$salt$hash", salt and hash in base64."""
    salt = secrets.token_bytes(16)
    parts = [_N, _R, _P, *(base64.b64encode(piece).decode() for piece in (salt, _scrypt(password, salt)))]
    return "scrypt$" + "$".join(map(str, parts))


def verify_password(password: str, hashed: str) -> bool:
    """Return whether the password is the hashed one; the comparison takes the same time wherever they differ."""
    try:
        _, n, r, p, salt, expected = hashed.split("$")
        if (int(n), int(r), int(p)) != (_N, _R, _P):
            return False
        return hmac.compare_digest(_scrypt(password, base64.b64decode(salt)), base64.b64decode(expected))
    except ValueError:
        return False


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=_N, r=_R, p=_P, maxmem=_MAX_MEMORY, dklen=32)


class Users:
    """The users of a data directory; none until a password was set."""

    def __init__(self, home: Path) -> None:
        self._path = home / USERS_FILE

    def read(self) -> dict[str, str]:
        """Return the hashed passwords by user name. Raises ServerError when the file is damaged."""
        try:
            users = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as exc:
            raise ServerError(
                f"用户文件 {self._path} 读不了。请删除它，再用 python -m ui password 重新设置密码。"
            ) from exc
        if not isinstance(users, dict) or not all(isinstance(one, str) for one in users.values()):
            raise ServerError(f"用户文件 {self._path} 已损坏。请删除它，再用 python -m ui password 重新设置密码。")
        return users

    def set_password(self, user: str, password: str) -> None:
        """Keep the hash of a user's password. Raises ServerError when it is too short or too long, or the name empty."""
        if not user.strip() or len(user) > 64:
            raise ServerError(f"用户名“{user[:64]}”不合要求：应有 1 到 64 个字。请换一个用户名。")
        if not MIN_PASSWORD_CHARS <= len(password) <= MAX_PASSWORD_CHARS:
            raise ServerError(
                f"密码有 {len(password)} 个字符，应有 {MIN_PASSWORD_CHARS} 到 {MAX_PASSWORD_CHARS} 个。请换一个密码。"
            )
        users = self.read() | {user: hash_password(password)}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_suffix(".tmp")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(users, file, ensure_ascii=False, indent=1)
        temporary.replace(self._path)


class Logins:
    """Checks passwords and remembers who logged in."""

    def __init__(self, users: Users, store: ConversationStore) -> None:
        self._users = users
        self._store = store
        self._tries = RateLimit(TRIES_PER_MINUTE)
        # Compared with when the name is unknown, so that the time does not tell whether a user exists.
        self._nobody = hash_password(secrets.token_hex(16)) if self.required else ""

    @property
    def required(self) -> bool:
        """Whether a login is needed at all: where there is a user."""
        return bool(self._users.read())

    def wait_s(self, address: str) -> float:
        """Count a try from an address and return 0, or the seconds to wait after too many."""
        return self._tries.wait_s(address)

    def enter(self, user: str, password: str) -> str | None:
        """Return a new token for the right password; None for a wrong one or an unknown user."""
        hashed = self._users.read().get(user, "")
        right = verify_password(password[:MAX_PASSWORD_CHARS], hashed or self._nobody)
        if not (right and hashed):
            return None
        token = secrets.token_urlsafe(32)
        self._store.add_login(sha256(token), user, expires=time.time() + LOGIN_DAYS * 86400)
        return token

    def user_of(self, token: str) -> str | None:
        """Return who logged in with this token; None where nobody, or who is no user any more."""
        user = self._store.login_user(sha256(token)) if token else None
        return user if user in self._users.read() else None

    def leave(self, token: str) -> None:
        """Forget a login."""
        self._store.remove_login(sha256(token))


def sha256(text: str) -> str:
    """Return the hash under which a token is kept: the file does not let anybody in."""
    return hashlib.sha256(text.encode()).hexdigest()
