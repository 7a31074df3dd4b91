"""Question files, and the examples made of them."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embeddings.reading.command import training_sources
from embeddings.reading.encoding import encode, load_tokenizer, token_span
from embeddings.reading.examples import make_examples, positives_and_negatives, sentence_spans
from embeddings.reading.questions import SourceText, read_sources, simplified
from rag.errors import EmbeddingError
from tests.embeddings.tiny_reader import all_text, read_made_up, write_model, write_questions


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[SourceText]:
    return read_made_up(tmp_path_factory.mktemp("questions"))


def squad(path: Path, text: str, answer: str, start: int) -> Path:
    question = {"question": "問？", "answers": [{"text": answer, "answer_start": start}]}
    content = {"data": [{"title": "題", "paragraphs": [{"context": text, "qas": [question]}]}]}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_zip_reads_as_the_file_inside(tmp_path: Path) -> None:
    plain = write_questions(tmp_path / "a.json")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(plain, "a.json")
    assert read_sources([tmp_path / "a.zip"]) == read_sources([plain])


def test_no_files_give_no_texts() -> None:
    assert read_sources([]) == []
    assert make_examples([], seed=1) == []


def test_an_answer_that_stands_elsewhere_is_left_out(tmp_path: Path) -> None:
    assert read_sources([squad(tmp_path / "a.json", "甲乙丙", "乙", 0)])[0].questions == ()
    assert read_sources([squad(tmp_path / "b.json", "甲乙丙", "乙", 1)])[0].questions[0].starts == (1,)


def test_simplified_keeps_offsets_even_of_rare_characters(tmp_path: Path) -> None:
    (source,) = read_sources([squad(tmp_path / "a.json", "𠮷氏開創後來的學術研究。", "開創", 2)])
    assert simplified(source).text == "𠮷氏开创后来的学术研究。"
    assert simplified(source).questions[0].answers == ("开创",)


@pytest.mark.parametrize("content", ["{", "[]", '{"data": [{}]}', '{"data": [{"paragraphs": [{"qas": []}]}]}'])
def test_a_file_of_another_form_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(EmbeddingError) as caught:
        read_sources([path])
    assert str(caught.value) == (
        f"{path} 不是 SQuAD 格式的问题集（UTF-8 的 JSON，或含一个 JSON 的 zip）。请换用 CMRC 2018、DRCD 这样的文件。"
    )


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError) as caught:
        read_sources([tmp_path / "无.json"])
    assert str(caught.value) == (
        f"读不出问题集 {tmp_path / '无.json'}（No such file or directory）。请检查 --data 的路径。"
    )


def test_excluded_texts_are_not_trained_on(tmp_path: Path) -> None:
    every = write_questions(tmp_path / "a.json")
    content = json.loads(every.read_text(encoding="utf-8"))
    some = tmp_path / "b.json"
    some.write_text(json.dumps({"data": content["data"][:3]}), encoding="utf-8")
    kept = training_sources([every], exclude=[some])
    assert [source.title for source in kept] == [article["title"] for article in content["data"][3:]]


def test_sentences_are_the_whole_text() -> None:
    text = "一。“二！”三？\n四；五"
    assert [text[slice(*span)] for span in sentence_spans(text)] == ["一。", "“二！”", "三？\n", "四；", "五"]
    assert sentence_spans("") == []


def test_examples_point_at_the_answer_and_negatives_do_not_hold_it(sources: list[SourceText]) -> None:
    answers = {one.question: one.answers[0] for source in sources for one in source.questions}
    examples = [example for seed in range(5) for example in make_examples(sources, seed=seed)]
    positive = [example for example in examples if example.answer]
    assert 0.35 < len(positive) / len(examples) < 0.6
    for example in positive:
        assert example.answer is not None and example.evidence is not None
        assert example.text[slice(*example.answer)] == answers[example.question]
        assert example.evidence[0] <= example.answer[0] < example.answer[1] <= example.evidence[1]
    negative = [example for example in examples if example.answer is None]
    assert all(answers[one.question] not in one.text for one in negative)
    turned = [
        one
        for one in negative
        for source in sources
        if one.text in source.text and source.title not in one.question
        if any(answer in one.text for question, answer in answers.items() if source.title in question)
    ]
    assert turned  # a text that answers, asked about another place


def test_a_near_miss_is_shown_with_windows_of_its_text_as_unanswered(sources: list[SourceText]) -> None:
    asked = replace(sources[0], questions=(), unanswerable=("谁批准的？",))
    examples = [one for one in make_examples([asked, *sources[1:]], seed=1) if one.question == "谁批准的？"]
    assert len(examples) == 2
    assert all(one.answer is None and one.evidence is None and one.text in asked.text for one in examples)


def test_examples_are_the_same_for_the_same_seed(sources: list[SourceText]) -> None:
    assert make_examples(sources, seed=3) == make_examples(sources, seed=3)
    assert make_examples(sources, seed=3) != make_examples(sources, seed=4)


def test_one_text_alone_gives_examples(sources: list[SourceText]) -> None:
    assert make_examples(sources[:1], seed=1)


def test_measuring_pairs_a_window_with_and_one_without(sources: list[SourceText]) -> None:
    with_answer, without = positives_and_negatives([(sources[0], 0)], seed=1)
    answer = sources[0].questions[0].answers[0]
    assert with_answer.answer is not None and with_answer.text[slice(*with_answer.answer)] == answer
    assert without.answer is None and answer not in without.text


def test_long_texts_are_encoded_in_stretches_that_overlap(sources: list[SourceText], tmp_path: Path) -> None:
    tokenizer = load_tokenizer(write_model(tmp_path / "model", text=all_text(sources)))
    text = sources[0].text
    ((whole,),) = encode(tokenizer, ["问"], [text], headers=["题"], text_tokens=400)
    (parts,) = encode(tokenizer, ["问"], [text], headers=["题"], text_tokens=50, overlap=10)
    assert [part.at for part in parts[:3]] == [0, 40, 80]
    assert all(len(part.offsets) == 50 for part in parts)
    assert parts[-1].at + 50 == len(whole.offsets)
    for part in parts:
        assert part.ids[: part.first] == whole.ids[: whole.first]
        np.testing.assert_array_equal(part.offsets, whole.offsets[part.at : part.at + 50])
    assert encode(tokenizer, ["问"], [""], headers=[""], text_tokens=50)[0][0].offsets.shape == (0, 2)


def test_a_span_is_the_tokens_that_overlap_it() -> None:
    offsets = np.array([[0, 2], [2, 3], [3, 6]], dtype=np.int32)
    assert token_span(offsets, 1, 3) == (0, 1)
    assert token_span(offsets, 6, 9) is None
    assert token_span(np.empty((0, 2), dtype=np.int32), 0, 1) is None


def test_a_missing_tokenizer_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError) as caught:
        load_tokenizer(tmp_path)
    assert str(caught.value) == (
        f"读不出分词器 {tmp_path / 'tokenizer.json'}。请运行 python -m embeddings unpack --force 重新解压内置模型。"
    )
