"""Who writes: `extractive`, `provider:name` or `gguf:PATH`, read from a setting and checked before anything is loaded."""

from __future__ import annotations

import importlib.util
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from rag.errors import SettingsError
from rag.machine import pinned_versions
from rag.settings import PROJECT_PATH, Settings

EXTRACTIVE = "extractive"
GGUF = "gguf"


@dataclass(frozen=True, slots=True)
class Provider:
    """What a provider needs on this machine."""

    module: str
    package: str
    key_env: str
    """The environment variable with the key; empty where none is needed."""


PROVIDERS = {
    "openai": Provider("langchain_openai", "langchain-openai", "OPENAI_API_KEY"),
    "anthropic": Provider("langchain_anthropic", "langchain-anthropic", "ANTHROPIC_API_KEY"),
    "deepseek": Provider("langchain_deepseek", "langchain-deepseek", "DEEPSEEK_API_KEY"),
    "ollama": Provider("langchain_ollama", "langchain-ollama", ""),
    GGUF: Provider("xllamacpp", "xllamacpp", ""),
}


@dataclass(frozen=True, slots=True)
class LlmSpec:
    """A chat model named."""

    provider: str
    model: str
    """The provider's name of it; for `gguf` the file's path."""
    base_url: str | None

    @property
    def name(self) -> str:
        """How answers and the page call it: a file without its folders."""
        return f"{self.provider}:{Path(self.model).name if self.provider == GGUF else self.model}"


def read_spec(settings: Settings) -> LlmSpec:
    """Return the chat model of the settings. Raises SettingsError for a name that is none, or a file that is not there."""
    provider, colon, model = settings.llm.partition(":")
    if not colon or not provider or not model.strip():
        raise SettingsError(
            f"设置 llm 的值 {settings.llm} 不是模型名。请写成 extractive、提供方:模型（例如 deepseek:deepseek-chat）或 gguf:文件路径。"
        )
    if provider == GGUF:
        if settings.base_url is not None:
            raise SettingsError("gguf 模型在本机运行，不用网址。请去掉 --base-url（设置 base_url）。")
        if not Path(model).expanduser().is_file():
            raise SettingsError(f"找不到模型文件 {model}。请检查 gguf: 后面的路径。")
        model = str(Path(model).expanduser())
    return LlmSpec(provider, model, settings.base_url)


def require_package(spec: LlmSpec) -> None:
    """Raise SettingsError with the exact install line when the provider's package is missing."""
    known = PROVIDERS.get(spec.provider)
    if known is None or importlib.util.find_spec(known.module) is not None:
        return
    version = pinned_versions(PROJECT_PATH / "requirements-llm.txt").get(known.package)
    wanted = f"{known.package}=={version}" if version else known.package
    raise SettingsError(
        f"模型 {spec.name} 需要软件包 {known.package}，还没有安装。"
        f"请运行：{sys.executable} -m pip install {wanted}（或安装全部：… -r requirements-llm.txt）"
    )


def read_key(spec: LlmSpec, settings: Settings) -> str | None:
    """Return the key from the environment; None where the provider needs none.

    A service at an address of its own may need no key: there a missing key is no error, and a placeholder is sent.
    Raises SettingsError naming the variable, never its value.
    """
    known = PROVIDERS.get(spec.provider)
    name = settings.llm_api_key_env or (known.key_env if known else "")
    if not name:
        return None
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if spec.base_url is not None and not settings.llm_api_key_env:
        return "no-key"
    raise SettingsError(f"模型 {spec.name} 需要密钥：请设置环境变量 {name}（只从环境变量读取，不要写进设置文件）。")
