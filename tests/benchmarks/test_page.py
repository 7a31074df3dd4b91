"""The page benchmark's arithmetic and its refusals; the figures themselves are made in a browser, by hand."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from benchmarks import page
from benchmarks.report import PAGE_LABELS, speed_table
from benchmarks.speed import rounded
from rag.errors import CaseChatError


def test_the_median_opening_and_the_limit_of_the_first_words_stand_in_the_table() -> None:
    openings = [page.Opening(100 * n, 10 * n, n, 2 * n, 3 * n) for n in (1, 2, 3)]
    rows = [rounded(one) for one in page._measurements(openings, [100.0, 400.0, 350.0])]
    assert {row["name"]: row["value"] for row in rows} == {
        "page_weight": 200,
        "page_requests": 20,
        "page_painted": 2,
        "page_usable": 4,
        "page_interactive": 6,
        "first_words_median": 350,
        "first_words_p95": 400,
    }
    machine = {"processor": "P", "n_cores": 2, "memory_gib": 8, "system": "Linux", "python": "3.11"}
    result: dict[str, Any] = {"date": "d", "machine": machine, "versions": {"torch": "2"}, "n_questions": 3}
    table = speed_table(result | {"measurements": rows})
    assert all(label in table for label in PAGE_LABELS.values())
    assert "按回车到看见第一句话，中位数  ✗ 上限 300 ms，用了 117%" in table


def test_a_server_that_ends_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "START_TIMEOUT_S", 5)
    server = subprocess.Popen([sys.executable, "-c", ""])
    server.wait()
    with pytest.raises(CaseChatError, match="5 秒内服务没有准备好。请运行 python -m ui 查看原因。"):
        page._wait_until_ready("http://127.0.0.1:9", server)
