"""Structured logs, one JSON object a line on standard error; no traceback, no question text unless the operator says so.

With `--debug` tracebacks are shown: that is what it is for.
"""

from __future__ import annotations

import datetime
import json
import logging
import re
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from rag.settings import PROJECT_PATH

LOGGER = logging.getLogger("casechat")
# After a Chinese character only what begins like a folder's name: "市/区/县" is no path.
_ABSOLUTE = re.compile(
    r"(?:(?<![\w./~-])|(?<=[\u2e80-\uffef])(?=/[A-Za-z0-9._-]+/))"
    r"(?:/|[A-Za-z]:\\)(?:[^\s/\\，。；：）)（(“”\"'<>]+[/\\])+([^\s/\\，。；：）)（(“”\"'<>]*)"
)


def log_event(event: str, *, level: int = logging.INFO, **fields: Any) -> None:
    """Write one line: the event and its fields that are not None: numbers, short codes, or text that was cleared."""
    known = {name: value for name, value in fields.items() if value is not None}
    LOGGER.log(level, event, extra={"fields": known})


def without_paths(text: str) -> str:
    """Return a message without absolute paths: what remains of each is its last part, "…/index.json"."""
    for path, shown in ((PROJECT_PATH, "."), (Path.home(), "~")):
        if len(path.parts) > 1:
            text = re.sub(re.escape(str(path)) + r"(?=[/\\])", shown, text)
    return _ABSOLUTE.sub(r"…/\1", text)


def describe_error(error: BaseException, trace: TracebackType | None) -> dict[str, str]:
    """Return an error's kind and the line of ours that raised it; its text is left out, it may hold anything."""
    at = ""
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        if path.is_relative_to(PROJECT_PATH) and ".venv" not in path.parts:
            at = f"{path.relative_to(PROJECT_PATH)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return {"error": type(error).__name__, "at": at}


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        when = datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"time": when, "level": record.levelname.lower(), "event": record.getMessage()}
        if record.name != LOGGER.name:
            line["logger"] = record.name
            line["event"] = without_paths(line["event"].split("\n", 1)[0])
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1] is not None:
            line |= describe_error(record.exc_info[1], record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


def start_logging(*, debug: bool) -> None:
    """Send our logs and those of the libraries to standard error; without `debug`, tracebacks nowhere."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s") if debug else JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    LOGGER.setLevel(logging.INFO)
    if not debug:
        threading.excepthook = _log_thread_error


def _log_thread_error(raised: threading.ExceptHookArgs) -> None:
    if raised.exc_value is not None:
        where = describe_error(raised.exc_value, raised.exc_traceback)
        log_event("unexpected_error", level=logging.ERROR, **where)
