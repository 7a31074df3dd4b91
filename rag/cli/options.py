"""From the options every command has to the settings."""

from __future__ import annotations

import argparse
from typing import Any

from rag.settings import Settings, load_settings


def settings_from(options: argparse.Namespace, **overrides: Any) -> Settings:
    """Return the settings that the options, the environment and the settings file give. SettingsError when they do not fit."""
    return load_settings(options.settings, compilation=options.compilation, home=options.home, **overrides)


def question_from(words: list[str]) -> str:
    """Return the words as one question; bytes that are no text in the terminal's encoding become `�`."""
    return " ".join(words).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
