"""A small HTTP server that speaks OpenAI's streaming interface from a script, and misbehaves where the script says so."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Step = Callable[["Handler"], None]


@dataclass
class ScriptedServer:
    """What it answers, one step a request (the last for all further ones), and what it was asked."""

    address: str
    steps: list[Step] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)
    """Set once a client left before the end."""
    n_served: int = 0

    @property
    def base_url(self) -> str:
        return f"{self.address}/v1"

    def prompts(self) -> list[str]:
        """Return the text of each request's last message."""
        return [str(request["messages"][-1]["content"]) for request in self.requests]


class Handler(BaseHTTPRequestHandler):
    """Answers with the next step."""

    protocol_version = "HTTP/1.1"
    scripted: ScriptedServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.path.endswith("/chat/completions"):
            self.reply(404, {})
            return
        scripted = self.scripted
        scripted.requests.append(body)
        scripted.keys.append(self.headers.get("Authorization", ""))
        step = scripted.steps[min(scripted.n_served, len(scripted.steps) - 1)]
        scripted.n_served += 1
        try:
            step(self)
        except (BrokenPipeError, ConnectionResetError):
            scripted.hung_up.set()

    def do_GET(self) -> None:
        self.reply(404, {})

    def log_message(self, *arguments: Any) -> None:
        pass

    def reply(self, status: int, body: Any, **headers: str) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def send_delta(self, **delta: Any) -> None:
        chunk = {
            "id": "c",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": "m",
            "choices": [{"index": 0, "delta": delta, "finish_reason": None}],
        }
        self.send_event(json.dumps(chunk))

    def send_event(self, data: str) -> None:
        self.wfile.write(f"data: {data}\n\n".encode())
        self.wfile.flush()

    def end_stream(self) -> None:
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m"}
        self.send_event(json.dumps(chunk | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
        self.send_event("[DONE]")


def says(text: str, *, n_chars: int = 7, **extra: Any) -> Step:
    """Stream a reply, a few characters at a time. extra: further fields of each delta, `reasoning_content` for one."""

    def step(handler: Handler) -> None:
        handler.begin_stream()
        handler.send_delta(role="assistant", content="", **extra)
        for at in range(0, len(text), n_chars):
            handler.send_delta(content=text[at : at + n_chars])
        handler.end_stream()

    return step


def fails(status: int, message: str = "no", **headers: str) -> Step:
    """Answer with an HTTP error."""
    return lambda handler: handler.reply(status, {"error": {"message": message, "code": None}}, **headers)


def says_nothing() -> Step:
    """Stream an empty reply."""
    return says("")


def hangs(after: str = "", *, s: float = 20.0) -> Step:
    """Stream a beginning, then nothing more."""

    def step(handler: Handler) -> None:
        handler.begin_stream()
        if after:
            handler.send_delta(content=after)
        until = time.monotonic() + s
        while time.monotonic() < until:
            time.sleep(0.05)
            handler.wfile.write(b": still here\n\n")  # a comment of the event stream: no piece of the reply
            handler.wfile.flush()

    return step


def breaks_off(after: str) -> Step:
    """Stream a beginning, then close the connection in the middle of a line."""

    def step(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m"}
        choice = {"index": 0, "delta": {"content": after}, "finish_reason": None}
        line = f"data: {json.dumps(chunk | {'choices': [choice]})}\n\n".encode()
        handler.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n40\r\ndata: {")
        handler.wfile.flush()
        handler.close_connection = True
        handler.connection.shutdown(2)

    return step


def talks_nonsense(data: str) -> Step:
    """Stream an event that is no chunk."""

    def step(handler: Handler) -> None:
        handler.begin_stream()
        handler.send_event(data)

    return step


def never_ends(sentence: str) -> Step:
    """Say the same for ever."""

    def step(handler: Handler) -> None:
        handler.begin_stream()
        while True:
            handler.send_delta(content=sentence)
            time.sleep(0.002)

    return step


@contextmanager
def serving(*steps: Step) -> Iterator[ScriptedServer]:
    """Run a server on a free loopback port."""
    handler = type("BoundHandler", (Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    scripted = ScriptedServer(f"http://127.0.0.1:{server.server_address[1]}", list(steps))
    handler.scripted = scripted  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield scripted
    finally:
        server.shutdown()
        server.server_close()
