"""A model file served on this machine: starts llama.cpp's server as a child process and keeps it running."""

from __future__ import annotations

import json
import os
import queue
import secrets
import subprocess
import sys
import threading
from dataclasses import dataclass

from rag.errors import LlmError
from rag.settings import PROJECT_PATH

START_TIMEOUT_S = 300.0
"""A large model is read from a slow disk."""


@dataclass(frozen=True, slots=True)
class GgufOptions:
    """How a model file is served."""

    path: str
    window_tokens: int
    threads: int


def default_threads() -> int:
    """Return the cores of this process less one, at least 1.

    llama.cpp's threads wait for each other actively: on 2 busy cores, 2 threads gave 2 tokens a second and 1 thread 59
    (SmolLM2-135M).
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores - 1)


class GgufServer:
    """llama.cpp's server for one model file, as a child process; one that died is started again."""

    def __init__(self, options: GgufOptions, *, name: str) -> None:
        """Keep what to serve; nothing is started here."""
        self._options = options
        self._name = name
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._address = ""
        self.key = secrets.token_urlsafe(24)
        """Known to this process and its child alone: other users of the machine cannot use the server."""

    def base_url(self) -> str:
        """Return the address of the running server's OpenAI interface, started if need be. Raises LlmError."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start()
            return f"{self._address}/v1"

    def close(self) -> None:
        """End the child process."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def _start(self) -> None:
        # Only what a Python needs: keys of other services are no business of the child's.
        kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
        environment = {name: os.environ[name] for name in kept if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "rag.llms.gguf_server"],
            cwd=PROJECT_PATH,
            env=environment | {"PYTHONUTF8": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        assert self._process.stdin is not None
        wanted = {
            "path": os.path.abspath(self._options.path),  # noqa: PTH100 - the child's directory is another
            "window_tokens": self._options.window_tokens,
            "threads": self._options.threads,
            "key": self.key,
        }
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()
        self._address = self._read_address(self._process)

    def _read_address(self, process: subprocess.Popen[str]) -> str:
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=_read_first_line, args=(process, lines), daemon=True).start()
        try:
            line = lines.get(timeout=START_TIMEOUT_S)
        except queue.Empty:
            line = ""
        if not line.startswith("{"):
            process.kill()
            process.wait()
            raise LlmError(
                f"模型文件 {self._name} 不能加载。请检查它是不是完整的 GGUF 文件，以及内存够不够。", kind="file"
            )
        return str(json.loads(line)["address"])


def _read_first_line(process: subprocess.Popen[str], lines: queue.Queue[str]) -> None:
    """Read on until the JSON line: the library prints lines of its own."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("{"):
            lines.put(line)
            break
    else:
        lines.put("")
    for _ in process.stdout:  # what else it prints must not fill the pipe
        pass
