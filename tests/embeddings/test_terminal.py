"""`python -m embeddings`: list, check, unpack, and errors without a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from embeddings.__main__ import main
from embeddings.bundled import BundledModel, model_folder
from embeddings.reading.weights import EMBEDDER, read_manifest
from rag.errors import EmbeddingError

slow = pytest.mark.slow


def test_list_does_not_unpack(weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--home", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert f"内置：multilingual-e5-small，尚未解压（首次使用时自动解压到 {model_folder(tmp_path)}）" in shown
    assert list(tmp_path.iterdir()) == []


@slow
def test_check_tells_model_dimension_dtype_speed_and_folder(
    unpacked: BundledModel, casechat_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--home", str(casechat_home)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"模型：{unpacked.name}+{read_manifest(EMBEDDER.shipped_folder, trained=EMBEDDER).name}"
    assert lines[1] == f"位置：{unpacked.path}（校验和正确）"
    assert lines[2].startswith("维度：384，精度：")
    assert lines[3].startswith("速度：短文本每秒 ")
    assert lines[4] == "试查：“汇编里有多少个案例？”最接近“青岛市 2018 年改革创新案例汇编收录了三十个案例。”"


@slow
def test_unpack_says_where_the_model_is(
    unpacked: BundledModel, casechat_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["unpack", "--home", str(casechat_home)]) == 0
    assert capsys.readouterr().out == f"内置模型在 {unpacked.path}，校验和正确。\n"


def test_an_error_is_a_sentence_and_debug_shows_the_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["check", "--home", str(tmp_path), "--model", str(tmp_path / "无")]
    assert main(arguments) == 1
    shown = capsys.readouterr()
    assert shown.err == f"错误：找不到模型文件夹 {tmp_path / '无'}。请检查设置 embedding_model。\n"
    assert shown.out == ""
    with pytest.raises(EmbeddingError):
        main([*arguments, "--debug"])


def test_importing_the_package_does_not_import_torch() -> None:
    script = (
        "import sys, embeddings.factory, embeddings.bundled, embeddings.transformer, embeddings.wrapped\n"
        "print([name for name in ('torch', 'transformers', 'sentence_transformers', 'tiktoken') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
