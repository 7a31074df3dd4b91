"""What a run was made with: hashes, versions, machine, time."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval.dataset import questions_sha256
from rag.machine import describe_machine, installed_version, pinned_versions
from rag.settings import MAY_HOLD_KEYS, PROJECT_PATH, Settings
from rag.types import Compilation


def describe_run(
    questions_path: Path, settings: Settings, *, pipeline: str, compilation: Compilation, n_workers: int
) -> dict[str, Any]:
    """Return what identifies a run: hashes of questions, compilation and settings, code, versions, machine, time (UTC)."""
    return {
        "questions": {"file": questions_path.name, "sha256": questions_sha256(questions_path)},
        "compilation": {
            "id": compilation.compilation_id,
            "title": compilation.title,
            "sha256": compilation.source_sha256,
        },
        "code": code_version(PROJECT_PATH),
        "pipeline": pipeline,
        "settings": _shown(settings),
        "settings_sha256": settings.sha256(),
        "n_workers": n_workers,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": installed_versions(),
        "machine": describe_machine(),
    }


def _shown(settings: Settings) -> dict[str, Any]:
    """Return the settings without addresses and paths of this machine: a report is published."""
    shown = settings.model_dump(mode="json", exclude={"home", "compilation", "host", "port", *MAY_HOLD_KEYS})
    provider, _, model = settings.llm.partition(":")
    return {**shown, "llm": f"gguf:{Path(model).name}"} if provider == "gguf" else shown


def installed_versions() -> dict[str, str]:
    """Return the installed version of each package that requirements.txt pins; one that is missing is left out."""
    names = pinned_versions(PROJECT_PATH / "requirements.txt")
    return {name: version for name in names if (version := installed_version(name)) is not None}


def code_version(path: Path) -> dict[str, Any]:
    """Return the commit of the checkout and whether its files were changed since; None for both where git cannot tell."""
    try:
        commit = _git(path, "rev-parse", "HEAD")
        return {"commit": commit, "changed": bool(_git(path, "status", "--porcelain", "--untracked-files=no"))}
    except (OSError, subprocess.CalledProcessError):
        return {"commit": None, "changed": None}


def _git(path: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(path), *arguments], check=True, capture_output=True, encoding="utf-8")
    return done.stdout.strip()
