"""Load a compilation from a file."""

from __future__ import annotations

import hashlib
from pathlib import Path

from rag.errors import CompilationError, CompilationNotFound
from rag.parsing.decoding import decode_bytes
from rag.parsing.parser import parse_compilation
from rag.types import Compilation

__all__ = ["load_compilation", "parse_compilation"]


def load_compilation(path: Path) -> Compilation:
    """Return the compilation in the file at `path`; its id is the file name without suffix.

    Raises CompilationNotFound, EncodingError (with the offset of the byte), CompilationError where the file is empty
    or cannot be opened, StructureError where contents, cases or headings are missing.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise CompilationNotFound(f"找不到汇编文件 {path}。请检查路径，或用设置 compilation 指定另一份文本。") from None
    except OSError as exc:
        raise CompilationError(f"打不开汇编文件 {path}（{exc.strerror}）。请检查它是不是一个可读的文件。") from exc
    if not data.strip():
        raise CompilationError(f"汇编文件 {path} 是空的，没有任何文字。请换一份有内容的文本。")
    text = decode_bytes(data, place=str(path))
    return parse_compilation(text, compilation_id=path.stem, source_sha256=hashlib.sha256(data).hexdigest())
