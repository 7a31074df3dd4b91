"""`doctor`: what is in order on this machine, and what is not."""

from __future__ import annotations

import argparse

from rag.cli.options import settings_from
from rag.doctor import examine


def run_doctor(options: argparse.Namespace) -> int:
    """Print one line a check, ✓ or ✗, and return 1 when one fails."""
    failed = 0
    settings = settings_from(options, llm=options.llm, base_url=options.base_url)
    for finding in examine(settings, ask_llm=options.llm_test):
        failed += not finding.ok
        print(f"{'✓' if finding.ok else '✗'} {finding.name}：{finding.detail}", flush=True)
    print(f"\n{failed} 项需要解决。" if failed else "\n一切正常。")
    return 1 if failed else 0
