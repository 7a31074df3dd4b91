"""Runs a command and turns what goes wrong into one plain sentence and an exit code."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

from rag.cli.parser import build_parser
from rag.errors import CaseChatError

EXIT_OK = 0
EXIT_ERROR = 2
EXIT_INTERRUPTED = 130
"""128 + SIGINT, as a shell reports it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    arguments: without the program's name; None takes those of the process.

    Returns 0 when it is done (a refusal is an answer), 1 when `doctor` finds something wrong, 2 after an error that the
    person can mend, 130 after Ctrl-C. With `--debug` the error's traceback is shown.
    """
    _let_output_cope_with_rare_characters()
    options = build_parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except CaseChatError as exc:
        if options.debug:
            raise
        print(exc, file=sys.stderr)
        return EXIT_ERROR
    except KeyboardInterrupt:
        print("\n已中断。", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader (`| head`) has gone: point stdout elsewhere, or Python complains once more on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_OK
    return code


def _let_output_cope_with_rare_characters() -> None:
    """Print a `?` where the terminal's encoding has no such character, rather than stop half-way."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
