"""Where settings become objects: when an index is built, opened or refused, baselines, and corpora of documents."""

from __future__ import annotations

import math
import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding

from embeddings.wrapped import LangChainEmbedder
from rag.errors import CompilationNotFound, IndexError_, IndexMismatch, StorageError
from rag.factory import (
    CorpusDocument,
    PipelineName,
    build_corpus_qa,
    build_index,
    build_qa,
    corpus_compilation,
    index_path,
)
from rag.settings import Settings
from rag.stores.storage import read_manifest, read_version, write_version
from rag.types import Compilation, IndexManifest
from tests.fakes import HashingEmbedder, stored_files

PIPELINES: list[PipelineName] = ["casechat", "textbook", "bm25"]
TEXT = """2021 年临江市 改革案例选编

临江市人民政府办公室

2021 年 3 月

目 录

推行“一网通办” 方便群众办事（市大数据局）\t1
老旧小区改造“三步走”（市住建局）\t6

推行“一网通办” 方便群众办事

市大数据局

一、主要做法

（一）统一入口。把 36 个系统并入一个平台。

（二）统一标准。编制办事指南 1200 份，𠮷林路办理点为首家。

老旧小区改造“三步走”

市住建局

一、基本情况

全市改造小区 58 个，惠及居民 2.3 万户。
"""


@pytest.fixture
def small(tmp_path: Path) -> Settings:
    """Settings for a compilation of two cases in a data directory that does not exist yet."""
    path = tmp_path / "选编 𠮷.txt"
    path.write_text(TEXT, encoding="utf-8")
    return Settings(home=tmp_path / "数据 目录", compilation=path)


def manifest_of(settings: Settings) -> IndexManifest:
    manifest = read_manifest(index_path(settings))
    assert manifest is not None
    return manifest


def mismatch(settings: Settings, model: HashingEmbedder) -> str:
    with pytest.raises(IndexMismatch) as caught:
        build_qa(settings, embedder=model)
    return str(caught.value)


def test_a_missing_index_is_built_and_says_so(small: Settings) -> None:
    told: list[tuple[str, int, int]] = []
    model = HashingEmbedder()
    qa = build_qa(small, embedder=model, on_progress=lambda *stage: told.append(stage))
    n_chunks = len(qa.index.chunks)
    assert told[-1] == ("计算向量", n_chunks, n_chunks)
    assert index_path(small) == small.home / "index" / "选编 𠮷"
    manifest = manifest_of(small)
    assert asdict(manifest) == {
        "format_version": manifest.format_version,
        "compilations": {"选编 𠮷": qa.compilations["选编 𠮷"].source_sha256},
        "chunker_version": manifest.chunker_version,
        "embedding_model": "hashing@1",
        "dim": 64,
        "dtype": "float32",
        "metric": "inner_product",
        "n_chunks": n_chunks,
        "created_at": manifest.created_at,
    }
    assert manifest.chunker_version.endswith("-200")
    assert manifest.created_at.endswith("+00:00")


def test_an_index_there_is_opened_without_embedding(small: Settings) -> None:
    built = build_qa(small, embedder=HashingEmbedder())
    before = manifest_of(small)
    told: list[tuple[str, int, int]] = []
    model = HashingEmbedder()
    opened = build_qa(small, embedder=model, on_progress=lambda *stage: told.append(stage))
    assert (model.n_embedded, told, manifest_of(small)) == (0, [], before)
    assert opened.index.chunks == built.index.chunks
    question = "编制办事指南多少份？"
    assert [p.chunk for p in opened.retrieve(question)] == [p.chunk for p in built.retrieve(question)]


def test_building_again_replaces_the_index(small: Settings) -> None:
    first = build_index(small, embedder=HashingEmbedder())
    second = build_index(small, embedder=HashingEmbedder(name="other@1"))
    assert (first.embedding_model, second.embedding_model) == ("hashing@1", "other@1")
    assert manifest_of(small) == second
    assert second.n_chunks == first.n_chunks > 0


def test_a_changed_text_is_indexed_anew(small: Settings) -> None:
    build_qa(small, embedder=HashingEmbedder())
    before = manifest_of(small)
    small.compilation.write_text(TEXT.replace("1200 份", "1300 份"), encoding="utf-8")
    model = HashingEmbedder()
    qa = build_qa(small, embedder=model)
    assert model.n_embedded > 0
    assert manifest_of(small).compilations != before.compilations
    assert "1300" in qa.retrieve("编制办事指南多少份？", k=1)[0].chunk.text
    assert all(chunk.text == qa.index.compilation.text[chunk.start : chunk.end] for chunk in qa.index.chunks)


def test_another_model_is_refused_with_the_command(small: Settings) -> None:
    build_index(small, embedder=HashingEmbedder())
    assert mismatch(small, HashingEmbedder(name="other@2")) == (
        f"索引 {index_path(small)} 的嵌入模型是 hashing@1，现在的设置是 other@2，两者不能混用。"
        "请运行 python -m rag index --force 重建索引。"
    )


def test_another_chunk_size_is_refused_with_the_command(small: Settings) -> None:
    version = build_index(small, embedder=HashingEmbedder()).chunker_version.removesuffix("-200")
    assert mismatch(small.model_copy(update={"chunk_tokens": 100}), HashingEmbedder()) == (
        f"索引 {index_path(small)} 的切分版本是 {version}-200，现在的设置是 {version}-100，两者不能混用。"
        "请运行 python -m rag index --force 重建索引。"
    )


def test_another_format_is_refused_with_the_command(small: Settings) -> None:
    manifest = build_index(small, embedder=HashingEmbedder())
    root = index_path(small)
    write_version(root, stored_files(root), replace(manifest, format_version=999))
    assert mismatch(small, HashingEmbedder()) == (
        f"索引 {root} 的格式版本是 999，现在的设置是 {manifest.format_version}，两者不能混用。"
        "请运行 python -m rag index --force 重建索引。"
    )


@pytest.mark.parametrize("change", [{"n_passages": 3}, {"refusal_threshold": 0.0}, {"port": 9000}])
def test_settings_that_do_not_touch_the_index_leave_it(small: Settings, change: dict[str, float]) -> None:
    build_index(small, embedder=HashingEmbedder())
    model = HashingEmbedder()
    build_qa(small.model_copy(update=change), embedder=model)
    assert model.n_embedded == 0


def test_the_same_name_with_another_dimension_is_refused(small: Settings) -> None:
    build_index(small, embedder=HashingEmbedder(dim=64))
    assert "64" in mismatch(small, HashingEmbedder(dim=32))


def test_an_index_replaced_between_manifest_and_files_is_not_mixed(
    small: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index(small, embedder=HashingEmbedder())
    other_path = small.compilation.parent / "later" / small.compilation.name
    other_path.parent.mkdir()
    other_path.write_text(TEXT.replace("\n推行", "\n\n\n推行").replace("群众", "老百姓"), encoding="utf-8")

    def read_replaced(root: Path) -> object:
        build_index(small.model_copy(update={"compilation": other_path}), embedder=HashingEmbedder())
        return read_version(root)

    monkeypatch.setattr("rag.factory.read_version", read_replaced)
    index = build_qa(small, embedder=HashingEmbedder()).index
    assert all(chunk.text == index.compilation.text[chunk.start : chunk.end] for chunk in index.chunks)


def test_a_damaged_index_is_named_and_mended_by_building(small: Settings) -> None:
    build_index(small, embedder=HashingEmbedder())
    root = index_path(small)
    version_path = root / (root / "CURRENT").read_text(encoding="utf-8")
    (version_path / "chunks.jsonl").write_bytes(b"")
    with pytest.raises(IndexError_) as caught:
        build_qa(small, embedder=HashingEmbedder())
    assert str(caught.value) == (
        f"索引已损坏：{version_path / 'chunks.jsonl'} 内容与校验值不符。请运行 python -m rag index --force 重建索引。"
    )
    build_index(small, embedder=HashingEmbedder())
    assert len(build_qa(small, embedder=HashingEmbedder()).index.chunks) == manifest_of(small).n_chunks


def test_a_data_directory_that_cannot_be_written_is_named(small: Settings) -> None:
    small.home.write_text("")
    with pytest.raises(StorageError) as caught:
        build_qa(small, embedder=HashingEmbedder())
    assert str(caught.value) == (
        f"无法写入数据目录 {index_path(small)}（Not a directory）。"
        "请检查权限，或用环境变量 CASECHAT_HOME 换一个可写的目录。"
    )


def test_a_missing_text_is_named_before_any_model_is_loaded(small: Settings) -> None:
    small.compilation.unlink()
    with pytest.raises(CompilationNotFound) as caught:
        build_qa(small)
    assert str(caught.value) == (
        f"找不到汇编文件 {small.compilation}。请检查路径，或用设置 compilation 指定另一份文本。"
    )
    assert not small.home.exists()


def test_the_real_index_holds_the_whole_compilation(tmp_path: Path, compilation: Compilation) -> None:
    settings = Settings(home=tmp_path)
    began_s = time.perf_counter()
    manifest = build_index(settings, embedder=HashingEmbedder())
    assert time.perf_counter() - began_s < 15  # all but the model: parsing, cutting, BM25, writing
    qa = build_qa(settings, embedder=HashingEmbedder())
    assert manifest.n_chunks == len(qa.index.chunks) > 300
    assert {chunk.case_number for chunk in qa.index.chunks} == {None, *range(1, 31)}
    assert qa.compilations == {compilation.compilation_id: compilation}


def test_baselines_search_in_their_own_way(small: Settings) -> None:
    model = HashingEmbedder()
    textbook = build_qa(small, pipeline="textbook", embedder=model)
    assert read_manifest(index_path(small)) is None  # a baseline's index is not kept
    bm25 = build_qa(small, pipeline="bm25", embedder=model)
    own = build_qa(small, embedder=model)
    assert bm25.index.chunks == own.index.chunks
    assert len(textbook.index.chunks) < len(own.index.chunks)
    assert {chunk.section_path for chunk in textbook.index.chunks} == {()}
    question = "编制办事指南多少份？"
    scores = bm25.index.lexical.scores(question)
    assert bm25.retrieve(question, k=1)[0].chunk == bm25.index.chunks[int(np.argmax(scores))]
    dense = textbook.index.dense.scores(model.encode_queries([question])[0])
    assert textbook.retrieve(question, k=1)[0].chunk == textbook.index.chunks[int(np.argmax(dense))]


def test_the_textbook_cuts_the_compilation_blindly(tmp_path: Path, compilation: Compilation) -> None:
    qa = build_qa(Settings(home=tmp_path), pipeline="textbook", embedder=HashingEmbedder())
    chunks = qa.index.chunks
    assert len(chunks) >= math.ceil(len(compilation.text) / 1000)
    assert max(len(chunk.text) for chunk in chunks) <= 1000
    assert max(map(len, qa.index.texts)) <= 510  # cut at the model's limit without a word
    assert all(chunk.text == compilation.text[chunk.start : chunk.end] for chunk in chunks)
    assert len(qa.retrieve("李沧区")) == 4
    assert not list(tmp_path.iterdir())


DOCUMENTS = [
    CorpusDocument("a", "苹果", "  苹果期货保险在莱西试点。共有 12 户农民参加。\n"),
    CorpusDocument("b", "海洋", "海洋教育有 3 所学校。𠮷林路小学是第一所。"),
]


def test_documents_become_cases_in_order() -> None:
    compilation = corpus_compilation(DOCUMENTS)
    assert compilation.compilation_id == "corpus"
    assert [(case.number, case.title) for case in compilation.cases] == [(1, "苹果"), (2, "海洋")]
    texts = [compilation.text[case.start : case.end] for case in compilation.cases]
    assert texts == [document.text.strip() + "\n" for document in DOCUMENTS]
    assert compilation.source_sha256 != corpus_compilation(DOCUMENTS[:1]).source_sha256


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_a_corpus_answers_and_writes_nothing(small: Settings, pipeline: PipelineName) -> None:
    certain = small.model_copy(
        update={"refusal_threshold": 0.0, "reader": "none"}
    )  # the reader unpacks the bundled model
    qa = build_corpus_qa(DOCUMENTS, certain, pipeline=pipeline, embedder=HashingEmbedder())
    assert "海洋教育有 3 所学校。" in qa.retrieve("海洋教育", k=1)[0].chunk.text
    assert "12 户" in qa.ask("莱西有多少户农民参加？").text
    assert not small.home.exists()


@pytest.mark.parametrize("pipeline", PIPELINES)
@pytest.mark.parametrize("documents", [[], [CorpusDocument("a", "", "")], [CorpusDocument("a", "标题", " \n")]])
def test_a_corpus_without_text_refuses(
    small: Settings, pipeline: PipelineName, documents: list[CorpusDocument]
) -> None:
    qa = build_corpus_qa(documents, small, pipeline=pipeline, embedder=HashingEmbedder())
    assert qa.retrieve("苹果", k=5) == ()
    answer = qa.ask("莱西有多少户农民参加？")
    assert (answer.refused, answer.reason, answer.citations) == (True, "not_in_compilation", ())


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_a_corpus_of_one_document(small: Settings, pipeline: PipelineName) -> None:
    qa = build_corpus_qa(DOCUMENTS[1:], small, pipeline=pipeline, embedder=HashingEmbedder())
    assert [p.chunk.case_number for p in qa.retrieve("𠮷林路", k=10)] == [1]


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_any_langchain_embeddings_will_do(small: Settings, pipeline: PipelineName) -> None:
    model = LangChainEmbedder(DeterministicFakeEmbedding(size=16), name="fake@1")
    qa = build_qa(small, pipeline=pipeline, embedder=model)
    assert (qa.index.dense.dim, qa.index.sentence_vectors.shape[1]) == (16, 16)
    assert qa.retrieve("编制办事指南多少份？", k=1)[0].rank == 1
    if pipeline != "textbook":
        assert manifest_of(small).embedding_model == "fake@1"
