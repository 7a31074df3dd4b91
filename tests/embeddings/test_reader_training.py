"""Training on a handful of made-up paragraphs: it learns, resumes, and what it writes is what it learnt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch

from embeddings.reading.command import blended
from embeddings.reading.encoding import encode, load_tokenizer
from embeddings.reading.masters import CHECKPOINT_FILE, TrainingPlan, read_checkpoint
from embeddings.reading.network import Outputs, ReaderNetwork, load_network, make_batch, map_words
from embeddings.reading.questions import SourceText
from embeddings.reading.training import Progress, train, training_batches
from embeddings.reading.weights import dequantise, quantise, read_weights, write_weights
from rag.errors import EmbeddingError
from tests.embeddings.tiny_reader import DIM, all_text, read_made_up, write_model

PLAN = TrainingPlan(n_steps=60, learning_rate=3e-3)


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished training run."""

    sources: list[SourceText]
    model: Path
    folder: Path
    network: ReaderNetwork
    progress: list[Progress]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp("training")
    sources = read_made_up(folder)
    model = write_model(folder / "model", text=all_text(sources))
    network = load_network(model, dtype="float32")
    progress: list[Progress] = []
    train(network, load_tokenizer(model), sources, plan=PLAN, folder=folder / "out", on_progress=progress.append)
    return Trained(sources, model, folder / "out", network, progress)


def outputs_of(network: ReaderNetwork, trained: Trained) -> Outputs:
    texts = [source.text for source in trained.sources]
    questions = [source.questions[0].question for source in trained.sources]
    pairs = encode(load_tokenizer(trained.model), questions, texts, headers=[""] * len(texts), text_tokens=300)
    with torch.inference_mode():
        outputs: Outputs = network(make_batch([parts[0] for parts in pairs]))
    return outputs


def test_loss_falls(trained: Trained) -> None:
    losses = [progress.loss for progress in trained.progress]
    assert [progress.step for progress in trained.progress] == [20, 40, 60]
    assert losses[-1] < 0.75 * losses[0]


def test_embeddings_stay_as_they_are_and_all_else_moves(trained: Trained) -> None:
    before = load_network(trained.model, dtype="float32")
    for (name, old), new in zip(before.named_parameters(), trained.network.parameters(), strict=True):
        assert torch.equal(old, new) is name.startswith("encoder.embeddings."), name


def test_an_interrupted_run_that_is_resumed_gives_the_same(trained: Trained, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(trained.model)
    first = load_network(trained.model, dtype="float32")
    train(first, tokenizer, trained.sources, plan=PLAN, folder=tmp_path, stop_after=25)
    assert read_checkpoint(tmp_path / CHECKPOINT_FILE).step == 25
    second = load_network(trained.model, dtype="float32", seed=9)
    train(second, tokenizer, trained.sources, plan=PLAN, folder=tmp_path, resume=True)
    for (name, resumed), whole in zip(second.named_parameters(), trained.network.parameters(), strict=True):
        torch.testing.assert_close(resumed, whole, rtol=0, atol=1e-6, msg=name)


def test_what_is_written_gives_the_same_answers_within_eight_bits(trained: Trained, tmp_path: Path) -> None:
    weights = read_checkpoint(trained.folder / CHECKPOINT_FILE).weights
    write_weights(tmp_path, weights, base_model="tiny", training={})
    loaded = load_network(trained.model, dtype="float32", weights=read_weights(tmp_path))
    before, after = outputs_of(trained.network, trained), outputs_of(loaded, trained)
    assert torch.equal(before.starts.argmax(1), after.starts.argmax(1))
    assert torch.equal(before.ends.argmax(1), after.ends.argmax(1))
    torch.testing.assert_close(after.relevance, before.relevance, rtol=0, atol=0.2)


def test_eight_bits_miss_a_weight_by_half_a_step_of_its_row_at_most() -> None:
    name = "encoder.layer.weight"
    weight = torch.randn(7, 300, generator=torch.Generator().manual_seed(1)) * torch.logspace(-4, 1, 7)[:, None]
    error = (dequantise(quantise({name: weight}))[name] - weight).abs().amax(1)
    assert (error <= 0.51 * weight.abs().amax(1) / 127).all()
    heads = {"token_head.weight": weight}
    assert torch.equal(dequantise(quantise(heads))["token_head.weight"], weight)
    assert dequantise(quantise({name: torch.zeros(2, 3)}))[name].abs().sum() == 0


def test_words_are_those_of_the_model_and_mapped(trained: Trained) -> None:
    from safetensors.torch import load_file

    path = trained.model / "model.safetensors"
    expected = load_file(path)["embeddings.word_embeddings.weight"].numpy()
    assert map_words(path).shape[1] == DIM
    assert (map_words(path) == expected).all()


def test_the_network_is_the_encoder_it_was_made_of(trained: Trained) -> None:
    from transformers import BertModel

    network = load_network(trained.model, dtype="float32")
    whole = BertModel.from_pretrained(str(trained.model), add_pooling_layer=False, dtype=torch.float32)
    pairs = encode(load_tokenizer(trained.model), ["谁？"], [trained.sources[0].text], headers=[""], text_tokens=99)
    batch = make_batch(pairs[0][:1])
    hidden = whole(input_ids=torch.from_numpy(batch.ids)).last_hidden_state
    expected = network.token_head(hidden)[..., 2]
    torch.testing.assert_close(network(batch).evidence, expected, rtol=0, atol=1e-4)


def test_batches_are_as_many_as_planned_and_of_like_length(trained: Trained) -> None:
    plan = TrainingPlan(n_steps=7, batch_size=4)
    batches = list(training_batches(trained.sources, plan=plan))
    assert [len(batch) for batch in batches] == [4] * 7
    assert batches == list(training_batches(trained.sources, plan=plan))


def test_no_questions_are_an_error(trained: Trained, tmp_path: Path) -> None:
    silent = [replace(source, questions=()) for source in trained.sources]
    for sources in ([], silent):
        with pytest.raises(EmbeddingError) as caught:
            train(trained.network, load_tokenizer(trained.model), sources, plan=PLAN, folder=tmp_path)
        assert str(caught.value) == "问题集里没有带答案的问题，无法训练。请检查 --data 的文件。"


def test_resuming_without_a_checkpoint_or_with_another_plan_is_an_error(trained: Trained, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(trained.model)
    with pytest.raises(EmbeddingError) as caught:
        train(trained.network, tokenizer, trained.sources, plan=PLAN, folder=tmp_path, resume=True)
    missing = tmp_path / CHECKPOINT_FILE
    assert str(caught.value) == f"读不出检查点 {missing}。请检查 --out，或去掉 --resume，从头训练。"
    with pytest.raises(EmbeddingError) as caught:
        train(
            trained.network,
            tokenizer,
            trained.sources,
            plan=replace(PLAN, seed=2),
            folder=trained.folder,
            resume=True,
        )
    assert str(caught.value) == (
        f"检查点 {trained.folder / CHECKPOINT_FILE} 是用别的参数训练的（steps=60 seed=1 batch=16 rate=0.003 practice=0.5，"
        "现在是 steps=60 seed=2 batch=16 rate=0.003 practice=0.5）。请用相同的参数，或去掉 --resume。"
    )


def test_blended_weights_lie_between_those_of_start_and_end() -> None:
    before, after = {"a": torch.tensor([1.0, 5.0])}, {"a": torch.tensor([2.0, 5.0], dtype=torch.bfloat16)}
    mixed = blended(before, after, share=0.25)
    assert mixed["a"].dtype == torch.float32
    assert mixed["a"].tolist() == [1.25, 5.0]
    assert blended(before, after, share=1.0)["a"].tolist() == [2.0, 5.0]


def test_progress_reads_as_a_line() -> None:
    assert Progress(step=20, n_steps=80, loss=1.5, span_loss=1.25, step_s=2.0).line() == (
        "第 20/80 步，损失 1.500（片段 1.250），每步 2.00 秒，还需约 2 分钟"
    )
