"""Evaluation runs started from the page: each owner's own, one at a time, in a thread."""

from __future__ import annotations

import datetime
import hashlib
import re
import threading
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from rag.errors import CaseChatError, QuestionSetError
from rag.settings import PROJECT_PATH, Settings
from ui.i18n import Texts
from ui.logs import log_event, without_paths
from ui.warmup import Warmup

BUNDLED_PATH = PROJECT_PATH / "eval" / "questions"
UPLOAD_SUFFIXES = (".jsonl", ".csv", ".xlsx")
MAX_UPLOADS = 50
_NAME = re.compile(r"[^\w.-]+")


class RunStopped(CaseChatError):
    """The person stopped the run."""


@dataclass
class RunState:
    """A run that is going on, or the last one."""

    run_id: str
    questions: str
    """Name of the question file."""
    done: int = 0
    total: int = 0
    running: bool = True
    error: str = ""
    """Why it ended; empty while it runs and when it ended well."""
    stop_requested: bool = False


class Evaluations:
    """Question sets and runs of each owner, in the data directory."""

    def __init__(self, settings: Settings, warmup: Warmup) -> None:
        self._settings = settings
        self._warmup = warmup
        self._states: dict[str, RunState] = {}
        self._lock = threading.Lock()
        self._one_at_a_time = threading.Lock()

    def folder(self, owner: str) -> Path:
        """Return the owner's folder; its name tells nobody whose it is."""
        return self._settings.home / "evaluation" / hashlib.sha256(owner.encode()).hexdigest()[:32]

    def question_sets(self, owner: str) -> dict[str, Path]:
        """Return the question files by name: those that come along, then the owner's own."""
        uploads = self.folder(owner) / "questions"
        bundled = sorted(
            (path for path in BUNDLED_PATH.glob("*.jsonl") if path.stem != "template"), key=lambda path: path.stem
        )
        own = sorted(uploads.iterdir()) if uploads.is_dir() else []
        return {path.name: path for path in [*bundled, *own] if path.suffix in UPLOAD_SUFFIXES}

    def add_questions(self, owner: str, name: str, body: bytes, *, texts: Texts) -> tuple[str, str]:
        """Check an uploaded question file and keep it; return the name it is kept by, and that with its size as a sentence.

        Raises QuestionSetError with every problem of the file, and for a name or kind that is not taken.
        """
        from eval.api import list_questions  # pydantic models and metrics: not needed before

        stem, suffix = Path(name).stem, Path(name).suffix.lower()
        if suffix not in UPLOAD_SUFFIXES:
            raise QuestionSetError(texts("evaluation.suffix", name=name[:80], allowed=" ".join(UPLOAD_SUFFIXES)))
        if len(self.question_sets(owner)) >= MAX_UPLOADS:
            raise QuestionSetError(texts("evaluation.too_many", n=MAX_UPLOADS))
        kept = f"own-{_NAME.sub('-', stem)[:50] or 'questions'}{suffix}"
        folder = self.folder(owner) / "questions"
        folder.mkdir(parents=True, exist_ok=True)
        checked = folder / f"{kept}.part{suffix}"
        checked.write_bytes(body)
        try:
            questions = list_questions(checked)
        except QuestionSetError as exc:
            raise QuestionSetError(without_paths(str(exc).replace(str(checked), name[:80]))) from exc
        else:
            checked.replace(folder / kept)
        finally:
            checked.unlink(missing_ok=True)
        return kept, texts("evaluation.uploaded", name=kept, n=len(questions))

    def runs(self, owner: str) -> list[str]:
        """Return the ids of the owner's finished runs, newest first."""
        folder = self.folder(owner) / "runs"
        if not folder.is_dir():
            return []
        return sorted((path.parent.name for path in folder.glob("*/summary.json")), reverse=True)

    def run_path(self, owner: str, run_id: str) -> Path | None:
        """Return the folder of a finished run of the owner's; None where there is none."""
        return self.folder(owner) / "runs" / run_id if run_id in self.runs(owner) else None

    def summary(self, owner: str, run_id: str) -> dict[str, Any] | None:
        """Return the summary of a run of the owner's; None where there is none or it is damaged."""
        from eval.api import read_summary

        path = self.run_path(owner, run_id)
        try:
            return read_summary(path) if path else None
        except QuestionSetError:
            return None

    def state(self, owner: str) -> RunState | None:
        """Return the owner's run of this server, going on or ended; None where there was none."""
        return self._states.get(owner)

    def start(self, owner: str, name: str, limit: int | None, *, texts: Texts) -> None:
        """Begin a run. Raises QuestionSetError for an unknown set, while another run goes on, and before the warm-up's end."""
        path = self.question_sets(owner).get(name)
        if path is None:
            raise QuestionSetError(texts("evaluation.unknown", name=name[:80]))
        if self._warmup.qa is None:
            raise QuestionSetError(texts("tab.warming"))
        with self._lock:
            state = self._states.get(owner)
            if state is not None and state.running:
                raise QuestionSetError(texts("evaluation.running_already"))
            if not self._one_at_a_time.acquire(blocking=False):
                raise QuestionSetError(texts("evaluation.busy"))
            stamp = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
            state = RunState(f"{stamp}-{_NAME.sub('-', path.stem)[:50]}", name)
            self._states[owner] = state
        arguments = (owner, path, limit, state, texts)
        threading.Thread(target=self._run, args=arguments, name="casechat-evaluation", daemon=True).start()

    def stop(self, owner: str) -> None:
        """Stop the owner's run after its current question."""
        state = self._states.get(owner)
        if state is not None:
            state.stop_requested = True

    def _run(self, owner: str, path: Path, limit: int | None, state: RunState, texts: Texts) -> None:
        from eval.api import RunOptions, run_evaluation, write_run_report

        qa = self._warmup.qa
        error = texts("evaluation.broken")  # unless it is replaced: the page must not wait for ever
        try:
            if qa is not None:
                (compilation,) = qa.compilations.values()
                out_path = self.folder(owner) / "runs" / state.run_id
                options = RunOptions(path, out_path, limit=limit, overwrite=True)

                def on_result(done: int, total: int) -> None:
                    state.done, state.total = done, total
                    if state.stop_requested:
                        raise RunStopped(texts("evaluation.stopped", done=done, total=total))

                run_evaluation(options, self._settings, qa=qa, compilation=compilation, on_result=on_result)
                write_run_report(out_path)
                error = ""
        except CaseChatError as exc:
            error = without_paths(str(exc))
        finally:
            state.error, state.running = error, False
            self._one_at_a_time.release()
            log_event("evaluation", run=state.run_id, done=state.done, total=state.total, ended_well=not error)

    def page(self, owner: str, run_id: str, base: str) -> str | None:
        """Return the report of a run, or with `base` the page comparing it with that run; None where there is none.

        A report names the settings it was made with; addresses of models are the operator's, and left out.

        Raises QuestionSetError when the two runs have no question in common.
        """
        from eval.api import write_run_comparison

        path = self.run_path(owner, run_id)
        if path is None:
            return None
        if not base:
            return self._without_addresses(path / "report.html") if (path / "report.html").is_file() else None
        base_path = self.run_path(owner, base)
        if base_path is None:
            return None
        out_path = path / f"compare-{base}.html"
        write_run_comparison(base_path, path, out_path=out_path)
        return self._without_addresses(out_path)

    def _without_addresses(self, path: Path) -> str:
        html = path.read_text(encoding="utf-8")
        given = (self._settings.base_url, *(choice.partition("@")[2] for choice in self._settings.llm_choices))
        for address in filter(None, given):
            for shown in (address, escape(address)):
                html = html.replace(shown, "…")
        return html
