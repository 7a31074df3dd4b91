"""`python -m embeddings train-embedder`: the bundled model's layers trained further, into a folder of weights."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from embeddings.bundled import ensure_unpacked
from embeddings.reading.command import add_data_arguments, finished_training, read_training_data
from embeddings.reading.encoding import load_tokenizer
from embeddings.reading.weights import EMBEDDER, write_weights
from embeddings.transformer import choose_dtype
from rag.settings import Settings

N_STEPS, SEED, BATCH_SIZE, LEARNING_RATE = 320, 1, 24, 5e-5
PRACTICE_SHARE = 0.65


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `train-embedder` takes."""
    add_data_arguments(parser, needs_data=False)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="训练好的权重写到这里")
    parser.add_argument("--seed", type=int, default=SEED, help=f"随机种子（默认 {SEED}）")
    parser.add_argument("--steps", type=int, default=N_STEPS, help=f"训练步数，每步 {BATCH_SIZE} 题（默认 {N_STEPS}）")


def train_embedder(settings: Settings, arguments: argparse.Namespace) -> None:
    """Train, write weights and manifest into `--out`, and print where they are.

    Raises EmbeddingError for data that cannot be used, StorageError where `--out` cannot be written.
    """
    from embeddings.reading.masters import TrainingPlan
    from embeddings.reading.network import load_encoder
    from embeddings.tuning.network import EmbeddingNetwork
    from embeddings.tuning.training import tune

    data = read_training_data(arguments)
    print(f"训练数据：公开题 {data.n_questions} 个，练习题 {len(data.practice)} 个。")
    model = ensure_unpacked(settings.home)
    plan = TrainingPlan(
        n_steps=arguments.steps,
        seed=arguments.seed,
        batch_size=BATCH_SIZE,
        learning_rate=LEARNING_RATE,
        practice_share=PRACTICE_SHARE,
    )
    dtype = choose_dtype(settings.embedding_dtype)
    weights = tune(
        EmbeddingNetwork(*load_encoder(model.path, dtype=dtype)),
        load_tokenizer(model.path),
        data.sources,
        practice=data.practice,
        plan=plan,
        on_progress=lambda progress: print(progress.line(), file=sys.stderr, flush=True),
    )
    training = finished_training(data, plan, dtype=dtype)
    manifest = write_weights(arguments.out, weights, base_model=model.name, training=training, trained=EMBEDDER)
    print(f"训练完成：{manifest.name}，{manifest.n_bytes / 1e6:.1f} MB，写在 {arguments.out}。")
    print(
        f"要用它，把其中的 {EMBEDDER.file} 和 manifest.json 放进 {EMBEDDER.shipped_folder}，再运行 python -m rag index --force。"
    )
