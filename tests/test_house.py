"""The rules of the house: sizes, names, docstrings, honest tests, and whose Pillow it is.

Responsible for: what a reader would otherwise have to check by eye (appliance/README.md#folders and
CONTRIBUTING.md#tests, appliance/display/README.md#4-traps).
Must not: judge taste; ``ruff`` and ``mypy`` have their own rules.
"""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LINES_AT_MOST = 420
"""About 400. The limit is there to make rooms, not to be met: nothing is squeezed to fit it."""
FUNCTION_LINES_AT_MOST = 60
NAMES_THAT_SAY_NOTHING = frozenset({"utils", "util", "helpers", "helper", "manager", "base", "misc", "common"})
SLEEPERS = frozenset({"e2e", "bench", "image"})
"""Test folders that run real processes on a real clock."""


def sources(folder: str) -> list[Path]:
    """Every Python file below a folder of the project."""
    return sorted((ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    """The path from the project's root."""
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


OURS = [path for folder in ("appliance", "tests", "hardware", "image-build") for path in sources(folder)]
WITH_CODE = [path for path in OURS if "tests" not in path.relative_to(ROOT).parts and path.stat().st_size > 0]


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_no_file_is_too_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES_AT_MOST


def long_functions(module: ast.Module) -> list[str]:
    """Functions above the limit, decorators not counted."""
    return [
        f"{node.name} at {node.lineno}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > FUNCTION_LINES_AT_MOST
    ]


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_no_function_is_too_long(path: Path) -> None:
    assert long_functions(tree(path)) == []


def test_a_long_function_is_found() -> None:
    body = "    x = 1\n" * FUNCTION_LINES_AT_MOST
    assert long_functions(ast.parse(f"def f():\n{body}")) == ["f at 1: 61 lines"]
    assert long_functions(ast.parse(f"def f():\n{body[: -len('    x = 1' + chr(10))]}")) == []


def test_every_name_says_something() -> None:
    names = {name_of(path): {path.stem, *path.relative_to(ROOT).parts[:-1]} for path in OURS}
    assert {path: found for path, parts in names.items() if (found := parts & NAMES_THAT_SAY_NOTHING)} == {}


def imported(module: ast.Module) -> set[str]:
    """Every module named by an import, ``from a import b`` as ``a.b`` too."""
    found: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_fakes_are_product_not_mocks(path: Path) -> None:
    assert {name for name in imported(tree(path)) if name == "mock" or name.startswith("unittest.mock")} == set()


def sleeps(module: ast.Module) -> list[int]:
    """The rows in which ``time.sleep`` is named, under whatever name it came in."""
    clocks = {"time"}
    rows = []
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            clocks |= {alias.asname for alias in node.names if alias.name == "time" and alias.asname}
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            rows += [node.lineno for alias in node.names if alias.name == "sleep"]
    rows += [
        node.lineno
        for node in ast.walk(module)
        if isinstance(node, ast.Attribute)
        and node.attr == "sleep"
        and isinstance(node.value, ast.Name)
        and node.value.id in clocks
    ]
    return sorted(rows)


@pytest.mark.parametrize(
    "path", [p for p in sources("tests") if p.relative_to(ROOT).parts[1] not in SLEEPERS], ids=name_of
)
def test_unit_tests_do_not_sleep(path: Path) -> None:
    assert sleeps(tree(path)) == []


def test_a_sleep_is_found() -> None:
    assert sleeps(ast.parse("import time\n\ntime.sleep(1)\n")) == [3]
    assert sleeps(ast.parse("import time as clock\nclock.sleep(1)\n")) == [2]
    assert sleeps(ast.parse("from time import sleep\n")) == [1]
    assert sleeps(ast.parse("import time\ntime.monotonic()\n")) == []


@pytest.mark.parametrize("path", WITH_CODE, ids=name_of)
def test_every_module_says_what_it_is_responsible_for(path: Path) -> None:
    words = ast.get_docstring(tree(path)) or ""
    if path.name == "__init__.py":
        assert words, "a package says what it is"
    else:
        assert "Responsible for: " in words


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_no_exception_is_swallowed_in_silence(path: Path) -> None:
    handlers = [node for node in ast.walk(tree(path)) if isinstance(node, ast.ExceptHandler)]
    bare = [node.lineno for node in handlers if node.type is None]
    silent = [node.lineno for node in handlers if len(node.body) == 1 and isinstance(node.body[0], ast.Pass)]
    assert (bare, silent) == ([], [])


def test_pillow_is_the_systems() -> None:
    # Pango first, then a Pillow wheel's ImageFont: text widths are nonsense (appliance/display/README.md#4-traps).
    import PIL

    where = Path(PIL.__file__).resolve()
    assert Path(sys.prefix).resolve() not in where.parents, f"Pillow comes from the venv: {where}"
    assert "dist-packages" in where.parts, f"Pillow is not the distribution's: {where}"


def test_every_folder_with_code_of_ours_is_looked_at() -> None:
    looked_at = {path.relative_to(ROOT).parts[0] for path in OURS}
    named = {path.relative_to(ROOT).parts[0] for path in ROOT.glob("*/**/*.py")}
    assert {"hardware", "image-build"} <= looked_at
    # "build", "demo" and the like are made here and ignored by git; what begins with a dot is a tool's.
    assert {folder for folder in named if not folder.startswith(".")} - {"build", "demo", "dist"} == looked_at
