"""`python -m embeddings train-embedder`: the bundled model's layers trained further, into a folder of weights."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from embeddings.bundled import ensure_unpacked
from embeddings.reading.command import MAX_STEPS, MIN_STEPS, training_sources
from embeddings.reading.encoding import load_tokenizer
from embeddings.reading.practice import read_practice
from embeddings.reading.questions import file_sha256
from embeddings.reading.weights import EMBEDDER, write_weights
from embeddings.transformer import choose_dtype
from rag.errors import EmbeddingError
from rag.settings import Settings

N_STEPS, SEED, BATCH_SIZE, LEARNING_RATE = 320, 1, 24, 5e-5
PRACTICE_SHARE = 0.65


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `train-embedder` takes."""
    parser.add_argument(
        "--data",
        type=Path,
        nargs="*",
        default=[],
        metavar="FILE",
        help="SQuAD 格式的问题集（JSON，或含一个 JSON 的 zip）",
    )
    parser.add_argument(
        "--practice",
        type=Path,
        nargs="*",
        default=[],
        metavar="FILE",
        help="练习文件（python -m benchmarks practice 生成）",
    )
    parser.add_argument(
        "--exclude", type=Path, nargs="+", default=[], metavar="FILE", help="这些问题集里的文本不用来训练"
    )
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

    if not MIN_STEPS <= arguments.steps <= MAX_STEPS:
        raise EmbeddingError(f"--steps {arguments.steps} 超出范围，应在 {MIN_STEPS} 到 {MAX_STEPS} 之间。")
    sources = training_sources(arguments.data, exclude=arguments.exclude)
    practice = read_practice(arguments.practice)
    n_questions = sum(len(source.questions) for source in sources)
    print(f"训练数据：公开题 {n_questions} 个，练习题 {len(practice)} 个。")
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
        sources,
        practice=practice,
        plan=plan,
        on_progress=lambda progress: print(progress.line(), file=sys.stderr, flush=True),
    )
    training = {
        "data": [{"file": path.name, "sha256": file_sha256(path)} for path in arguments.data],
        "practice": [{"file": path.name, "sha256": file_sha256(path)} for path in arguments.practice],
        "excluded": [{"file": path.name, "sha256": file_sha256(path)} for path in arguments.exclude],
        "n_questions": n_questions,
        "n_practice_questions": len(practice),
        "dtype": dtype,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        **asdict(plan),
    }
    manifest = write_weights(arguments.out, weights, base_model=model.name, training=training, trained=EMBEDDER)
    print(f"训练完成：{manifest.name}，{manifest.n_bytes / 1e6:.1f} MB，写在 {arguments.out}。")
    print(
        f"要用它，把其中的 {EMBEDDER.file} 和 manifest.json 放进 {EMBEDDER.shipped_folder}，再运行 python -m rag index --force。"
    )
