"""`python -m embeddings train-reader`: from question sets to a folder that `load_reader` reads."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.bundled import ensure_unpacked
from embeddings.reading.encoding import load_tokenizer
from embeddings.reading.practice import PracticeQuestion, read_practice
from embeddings.reading.questions import SourceText, file_sha256, read_sources
from embeddings.reading.weights import (
    SHIPPED_FOLDER,
    Trained,
    check_weights,
    read_manifest,
    read_weights,
    write_weights,
)
from embeddings.transformer import choose_dtype
from rag.errors import EmbeddingError
from rag.settings import Settings

if TYPE_CHECKING:
    from torch import Tensor

    from embeddings.reading.masters import TrainingPlan

N_STEPS, SEED = 2600, 1
LEARNING_RATE = 2e-4
PRACTICE_SHARE = 0.5
BLEND = 1.0
N_MEASURED = 1000
MIN_STEPS, MAX_STEPS = 1, 100_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `train-reader` takes."""
    add_data_arguments(parser, needs_data=True)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="检查点和训练好的权重写到这里")
    parser.add_argument("--measure", type=Path, nargs="+", default=[], metavar="FILE", help="训练后在这些问题集上测量")
    parser.add_argument(
        "--start", type=Path, metavar="DIR", help="从这个文件夹里训练好的阅读模型开始（默认从内置嵌入模型开始）"
    )
    parser.add_argument("--rate", type=float, default=LEARNING_RATE, help=f"最高的学习率（默认 {LEARNING_RATE}）")
    parser.add_argument("--seed", type=int, default=SEED, help=f"随机种子（默认 {SEED}）")
    parser.add_argument("--steps", type=int, default=N_STEPS, help=f"训练步数，每步 16 个例子（默认 {N_STEPS}）")
    parser.add_argument(
        "--practice-share",
        type=float,
        default=PRACTICE_SHARE,
        help=f"练习题在例子里的份额，0 到 1 之间（默认 {PRACTICE_SHARE}）",
    )
    parser.add_argument(
        "--blend",
        type=float,
        default=BLEND,
        help="写出的权重里新训练的占多少，其余是 --start 的，大于 0、不超过 1（默认 1，全是新训练的）",
    )
    parser.add_argument("--resume", action="store_true", help="从 --out 里的检查点接着训练（参数须相同）")


def add_data_arguments(parser: argparse.ArgumentParser, *, needs_data: bool) -> None:
    """Declare what both trainings take for data: public sets (needed or not), practice files, and what is left out."""
    parser.add_argument(
        "--data",
        type=Path,
        nargs="+",
        required=needs_data,
        default=[],
        metavar="FILE",
        help="SQuAD 格式的问题集（JSON，或含一个 JSON 的 zip）",
    )
    parser.add_argument(
        "--practice",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="练习文件（python -m benchmarks practice 生成）",
    )
    parser.add_argument(
        "--exclude", type=Path, nargs="+", default=[], metavar="FILE", help="这些问题集里的文本不用来训练"
    )


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What one training is given."""

    sources: list[SourceText]
    practice: list[PracticeQuestion]
    n_questions: int
    """Of the public sets."""
    record: dict[str, Any]
    """Files with their hashes, and numbers, for the manifest."""


def read_training_data(arguments: argparse.Namespace) -> TrainingData:
    """Return what `add_data_arguments` and `--steps` declare. Raises EmbeddingError for what cannot be used."""
    if not MIN_STEPS <= arguments.steps <= MAX_STEPS:
        raise EmbeddingError(f"--steps {arguments.steps} 超出范围，应在 {MIN_STEPS} 到 {MAX_STEPS} 之间。")
    sources = training_sources(arguments.data, exclude=arguments.exclude)
    practice = read_practice(arguments.practice)
    files = {"data": arguments.data, "practice": arguments.practice, "excluded": arguments.exclude}
    record: dict[str, Any] = {
        name: [{"file": path.name, "sha256": file_sha256(path)} for path in paths] for name, paths in files.items()
    }
    n_questions = sum(len(source.questions) for source in sources)
    record |= {"n_texts": len(sources), "n_questions": n_questions, "n_practice_questions": len(practice)}
    return TrainingData(sources, practice, n_questions, record)


def finished_training(data: TrainingData, plan: TrainingPlan, *, dtype: str) -> dict[str, Any]:
    """Return what a manifest says of a training that has just ended."""
    finished = datetime.now(UTC).isoformat(timespec="seconds")
    return {**data.record, "dtype": dtype, "finished": finished, **asdict(plan)}


def train_reader(settings: Settings, arguments: argparse.Namespace) -> None:
    """Train, write weights and manifest into `--out`, measure, and print where they are.

    Raises EmbeddingError for data that cannot be used, StorageError where `--out` cannot be written.
    """
    from embeddings.reading.masters import CHECKPOINT_FILE, TrainingPlan, read_checkpoint
    from embeddings.reading.network import load_network
    from embeddings.reading.training import train

    if not 0 < arguments.practice_share < 1:
        raise EmbeddingError(f"--practice-share {arguments.practice_share} 超出范围，应大于 0、小于 1。")
    if not 0 < arguments.blend <= 1:
        raise EmbeddingError(f"--blend {arguments.blend} 超出范围，应大于 0、不超过 1。")
    if arguments.blend < 1 and arguments.start is None:
        raise EmbeddingError(f"--blend {arguments.blend} 要与开始时的权重混合。请用 --start 给出，或去掉 --blend。")
    data = read_training_data(arguments)
    print(f"训练数据：{len(data.sources)} 段文本，{data.n_questions} 个问题。")
    model = ensure_unpacked(settings.home)
    plan = TrainingPlan(
        n_steps=arguments.steps,
        seed=arguments.seed,
        learning_rate=arguments.rate,
        practice_share=arguments.practice_share,
    )
    dtype = choose_dtype(settings.embedding_dtype)
    started = read_manifest(arguments.start) if arguments.start else None
    before = read_weights(arguments.start) if arguments.start else None
    network = load_network(model.path, dtype=dtype, weights=before, seed=plan.seed)
    tokenizer = load_tokenizer(model.path)
    train(
        network,
        tokenizer,
        data.sources,
        plan=plan,
        folder=arguments.out,
        practice=data.practice,
        resume=arguments.resume,
        on_progress=lambda progress: print(progress.line(), file=sys.stderr, flush=True),
    )
    training = {
        "started_from": None if started is None else {"reader": started.name, "training": started.training},
        **finished_training(data, plan, dtype=dtype),
        "blend": arguments.blend,
    }
    weights = read_checkpoint(arguments.out / CHECKPOINT_FILE).weights
    if before is not None:
        weights = blended(before, weights, share=arguments.blend)
    write_weights(arguments.out, weights, base_model=model.name, training=training)
    figures = _measure(settings, arguments.out, arguments.measure)
    manifest = write_weights(arguments.out, weights, base_model=model.name, training=training, figures=figures)
    print(f"训练完成：{manifest.name}，{manifest.n_bytes / 1e6:.1f} MB，写在 {arguments.out}。")
    print(f"要用它，把其中的 reader.safetensors 和 manifest.json 放进 {SHIPPED_FOLDER}。")


def blended(before: Mapping[str, Tensor], after: Mapping[str, Tensor], *, share: float) -> dict[str, Tensor]:
    """Return weights on the line between those training began with and those it ended with, `share` of the way.

    Such weights can do better than both, on what was trained on before too (Wortsman 2022, https://arxiv.org/abs/2109.01903).
    """
    return {name: (1 - share) * before[name].float() + share * value.float() for name, value in after.items()}


def training_sources(paths: Sequence[Path], *, exclude: Sequence[Path]) -> list[SourceText]:
    """Return the texts to train on: those of `paths` that do not occur word for word in `exclude`."""
    banned = {source.text for source in read_sources(exclude)}
    return [source for source in read_sources(paths) if source.text not in banned]


def _measure(settings: Settings, folder: Path, paths: Sequence[Path]) -> dict[str, Any]:
    """Return figures by file name, printed as they come."""
    from embeddings.reading.measuring import as_record, measure
    from embeddings.reading.reader import load_reader

    reader = load_reader(settings, folder=folder)
    records: dict[str, Any] = {}
    for path in paths:
        figures = measure(reader, path, n_questions=N_MEASURED)
        print(f"{figures.file}：{figures.n} 题，EM {figures.exact_match:.3f}，F1 {figures.f1:.3f}")
        records[figures.file] = as_record(figures)
    return records


def trained_state(trained: Trained) -> str:
    """Return one line on the trained weights that are shipped: their name, or what is wrong with them."""
    try:
        manifest = check_weights(trained.shipped_folder, trained=trained)
    except EmbeddingError as exc:
        return str(exc)
    return f"{manifest.name}（{manifest.n_bytes / 1e6:.0f} MB，校验和正确）"
