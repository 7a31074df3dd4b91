"""Decide the encoding of a compilation's bytes strictly, and bring the text into its canonical form."""

from __future__ import annotations

import codecs
import unicodedata

from rag.errors import EncodingError

# Real Chinese prose has > 95% of its characters in GB2312's level 1 (3,755 most frequent characters);
# Big5 or Latin-1 bytes read as GB18030 scatter far beyond it.
MIN_COMMON_SHARE = 0.8
_LEVEL_1 = range(0xB0, 0xD8)


def decode_bytes(data: bytes, *, place: str) -> str:
    """Return the text of `data`: UTF-8 (with or without BOM), UTF-16 with BOM, or GB18030 that reads as Chinese.

    place: how the source is named in messages.

    Raises EncodingError with the offset of the first byte that does not fit.
    """
    for bom, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(bom):
            return _refuse_nul(_decode_strictly(data, encoding, place=place), place=place)
    try:
        return _refuse_nul(data.decode("utf-8"), place=place)
    except UnicodeDecodeError as exc:
        text = _decode_gb18030(data)
        if text is None:
            raise EncodingError(
                f"读不出 {place} 的文字：第 {exc.start} 个字节（从 0 数）不合 UTF-8，全文也不是 GB18030 中文。"
                "请用编辑器把文件另存为 UTF-8 后重试。"
            ) from exc
        return _refuse_nul(text, place=place)


def canonicalise(text: str) -> str:
    r"""Return `text` in Unicode NFC with `\n` as the only line ending and without a byte order mark."""
    return unicodedata.normalize("NFC", text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))


def _decode_strictly(data: bytes, encoding: str, *, place: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as exc:
        name = encoding.upper()
        raise EncodingError(
            f"读不出 {place} 的文字：文件以 {name} 标记开头，但第 {exc.start} 个字节（从 0 数）不合 {name}。"
            "请用编辑器把文件另存为 UTF-8 后重试。"
        ) from exc


def _decode_gb18030(data: bytes) -> str | None:
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    ideographs = [char for char in text if "\u4e00" <= char <= "\u9fff"]
    n_common = sum(_is_common(char) for char in ideographs)
    return text if ideographs and n_common >= MIN_COMMON_SHARE * len(ideographs) else None


def _is_common(char: str) -> bool:
    try:
        return char.encode("gb2312")[0] in _LEVEL_1
    except UnicodeEncodeError:
        return False


def _refuse_nul(text: str, *, place: str) -> str:
    offset = text.find("\0")
    if offset >= 0:
        raise EncodingError(
            f"{place} 不像文本文件：第 {offset} 个字符（从 0 数）是空字符，可能是没有标记的 UTF-16 或二进制文件。"
            "请用编辑器把文件另存为 UTF-8 后重试。"
        )
    return text
