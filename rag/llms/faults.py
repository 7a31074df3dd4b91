"""What a client's exception means to the person asking: one plain sentence, and whether trying again may help.

Clients differ (openai and anthropic raise their own errors, ollama those of httpx), so an exception is known by its
status code, the names of its classes and what caused it, without importing any of them. Its own text is never shown: it may repeat
a key ("Incorrect API key provided: sk-…") or the question.
"""

from __future__ import annotations

import email.utils
import re
import socket
import time
from collections.abc import Iterator, Mapping

from rag.errors import LlmError

MAX_RETRY_AFTER_S = 3600.0
_TIMEOUTS = {"TimeoutException", "APITimeoutError", "StreamChunkTimeoutError", "TimeoutError"}
_CONNECTIONS = {"ConnectError", "ConnectionError", "ProxyError", "UnsupportedProtocol"}
_CUT = {"RemoteProtocolError", "ReadError", "WriteError", "StreamError", "IncompleteRead", "ProtocolError"}
_TRANSPORT = {"APIConnectionError", "TransportError", "NetworkError"}
_BROKEN = (ValueError, KeyError, TypeError, IndexError, AttributeError)
_BROKEN_NAMES = {"APIError", "APIResponseValidationError", "OutputParserException", "ModelError"}
_WINDOW = re.compile(
    r"context.{0,12}(length|window|size|overflow)|maximum context|too many tokens|prompt is too long|exceed_context",
    re.I,
)


def fault_of(error: BaseException, *, where: str) -> LlmError | None:
    """Return what to tell of a client's exception; None for one that is no fault of the model or the way to it.

    where: the model's name, as the person knows it.
    """
    if isinstance(error, LlmError):
        return error
    chain = list(_chain(error))
    if _is_window(chain):
        return LlmError(f"给模型 {where} 的内容超过了它能读的长度。", kind="window")
    if (status := _status(chain)) is not None:
        return _of_status(status, chain, where)
    names = {cls.__name__ for one in chain for cls in type(one).__mro__}
    if any(isinstance(one, socket.gaierror) for one in chain) or _mentions(chain, "Name or service not known"):
        return LlmError(f"找不到模型 {where} 的服务器（域名解析失败）。请检查网址和网络。", kind="dns", passing=True)
    if any(isinstance(one, ConnectionRefusedError) for one in chain) or (names & _CONNECTIONS and not names & _CUT):
        return LlmError(
            f"连不上模型 {where} 的服务。请检查服务是否已启动、网址是否正确。", kind="refused", passing=True
        )
    if names & _TIMEOUTS:
        return LlmError(f"模型 {where} 太久没有回应。", kind="silence")
    if names & (_CUT | _TRANSPORT) or any(isinstance(one, OSError) for one in chain):
        return LlmError(f"模型 {where} 的回复中途断开。", kind="cut", passing=True)
    if isinstance(error, _BROKEN) or names & _BROKEN_NAMES:
        return LlmError(f"模型 {where} 的回复格式不对，读不懂。", kind="broken", passing=True)
    return None


def _of_status(status: int, chain: list[BaseException], where: str) -> LlmError:
    if status in (401, 403):
        return LlmError(f"模型 {where} 的服务不接受密钥（{status}）。请检查环境变量里的密钥。", kind="key")
    if status == 404:
        return LlmError(f"模型 {where} 不存在，或网址不对（404）。请检查模型名和网址。", kind="missing")
    if status == 429:
        wait_s = _retry_after_s(chain)
        return LlmError(f"模型 {where} 的服务说请求太多（429）。", kind="busy", passing=True, retry_after_s=wait_s)
    if status == 413:
        return LlmError(f"给模型 {where} 的内容超过了它能读的长度（413）。", kind="window")
    if status >= 500 or status in (408, 409, 425):
        wait_s = _retry_after_s(chain)
        return LlmError(f"模型 {where} 的服务出错（{status}）。", kind="server", passing=True, retry_after_s=wait_s)
    return LlmError(f"模型 {where} 的服务拒绝了请求（{status}）。", kind="request")


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]


def _status(chain: list[BaseException]) -> int | None:
    for one in chain:
        status = getattr(one, "status_code", None)
        if isinstance(status, int) and status >= 400:
            return status
    return None


def _is_window(chain: list[BaseException]) -> bool:
    named = any("ContextOverflowError" in cls.__name__ for one in chain for cls in type(one).__mro__)
    return named or (_status(chain) in (400, 413, 500) and any(_WINDOW.search(str(one)) for one in chain))


def _mentions(chain: list[BaseException], text: str) -> bool:
    return any(text in str(one) for one in chain)


def _retry_after_s(chain: list[BaseException]) -> float | None:
    """Return the seconds that `Retry-After` asks for, given as seconds or as a date (RFC 9110, 10.2.3); None without."""
    for one in chain:
        headers = getattr(getattr(one, "response", None), "headers", None)
        value = headers.get("retry-after") if isinstance(headers, Mapping) else None
        if value is None:
            continue
        if re.fullmatch(r"\d+(\.\d+)?", value.strip()):
            return min(float(value), MAX_RETRY_AFTER_S)
        date = email.utils.parsedate_tz(value)
        if date is not None:
            return min(max(0.0, email.utils.mktime_tz(date) - time.time()), MAX_RETRY_AFTER_S)
    return None
