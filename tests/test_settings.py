"""Settings: defaults < file < environment < arguments; unknown keys and bad values are errors that say where."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from rag.errors import SettingsError
from rag.settings import PROJECT_PATH, Settings, load_settings


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder without a settings file, whatever the checkout holds."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, content: str) -> Path:
    path = folder / "casechat.toml"
    path.write_text(content, encoding="utf-8")
    return path


def test_the_default_compilation_is_there() -> None:
    assert load_settings().compilation == PROJECT_PATH / "data" / "compilations" / "qingdao-2018.txt"
    assert load_settings().compilation.is_file()


def test_each_source_overrides_the_one_before(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(empty_folder, "n_passages = 3\nport = 8001\nchunk_tokens = 100\n")
    monkeypatch.setenv("CASECHAT_PORT", "8002")
    monkeypatch.setenv("CASECHAT_CHUNK_TOKENS", "101")
    loaded = load_settings(chunk_tokens=102)
    assert (loaded.n_passages, loaded.port, loaded.chunk_tokens) == (3, 8002, 102)


def test_an_argument_that_is_none_was_not_given(empty_folder: Path) -> None:
    write(empty_folder, "port = 8001\n")
    assert load_settings(port=None).port == 8001


def test_a_file_named_is_read_from_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "案例" / "设置.toml"
    path.parent.mkdir()
    path.write_text('embedding_model = "模型𠀀"\n', encoding="utf-8")
    assert load_settings(path).embedding_model == "模型𠀀"


def test_a_missing_file_that_was_named_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path / "none.toml")
    assert str(caught.value) == f"找不到设置文件 {tmp_path / 'none.toml'}。请检查路径，或去掉这个参数使用默认设置。"


def test_an_empty_file_changes_nothing(empty_folder: Path) -> None:
    write(empty_folder, "")
    assert load_settings().model_dump() == Settings().model_dump()


def test_an_unknown_key_in_the_file_is_named_with_the_nearest(empty_folder: Path) -> None:
    write(empty_folder, "chunk_token = 100\n")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value) == "不认识的设置 chunk_token（casechat.toml）。是否想写 chunk_tokens？"


def test_an_unknown_environment_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASECHAT_PROT", "1")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value) == "不认识的设置 CASECHAT_PROT（环境变量）。是否想写 port？"


def test_a_key_like_no_other_lists_what_there_is(empty_folder: Path) -> None:
    write(empty_folder, "'颜色' = 1\n")
    with pytest.raises(SettingsError, match=r"^不认识的设置 颜色（casechat\.toml）。可用的设置：home、compilation、"):
        load_settings()


@pytest.mark.parametrize(("key", "value"), [("port", "0"), ("n_passages", "51"), ("chunk_tokens", "63")])
def test_a_value_out_of_range_is_named_with_its_place(key: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"CASECHAT_{key.upper()}"
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value).startswith(f"设置 {key} 的值 '{value}' 不合要求（")
    assert str(caught.value).endswith(f"），位置：{name}。请改正后重试。")


def test_a_bad_argument_is_said_to_be_one() -> None:
    with pytest.raises(SettingsError, match=r"^设置 port 的值 99999 不合要求（.*），位置：命令行参数。请改正后重试。$"):
        load_settings(port=99999)


def test_a_file_that_is_no_toml_is_an_error(empty_folder: Path) -> None:
    write(empty_folder, "port: 8001")
    with pytest.raises(SettingsError, match=r"^设置文件 casechat\.toml 不是有效的 UTF-8 TOML：.*请按 TOML 格式改正。$"):
        load_settings()


def test_a_file_in_another_encoding_is_an_error(empty_folder: Path) -> None:
    (empty_folder / "casechat.toml").write_bytes('llm = "模型"'.encode("gb18030"))
    with pytest.raises(SettingsError, match=r"^设置文件 casechat\.toml 不是有效的 UTF-8 TOML："):
        load_settings()


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1  # type: ignore[misc]


def test_the_hash_follows_what_changes_answers_only(tmp_path: Path) -> None:
    default = Settings(home=tmp_path)
    assert Settings(home=tmp_path / "b", port=8001, host="0.0.0.0").sha256() == default.sha256()
    assert Settings(home=tmp_path, n_passages=9).sha256() != default.sha256()
