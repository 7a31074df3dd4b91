"""What a run was made with: hashes, versions, machine, time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval.dataset import questions_sha256
from rag.machine import describe_machine, installed_version, pinned_versions
from rag.settings import PROJECT_PATH, Settings
from rag.types import Compilation


def describe_run(
    questions_path: Path, settings: Settings, *, pipeline: str, compilation: Compilation, n_workers: int
) -> dict[str, Any]:
    """Return what identifies a run: hashes of questions, compilation and settings, versions, machine, time (UTC)."""
    return {
        "questions": {"file": questions_path.name, "sha256": questions_sha256(questions_path)},
        "compilation": {
            "id": compilation.compilation_id,
            "title": compilation.title,
            "sha256": compilation.source_sha256,
        },
        "pipeline": pipeline,
        "settings": settings.model_dump(mode="json", exclude={"home", "compilation", "host", "port"}),
        "settings_sha256": settings.sha256(),
        "n_workers": n_workers,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": installed_versions(),
        "machine": describe_machine(),
    }


def installed_versions() -> dict[str, str]:
    """Return the installed version of each package that requirements.txt pins; one that is missing is left out."""
    names = pinned_versions(PROJECT_PATH / "requirements.txt")
    return {name: version for name in names if (version := installed_version(name)) is not None}
