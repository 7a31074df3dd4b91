"""Typed, bounded, immutable settings: defaults < casechat.toml < environment (`CASECHAT_…`) < arguments."""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
import tomllib
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableEnvironment

from rag.errors import SettingsError

ENV_PREFIX = "CASECHAT_"
SETTINGS_FILE = "casechat.toml"
PROJECT_PATH = Path(__file__).resolve().parent.parent
BASE_URL = r"^https?://[^\s/@?#]+(/[^\s@?#]*)?$"
BUNDLED_MODEL = "multilingual-e5-small"

MAY_HOLD_KEYS = ("base_url", "llm_choices", "llm_api_key_env")
"""Settings into which somebody may have put a key by mistake: their bad values are not shown."""


_CHANGE_NO_ANSWER = (
    "home",
    "compilation",
    "host",
    "port",
    "questions_per_minute",
    "questions_at_once",
    "answers_at_once",
    "max_upload_kb",
    "log_questions",
    "llm_choices",
    "llm_api_key_env",
    "llm_threads",
    "llm_tracing",
)


class Settings(BaseSettings):
    """Everything that changes what CaseChat does. Unknown keys are errors."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True)

    home: Path = Field(default_factory=lambda: platformdirs.user_data_path("casechat", appauthor=False))
    """Where generated files live: index, unpacked model, runs."""
    compilation: Path = PROJECT_PATH / "data" / "compilations" / "qingdao-2018.txt"
    """The text to answer from; its file name without suffix is the compilation's id."""
    embedding_model: str = Field(default=BUNDLED_MODEL, min_length=1)
    """The bundled model's name, a sentence-transformers hub name, or a model folder."""
    embedding_layers: Literal["tuned", "original"] = "tuned"
    """Layers of the bundled model: those trained further for questions on such texts, or its own."""
    embedding_dtype: Literal["auto", "bfloat16", "float32"] = "auto"
    """`auto`: bfloat16 where the CPU computes it natively, else float32."""
    chunk_tokens: int = Field(default=200, ge=64, le=8192)
    """Most tokens of a passage's own text; the model's limit applies to what is embedded."""
    reader: Literal["bundled", "none"] = "bundled"
    """The trained reader that orders passages and finds the answer in them; `none` answers faster and less well."""
    n_passages: int = Field(default=10, ge=1, le=50)
    """Passages retrieved for a question."""
    refusal_threshold: float = Field(default=0.5, ge=0, le=1)
    """Below this confidence the question is refused; 0 never refuses for want of evidence."""
    max_question_chars: int = Field(default=2000, ge=10, le=100_000)
    llm: str = Field(default="extractive", min_length=1)
    """Who writes the answer: `extractive`, a chat model's `provider:name`, or `gguf:PATH`."""
    base_url: str | None = Field(default=None, pattern=BASE_URL)
    """Where the chat model's service is; None takes the provider's own. Holds no key: no user, query or fragment."""
    llm_choices: tuple[str, ...] = ()
    """Models that the page offers besides `extractive` and `llm`: `provider:name`, or `provider:name@base_url`."""
    llm_api_key_env: str = Field(default="", pattern=r"^[A-Za-z0-9_]*$")
    """Name of the environment variable that holds the key; empty takes the provider's usual one."""
    llm_window_tokens: int | None = Field(default=None, ge=512, le=2_000_000)
    """Tokens the model reads and writes together; None asks the server, else 8192."""
    llm_answer_tokens: int = Field(default=800, ge=16, le=32_000)
    """Most tokens of one reply."""
    llm_temperature: float | None = Field(default=0.0, ge=0, le=2)
    """None sends none, for models that take no temperature: "none" in the environment."""
    llm_silence_s: float = Field(default=60, gt=0, le=3600)
    """Longest wait for a connection, for the first piece of a reply and for each further one."""
    llm_total_s: float = Field(default=180, gt=0, le=7200)
    """Longest time for the model's part of one answer, retries and the second request included."""
    llm_retries: int = Field(default=2, ge=0, le=10)
    """Further attempts after a fault that passes (connection, 429, 5xx)."""
    llm_threads: int | None = Field(default=None, ge=1, le=512)
    """Threads of `gguf:` models; None takes the cores less one, at least one."""
    llm_tracing: bool = False
    """Whether LangChain's and LangSmith's tracing variables are obeyed; questions then leave the machine."""
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=1, le=65535)
    questions_per_minute: int = Field(default=30, ge=1, le=6000)
    """That one person may ask the page."""
    questions_at_once: int = Field(default=2, ge=1, le=100)
    """That the page answers one person at the same time."""
    answers_at_once: int = Field(default=8, ge=1, le=1000)
    """That the page works on for everybody at the same time."""
    max_upload_kb: int = Field(default=2048, ge=1, le=1_000_000)
    """Of a question file sent to the page, in KiB."""
    log_questions: bool = False
    """Whether the logs hold the text of questions."""

    @field_validator("llm_temperature", mode="before")
    @classmethod
    def _none_is_none(cls, value: Any) -> Any:
        """TOML and the environment know no None: there it is written "none"."""
        return None if value == "none" else value

    @field_validator("llm_choices")
    @classmethod
    def _addresses_hold_no_key(cls, choices: tuple[str, ...]) -> tuple[str, ...]:
        for choice in choices:
            address = choice.partition("@")[2]
            if "@" in choice and not re.match(BASE_URL, address):
                raise ValueError("应写成 provider:name 或 provider:name@http(s)://主机/路径，网址里不能有用户名或密钥")
        return choices

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
        """Return the hash of what changes answers: paths, addresses and limits of the page are left out, and a chat
        model's settings unless one writes."""
        left_out = set(_CHANGE_NO_ANSWER)
        if self.llm == "extractive":
            left_out |= {name for name in type(self).model_fields if name.startswith("llm_")} | {"base_url"}
        kept = self.model_dump(mode="json", exclude=left_out)
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
        shown = "（不显示：可能含密钥）" if key in MAY_HOLD_KEYS else repr(first["input"])
        # `from None`: the traceback of `--debug` would show the value.
        raise SettingsError(
            f"设置 {key} 的值 {shown} 不合要求（{_in_chinese(first)}），位置：{place}。请改正后重试。"
        ) from (None if key in MAY_HOLD_KEYS else exc)
    except UnreadableEnvironment as exc:
        raise SettingsError(
            f'环境变量 {ENV_PREFIX}LLM_CHOICES 应是 JSON 数组，例如 ["deepseek:deepseek-chat"]。请改正后重试。'
        ) from exc


_WANTED = {
    "greater_than_equal": "应不小于 {ge}",
    "less_than_equal": "应不大于 {le}",
    "greater_than": "应大于 {gt}",
    "string_pattern_mismatch": "格式不对：网址写成 http(s)://主机/路径，不含用户名、密钥和参数；变量名只含字母、数字和下划线",
    "value_error": "{error}",
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
