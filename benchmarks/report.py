"""Results as a file, and as a table for the terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rag.errors import StorageError

LABELS = {
    "unpack_and_index": "从零解压并建索引",
    "index_once_unpacked": "解压之后建索引（模型已载入）",
    "index_command": "同上，连同进程启动和载入模型",
    "warm_question_median": "热身后一问，中位数",
    "warm_question_p95": "热身后一问，第 95 百分位",
    "start_to_first_answer": "启动到第一个回答",
    "peak_memory": "内存峰值",
}
PAGE_LABELS = {
    "page_weight": "打开页面传送的数据，缓存为空",
    "page_requests": "其中的请求数",
    "page_painted": "首次显示内容",
    "page_usable": "输入框可用",
    "page_interactive": "可交互（此后 5 秒没有超过 50 毫秒的任务）",
    "first_words_median": "按回车到看见第一句话，中位数",
    "first_words_p95": "同上，第 95 百分位",
}


def write_json(path: Path, result: dict[str, Any]) -> None:
    """Write a result, its folder too. StorageError when it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as exc:
        raise StorageError(f"结果写不进 {path}（{exc.strerror or exc}）。请用 --out 换一个文件。") from exc


def speed_table(result: dict[str, Any]) -> str:
    """Return the measurements beside their limits, under the machine they were made on."""
    machine, index = result["machine"], result.get("index")
    indexed = f"，{index['embedding_model']}，{index['dtype']}，{index['n_chunks']} 个段落" if index else ""
    lines = [
        f"{result['date']}  {machine['processor']}，{machine['n_cores']} 核，{machine['memory_gib']} GiB，{machine['system']}",
        f"Python {machine['python']}，torch {result['versions']['torch']}{indexed}，{result['n_questions']} 个问题",
        "",
    ]
    for row in result["measurements"]:
        against = ""
        if row["limit"] is not None:
            kept = "✓" if row["value"] <= row["limit"] else "✗"
            against = f"  {kept} 上限 {row['limit']:g} {row['unit']}，用了 {row['ratio']:.0%}"
        lines.append(f"{row['value']:>10.1f} {row['unit']:<4} {(LABELS | PAGE_LABELS)[row['name']]}{against}")
    return "\n".join(lines)
