"""Files and functions stay small enough to be read whole; what is longer has a reason here."""

import ast
from pathlib import Path

SRC = Path(__file__).parent.parent / "src" / "tocsin"
FILE_LINES = 600
FUNCTION_LINES = 75

LONG_FILES = {
    "model.py": "all nouns in one place, most of it docstrings",
}


def test_files_are_short():
    long = {
        str(path.relative_to(SRC)): count
        for path in sorted(SRC.rglob("*.py"))
        if (count := len(path.read_text("utf-8").splitlines())) > FILE_LINES
    }
    assert not long.keys() - LONG_FILES.keys(), long


def test_functions_are_short():
    long = []
    for path in sorted(SRC.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    long.append(f"{path.relative_to(SRC)}:{node.lineno} {node.name} {lines}")
    assert not long, long
