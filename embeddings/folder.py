"""Writes a sentence-transformers folder from a packed model."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.packed import FLOAT32, ModelShape, PackedModel, PackedTensor
from embeddings.unigram import build_tokenizer

MB = 1_000_000
LAYER_TENSORS = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}
"""Names in transformers' `BertModel` and in the packed file."""


POOLER = {"pooler.dense.weight": 2, "pooler.dense.bias": 1}
"""Tensors `BertModel` expects and mean pooling never reads, with their rank: written as zeros, since the packed file
leaves them out and loading would warn of it."""


def write_folder(model: PackedModel, folder: Path, *, on_progress: Callable[[int, int], None]) -> None:
    """Write the model into an existing, empty folder; every file is synced to disk.

    on_progress: called with (MB of weights written, MB in all).
    """
    write_synced(folder / "tokenizer.json", build_tokenizer(model.vocabulary))
    for name, content in _configs(model.shape).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        write_synced(path, json.dumps(content, indent=2, ensure_ascii=False))
    _write_weights(model, folder / "model.safetensors", on_progress=on_progress)
    for path in (*folder.iterdir(), folder):
        if path.is_dir():
            sync(path)


def write_synced(path: Path, text: str) -> None:
    """Write a text as UTF-8 and wait until it is on the disk."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def sync(folder: Path) -> None:
    """Wait until a folder's entries are on the disk; does nothing on Windows, which cannot."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_weights(model: PackedModel, path: Path, *, on_progress: Callable[[int, int], None]) -> None:
    """Write `model.safetensors`, a stretch of a tensor at a time: 4-bit weights as float16, the others as they are.

    Written by hand (https://github.com/huggingface/safetensors#format) because the library wants all tensors in memory
    and reports a full disk as its own error.
    """
    header, total = _layout(model)
    encoded = json.dumps(header).encode()
    encoded += b" " * (-len(encoded) % 8)
    with path.open("wb") as file:
        file.write(len(encoded).to_bytes(8, "little") + encoded)
        n_written = 0
        for source in _names(model.shape).values():
            for stretch in _stretches(model, source):
                file.write(stretch)
                if (n_written + len(stretch)) // MB > n_written // MB:
                    on_progress((n_written + len(stretch)) // MB, total // MB)
                n_written += len(stretch)
        file.write(bytes(total - n_written))
        file.flush()
        os.fsync(file.fileno())


def _layout(model: PackedModel) -> tuple[dict[str, Any], int]:
    """Return the header of the safetensors file and the number of bytes that follow it."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    offset = 0
    for target, source in _names(model.shape).items():
        entry = model.entry(source)
        width = 4 if entry.kind == FLOAT32 else 2
        end = offset + entry.n_elements * width
        shape = _tensor_shape(target, entry, model.shape)
        header[target] = {"dtype": "F32" if width == 4 else "F16", "shape": shape, "data_offsets": [offset, end]}
        offset = end
    for target, rank in POOLER.items():
        shape = [model.shape.hidden] * rank
        end = offset + 2 * math.prod(shape)
        header[target] = {"dtype": "F16", "shape": shape, "data_offsets": [offset, end]}
        offset = end
    return header, offset


def _stretches(model: PackedModel, source: str) -> Iterator[bytes]:
    kind = model.entry(source).kind
    for stretch in model.stretches(source):
        yield stretch.astype("<f4" if kind == FLOAT32 else "<f2").tobytes()


def _names(shape: ModelShape) -> dict[str, str]:
    """Return each tensor's name in `BertModel` with its name in the packed file."""
    names = {
        "embeddings.word_embeddings.weight": "emb.word",
        "embeddings.position_embeddings.weight": "emb.pos",
        "embeddings.token_type_embeddings.weight": "emb.type",
        "embeddings.LayerNorm.weight": "emb.ln.w",
        "embeddings.LayerNorm.bias": "emb.ln.b",
    }
    for layer in range(shape.layers):
        for target, source in LAYER_TENSORS.items():
            names[f"encoder.layer.{layer}.{target}.weight"] = f"l{layer}.{source}.w"
            names[f"encoder.layer.{layer}.{target}.bias"] = f"l{layer}.{source}.b"
    return names


def _tensor_shape(target: str, entry: PackedTensor, shape: ModelShape) -> list[int]:
    if target.endswith("bias") or "LayerNorm" in target:
        return [entry.n_elements]
    columns = shape.intermediate if ".output.dense" in target and "attention" not in target else shape.hidden
    return [entry.n_elements // columns, columns]


def _configs(shape: ModelShape) -> dict[str, Any]:
    """Return the folder's JSON files, as sentence-transformers and transformers read them."""
    model = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "hidden_size": shape.hidden,
        "intermediate_size": shape.intermediate,
        "layer_norm_eps": float(np.float32(shape.epsilon)),
        "max_position_embeddings": shape.positions,
        "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.layers,
        "pad_token_id": 1,
        "type_vocab_size": shape.types,
        "vocab_size": shape.vocabulary,
    }
    tokenizer = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": shape.positions,
        "model_input_names": ["input_ids", "attention_mask"],
        "bos_token": "<s>",
        "cls_token": "<s>",
        "eos_token": "</s>",
        "sep_token": "</s>",
        "pad_token": "<pad>",
        "unk_token": "<unk>",
        "mask_token": "<mask>",
    }
    modules = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    return {
        "config.json": model,
        "tokenizer_config.json": tokenizer,
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "1_Pooling/config.json": {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "passage": "passage: ", "document": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "modules.json": [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for i, (path, kind) in enumerate(modules)
        ],
    }
