"""What runs inside a fresh process: build the index, or answer questions one after the other."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from rag.settings import load_settings


def run_worker(job: Literal["index", "questions"], *, questions_path: Path) -> None:
    """Do the job with the settings of the environment and print what it found as one JSON object."""
    found = _build_index() if job == "index" else _answer_questions(questions_path)
    print(json.dumps(found, ensure_ascii=False))


def read_questions(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a question set, in the file's order."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _build_index() -> dict[str, Any]:
    """Return the manifest, and the seconds of the building alone, with the model loaded."""
    from rag.factory import build_embedder, build_index

    settings = load_settings()
    embedder = build_embedder(settings)
    began_s = time.perf_counter()
    manifest = build_index(settings, embedder=embedder)
    build_s = time.perf_counter() - began_s
    return {**asdict(manifest), "compilations": dict(manifest.compilations), "build_s": build_s}


def _answer_questions(path: Path) -> dict[str, Any]:
    """Ask every question once, after one that is not counted; latencies in ms, in the file's order."""
    from rag.factory import build_qa

    questions = read_questions(path)
    qa = build_qa(load_settings())
    qa.ask(questions[0]["question"], questions[0]["history"])
    latencies_ms = []
    for question in questions:
        began_s = time.perf_counter()
        qa.ask(question["question"], question["history"])
        latencies_ms.append((time.perf_counter() - began_s) * 1000)
    return {"latencies_ms": latencies_ms}
