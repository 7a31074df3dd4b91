"""A tiny encoder in a folder like the bundled model's, and made-up paragraphs: training takes a second."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from embeddings.reading.questions import SourceText, read_sources

PLACES = ("江口", "白石", "云岭", "松湾", "海青", "北塘", "南屏", "东浦")
OFFICES = ("税务局", "教育局", "公安局", "规划局", "财政局", "水利局", "商务局", "体育局")
DIM = 32


def write_model(folder: Path, *, text: str) -> Path:
    """Write a model folder whose tokenizer knows the characters of `text`, with random weights; return it."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertModel

    folder.mkdir()
    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    pieces += [(piece, -1.0) for piece in ["▁", *sorted(set(text) - {"▁"})]]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=DIM,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=512,
        pad_token_id=1,
        initializer_range=0.3,
    )
    (folder / "config.json").write_text(config.to_json_string(), encoding="utf-8")
    weights = BertModel(config, add_pooling_layer=False).state_dict()
    save_file({name: value.half() for name, value in weights.items()}, folder / "model.safetensors")
    return folder


def write_questions(path: Path) -> Path:
    """Write a question file in SQuAD's form: each text has a place, an office, a year and some words around them."""
    articles = []
    for number, (place, office) in enumerate(zip(PLACES, OFFICES, strict=True)):
        year = f"20{number + 10}年"
        text = (
            f"{place}区是一个有山有水的好地方，常有客人来看海看山，住上几天才走。这项改革由{place}{office}牵头，其他部门配合，"
            f"大家每月见一次面，商量还有哪些事情没有做完。{year}，{place}区办成了第一件大事，群众都说好，报纸也写了文章。"
            f"后来别的地方也照着做，做法各有不同，有的快一些，有的慢一些，但是方向是一样的。今后还要继续做下去，做得更细更实。"
        )
        asked = {f"{place}区的改革由谁牵头？": f"{place}{office}", f"{place}区哪一年办成了第一件大事？": year}
        articles.append({"title": f"{place}区", "paragraphs": [_paragraph(text, asked)]})
    path.write_text(json.dumps({"data": articles}, ensure_ascii=False), encoding="utf-8")
    return path


def all_text(sources: list[SourceText]) -> str:
    """Return all that is written in the texts and questions, with some digits."""
    return "0123456789" + "".join(source.text + "".join(one.question for one in source.questions) for source in sources)


def read_made_up(folder: Path) -> list[SourceText]:
    """Return the made-up texts, written into `folder` first."""
    return read_sources([write_questions(folder / "questions.json")])


def _paragraph(text: str, asked: dict[str, str]) -> dict[str, Any]:
    return {
        "context": text,
        "qas": [
            {"question": question, "answers": [{"text": answer, "answer_start": text.index(answer)}]}
            for question, answer in asked.items()
        ],
    }
