"""What a run says of itself."""

from __future__ import annotations

import re
from pathlib import Path

from eval.provenance import code_version, describe_run, installed_versions
from rag.settings import PROJECT_PATH, Settings
from rag.types import Compilation


def test_a_folder_without_git_has_no_commit(tmp_path: Path) -> None:
    assert code_version(tmp_path / "nowhere") == {"commit": None, "changed": None}


def test_versions_are_those_that_requirements_name() -> None:
    versions = installed_versions()
    assert {"faiss-cpu", "bm25s", "ir-measures", "rouge-chinese", "scipy", "openpyxl"} <= versions.keys()


def test_a_run_names_hashes_settings_and_machine(compilation: Compilation, tmp_path: Path) -> None:
    questions_path = PROJECT_PATH / "eval" / "questions" / "qingdao-2018.jsonl"
    run = describe_run(
        questions_path, Settings(home=tmp_path), pipeline="casechat", compilation=compilation, n_workers=2
    )
    assert re.fullmatch("[0-9a-f]{64}", run["questions"]["sha256"])
    assert run["compilation"]["sha256"] == compilation.source_sha256
    assert run["machine"]["n_cores"] >= 1 and run["n_workers"] == 2
    assert "home" not in run["settings"] and str(tmp_path) not in str(
        run
    )  # a report is published: no paths of one's own


def test_a_model_is_named_without_its_folder_or_address(compilation: Compilation, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, llm=f"gguf:{tmp_path}/small.gguf", base_url="http://10.0.0.7:8000/v1")
    run = describe_run(PROJECT_PATH / "README.md", settings, pipeline="casechat", compilation=compilation, n_workers=1)
    assert run["settings"]["llm"] == "gguf:small.gguf"
    assert "10.0.0.7" not in str(run) and str(tmp_path) not in str(run)
