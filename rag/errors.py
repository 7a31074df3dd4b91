"""Every error CaseChat raises on purpose.

    CaseChatError
    ├── SettingsError           a setting, environment variable or casechat.toml line that does not fit
    ├── CompilationError        a compilation that cannot be read or parsed
    │   ├── CompilationNotFound
    │   ├── EncodingError
    │   └── StructureError      no table of contents, no headings, cases not found
    ├── EmbeddingError          a model that is missing, damaged or cannot embed
    │   └── TextTooLong         a passage longer than the model reads
    ├── IndexError_             an index that is missing, damaged or does not fit
    │   └── IndexMismatch       built with another model or format
    ├── StorageError            the data directory is read-only or full
    ├── QuestionError           a question that is empty or too long
    ├── QuestionSetError        a question file with problems, each named with its line
    ├── PromptError             a prompt file whose variables do not fit
    ├── LlmError                a chat model cannot be reached, refuses, or replies with nothing usable
    └── ServerError             the web server cannot start (port in use)

A message gives the value, the limit, the place and the remedy in one or two plain sentences, in
Chinese: it is shown to people as it stands.
"""

from __future__ import annotations


class CaseChatError(Exception):
    """Base of all errors that are shown to a person without a traceback."""


class SettingsError(CaseChatError):
    """A setting is unknown or out of its range."""


class CompilationError(CaseChatError):
    """A compilation cannot be read or parsed."""


class CompilationNotFound(CompilationError):
    """There is no file at the path given."""


class EncodingError(CompilationError):
    """The bytes are no text in an encoding that is read."""


class StructureError(CompilationError):
    """The text lacks a table of contents, or its cases or headings cannot be found."""


class EmbeddingError(CaseChatError):
    """An embedding model is missing, damaged or cannot embed."""


class TextTooLong(EmbeddingError):
    """A text has more tokens than the model reads; it is never cut silently."""


class IndexError_(CaseChatError):  # noqa: N801 - the builtin has the plain name
    """An index is missing, damaged or does not fit the settings."""


class IndexMismatch(IndexError_):
    """The index was built with another embedding model or format."""


class StorageError(CaseChatError):
    """The data directory cannot be written."""


class QuestionError(CaseChatError):
    """A question is empty or too long."""


class QuestionSetError(CaseChatError):
    """A question file has problems; the message lists all of them."""


class PromptError(CaseChatError):
    """A prompt file's variables do not fit what is declared."""


class LlmError(CaseChatError):
    """A chat model gave nothing usable. Holds no text of the provider, which may repeat a key or a question."""

    def __init__(
        self, message: str, *, kind: str = "other", passing: bool = False, retry_after_s: float | None = None
    ) -> None:
        """Keep the message, the kind of fault, whether trying again may help, and how long the server asks to wait."""
        super().__init__(message)
        self.kind = kind
        self.passing = passing
        self.retry_after_s = retry_after_s


class ServerError(CaseChatError):
    """The web server cannot start."""
