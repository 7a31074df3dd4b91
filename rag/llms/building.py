"""Makes the chat model that the settings name, through LangChain's `init_chat_model`. Nothing is asked of it here."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING, Any

from rag.errors import SettingsError
from rag.llms.chat import ChatLimits, ChatModel
from rag.llms.gguf import GgufOptions, GgufServer, default_threads
from rag.llms.specs import GGUF, PROVIDERS, LlmSpec, read_key, read_spec, require_package
from rag.llms.tokens import DEFAULT_WINDOW_TOKENS, LlamaServer, TokenCounter
from rag.llms.tracing import forget_old_tracing
from rag.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

CHARS_PER_TOKEN = 8
"""Far more than any text has: a reply longer than this many characters a token allowed goes on for ever."""


def build_chat(settings: Settings) -> ChatModel:
    """Return the chat model of the settings.

    Raises SettingsError for a name that is no model, a package that is missing (with its install line), or a missing key.
    """
    spec = read_spec(settings)
    require_package(spec)
    if not settings.llm_tracing:
        forget_old_tracing()
    if spec.provider == GGUF:
        return _gguf(spec, settings)
    key = read_key(spec, settings)
    server = None
    if spec.base_url is not None and spec.provider == "openai":
        server = LlamaServer(spec.base_url, key=key, model=spec.model)
    window = settings.llm_window_tokens or (server and server.window_tokens()) or DEFAULT_WINDOW_TOKENS
    counter = TokenCounter(window_tokens=window, server_count=server.count if server else None)
    model = _langchain_model(spec, settings, key=key)
    return ChatModel(
        lambda: model,
        name=spec.name,
        limits=_limits(settings),
        counter=counter,
        answer_tokens=settings.llm_answer_tokens,
        tracing_allowed=settings.llm_tracing,
    )


def _gguf(spec: LlmSpec, settings: Settings) -> ChatModel:
    window = settings.llm_window_tokens or DEFAULT_WINDOW_TOKENS
    options = GgufOptions(spec.model, window, settings.llm_threads or default_threads())
    server = GgufServer(options, name=spec.name)
    atexit.register(server.close)
    models: dict[str, BaseChatModel] = {}

    def running() -> BaseChatModel:
        address = server.base_url()
        if address not in models:
            served = LlmSpec("openai", spec.name, address)
            models.clear()
            models[address] = _langchain_model(served, settings, key=server.key, stream_usage=True)
        return models[address]

    def count(text: str) -> int | None:
        return LlamaServer(server.base_url(), key=server.key).count(text)

    return ChatModel(
        running,
        name=spec.name,
        limits=_limits(settings),
        counter=TokenCounter(window_tokens=window, server_count=count),
        answer_tokens=settings.llm_answer_tokens,
        tracing_allowed=settings.llm_tracing,
    )


def _langchain_model(spec: LlmSpec, settings: Settings, *, key: str | None, **more: Any) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    options: dict[str, Any] = more
    if settings.llm_temperature is not None:
        options["temperature"] = settings.llm_temperature
    if spec.provider == "ollama":
        options |= {"num_predict": settings.llm_answer_tokens, "client_kwargs": {"timeout": settings.llm_silence_s}}
    else:
        # Retries are ours (rag.llms.chat): two authorities would multiply.
        options |= {"max_tokens": settings.llm_answer_tokens, "timeout": settings.llm_silence_s, "max_retries": 0}
    if spec.base_url is not None:
        options["base_url"] = spec.base_url
    if key is not None:
        options["api_key"] = key
    try:
        model: BaseChatModel = init_chat_model(spec.model, model_provider=spec.provider, **options)
        return model
    except ImportError as exc:
        raise SettingsError(
            f"模型 {spec.name} 需要的软件包 {exc.name or ''} 不能导入。请按 docs/llms.md 安装。"
        ) from exc
    except ValueError:
        known = "、".join(PROVIDERS)
        # `from None`: pydantic's message repeats what it was given, the key among it.
        raise SettingsError(
            f"设置 llm 的值 {spec.name} 用不了：没有这个提供方，或参数不合要求。可用的提供方：{known}。"
        ) from None


def _limits(settings: Settings) -> ChatLimits:
    return ChatLimits(
        silence_s=settings.llm_silence_s,
        total_s=settings.llm_total_s,
        retries=settings.llm_retries,
        max_chars=settings.llm_answer_tokens * CHARS_PER_TOKEN,
    )
