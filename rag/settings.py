"""Typed, bounded, immutable settings: defaults < casechat.toml < environment (`CASECHAT_…`) < arguments."""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import tomllib
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from rag.errors import SettingsError

ENV_PREFIX = "CASECHAT_"
SETTINGS_FILE = "casechat.toml"
PROJECT_PATH = Path(__file__).resolve().parent.parent
BUNDLED_MODEL = "multilingual-e5-small"


class Settings(BaseSettings):
    """Everything that changes what CaseChat does. Unknown keys are errors."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, frozen=True, extra="forbid")

    home: Path = Field(default_factory=lambda: platformdirs.user_data_path("casechat", appauthor=False))
    """Where generated files live: index, unpacked model, runs."""
    compilation: Path = PROJECT_PATH / "data" / "compilations" / "qingdao-2018.txt"
    """The text to answer from; its file name without suffix is the compilation's id."""
    embedding_model: str = Field(default=BUNDLED_MODEL, min_length=1)
    """The bundled model's name, a sentence-transformers hub name, or a model folder."""
    embedding_dtype: Literal["auto", "bfloat16", "float32"] = "auto"
    """`auto`: bfloat16 where the CPU computes it natively, else float32."""
    chunk_tokens: int = Field(default=200, ge=64, le=8192)
    """Most tokens of a passage's own text; the model's limit applies to what is embedded."""
    n_passages: int = Field(default=10, ge=1, le=50)
    """Passages retrieved for a question."""
    refusal_threshold: float = Field(default=0.5, ge=0, le=1)
    """Below this confidence the question is refused; 0 never refuses for want of evidence."""
    max_question_chars: int = Field(default=2000, ge=10, le=100_000)
    llm: str = Field(default="extractive", min_length=1)
    """Who writes the answer: `extractive`, or a chat model's `provider:name`."""
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=1, le=65535)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take arguments and environment only: `load_settings` reads the file and names its path in errors."""
        return init_settings, env_settings

    def sha256(self) -> str:
        """Return the hash of what changes answers: paths and addresses are left out."""
        kept = self.model_dump(mode="json", exclude={"home", "compilation", "host", "port"})
        return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def load_settings(path: Path | None = None, **overrides: Any) -> Settings:
    """Return the settings from file, environment and arguments; None among the arguments means not given.

    path: the settings file; None reads `casechat.toml` in the working directory where there is one.

    Raises SettingsError, naming the key, the value, where it stands and what is allowed.
    """
    file_values = _read_file(path or Path(SETTINGS_FILE), required=path is not None)
    _refuse_unknown(file_values, place=str(path or SETTINGS_FILE))
    env_keys = {name[len(ENV_PREFIX) :].lower(): name for name in os.environ if name.upper().startswith(ENV_PREFIX)}
    _refuse_unknown(env_keys, place="环境变量", shown=env_keys)
    given = {key: value for key, value in overrides.items() if value is not None}
    from_file = {key: value for key, value in file_values.items() if key not in env_keys}
    try:
        return Settings(**{**from_file, **given})
    except ValidationError as exc:
        first = exc.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        place = env_keys.get(key.lower(), "命令行参数" if key in given else str(path or SETTINGS_FILE))
        raise SettingsError(
            f"设置 {key} 的值 {first['input']!r} 不合要求（{_in_chinese(first)}），位置：{place}。请改正后重试。"
        ) from exc


_WANTED = {
    "greater_than_equal": "应不小于 {ge}",
    "less_than_equal": "应不大于 {le}",
    "literal_error": "应为 {expected}",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "float_parsing": "应为数字",
    "string_too_short": "不能为空",
    "path_type": "应为路径",
}


def _in_chinese(error: Any) -> str:
    """Return what pydantic found wrong as a person reads it; its own words where there is no translation."""
    wanted = _WANTED.get(error["type"])
    return wanted.format(**error.get("ctx", {})).replace(" or ", " 或 ") if wanted else str(error["msg"])


def _read_file(path: Path, *, required: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if required:
            raise SettingsError(f"找不到设置文件 {path}。请检查路径，或去掉这个参数使用默认设置。") from None
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise SettingsError(f"设置文件 {path} 不是有效的 UTF-8 TOML：{exc}。请按 TOML 格式改正。") from exc


def _refuse_unknown(values: dict[str, Any], *, place: str, shown: dict[str, str] | None = None) -> None:
    known = list(Settings.model_fields)
    for key in values:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"是否想写 {near[0]}？" if near else f"可用的设置：{'、'.join(known)}。"
            raise SettingsError(f"不认识的设置 {(shown or {}).get(key, key)}（{place}）。{hint}")
