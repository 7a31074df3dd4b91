"""Trains the reader: bfloat16 weights with float32 master copies, resumable, the same for the same seed.

The encoder computes in the dtype it was loaded in, bfloat16 where the CPU has it natively; the optimiser keeps float32
copies, since steps of this size vanish in bfloat16 (https://arxiv.org/abs/1710.03740).
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from embeddings.reading.encoding import encode, token_span
from embeddings.reading.examples import Example, make_examples
from embeddings.reading.masters import CHECKPOINT_FILE, Masters, TrainingPlan
from embeddings.reading.network import Batch, Outputs, ReaderNetwork, make_batch
from embeddings.reading.practice import PracticeQuestion, practice_examples
from embeddings.reading.questions import SourceText
from rag.errors import EmbeddingError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

POOL_BATCHES = 50
"""Batches are made of examples of like length out of this many batches' examples."""
EVIDENCE_WEIGHT, RELEVANCE_WEIGHT = 0.5, 0.5


@dataclass(frozen=True, slots=True)
class Targets:
    """What the outputs of a batch should be."""

    starts: torch.Tensor
    ends: torch.Tensor
    """int64 (b,): token indices; 0, the `<s>`, where there is no answer."""
    evidence: torch.Tensor
    """float32 (b, n)."""
    relevance: torch.Tensor
    """float32 (b,)."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far training is; losses are means since the last report."""

    step: int
    n_steps: int
    loss: float
    span_loss: float
    step_s: float
    """Mean time a step in this run."""

    def line(self) -> str:
        """Return what is shown of it."""
        left_min = (self.n_steps - self.step) * self.step_s / 60
        return (
            f"第 {self.step}/{self.n_steps} 步，损失 {self.loss:.3f}（片段 {self.span_loss:.3f}），"
            f"每步 {self.step_s:.2f} 秒，还需约 {left_min:.0f} 分钟"
        )


def train(
    network: ReaderNetwork,
    tokenizer: Tokenizer,
    sources: Sequence[SourceText],
    *,
    plan: TrainingPlan,
    folder: Path,
    practice: Sequence[PracticeQuestion] = (),
    resume: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
    stop_after: int | None = None,
) -> None:
    """Train `network` in place, leaving checkpoints in `folder`.

    practice: questions put to a compilation, which give `plan.practice_share` of the examples; none without them.
    resume: go on from the checkpoint in `folder`.
    on_progress: called every 20 steps and after the last.
    stop_after: end after this step, with a checkpoint, as an interruption would.

    Raises EmbeddingError where there are no questions, or no checkpoint of the same plan to resume.
    """
    if not any(source.questions for source in sources):
        raise EmbeddingError("问题集里没有带答案的问题，无法训练。请检查 --data 的文件。")
    state = Masters(network, plan)
    path = folder / CHECKPOINT_FILE
    first = state.load(path) if resume else 0
    last = plan.n_steps if stop_after is None else min(stop_after, plan.n_steps)
    network.train()
    with threads(1), ThreadPoolExecutor(2, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        began = saved = time.monotonic()
        report = _Report(first, plan.n_steps, on_progress)
        for step, examples in enumerate(
            itertools.islice(training_batches(sources, plan=plan, practice=practice), last)
        ):
            if step < first:
                continue
            loss, span = _parallel_step(pool, network, tokenizer, examples, plan=plan)
            state.update(step)
            report.add(step + 1, loss, span, time.monotonic() - began)
            if time.monotonic() - saved > plan.checkpoint_every_s or step + 1 == last:
                state.save(path, step + 1)
                saved = time.monotonic()
    network.eval()


def training_batches(
    sources: Sequence[SourceText], *, plan: TrainingPlan, practice: Sequence[PracticeQuestion] = ()
) -> Iterator[list[Example]]:
    """Yield `plan.n_steps` batches of examples, of like length within a batch; the same for the same plan."""
    rng = random.Random(plan.seed)
    n_left, round_ = plan.n_steps, 0
    rest: list[Example] = []
    while n_left:
        rest += _mixed(sources, practice, plan=plan, round_=round_)
        round_ += 1
        n_pool = plan.batch_size * min(POOL_BATCHES, n_left)
        while n_left and len(rest) >= n_pool:
            pool, rest = rest[:n_pool], rest[n_pool:]
            pool.sort(key=lambda example: len(example.question) + len(example.header) + len(example.text))
            batches = [pool[i : i + plan.batch_size] for i in range(0, n_pool, plan.batch_size)]
            rng.shuffle(batches)
            yield from batches
            n_left -= len(batches)
            n_pool = plan.batch_size * min(POOL_BATCHES, n_left)


def _mixed(
    sources: Sequence[SourceText], practice: Sequence[PracticeQuestion], *, plan: TrainingPlan, round_: int
) -> list[Example]:
    """Return one pass over the sources' questions with as many passes over the practice as make its share, shuffled."""
    seed = plan.seed * 1000 + round_
    examples = make_examples(sources, seed=seed)
    if not practice:
        return examples
    wanted = round(len(examples) * plan.practice_share / (1 - plan.practice_share))
    passes = (practice_examples(practice, seed=seed * 1000 + i) for i in itertools.count())
    examples += itertools.islice(itertools.chain.from_iterable(passes), wanted)
    random.Random(seed).shuffle(examples)
    return examples


def make_targets(examples: Sequence[Example], pairs: Sequence[Any], n_tokens: int) -> Targets:
    """Return the targets of a batch; an answer that was cut off counts as none."""
    starts, ends = torch.zeros(len(pairs), dtype=torch.long), torch.zeros(len(pairs), dtype=torch.long)
    evidence, relevance = torch.zeros(len(pairs), n_tokens), torch.zeros(len(pairs))
    for row, (example, pair) in enumerate(zip(examples, pairs, strict=True)):
        span = token_span(pair.offsets, *example.answer) if example.answer else None
        if span is None or example.evidence is None:
            continue
        starts[row], ends[row] = pair.first + span[0], pair.first + span[1]
        relevance[row] = 1.0
        around = token_span(pair.offsets, *example.evidence) or span
        evidence[row, pair.first + around[0] : pair.first + around[1] + 1] = 1.0
    return Targets(starts, ends, evidence, relevance)


def span_loss(outputs: Outputs, targets: Targets) -> torch.Tensor:
    """Return the mean cross entropy of start and end, "no answer" being one of the choices."""
    cross_entropy = nn.functional.cross_entropy
    return (cross_entropy(outputs.starts, targets.starts) + cross_entropy(outputs.ends, targets.ends)) / 2


def full_loss(outputs: Outputs, targets: Targets, batch: Batch) -> torch.Tensor:
    """Return the loss that is minimised: span, relevance and evidence."""
    binary = nn.functional.binary_cross_entropy_with_logits
    by_token = binary(outputs.evidence, targets.evidence, reduction="none") * batch.readable
    by_text = by_token.sum(1) / batch.readable.sum(1).clamp(min=1)
    relevance = binary(outputs.relevance, targets.relevance)
    return span_loss(outputs, targets) + RELEVANCE_WEIGHT * relevance + EVIDENCE_WEIGHT * by_text.mean()


@contextmanager
def threads(n_threads: int) -> Iterator[None]:
    """Let torch compute in so many threads for a while."""
    before = torch.get_num_threads()
    torch.set_num_threads(n_threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _parallel_step(
    pool: ThreadPoolExecutor,
    network: ReaderNetwork,
    tokenizer: Tokenizer,
    examples: Sequence[Example],
    *,
    plan: TrainingPlan,
) -> tuple[float, float]:
    """Compute the gradients of a batch, a half in each of two threads; return its loss and span loss.

    Each half computes in one torch thread: two threads that meet after every operation lose most of their time where
    other work shares the cores (4 to 12 s a step measured, against 1.6 s in one thread). A sum of two is the same in
    either order, so that chance has no part in it.
    """
    cut = (len(examples) + 1) // 2
    halves = [half for half in (examples[:cut], examples[cut:]) if half]
    done = [pool.submit(_step, network, tokenizer, half, plan=plan, share=len(half) / len(examples)) for half in halves]
    losses = [future.result() for future in done]
    return sum(loss for loss, _ in losses), sum(span for _, span in losses)


def _step(
    network: ReaderNetwork, tokenizer: Tokenizer, examples: Sequence[Example], *, plan: TrainingPlan, share: float
) -> tuple[float, float]:
    """Add the gradients of a part of a batch; return its share of the loss and of the span loss."""
    encoded = encode(
        tokenizer,
        [example.question for example in examples],
        [example.text for example in examples],
        headers=[example.header for example in examples],
        text_tokens=plan.text_tokens,
    )
    pairs = [stretches[0] for stretches in encoded]
    batch = make_batch(pairs)
    outputs = network(batch)
    targets = make_targets(examples, pairs, batch.ids.shape[1])
    loss = full_loss(outputs, targets, batch)
    (loss * share).backward()  # type: ignore[no-untyped-call]
    return loss.item() * share, span_loss(outputs, targets).item() * share


class _Report:
    """Gathers losses and passes their means on every 20 steps."""

    def __init__(self, first: int, n_steps: int, on_progress: Callable[[Progress], None] | None) -> None:
        self._first, self._n_steps, self._on_progress = first, n_steps, on_progress
        self._losses: list[tuple[float, float]] = []

    def add(self, step: int, loss: float, span: float, elapsed_s: float) -> None:
        self._losses.append((loss, span))
        if self._on_progress is None or (step % 20 and step != self._n_steps):
            return
        n = len(self._losses)
        means = [sum(column) / n for column in zip(*self._losses, strict=True)]
        step_s = elapsed_s / (step - self._first)
        self._on_progress(Progress(step, self._n_steps, means[0], means[1], step_s))
        self._losses.clear()
