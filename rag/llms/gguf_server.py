"""The child process of a `gguf:` model: llama.cpp's own server on a free loopback port, until its parent goes.

Started as `python -m rag.llms.gguf_server`; reads one line of JSON from stdin (path, window, threads, key), prints one line with its
address, and ends when stdin does: a parent that is killed leaves no server behind.
"""

from __future__ import annotations

import json
import os
import sys

N_PARALLEL = 2
"""Questions answered at a time; each has the whole window (`kv_unified` shares the memory of those that use less)."""


def main() -> int:
    """Serve until stdin ends."""
    wanted = json.loads(sys.stdin.readline())
    import xllamacpp  # type: ignore[import-untyped]

    params = xllamacpp.CommonParams()
    params.model.path = wanted["path"]
    params.n_ctx = wanted["window_tokens"] * N_PARALLEL
    params.n_parallel = N_PARALLEL
    params.kv_unified = False
    params.cpuparams.n_threads = wanted["threads"]
    params.cpuparams_batch.n_threads = wanted["threads"]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [wanted["key"]]
    params.ui = False
    params.endpoint_slots = False
    server = xllamacpp.Server(params)
    print(json.dumps({"address": server.listening_address}), flush=True)
    sys.stdin.read()
    # Its threads may be in the middle of a long reply: nothing of it is wanted any more.
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
