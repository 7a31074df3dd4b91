"""The evaluation tab: pick or upload a question set, run it, see the report, compare with an earlier run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from ui.evaluations import UPLOAD_SUFFIXES, Evaluations, RunState
from ui.i18n import Texts
from ui.markup import button, empty, failed

_HEADLINE = ("right", "evidence_at_5", "unanswerable_refused", "false_refusals")
_SHOWN_RUNS = 30


def render_form(evaluations: Evaluations, owner: str, *, max_upload_kb: int, texts: Texts) -> str:
    """Return what begins a run: the question sets, how many questions, and the upload."""
    options = "".join(
        f'<option value="{escape(name)}">{escape(name)}</option>' for name in evaluations.question_sets(owner)
    )
    accept = ",".join(UPLOAD_SUFFIXES)
    return (
        f'<form class="cc-form cc-evaluate"><label>{escape(texts("evaluation.set"))}<select name="set">{options}</select></label>'
        f'<label>{escape(texts("evaluation.limit"))}<input type="number" name="limit" min="1" max="100000"'
        f' placeholder="{escape(texts("evaluation.all"))}"></label>'
        f'<button class="cc-tool cc-primary">{escape(texts("evaluation.run"))}</button>'
        f'<label class="cc-upload cc-tool">{escape(texts("evaluation.upload", kb=max_upload_kb))}'
        f'<input type="file" accept="{accept}" data-max-kb="{max_upload_kb}"'
        f' data-too-large="{escape(texts("guard.too_large", limit=max_upload_kb))}"></label></form>'
    )


def render_status(evaluations: Evaluations, owner: str, texts: Texts, *, notice: str = "") -> str:
    """Return how the run stands and the runs so far."""
    state = evaluations.state(owner)
    said = failed(notice) if notice else ""
    return f"{said}{_progress(state, texts) if state else ''}{_runs(evaluations, owner, texts)}"


def _progress(state: RunState, texts: Texts) -> str:
    if state.running:
        bar = f'<progress max="{state.total or 1}" value="{state.done}"></progress>'
        stop = button(texts("evaluation.stop"), classes="cc-tool", stop="1")
        line = escape(texts("evaluation.running", name=state.questions, done=state.done, total=state.total))
        return f'<div class="cc-run is-running" role="status"><span>{line}</span>{bar}{stop}</div>'
    if state.error:
        return failed(state.error)
    return f'<p class="cc-run" role="status">{escape(texts("evaluation.finished", name=state.questions))}</p>'


def _runs(evaluations: Evaluations, owner: str, texts: Texts) -> str:
    ids = evaluations.runs(owner)[:_SHOWN_RUNS]
    if not ids:
        return empty(texts("evaluation.none"))
    names = ("when", "set", "n", *_HEADLINE, "report")
    head = "".join(f'<th scope="col">{escape(texts(f"evaluation.{name}"))}</th>' for name in names)
    rows = "".join(_row(evaluations.summary(owner, run_id), run_id, ids, texts) for run_id in ids)
    return f'<table class="cc-table cc-runs"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _row(summary: Mapping[str, Any] | None, run_id: str, ids: Sequence[str], texts: Texts) -> str:
    if summary is None:
        return ""
    headline = summary["headline"]
    when = f"{run_id[:4]}-{run_id[4:6]}-{run_id[6:8]} {run_id[9:11]}:{run_id[11:13]}"
    shown = {"n": str(headline["n"])} | {name: _share(headline.get(name)) for name in _HEADLINE}
    figures = "".join(
        f'<td data-label="{escape(texts(f"evaluation.{name}"))}">{value}</td>' for name, value in shown.items()
    )
    others = "".join(f'<option value="{escape(one)}">{escape(one)}</option>' for one in ids if one != run_id)
    compare = (
        f'<select data-compare="{escape(run_id)}" aria-label="{escape(texts("evaluation.compare"))}">'
        f'<option value="">{escape(texts("evaluation.compare"))}</option>{others}</select>'
        if others
        else ""
    )
    report = f'<a class="cc-link" href="/runs/{escape(run_id)}" target="_blank" rel="noopener">{escape(texts("evaluation.report"))}</a>'
    return (
        f'<tr><td>{when}</td><td>{escape(run_id[16:])}</td>{figures}<td class="cc-report">{report}{compare}</td></tr>'
    )


def _share(value: Any) -> str:
    return f"{100 * value:.1f}%" if isinstance(value, int | float) else "—"
