"""The index in memory: its tables, its files, and what it refuses to read."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.errors import IndexError_
from rag.stores.building import build_passages
from rag.stores.dense import DenseIndex
from rag.stores.passages import PassageIndex
from rag.types import Chunk, Compilation
from tests.fakes import HashingEmbedder

NOT_WHOLE = "索引文件不完整，无法读取。请运行 python -m rag index --force 重建索引。"
CHUNK = Chunk("c:0-1", "c", 1, ("一、背景",), "prose", 0, 1, "", 3)
FILES = ["chunks.jsonl", "dense.faiss", "sentence_vectors.npy", "sentences.npy"]


def test_files_and_back(passage_index: PassageIndex) -> None:
    files = passage_index.files()
    assert sorted(files) == FILES
    read = PassageIndex.from_files(passage_index.compilation, files)
    assert (read.chunks, read.texts, read.sentences) == (
        passage_index.chunks,
        passage_index.texts,
        passage_index.sentences,
    )
    query = HashingEmbedder().encode_queries(["军民融合企业有多少家"])[0]
    np.testing.assert_array_equal(read.dense.scores(query), passage_index.dense.scores(query))
    np.testing.assert_array_equal(read.lexical.scores("军民融合"), passage_index.lexical.scores("军民融合"))
    np.testing.assert_allclose(read.sentence_vectors, passage_index.sentence_vectors, atol=1e-3)
    assert read.sentence_vectors.dtype == np.float32


def test_files_are_the_same_bytes_each_time(passage_index: PassageIndex) -> None:
    assert passage_index.files() == passage_index.files()


@pytest.mark.parametrize("text", ["𠮷\u2028野\u0085家。", "甲\n乙。", "“引号”\\。"])
def test_rare_characters_survive(text: str) -> None:
    compilation = Compilation("c", "", "", "", text, (), "0" * 64)
    chunk = replace(CHUNK, text=text, end=len(text))
    index = build_passages(compilation, [chunk], texts=[text], encoder=HashingEmbedder())
    assert PassageIndex.from_files(compilation, index.files()).chunks == (chunk,)


def test_tables_agree_with_the_chunks(passage_index: PassageIndex) -> None:
    assert sorted(passage_index.case_tokens) == list(range(1, 31))
    assert [i for of_chunk in passage_index.sentences_of for i in of_chunk] == list(range(len(passage_index.sentences)))
    for chunk, positions in zip(passage_index.chunks, passage_index.sentences_of, strict=True):
        inside = [passage_index.sentences[i] for i in positions]
        assert all(chunk.start <= sentence.start < sentence.end <= chunk.end for sentence in inside)
    assert "军民" in passage_index.case_tokens[1]
    assert "苹果" in passage_index.sentence_tokens[_sentence_with(passage_index, "国内首单苹果")]


def test_rare_tokens_weigh_more(passage_index: PassageIndex) -> None:
    n = len(passage_index.chunks)
    df = sum("青岛" in tokens for tokens in passage_index.chunk_tokens)
    assert passage_index.idf["青岛"] == pytest.approx(math.log(1 + (n - df + 0.5) / (df + 0.5)))
    assert passage_index.idf["苹果"] > passage_index.idf["青岛"]
    assert "火星" not in passage_index.idf


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused(passage_index: PassageIndex, name: str) -> None:
    files = {other: data for other, data in passage_index.files().items() if other != name}
    assert refusal(passage_index, files) == NOT_WHOLE


@pytest.mark.parametrize("data", [b"\xff\xfe", b'{"chunk_id": "x"}', b"[]", b"{"])
def test_lines_that_are_no_chunks_are_refused(passage_index: PassageIndex, data: bytes) -> None:
    assert refusal(passage_index, {**passage_index.files(), "chunks.jsonl": data}) == NOT_WHOLE


@pytest.mark.parametrize("name", ["sentences.npy", "sentence_vectors.npy"])
def test_half_an_array_is_refused(passage_index: PassageIndex, name: str) -> None:
    files = passage_index.files()
    assert refusal(passage_index, {**files, name: files[name][: len(files[name]) // 2]}) == NOT_WHOLE


@pytest.mark.parametrize("name", ["sentences.npy", "sentence_vectors.npy"])
def test_an_empty_array_file_is_refused(passage_index: PassageIndex, name: str) -> None:
    assert refusal(passage_index, {**passage_index.files(), name: b""}) == NOT_WHOLE


@pytest.mark.parametrize("data", [b"1", b'"x"', b"null"])
def test_lines_that_are_no_objects_are_refused(passage_index: PassageIndex, data: bytes) -> None:
    assert refusal(passage_index, {**passage_index.files(), "chunks.jsonl": data}) == NOT_WHOLE


@pytest.mark.parametrize("name", ["dense.faiss", "sentence_vectors.npy", "chunks.jsonl"])
def test_files_of_different_indexes_are_refused(passage_index: PassageIndex, name: str) -> None:
    files = passage_index.files()
    other = {
        "dense.faiss": DenseIndex(np.eye(4, dtype=np.float32)).to_bytes(),
        "sentence_vectors.npy": npy(np.zeros((2, 64), dtype=np.float16)),
        "chunks.jsonl": files["chunks.jsonl"].split(b"\n")[0],
    }
    assert refusal(passage_index, {**files, name: other[name]}) == NOT_WHOLE


def test_an_index_of_nothing_comes_back() -> None:
    empty = Compilation("c", "", "", "", "", (), "0" * 64)
    index = build_passages(empty, [], texts=[], encoder=HashingEmbedder())
    assert PassageIndex.from_files(empty, index.files()).chunks == ()


@pytest.mark.parametrize("name", ["sentences.npy", "sentence_vectors.npy"])
def test_a_pickle_in_the_index_is_never_run(passage_index: PassageIndex, name: str, tmp_path: Path) -> None:
    touched_path = tmp_path / "touched"
    buffer = io.BytesIO()
    np.save(buffer, np.array([Trap(touched_path)], dtype=object), allow_pickle=True)
    assert refusal(passage_index, {**passage_index.files(), name: buffer.getvalue()}) == NOT_WHOLE
    assert not touched_path.exists()


class Trap:
    """Leaves a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.path,)


def refusal(index: PassageIndex, files: dict[str, bytes]) -> str:
    with pytest.raises(IndexError_) as caught:
        PassageIndex.from_files(index.compilation, files)
    return str(caught.value)


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _sentence_with(index: PassageIndex, words: str) -> int:
    text = index.compilation.text
    return next(i for i, s in enumerate(index.sentences) if words in text[s.start : s.end])
