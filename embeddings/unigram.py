"""Builds the `tokenizer.json` of multilingual-e5-small (XLM-RoBERTa's SentencePiece Unigram) from its pieces."""

from __future__ import annotations

import json
from typing import Any

from embeddings.packed import Vocabulary

CONTROLS = r"[\x00-\x08\x0B\x0E-\x1F\x7F\x{8F}\x{9F}]"
"""Deleted by SentencePiece's `nmt_nfkc` rules, which XLM-RoBERTa was trained with."""
SPACES = r"[\t\n\f\r\x{1680}\x{200B}-\x{200F}\x{2028}\x{2029}\x{2581}\x{FEFF}\x{FFFD}]"
"""Read as a space by `nmt_nfkc`; NFKC alone keeps them."""
WAVE, WAVE_KEPT = "\uff5e", "\ufdd0"
"""`nmt_nfkc` keeps the full-width tilde (5～10), which NFKC turns into "~": it waits behind a non-character."""
META = "\u2581"
SPECIAL_TOKENS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")


def build_tokenizer(vocabulary: Vocabulary) -> str:
    """Return the text of a `tokenizer.json` for the vocabulary.

    The normaliser is `nmt_nfkc` written as rules: for each code point it equals the table in the packed file (a test
    compares all of them), and it composes as NFKC does, which the table cannot say.
    """
    parts: dict[str, Any] = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": _added_tokens(vocabulary),
        "normalizer": _normalizer(),
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [{"type": "WhitespaceSplit"}, _metaspace()],
        },
        "post_processor": _post_processor(vocabulary),
        "decoder": _metaspace(),
        "model": {
            "type": "Unigram",
            "unk_id": vocabulary.unk_id,
            "vocab": [
                [piece, float(score)]
                for piece, score in zip(vocabulary.pieces, vocabulary.scores.tolist(), strict=True)
            ],
            "byte_fallback": False,
        },
    }
    return json.dumps(parts, ensure_ascii=False)


def _added_tokens(vocabulary: Vocabulary) -> list[dict[str, Any]]:
    ids = {piece: i for i, piece in enumerate(vocabulary.pieces) if piece in SPECIAL_TOKENS}
    return [
        {
            "id": ids[token],
            "content": token,
            "single_word": False,
            "lstrip": token == "<mask>",
            "rstrip": False,
            "normalized": False,
            "special": True,
        }
        for token in sorted(ids, key=lambda piece: ids[piece])
    ]


def _normalizer() -> dict[str, Any]:
    rules = [({"Regex": CONTROLS}, ""), ({"Regex": SPACES}, " "), ({"String": WAVE}, WAVE_KEPT)]
    steps: list[dict[str, Any]] = [{"type": "Replace", "pattern": a, "content": b} for a, b in rules]
    steps.append({"type": "NFKC"})
    steps.append({"type": "Replace", "pattern": {"String": WAVE_KEPT}, "content": WAVE})
    steps.append({"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "})
    return {"type": "Sequence", "normalizers": steps}


def _metaspace() -> dict[str, Any]:
    return {"type": "Metaspace", "replacement": META, "prepend_scheme": "always", "split": True}


def _post_processor(vocabulary: Vocabulary) -> dict[str, Any]:
    def special(token: str) -> dict[str, Any]:
        return {"SpecialToken": {"id": token, "type_id": 0}}

    a, b = ({"Sequence": {"id": name, "type_id": 0}} for name in "AB")
    ids = {"<s>": vocabulary.bos_id, "</s>": vocabulary.eos_id}
    return {
        "type": "TemplateProcessing",
        "single": [special("<s>"), a, special("</s>")],
        "pair": [special("<s>"), a, special("</s>"), special("</s>"), b, special("</s>")],
        "special_tokens": {token: {"id": token, "ids": [i], "tokens": [token]} for token, i in ids.items()},
    }
