"""Where settings become objects: the one place that knows the embedding models."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from embeddings.base import Embedder
from embeddings.factory import get_embedder
from embeddings.reading.lazy import get_reader
from rag.answering.catalogue import CatalogueAnswerer
from rag.answering.extractive import ExtractiveAnswerer
from rag.answering.generative import GenerativeAnswerer
from rag.baselines import shortened, textbook_chunks
from rag.chunking.chunker import CHUNKER_VERSION, chunk_compilation, embedded_text
from rag.errors import IndexMismatch, SettingsError
from rag.llms.building import build_chat
from rag.llms.chat import ChatModel, Message
from rag.llms.specs import EXTRACTIVE
from rag.parsing.loading import load_compilation as load_compilation  # evaluation takes it from here
from rag.pipeline import CaseQA
from rag.retrieval.mentions import CaseNames
from rag.retrieval.reading import PassageReader
from rag.retrieval.retriever import FusionWeights, Retriever
from rag.settings import Settings
from rag.stores.building import build_passages
from rag.stores.passages import FORMAT_VERSION, PassageIndex
from rag.stores.storage import REBUILD_COMMAND, read_version, write_version
from rag.types import Case, Compilation, IndexManifest, Section

Progress = Callable[[str, int, int], None]
PipelineName = Literal["casechat", "textbook", "bm25"]

_TEXTBOOK_PASSAGES = 4
_WEIGHTS = {
    "casechat": FusionWeights(),
    "textbook": FusionWeights(dense=1.0, dense_english=1.0, named_case=0.0, dictionary=False),
    "bm25": FusionWeights(dense=0.0, dense_english=0.0, named_case=0.0, dictionary=False),
}


@dataclass(frozen=True, slots=True)
class CorpusDocument:
    """One document of a corpus that is no compilation, a public data set's paragraph for one."""

    doc_id: str
    title: str
    text: str


def build_embedder(settings: Settings, *, on_progress: Progress | None = None) -> Embedder:
    """Return the embedding model of the settings, unpacked where it must be."""
    return get_embedder(settings, on_progress=on_progress)


def build_reader(settings: Settings, *, embedder: Embedder | None = None) -> PassageReader | None:
    """Return the settings' reader; None for `none`. It is loaded by the first question.

    embedder: the one beside it, whose tokenizer it shares where that is the same.
    """
    return get_reader(settings, embedder=embedder)


def build_qa(
    settings: Settings,
    *,
    pipeline: PipelineName = "casechat",
    on_progress: Progress | None = None,
    embedder: Embedder | None = None,
) -> CaseQA:
    """Return the question answering over the settings' compilation.

    A missing index, or one whose source text changed, is built first; `on_progress` says so.
    pipeline: `casechat`, or a baseline: `textbook` (fixed-size chunks, dense only) or `bm25` (our chunks, lexical only).
    embedder: one already loaded; None loads the settings' own.

    Raises IndexMismatch when the index was built with another model or format.
    """
    chat = build_llm(settings)  # a wrong name or a missing key is told before the index is opened
    compilation = load_compilation(settings.compilation)
    model = embedder or build_embedder(settings, on_progress=on_progress)
    if pipeline == "textbook":
        index = _textbook_index(compilation, model, on_progress)
    else:
        index = _open_or_build(settings, compilation, model, on_progress)
    return _written_by(chat, _assemble(settings, index, model, pipeline), settings)


def build_llm(settings: Settings) -> ChatModel | None:
    """Return the chat model of the settings; None for `extractive`. Nothing is asked of it here.

    Raises SettingsError for a name that is no model, a missing package (with its install line) or a missing key.
    """
    if settings.llm != EXTRACTIVE:
        return build_chat(settings)
    if settings.base_url is not None:
        raise SettingsError(
            f"给了模型的网址 {settings.base_url}，但 llm 是 extractive，不用模型。请加上 --llm openai:模型名，或去掉 --base-url。"
        )
    return None


def try_llm(chat: ChatModel, *, timeout_s: float) -> None:
    """Ask a chat model for one word. Raises LlmError, which says what is wrong, when none comes within `timeout_s`."""
    for _ in chat.stream([Message("user", "你好，请回复“好”。")], ends_s=time.monotonic() + timeout_s):
        return


def with_llm(qa: CaseQA, settings: Settings) -> CaseQA:
    """Return the same question answering, written by the chat model of `settings`. Raises SettingsError as `build_llm`."""
    return _written_by(build_llm(settings), qa, settings)


def _written_by(chat: ChatModel | None, qa: CaseQA, settings: Settings) -> CaseQA:
    return qa.with_writer(None if chat is None else GenerativeAnswerer(chat, qa.index), settings)


def open_index(settings: Settings, embedder: Embedder) -> PassageIndex:
    """Return the index of the settings' compilation alone, built first where it is missing: for those who fit what answers."""
    return _open_or_build(settings, load_compilation(settings.compilation), embedder, None)


def build_index(
    settings: Settings, *, on_progress: Progress | None = None, embedder: Embedder | None = None
) -> IndexManifest:
    """Build the index of the settings' compilation, put it in use and return its manifest."""
    compilation = load_compilation(settings.compilation)
    model = embedder or build_embedder(settings, on_progress=on_progress)
    return _build_and_write(settings, compilation, model, on_progress)[1]


def build_corpus_qa(
    documents: Sequence[CorpusDocument],
    settings: Settings,
    *,
    pipeline: PipelineName = "casechat",
    on_progress: Progress | None = None,
    embedder: Embedder | None = None,
) -> CaseQA:
    """Return question answering over documents, each one case (numbered from 1); nothing is written to disk."""
    compilation = corpus_compilation(documents)
    model = embedder or build_embedder(settings, on_progress=on_progress)
    if pipeline == "textbook":
        index = _textbook_index(compilation, model, on_progress)
    else:
        index = _index(settings, compilation, model, on_progress)
    return with_llm(_assemble(settings, index, model, pipeline), settings)


def corpus_compilation(documents: Sequence[CorpusDocument]) -> Compilation:
    """Return documents as a compilation: the texts one after the other, one case and one section each."""
    parts: list[str] = []
    cases = []
    offset = 0
    for number, document in enumerate(documents, start=1):
        text = document.text.strip() + "\n"
        end = offset + len(text)
        section = Section(heading="", level=0, path=(), kind="prose", start=offset, end=end)
        cases.append(Case(number, document.title, document.title, "", "", number, number, (section,), offset, end))
        parts.append(text)
        offset = end
    whole = "".join(parts)
    sha256 = hashlib.sha256(whole.encode()).hexdigest()
    return Compilation("corpus", "", "", "", whole, tuple(cases), sha256)


def index_path(settings: Settings) -> Path:
    """Return the directory of the settings' index."""
    return settings.home / "index" / settings.compilation.stem


def _assemble(settings: Settings, index: PassageIndex, model: Embedder, pipeline: PipelineName) -> CaseQA:
    names = CaseNames(index.compilation)
    own = pipeline == "casechat"
    reader = build_reader(settings, embedder=model) if own else None
    return CaseQA(
        settings,
        index,
        retriever=Retriever(index, model, weights=_WEIGHTS[pipeline], reader=reader),
        answerer=ExtractiveAnswerer(index, reads=reader is not None),
        catalogue=CatalogueAnswerer(index.compilation, names) if own else None,
        names=names,
        n_passages=_TEXTBOOK_PASSAGES if pipeline == "textbook" else settings.n_passages,
    )


def _open_or_build(
    settings: Settings, compilation: Compilation, model: Embedder, on_progress: Progress | None
) -> PassageIndex:
    root = index_path(settings)
    stored = read_version(root)
    manifest = stored.manifest if stored else None
    if (
        stored is None
        or manifest is None
        or manifest.compilations.get(compilation.compilation_id) != compilation.source_sha256
    ):
        return _build_and_write(settings, compilation, model, on_progress)[0]
    wanted = {
        "嵌入模型": (manifest.embedding_model, model.name),
        "格式版本": (manifest.format_version, FORMAT_VERSION),
        "向量维度": (manifest.dim, model.dim),
        "切分版本": (manifest.chunker_version, _chunker(settings)),
    }
    for what, (built, now) in wanted.items():
        if built != now:
            raise IndexMismatch(
                f"索引 {root} 的{what}是 {built}，现在的设置是 {now}，两者不能混用。请运行 {REBUILD_COMMAND} 重建索引。"
            )
    return PassageIndex.from_files(compilation, stored.files)


def _build_and_write(
    settings: Settings, compilation: Compilation, model: Embedder, on_progress: Progress | None
) -> tuple[PassageIndex, IndexManifest]:
    index = _index(settings, compilation, model, on_progress)
    manifest = IndexManifest(
        format_version=FORMAT_VERSION,
        compilations={compilation.compilation_id: compilation.source_sha256},
        chunker_version=_chunker(settings),
        embedding_model=model.name,
        dim=model.dim,
        dtype=model.dtype,
        metric="inner_product",
        n_chunks=len(index.chunks),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    write_version(index_path(settings), index.files(), manifest)
    return index, manifest


def _chunker(settings: Settings) -> str:
    return f"{CHUNKER_VERSION}-{settings.chunk_tokens}"


def _index(settings: Settings, compilation: Compilation, model: Embedder, on_progress: Progress | None) -> PassageIndex:
    chunks = chunk_compilation(
        compilation,
        count_tokens=model.count_tokens,
        max_tokens=model.max_tokens,
        chunk_tokens=min(settings.chunk_tokens, model.max_tokens),
    )
    texts = [embedded_text(compilation, chunk) for chunk in chunks]
    return build_passages(compilation, chunks, texts=texts, encoder=model, on_progress=_embedding(on_progress))


def _textbook_index(compilation: Compilation, model: Embedder, on_progress: Progress | None) -> PassageIndex:
    chunks = textbook_chunks(compilation)
    texts = shortened([chunk.text for chunk in chunks], count_tokens=model.count_tokens, max_tokens=model.max_tokens)
    return build_passages(compilation, chunks, texts=texts, encoder=model, on_progress=_embedding(on_progress))


def _embedding(on_progress: Progress | None) -> Callable[[int, int], None] | None:
    if on_progress is None:
        return None
    return lambda done, total: on_progress("计算向量", done, total)
