"""The house stands as ARCHITECTURE.md tells it: who may import whom, and what stays out of the pure rooms."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SRC = ROOT / "src" / "tocsin"


def test_import_contracts_hold():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_app_reads_the_wall_clock():
    """ruff's banned-api sees names; this sees any spelling of a call that tells the time."""
    telling = {
        "datetime.now",
        "datetime.datetime.now",
        "datetime.utcnow",
        "date.today",
        "time.time",
        "time.time_ns",
        "uuid.uuid4",
        "uuid4",
    }
    offenders = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted(SRC.rglob("*.py"))
        if path != SRC / "app.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in telling
    ]
    assert not offenders, offenders


def test_there_is_no_room_for_leftovers():
    names = {path.stem for path in SRC.rglob("*.py")} | {p.name for p in SRC.rglob("*") if p.is_dir()}
    assert not names & {"utils", "util", "helpers", "helper", "common", "manager", "service", "misc"}
