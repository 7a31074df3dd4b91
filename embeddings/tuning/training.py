"""Trains the embedder with questions against all passages and all sentences of a batch (InfoNCE, https://arxiv.org/abs/1807.03748)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import torch

from embeddings.reading.encoding import MAX_TOKENS, Encoded
from embeddings.reading.masters import Masters, TrainingPlan
from embeddings.reading.practice import PracticeQuestion
from embeddings.reading.questions import SourceText
from embeddings.reading.training import threads
from embeddings.transformer import E5_PASSAGE, E5_QUERY
from embeddings.tuning.network import EmbeddingNetwork
from embeddings.tuning.pairs import Pair, Passage, practice_batches, source_batches
from rag.errors import EmbeddingError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

TEMPERATURE = 0.02
SENTENCE_WEIGHT = 1.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far training is; the loss is the mean since the last report."""

    step: int
    n_steps: int
    loss: float
    step_s: float

    def line(self) -> str:
        """Return what is shown of it."""
        left_min = (self.n_steps - self.step) * self.step_s / 60
        return f"第 {self.step}/{self.n_steps} 步，损失 {self.loss:.3f}，每步 {self.step_s:.2f} 秒，还需约 {left_min:.0f} 分钟"


def tune(
    network: EmbeddingNetwork,
    tokenizer: Tokenizer,
    sources: Sequence[SourceText],
    *,
    practice: Sequence[PracticeQuestion],
    plan: TrainingPlan,
    on_progress: Callable[[Progress], None] | None = None,
) -> dict[str, torch.Tensor]:
    """Train `network` in place and return the float32 weights of its layers, by name.

    Raises EmbeddingError where there are too few questions for one batch.
    """
    state = Masters(network, plan)
    network.train()
    began, losses = time.monotonic(), []
    with threads(1), ThreadPoolExecutor(2, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        for step, pairs in enumerate(islice(_mixed(sources, practice, plan=plan), plan.n_steps)):
            losses.append(train_batch(pool, network, tokenizer, pairs))
            state.update(step)
            if on_progress is not None and ((step + 1) % 20 == 0 or step + 1 == plan.n_steps):
                step_s = (time.monotonic() - began) / (step + 1)
                on_progress(Progress(step + 1, plan.n_steps, float(np.mean(losses)), step_s))
                losses = []
    network.eval()
    return state.weights()


def train_batch(
    pool: ThreadPoolExecutor, network: EmbeddingNetwork, tokenizer: Tokenizer, pairs: Sequence[Pair]
) -> float:
    """Add the gradients of a batch to the network's parameters and return its loss.

    The texts are computed by two threads, each in one torch thread (see `reading.training`), and their vectors' gradients
    are handed back to the thread that computed them (https://arxiv.org/abs/2101.06983).
    """
    passages = list(dict.fromkeys(pair.passage for pair in pairs))
    questions = [_tokens(tokenizer, E5_QUERY, pair.question) for pair in pairs]
    texts = [_tokens(tokenizer, E5_PASSAGE, passage.text) for passage in passages]
    cuts = [passage.sentences for passage in passages]
    first, second = slice(0, len(texts) // 2), slice(len(texts) // 2, len(texts))
    jobs: list[tuple[list[Encoded], Sequence[Sequence[tuple[int, int]]]]] = [
        (questions, [()] * len(questions)),
        (texts[first], cuts[first]),
        (texts[second], cuts[second]),
    ]
    computed = [future.result() for future in [pool.submit(network, *job) for job in jobs]]
    held = [[vectors.detach().requires_grad_() for vectors in one] for one in computed]
    loss = batch_loss(
        pairs,
        passages,
        held[0][0],
        whole=torch.cat([held[1][0], held[2][0]]),
        sentences=torch.cat([held[1][1], held[2][1]]),
    )
    torch.autograd.backward(loss)
    backward = [
        pool.submit(torch.autograd.backward, [v for v, h in used], [h.grad for v, h in used])
        for one, of_one in zip(computed, held, strict=True)
        if (used := [(v, h) for v, h in zip(one, of_one, strict=True) if h.grad is not None])
    ]
    for future in backward:
        future.result()
    return float(loss.detach())


def batch_loss(
    pairs: Sequence[Pair],
    passages: Sequence[Passage],
    questions: torch.Tensor,
    *,
    whole: torch.Tensor,
    sentences: torch.Tensor,
) -> torch.Tensor:
    """Return the loss of a batch: each question must tell its passage, and the sentences that answer, from all others.

    questions: (n pairs, dim); whole: (n passages, dim); sentences: (n sentences of all passages, dim); all normalised.
    """
    firsts = np.cumsum([0, *(len(passage.sentences) for passage in passages)])
    of_passage = torch.zeros(len(pairs), len(passages), dtype=torch.bool)
    of_sentence = torch.zeros(len(pairs), int(firsts[-1]), dtype=torch.bool)
    for row, pair in enumerate(pairs):
        number = passages.index(pair.passage)
        of_passage[row, number] = True
        of_sentence[row, [int(firsts[number]) + i for i in pair.answering]] = True
    loss = _contrast(questions @ whole.T, of_passage)
    return loss + SENTENCE_WEIGHT * _contrast(questions @ sentences.T, of_sentence)


def _contrast(cosines: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """Return the mean over questions of -log of the share that falls to the right ones; those with none are left out."""
    scores = cosines / TEMPERATURE
    some = right.any(1)
    gained = scores.masked_fill(~right, -torch.inf).logsumexp(1) - scores.logsumexp(1)
    return -gained[some].mean()


def _tokens(tokenizer: Tokenizer, prefix: str, text: str) -> Encoded:
    encoding = tokenizer.encode(prefix + text)
    offsets = np.array(encoding.offsets, dtype=np.int32).reshape(-1, 2) - len(prefix)
    return Encoded(tuple(encoding.ids[:MAX_TOKENS]), 0, 0, np.maximum(offsets[:MAX_TOKENS], 0))


def _mixed(
    sources: Sequence[SourceText], practice: Sequence[PracticeQuestion], *, plan: TrainingPlan
) -> Iterator[list[Pair]]:
    """Yield batches without end, `plan.practice_share` of them of practice questions; the same for the same plan."""
    rng = random.Random(plan.seed)
    practised = _endless(lambda: practice_batches(practice, n_pairs=plan.batch_size, rng=rng)) if practice else None
    public = _endless(lambda: source_batches(sources, n_pairs=plan.batch_size, rng=rng)) if sources else None
    while True:
        batches = practised if practised and (not public or rng.random() < plan.practice_share) else public
        if batches is None:
            raise EmbeddingError("没有可以训练的题目。请检查 --data 和 --practice 的文件。")
        yield next(batches)


def _endless(make: Callable[[], Iterator[list[Pair]]]) -> Iterator[list[Pair]]:
    while True:
        n_before = 0
        for batch in make():
            n_before += 1
            yield batch
        if not n_before:
            raise EmbeddingError("题目不够一批。请检查 --data 和 --practice 的文件。")
