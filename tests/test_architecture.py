"""Who may import whom, and what no file may hold; read from the source, so that a rule breaks the moment it is broken.

The rules are those of docs/architecture.md.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from rag.settings import PROJECT_PATH

PACKAGES = ("rag", "embeddings", "prompts", "ui", "eval", "benchmarks")
LEAVES = ("rag.types", "rag.errors", "rag.settings", "rag.records", "rag.machine", "rag.normalising")
LAYERS = ("rag.parsing", "rag.chunking", "rag.stores", "rag.retrieval", "rag.answering", "rag.pipeline")
"""From the bottom up: each may import itself and those before it."""
HEAVY = ("torch", "transformers", "sentence_transformers", "gradio", "faiss", "langchain", "scipy", "sklearn", "pandas")
MAY_IMPORT = {
    **dict.fromkeys(LEAVES, LEAVES),
    **{layer: (*LEAVES, *LAYERS[: rank + 1]) for rank, layer in enumerate(LAYERS)},
    "rag.llms": (*LEAVES, "rag.llms"),
    "rag.answering": (*LEAVES, *LAYERS[: LAYERS.index("rag.answering") + 1], "rag.llms", "prompts"),
    "rag.baselines": (*LEAVES, "rag.chunking"),
    "rag.factory": ("rag", "embeddings"),
    "rag.doctor": (*LEAVES, "rag.factory", "rag.stores", "rag.parsing", "rag.llms.specs"),
    "rag.cli": ("rag",),
    "rag.__main__": ("rag.cli",),
    "embeddings": (*LEAVES, "embeddings"),
    "prompts": ("rag.errors", "prompts"),
    "ui": (*LEAVES, "rag.pipeline", "rag.factory", "eval.api", "ui"),
    "eval": (*LEAVES, "rag.pipeline", "rag.factory", "prompts.loading", "eval"),
    "benchmarks": ("rag", "benchmarks"),
}
"""Module prefix to the prefixes of our own modules that it may import; the longest prefix counts."""


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module and where it stands."""

    module: str
    line: int
    at_import_time: bool
    """False inside a function, and under `if TYPE_CHECKING`."""


def module_name(path: Path) -> str:
    parts = path.relative_to(PROJECT_PATH).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def sources() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (PROJECT_PATH / package).rglob("*.py"))


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports_of(tree: ast.Module) -> list[Import]:
    return list(_imports(tree, at_import_time=True))


def _imports(node: ast.AST, *, at_import_time: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, child.lineno, at_import_time) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            base = "." * child.level + (child.module or "")
            # `from rag import pipeline` imports rag.pipeline, which is what the rules are about.
            yield from (Import(f"{base}.{alias.name}", child.lineno, at_import_time) for alias in child.names)
        else:
            deferred = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or _is_type_checking(
                child
            )
            yield from _imports(child, at_import_time=at_import_time and not deferred)


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def is_within(module: str, prefixes: tuple[str, ...]) -> bool:
    return any(module == prefix or module.startswith(prefix + ".") for prefix in prefixes)


def allowed_for(module: str) -> tuple[str, ...]:
    prefixes = [prefix for prefix in MAY_IMPORT if is_within(module, (prefix,))]
    assert prefixes, f"{module} has no rule: say in MAY_IMPORT what it may import"
    return MAY_IMPORT[max(prefixes, key=len)]


def broken_rules(module: str, tree: ast.Module) -> list[str]:
    """Return one sentence for each import of our own packages that `module` may not have."""
    allowed = allowed_for(module)
    return [
        f"{module}:{found.line} imports {found.module}"
        for found in imports_of(tree)
        if is_within(found.module, PACKAGES) and not is_within(found.module, allowed)
    ]


def test_every_package_is_looked_at() -> None:
    assert {path.relative_to(PROJECT_PATH).parts[0] for path in sources()} == set(PACKAGES)


def test_modules_import_only_what_they_may() -> None:
    modules = [path for path in sources() if path.name != "__init__.py"]
    assert [broken for path in modules for broken in broken_rules(module_name(path), parse(path))] == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("rag.types", "from rag.pipeline import CaseQA"),
        ("rag.parsing.contents", "from rag.chunking.cutting import cut"),
        ("rag.stores.dense", "import rag.retrieval.fusion"),
        ("rag.retrieval.fusion", "from prompts.loading import load_prompt"),
        ("rag.pipeline", "from embeddings.base import Embedder"),
        ("rag.pipeline", "from rag import factory"),
        ("embeddings.base", "from rag.parsing.loading import load_compilation"),
        ("prompts.loading", "from rag.settings import Settings"),
        ("ui.server", "from rag.retrieval.fusion import fuse"),
        ("ui.server", "from eval.runner import run"),
        ("eval.runner", "from ui.rendering import place"),
        ("eval.runner", "def f():\n from embeddings.base import Embedder"),
        ("benchmarks.speed", "from eval.dataset import load_questions"),
    ],
)
def test_a_forbidden_import_is_found(module: str, line: str) -> None:
    assert len(broken_rules(module, ast.parse(line))) == 1


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("rag.answering.extractive", "from prompts.loading import load_prompt"),
        ("rag.answering.extractive", "from rag.retrieval.fusion import fuse"),
        ("rag.factory", "from embeddings.factory import load_embedder"),
        ("ui.server", "from eval.api import run_evaluation"),
        ("eval.runner", "import numpy"),
    ],
)
def test_an_allowed_import_passes(module: str, line: str) -> None:
    assert broken_rules(module, ast.parse(line)) == []


def test_imports_are_absolute() -> None:
    relative = [(path, found) for path in sources() for found in imports_of(parse(path)) if found.module[0] == "."]
    assert relative == []


def test_an_init_file_holds_a_docstring_and_nothing_else() -> None:
    for path in sources():
        if path.name == "__init__.py":
            tree = parse(path)
            assert len(tree.body) == 1, path
            assert ast.get_docstring(tree), path


def test_nothing_hides_the_builtin_eval() -> None:
    """`import eval` binds the package to the builtin's name."""
    tests = sorted((PROJECT_PATH / "tests").rglob("*.py"))
    for path in [*sources(), *tests]:
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Import):
                bound = [alias.asname or alias.name.partition(".")[0] for alias in node.names]
                assert "eval" not in bound, f"{path}:{node.lineno}"


def test_nothing_is_pickled() -> None:
    for path in sources():
        names = {found.module.partition(".")[0] for found in imports_of(parse(path))}
        assert not names & {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}, path
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                assert isinstance(node.value, ast.Constant) and node.value.value is False, f"{path}:{node.value.lineno}"


def catches_wholesale(handler: ast.ExceptHandler) -> bool:
    """Return whether a handler swallows every error: clearing up and raising again is no swallowing."""
    caught = "" if handler.type is None else ast.unparse(handler.type)
    raises_again = isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None
    return not raises_again and (not caught or bool(set(re.findall(r"\w+", caught)) & {"Exception", "BaseException"}))


def test_no_error_is_caught_wholesale() -> None:
    for path in sources():
        for node in ast.walk(parse(path)):
            assert not (isinstance(node, ast.ExceptHandler) and catches_wholesale(node)), f"{path}:{node.lineno}"


@pytest.mark.parametrize(
    ("handler", "wholesale"),
    [
        ("except: pass", True),
        ("except Exception: pass", True),
        ("except (ValueError, Exception) as exc: print(exc)", True),
        ("except BaseException as exc: raise RuntimeError from exc", True),
        ("except BaseException:\n  clear()\n  raise", False),
        ("except CaseChatError as exc: print(exc)", False),
    ],
)
def test_a_wholesale_handler_is_told_from_another(handler: str, wholesale: bool) -> None:
    (node,) = [node for node in ast.walk(ast.parse(f"try: f()\n{handler}")) if isinstance(node, ast.ExceptHandler)]
    assert catches_wholesale(node) is wholesale


def test_heavy_libraries_wait_until_they_are_needed() -> None:
    """The leaves, the command line and the doctor answer at once: no heavy library at the top of their files."""
    for path in sources():
        if is_within(module_name(path), (*LEAVES, "rag.cli", "rag.doctor", "rag.__main__", "prompts")):
            early = [found for found in imports_of(parse(path)) if found.at_import_time]
            assert [found for found in early if is_within(found.module, HEAVY)] == [], path


def test_the_command_line_is_built_without_heavy_libraries() -> None:
    program = (
        "import sys, rag.cli.parser; rag.cli.parser.build_parser(); "
        f"print(sorted(set(sys.modules) & set({HEAVY!r})), end='')"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT_PATH, capture_output=True, text=True, check=True)
    assert done.stdout == "[]"


def test_no_module_is_called_utils() -> None:
    assert [path for path in sources() if path.stem in {"utils", "helpers", "common", "misc"}] == []


def test_no_file_names_a_machine_path() -> None:
    """Every text file that git tracks, this one aside: a path that exists on one machine only has no place in it."""
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT_PATH, capture_output=True, check=False)
    if tracked.returncode:
        pytest.skip("not a git checkout: there is no list of tracked files")
    machine_path = re.compile(
        r"(?<![\w.])/(?:(?:home|Users)/(?!someone\b)|root/|work/|opt/)[\w.-]+|\.\./shared\b|[A-Z]:\\\\?Users"
    )
    found = []
    for name in tracked.stdout.decode().split("\0"):
        path = PROJECT_PATH / name
        if (
            name
            and path.is_file()
            and path.suffix in {"", ".py", ".md", ".toml", ".txt", ".json", ".css", ".js", ".html"}
        ):
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            found += [f"{name}:{number}" for number, line in enumerate(lines, 1) if machine_path.search(line)]
    own_name = str(Path(__file__).relative_to(PROJECT_PATH))
    assert [place for place in found if not place.startswith(own_name)] == []
