"""`python -m ui`: opens the chat on http://127.0.0.1:7860."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from rag.errors import CaseChatError
from rag.settings import load_settings
from ui.server import serve


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the arguments; those not given are None, so that file and environment count."""
    parser = argparse.ArgumentParser(
        prog="python -m ui", description="案例问答：在浏览器里提问，回答的每一句都标明出处。"
    )
    parser.add_argument("--port", type=int, metavar="N", help="端口（默认 7860）")
    parser.add_argument("--host", metavar="H", help="地址（默认 127.0.0.1，只允许本机访问）")
    parser.add_argument("--debug", action="store_true", help="出错时显示完整的错误信息，并记录每个请求")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until interrupted; return the exit status: 0, or 2 after an error that was explained."""
    arguments = parse_arguments(argv)
    try:
        serve(load_settings(port=arguments.port, host=arguments.host), debug=arguments.debug)
    except CaseChatError as exc:
        if arguments.debug:
            raise
        print(f"错误：{exc}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
