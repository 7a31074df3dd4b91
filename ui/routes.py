"""What is downloaded and uploaded, outside Gradio: exports, tables, question files, reports, health."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from urllib.parse import quote, unquote

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from rag.errors import CaseChatError, QuestionError
from rag.settings import Settings
from rag.types import Compilation
from ui.evaluations import Evaluations
from ui.exports import conversation_docx, conversation_json, conversation_markdown, ratings_jsonl
from ui.i18n import LANGS, Texts
from ui.identity import LANG_COOKIE, chosen_language, cookie, owner_of, read_cookies
from ui.logs import without_paths
from ui.questions import clean_question
from ui.store import ConversationStore
from ui.tabs.screening import screening_file
from ui.warmup import Warmup

_KINDS = {
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl; charset=utf-8",
}
# A report is a page with scripts of its own: in a sandbox it has no origin, so it reaches neither cookies nor us.
_REPORT_POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'none'"
)


def file_routes(settings: Settings, warmup: Warmup, *, store: ConversationStore, evaluations: Evaluations) -> APIRouter:
    """Return the routes; each serves only what belongs to whoever asks."""
    router = APIRouter()
    instance = uuid.uuid4().hex  # by which a page notices that the server was started anew

    @router.get("/health")
    def health() -> dict[str, object]:
        """Say that the server answers, and whether questions are answered yet. No message: it may name a path."""
        status = warmup.status
        counts = {"done": status.done, "total": status.total}
        return {"status": "ok", "model": status.state, **counts, "instance": instance}

    @router.get("/ready")
    def ready() -> Response:
        """Answer 200 once questions are answered, 503 before and when the warm-up failed."""
        state = warmup.status.state
        return PlainTextResponse(state, status_code=200 if state == "ready" else 503)

    @router.get("/language")
    def language(request: Request, to: str = "") -> Response:
        """Keep the language switched to and go to its page."""
        lang = next((one for one in LANGS if one == to), _texts(request).lang)
        response = RedirectResponse(f"{Texts(lang).base}/", status_code=303)
        response.headers.append("set-cookie", cookie(LANG_COOKIE, lang))
        return response

    @router.get("/export/{name}")
    def export(request: Request, name: str) -> Response:
        """Return a conversation as `id.md`, `id.docx` or `id.json`."""
        conversation_id, _, kind = name.partition(".")
        owner, texts = owner_of(request.headers), _texts(request)
        turns = store.turns(owner, conversation_id)
        if not turns or kind not in ("md", "docx", "json"):
            return PlainTextResponse(texts("guard.missing"), status_code=404)
        title = store.title(owner, conversation_id)
        compilations: Mapping[str, Compilation] = warmup.qa.compilations if warmup.qa else {}
        if kind == "json":
            body: str | bytes = conversation_json(conversation_id, title, turns)
        elif kind == "md":
            body = conversation_markdown(title, turns, compilations, texts)
        else:
            body = conversation_docx(title, turns, compilations, texts)
        return _download(body, f"{title}.{kind}")

    @router.get("/ratings.jsonl")
    def ratings(request: Request) -> Response:
        """Return the rated answers as a question file."""
        return _download(ratings_jsonl(store.rated(owner_of(request.headers))), "ratings.jsonl")

    @router.get("/cases.{kind}")
    def cases(request: Request, kind: str, question: str = "", lang: str = "") -> Response:
        """Return the table of the which-cases tab."""
        texts = Texts(next((one for one in LANGS if one == lang), _texts(request).lang))
        if warmup.qa is None or kind not in ("csv", "xlsx"):
            return PlainTextResponse(texts("tab.warming"), status_code=503)
        try:
            asked = clean_question(question, max_chars=settings.max_question_chars, texts=texts)
            body = screening_file(warmup.qa, asked, kind, texts=texts)
        except QuestionError as exc:
            return PlainTextResponse(str(exc), status_code=400)
        return _download(body, f"{asked[:40]}.{kind}")

    @router.post("/questions")
    async def upload(request: Request) -> Response:
        """Keep a question file: the body is the file, `x-file-name` its name, `x-question-set` what it is kept by (percent-encoded)."""
        owner, texts = owner_of(request.headers), _texts(request)
        name = unquote(request.headers.get("x-file-name", ""))
        body = await request.body()
        try:
            kept, said = await asyncio.to_thread(evaluations.add_questions, owner, name, body, texts=texts)
        except CaseChatError as exc:
            return PlainTextResponse(without_paths(str(exc)), status_code=400)
        return PlainTextResponse(said, headers={"x-question-set": quote(kept)})

    @router.get("/runs/{run_id}")
    def report(request: Request, run_id: str, base: str = "") -> Response:
        """Return the report of a run, or how it differs from the run `base`."""
        texts = _texts(request)
        try:
            page = evaluations.page(owner_of(request.headers), run_id, base)
        except CaseChatError as exc:
            return PlainTextResponse(without_paths(str(exc)), status_code=400)
        if page is None:
            return PlainTextResponse(texts("guard.missing"), status_code=404)
        return HTMLResponse(page, headers={"content-security-policy": _REPORT_POLICY})

    return router


def _texts(request: Request) -> Texts:
    return Texts(chosen_language(read_cookies(request.scope), request.scope))


def _download(body: str | bytes, name: str) -> Response:
    """Return a file to be saved; nothing of it is ever shown as a page."""
    kind = name.rsplit(".", 1)[-1]
    safe = "".join(character for character in name if character.isprintable() and character not in '/\\:*?"<>|')
    disposition = f"attachment; filename=\"casechat.{kind}\"; filename*=UTF-8''{quote(safe)}"
    return Response(body, media_type=_KINDS[kind], headers={"content-disposition": disposition})
