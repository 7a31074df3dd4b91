"""What this process runs on: versions, processor, memory, disk. A leaf: results name it, `doctor` checks it."""

from __future__ import annotations

import os
import platform
import re
import shutil
from importlib import metadata
from pathlib import Path
from typing import Any

_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)==(?P<version>[^\s;#]+)")
_CPU_INFO_PATH = Path("/proc/cpuinfo")
_MEMORY_INFO_PATH = Path("/proc/meminfo")


def pinned_versions(requirements_path: Path) -> dict[str, str]:
    """Return package name to version for each `name==version` line of a requirements file."""
    lines = requirements_path.read_text(encoding="utf-8").splitlines()
    matches = [match for line in lines if (match := _REQUIREMENT.match(line))]
    return {match["name"]: match["version"] for match in matches}


def installed_version(name: str) -> str | None:
    """Return the installed version of a package, with its local part ("2.13.0+cpu"); None when it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def describe_machine() -> dict[str, Any]:
    """Return system, processor, cores this process may use, memory in GiB, Python's version."""
    total_bytes = memory_bytes("MemTotal")
    return {
        "system": platform.platform(terse=True),
        "processor": _processor_name(),
        "n_cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": None if total_bytes is None else round(total_bytes / 2**30, 1),
        "python": platform.python_version(),
    }


def memory_bytes(field: str, memory_info_path: Path = _MEMORY_INFO_PATH) -> int | None:
    """Return a field of Linux's meminfo ("MemTotal", "MemAvailable") in bytes; None on other systems."""
    try:
        text = memory_info_path.read_text(encoding="ascii")
    except OSError:
        return None
    found = re.search(rf"^{field}:\s+(\d+) kB$", text, re.MULTILINE)
    return int(found[1]) * 1024 if found else None


def free_disk_bytes(path: Path) -> int:
    """Return the bytes free where `path` is, or would be: its nearest folder that exists counts."""
    existing = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
    return shutil.disk_usage(existing).free


def folder_bytes(path: Path) -> int:
    """Return the bytes of all files under a folder; 0 when there is none."""
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def _processor_name() -> str:
    if _CPU_INFO_PATH.is_file():
        for line in _CPU_INFO_PATH.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
