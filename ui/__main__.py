"""`python -m ui`: opens the chat on http://127.0.0.1:7860; `python -m ui password NAME`: sets a password."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Sequence

from rag.errors import CaseChatError, ServerError
from rag.settings import Settings, load_settings
from ui.auth import Users
from ui.server import serve


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the arguments; those not given are None, so that file and environment count."""
    parser = argparse.ArgumentParser(
        prog="python -m ui", description="案例问答：在浏览器里提问，回答的每一句都标明出处。"
    )
    parser.add_argument("--port", type=int, metavar="N", help="端口（默认 7860）")
    parser.add_argument("--host", metavar="H", help="地址（默认 127.0.0.1，只允许本机访问）")
    parser.add_argument("--llm", metavar="模型", help="由谁写回答：extractive（默认）、提供方:模型 或 gguf:文件")
    parser.add_argument("--base-url", metavar="网址", help="语言模型服务的网址")
    parser.add_argument("--debug", action="store_true", help="出错时显示完整的错误信息，并记录每个请求")
    commands = parser.add_subparsers(dest="command", metavar="命令")
    password = commands.add_parser("password", help="设置用户的密码；有了用户，打开页面就要登录")
    password.add_argument("user", metavar="用户名")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until interrupted; return the exit status: 0, or 2 after an error that was explained."""
    arguments = parse_arguments(argv)
    try:
        settings = load_settings(
            port=arguments.port, host=arguments.host, llm=arguments.llm, base_url=arguments.base_url
        )
        if arguments.command == "password":
            set_password(settings, arguments.user)
        else:
            serve(settings, debug=arguments.debug)
    except CaseChatError as exc:
        if arguments.debug:
            raise
        print(f"错误：{exc}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print()
    return 0


def set_password(settings: Settings, user: str) -> None:
    """Ask for a password twice, or read one line where there is no terminal, and keep its hash."""
    if sys.stdin.isatty():
        password = getpass.getpass(f"{user} 的密码：")
        if getpass.getpass("再输入一次：") != password:
            raise ServerError("两次输入的密码不一样。请重新运行。")
    else:
        password = sys.stdin.readline().rstrip("\n")
    Users(settings.home).set_password(user, password)
    print(f"已设置 {user} 的密码。重新启动 python -m ui 后生效。")


if __name__ == "__main__":
    sys.exit(main())
