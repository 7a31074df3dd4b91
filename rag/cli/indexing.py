"""`index`: brings the index up to date and says what it holds."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from rag.cli.options import settings_from
from rag.cli.progress import StageProgress
from rag.errors import IndexError_
from rag.machine import folder_bytes
from rag.types import Compilation, IndexManifest


def run_index(options: argparse.Namespace) -> int:
    """Build the index where it is missing or its text changed, or in any case with `--force`; print a summary."""
    settings = settings_from(options)
    from rag.factory import build_embedder, build_index, build_qa, index_path  # loads the model's libraries
    from rag.stores.storage import read_manifest

    path = index_path(settings)
    began_s = time.perf_counter()
    with StageProgress() as progress:
        embedder = build_embedder(settings, on_progress=progress)
        before = None if options.force else read_manifest(path)
        if options.force:
            build_index(settings, on_progress=progress, embedder=embedder)
        qa = build_qa(settings, on_progress=progress, embedder=embedder)
    manifest = read_manifest(path)
    if manifest is None:
        raise IndexError_(f"索引刚建好又不见了：{path}。请确认没有别的程序在清理这个目录，然后重新运行。")
    print("索引已是最新，没有重建。" if manifest == before else "索引已建好。")
    print(_summary(manifest, qa.compilations[settings.compilation.stem], path))
    print(f"  用时    {time.perf_counter() - began_s:.1f} 秒")
    return 0


def _summary(manifest: IndexManifest, compilation: Compilation, path: Path) -> str:
    n_sections = sum(len(case.sections) for case in compilation.cases)
    return "\n".join(
        [
            f"  汇编    《{compilation.title}》",
            f"  内容    {len(compilation.cases)} 个案例，{n_sections} 个小节，{manifest.n_chunks} 个段落",
            f"  模型    {manifest.embedding_model}，{manifest.dim} 维，{manifest.dtype}",
            f"  位置    {path}（{folder_bytes(path) / 1e6:.1f} MB）",
        ]
    )
