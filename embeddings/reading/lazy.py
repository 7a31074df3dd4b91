"""The settings' reader, loaded when the first question comes."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.base import Embedder
from embeddings.reading.weights import SHIPPED_FOLDER, check_weights
from rag.settings import Settings
from rag.types import Reading

if TYPE_CHECKING:
    from embeddings.reading.reader import Reader


class LazyReader:
    """A reader whose weights are checked now and loaded with the first question. Safe to call from several threads."""

    def __init__(self, settings: Settings, *, folder: Path = SHIPPED_FOLDER, embedder: Embedder | None = None) -> None:
        """Check the weights in `folder`. Raises EmbeddingError where they are missing or damaged.

        embedder: where it is of the model that the reader was trained on, its tokenizer serves both.
        """
        manifest = check_weights(folder)
        self.name = manifest.name
        self._tokenizer = None
        if embedder is not None and embedder.name.split("+")[0] == manifest.base_model:
            self._tokenizer = embedder.tokenizer
        self._settings = settings
        self._folder = folder
        self._lock = threading.Lock()
        self._loaded: Reader | None = None

    def load(self) -> Reader:
        """Return the reader, loaded (half a second) where it was not yet."""
        with self._lock:
            if self._loaded is None:
                from embeddings.reading.reader import load_reader  # loads torch and transformers

                self._loaded = load_reader(self._settings, folder=self._folder, tokenizer=self._tokenizer)
            return self._loaded

    def read(self, question: str, texts: Sequence[str], *, headers: Sequence[str] = ()) -> list[Reading]:
        """Return a reading of each text, in their order; as `Reader.read`."""
        return self.load().read(question, texts, headers=headers)


def get_reader(settings: Settings, *, embedder: Embedder | None = None) -> LazyReader | None:
    """Return the settings' reader; None for `none`. Raises EmbeddingError where its weights are missing or damaged.

    embedder: the one loaded beside it, whose tokenizer it shares where that is the same.
    """
    return None if settings.reader == "none" else LazyReader(settings, embedder=embedder)
