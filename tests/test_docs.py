"""Documentation that cannot drift: what the code knows has its heading, and links lead somewhere."""

import re
from pathlib import Path

import pytest

from tocsin.cli import cli
from tocsin.model import CLAIM_KINDS

ROOT = Path(__file__).parent.parent
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def headings(name: str) -> set[str]:
    text = (ROOT / "docs" / name).read_text("utf-8")
    return {line.lstrip("# ").strip("`").strip() for line in text.splitlines() if line.startswith("#")}


def test_every_command_has_its_heading():
    missing = [name for name in cli.commands if f"tocsin {name}" not in headings("commands.md")]
    assert not missing


def test_every_claim_kind_is_told():
    text = (ROOT / "docs" / "claims.md").read_text("utf-8")
    assert not [kind for kind in CLAIM_KINDS if f"`{kind}`" not in text]


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_our_files_lead_somewhere(path):
    targets = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", path.read_text("utf-8"))
    ours = [one for one in targets if "://" not in one and not one.startswith("mailto:")]
    assert not [one for one in ours if not (path.parent / one).exists()]


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_test_that_is_named_exists(path):
    named = re.findall(
        r"tests/\w+\.(?:py|toml)|(?:benchmarks|evaluations|scripts)/\w+\.py", path.read_text("utf-8")
    )
    assert not [one for one in named if not (ROOT / one).exists()]


def test_the_architecture_names_every_room():
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    src = ROOT / "src" / "tocsin"
    rooms = [p.name for p in src.iterdir() if (p.is_dir() and p.name != "__pycache__") or p.suffix == ".py"]
    assert not [room for room in rooms if room not in text and room != "__init__.py"]


def test_the_readme_starts_with_the_two_commands():
    text = (ROOT / "README.md").read_text("utf-8")
    assert text.index("make demo") < text.index("make test") < 1200
