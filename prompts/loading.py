"""Loads prompt files and fills in their variables.

A prompt is `<name>.<lang>.md`. Its first line declares its variables, a second may give its version (1 where there is none), an
empty line follows, the rest is the text:

    variables: question, passages
    version: 2

    Answer {{question}} from {{passages}} as {"answer": "…"}.

Only `{{name}}` is replaced, and in one pass: single braces in the text, and any braces in a value, stand as they are.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from rag.errors import PromptError

_FOLDER = Path(__file__).resolve().parent
_DECLARATION = re.compile(r"variables:[ \t]*((?:[a-z_]+(?:,[ \t]*[a-z_]+)*)?)[ \t]*")
_VERSION = re.compile(r"version:[ \t]*([1-9][0-9]{0,3})[ \t]*\r?\n")
_VARIABLE = re.compile(r"\{\{([a-z_]+)\}\}")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt file, checked: the text uses exactly the variables that its first line declares."""

    file_name: str
    variables: tuple[str, ...]
    """In the order of the declaration."""
    text: str
    """Without the declaration, and without white space at its ends."""
    sha256: str
    """Of the file's bytes."""
    version: int = 1
    """Raised by whoever changes what the prompt asks for."""

    def fill(self, values: dict[str, str]) -> str:
        """Return the text with each variable's value in its place.

        Raises PromptError when a declared variable has no value or a value belongs to no variable.
        """
        missing = [name for name in self.variables if name not in values]
        if missing:
            raise PromptError(f"缺少变量：{', '.join(missing)}。提示词 {self.file_name} 的变量必须全部给出。")
        unknown = [name for name in values if name not in self.variables]
        if unknown:
            allowed = ", ".join(self.variables) or "无"
            raise PromptError(f"多余的变量：{', '.join(unknown)}。提示词 {self.file_name} 只有这些变量：{allowed}。")
        return _VARIABLE.sub(lambda match: values[match[1]], self.text)


def load_prompt(name: str, lang: Literal["zh", "en"], **variables: str) -> str:
    """Return the prompt `name` in this language with its variables filled in.

    Raises PromptError when there is no such prompt, its file is malformed, or the variables are not exactly those declared.
    """
    return read_prompt(_prompt_path(name, lang)).fill(variables)


def prompt_sha256(name: str, lang: Literal["zh", "en"]) -> str:
    """Return the SHA-256 (hex) of the prompt file's bytes. PromptError when there is no such prompt."""
    return read_prompt(_prompt_path(name, lang)).sha256


def prompt_stamp(name: str, lang: Literal["zh", "en"]) -> dict[str, str]:
    """Return what identifies a prompt in an answer: `{"answer.zh@1": sha256}`, the version after the `@`."""
    prompt = read_prompt(_prompt_path(name, lang))
    return {f"{name}.{lang}@{prompt.version}": prompt.sha256}


@lru_cache(maxsize=64)
def read_prompt(path: Path) -> Prompt:
    """Return the prompt file at `path`, read once per process.

    Raises PromptError when it is no UTF-8, declares no variables line, or declares other variables than it uses.
    """
    content = path.read_bytes()
    try:
        decoded = content.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise PromptError(f"提示词文件 {path} 不是 UTF-8 文本（第 {exc.start} 字节）。请另存为 UTF-8。") from exc
    first_line, _, text = decoded.partition("\n")
    declaration = _DECLARATION.fullmatch(first_line.rstrip("\r"))
    if declaration is None:
        raise PromptError(
            f"提示词文件 {path} 的第一行应写明变量，如 “variables: question, passages”，没有变量时写 “variables:”。"
        )
    version = _VERSION.match(text)
    if version is not None:
        text = text[version.end() :]
    declared = tuple(re.findall("[a-z_]+", declaration[1]))
    used = set(_VARIABLE.findall(text))
    if used != set(declared):
        differing = ", ".join(sorted(used ^ set(declared)))
        raise PromptError(f"提示词文件 {path} 第一行声明的变量与正文用到的不一致：{differing}。请改正第一行或正文。")
    return Prompt(
        path.name, declared, text.strip(), hashlib.sha256(content).hexdigest(), int(version[1]) if version else 1
    )


def _prompt_path(name: str, lang: str) -> Path:
    file_name = f"{name}.{lang}.md"
    known = sorted(path.name for path in _FOLDER.glob("*.md"))
    if file_name not in known:
        raise PromptError(f"没有提示词 {file_name}。现有：{'、'.join(known)}。")
    return _FOLDER / file_name
