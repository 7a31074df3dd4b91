"""Any sentence-transformers model, by hub name or folder, on the CPU."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from embeddings.base import Embedder, Spans, SpanVectors, Vectors, batches, normalise
from rag.errors import EmbeddingError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Encoding
    from torch import Tensor

DType = Literal["auto", "bfloat16", "float32"]
E5_NAME = re.compile(r"(^|[/_.-])e5[_-](?!.*instruct)", re.IGNORECASE)
E5_QUERY, E5_PASSAGE = "query: ", "passage: "
BFLOAT16_FLAGS = {"avx512_bf16", "amx_bf16", "bf16"}
CPUINFO_PATH = Path("/proc/cpuinfo")
WHOLE_FILE_BYTES = 1 << 20
ONE_THREAD_CHARS = 128
SAMPLE_BYTES, N_SAMPLES = 4096, 64
ATTENTION = {"bfloat16": {"attn_implementation": "eager"}}
"""On the CPU torch's fused attention is slower in bfloat16: 403 passages in 9.6 s with it and 7.0 s without."""


class SharedTokenizer:
    """The tokenizer of a model, which sets truncation and padding on it: here both are off, and threads take turns."""

    def __init__(self, backend: Any, lock: threading.Lock) -> None:
        """Take a `tokenizers.Tokenizer` and the lock under which its model uses it."""
        self._backend = backend
        self._lock = lock

    def encode_batch(self, input: list[str], *, add_special_tokens: bool = True) -> list[Encoding]:
        """Return each text's tokens, in their order, neither cut nor padded."""
        with self._lock:
            self._backend.no_truncation()
            self._backend.no_padding()
            encodings: list[Encoding] = self._backend.encode_batch(input, add_special_tokens=add_special_tokens)
        return encodings


class TransformerEmbedder(Embedder):
    """A sentence-transformers model with its prompts. Safe to call from several threads (they take turns)."""

    def __init__(self, model: SentenceTransformer, *, name: str, query_prompt: str, passage_prompt: str) -> None:
        """Take a loaded model; `load_transformer` makes one."""
        self._model = model
        self._prompts = {True: query_prompt, False: passage_prompt}
        self._lock = threading.Lock()
        tokenizer = model.tokenizer
        backend = getattr(tokenizer, "backend_tokenizer", None)
        if backend is None:
            raise EmbeddingError(f"嵌入模型 {name} 没有快速分词器（tokenizer.json），无法计数词元。请换用带它的模型。")
        self.tokenizer: SharedTokenizer = SharedTokenizer(backend, self._lock)
        self.name = name
        self.dim = int(model.get_embedding_dimension() or 0)
        self.dtype = str(next(model.parameters()).dtype).removeprefix("torch.")
        self.max_tokens = int(model.max_seq_length or tokenizer.model_max_length)

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Return the code point span of each token of a text, without prefix and special tokens."""
        return [
            span
            for span in self.tokenizer.encode_batch([text], add_special_tokens=False)[0].offsets
            if span[0] < span[1]
        ]

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Spans], *, on_progress: Callable[[int, int], None] | None = None
    ) -> SpanVectors:
        """Return the texts' vectors and each span's, from one forward pass a text (late chunking).

        A span's vector is the mean of the vectors of the tokens that overlap it (https://arxiv.org/abs/2409.04701),
        L2-normalised; a span without a token (white space) gets its text's vector.

        spans: for each text, half-open code point spans in it.

        Raises TextTooLong as `encode_passages` does, EmbeddingError for a span outside its text.
        """
        _refuse_outside(texts, spans)
        prompt = self._prompts[False]
        encodings = self.tokenizer.encode_batch([prompt + text for text in texts])
        counts = [len(encoding.ids) for encoding in encodings]
        self._refuse_long(texts, counts)
        whole = np.empty((len(texts), self.dim), dtype=np.float32)
        pooled: list[Vectors] = [np.empty((0, self.dim), dtype=np.float32)] * len(texts)
        n_done = 0
        for batch in batches(counts):
            for i, outputs in zip(batch, self._forward([texts[i] for i in batch]), strict=True):
                whole[i] = outputs["sentence_embedding"].float().numpy()
                tokens = outputs["token_embeddings"].float().numpy()[: counts[i]]
                offsets = np.array(encodings[i].offsets).reshape(-1, 2) - len(prompt)
                pooled[i] = _pool_spans(tokens, offsets=offsets, spans=spans[i], fallback=whole[i])
            n_done += len(batch)
            if on_progress is not None:
                on_progress(n_done, len(texts))
        return SpanVectors(normalise(whole), tuple(normalise(rows) for rows in pooled))

    def _embed_batch(self, texts: list[str], *, is_query: bool) -> Vectors:
        with self._lock, _threads_for(texts):
            vectors = self._model.encode(
                texts, prompt=self._prompts[is_query], batch_size=len(texts), show_progress_bar=False
            )
        return np.asarray(vectors, dtype=np.float32)

    def _forward(self, texts: list[str]) -> list[dict[str, Any]]:
        with self._lock:
            outputs: Any = self._model.encode(
                texts,
                prompt=self._prompts[False],
                batch_size=len(texts),
                show_progress_bar=False,
                output_value=None,
            )
        return list(outputs)

    def _count(self, texts: Sequence[str], *, is_query: bool) -> list[int]:
        prompt = self._prompts[is_query]
        return [len(encoding.ids) for encoding in self.tokenizer.encode_batch([prompt + text for text in texts])]


def load_transformer(
    model: str | Path,
    *,
    dtype: DType = "auto",
    name: str | None = None,
    layers: Mapping[str, Tensor] | None = None,
) -> TransformerEmbedder:
    """Return a sentence-transformers model, loaded.

    model: a `Path` is a folder, read without asking any hub; a `str` is a hub name, fetched once into the hub's cache.
    dtype: `auto` is bfloat16 where the CPU computes it natively, else float32.
    name: the identity for the index manifest; None makes one from the folder's content or the hub's commit.
    layers: weights that take the place of those with the same names in its transformer; None for its own.

    Raises EmbeddingError when the model is missing, damaged or cannot be fetched.
    """
    loaded = _load(model, dtype=choose_dtype(dtype))
    if layers is not None:
        transformer: Any = loaded[0]
        transformer.auto_model.load_state_dict(layers, strict=False)
    if name is None:
        name = fingerprint(model) if isinstance(model, Path) else _hub_identity(model, loaded)
    prompts = loaded.prompts or {}
    query = prompts.get("query") or ""
    passage = prompts.get("passage") or prompts.get("document") or ""
    if not query and not passage and E5_NAME.search(model.name if isinstance(model, Path) else model):
        query, passage = E5_QUERY, E5_PASSAGE
    return TransformerEmbedder(loaded, name=name, query_prompt=query, passage_prompt=passage)


def choose_dtype(dtype: DType) -> str:
    """Return `bfloat16` or `float32`; `auto` is bfloat16 only where the CPU has instructions for it."""
    if dtype != "auto":
        return dtype
    return "bfloat16" if has_native_bfloat16() else "float32"


def has_native_bfloat16(cpuinfo_path: Path = CPUINFO_PATH) -> bool:
    """Return whether the CPU multiplies bfloat16 itself, by the flags Linux lists; False elsewhere.

    torch computes bfloat16 on any CPU, but where it emulates it, it is slower than float32.
    """
    try:
        text = cpuinfo_path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return any(
        BFLOAT16_FLAGS & set(line.split())
        for line in text.splitlines()
        if line.lower().startswith(("flags", "features"))
    )


def fingerprint(folder: Path) -> str:
    """Return a folder's name and a hash of its files: small ones whole, weights by size and samples (a few ms)."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
        with path.open("rb") as file:
            if size <= WHOLE_FILE_BYTES:
                digest.update(file.read())
                continue
            for i in range(N_SAMPLES):
                file.seek((size - SAMPLE_BYTES) * i // (N_SAMPLES - 1))
                digest.update(file.read(SAMPLE_BYTES))
    return f"{folder.resolve().name}@{digest.hexdigest()[:12]}"


def _load(model: str | Path, *, dtype: str) -> SentenceTransformer:
    import torch
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    if isinstance(model, Path) and not (model / "config.json").is_file() and not (model / "modules.json").is_file():
        raise EmbeddingError(
            f"{model} 不是模型文件夹：里面没有 config.json 或 modules.json。请检查设置 embedding_model。"
        )
    verbosity = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # it warns of a pooler there never was
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(
            str(model),
            device="cpu",
            local_files_only=isinstance(model, Path),
            model_kwargs={"dtype": getattr(torch, dtype), **ATTENTION.get(dtype, {})},
        )
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as exc:
        if isinstance(model, Path):
            raise EmbeddingError(
                f"模型文件夹 {model} 读不出来，可能已损坏（{_first_line(exc)}）。请重新取得这个模型。"
            ) from exc
        raise EmbeddingError(
            f"取不到嵌入模型 {model}（{_first_line(exc)}）。请检查名称和网络，或先下载模型，再把设置 embedding_model 设为它的文件夹。"
        ) from exc
    finally:
        transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]
        transformers_logging.set_verbosity(verbosity)


@contextmanager
def _threads_for(texts: list[str]) -> Iterator[None]:
    """Compute a few short texts in one thread: as fast as two when the machine is idle (17 ms a question), and where
    other work keeps it busy the second thread only waits for its turn (400 to 900 ms)."""
    import torch

    n_threads = torch.get_num_threads()
    if sum(map(len, texts)) > ONE_THREAD_CHARS or n_threads == 1:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(n_threads)


def _first_line(exc: BaseException) -> str:
    return (str(exc).strip() or type(exc).__name__).splitlines()[0][:200]


def _hub_identity(model: str, loaded: SentenceTransformer) -> str:
    config = getattr(getattr(loaded[0], "auto_model", None), "config", None)
    commit = getattr(config, "_commit_hash", None)
    return f"{model}@{commit[:12]}" if commit else model


def _refuse_outside(texts: Sequence[str], spans: Sequence[Spans]) -> None:
    for text, text_spans in zip(texts, spans, strict=True):
        for start, end in text_spans:
            if not 0 <= start <= end <= len(text):
                raise EmbeddingError(f"片段 {start}–{end} 超出文本（共 {len(text)} 个字符）。请检查切分。")


def _pool_spans(tokens: Vectors, *, offsets: np.ndarray, spans: Spans, fallback: Vectors) -> Vectors:
    """Return float32 (n_spans, dim): for each span the mean over the tokens, (n_tokens, dim), that overlap it."""
    rows = np.empty((len(spans), tokens.shape[1]), dtype=np.float32)
    for row, (start, end) in zip(rows, spans, strict=True):
        inside = (offsets[:, 0] < end) & (offsets[:, 1] > start) & (offsets[:, 0] < offsets[:, 1])
        row[:] = tokens[inside].mean(axis=0) if inside.any() else fallback
    return rows
