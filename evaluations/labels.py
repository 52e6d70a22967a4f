# ruff: noqa: INP001 (a script, not a package)
"""Score our reader against labels that others gave, where that data lies beside the project.

    python evaluations/labels.py [DIRECTORY] [--wrong]

DIRECTORY holds ``danger_labels_dev.jsonl`` and ``phrase_labels_dev.jsonl``
(default: ``../shared/data/messages``); where it is missing this says so and
ends with 0. The data is not ours and is never copied: ``--wrong`` prints texts
to the screen only. What the labels mean in our words is written below.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from tocsin.config import load_world
from tocsin.model import Claim, Report, Source
from tocsin.reading import Reader

HOME = "UA80000000000093317"
STATED = datetime(2026, 2, 22, 1, 0, tzinfo=UTC)
WARN = (
    "takeoff",
    "launch",
    "inbound",
    "danger",
    "alarm",
    "air-defence",
    "explosion",
    "impact",
    "instruction",
    "interception",
)
COMING = ("takeoff", "launch", "inbound", "danger")
BALLISTIC = frozenset(("ballistic", "aeroballistic", "hypersonic"))
CLASSES = {
    "hypersonic_cruise(zircon)": frozenset(("hypersonic", "zircon")),
    "ballistic": BALLISTIC | {"high-speed-target", "missile"},
    "cruise": frozenset(("cruise", "missile", "hypersonic")),
    "irbm": frozenset(("ballistic", "oreshnik")),
    "guided_bomb": frozenset(("guided-bomb",)),
    "mlrs": frozenset(("mlrs",)),
    "drone": frozenset(("drone",)),
    "jet_drone": frozenset(("jet-drone",)),
    "recon": frozenset(("recon-drone",)),
    "mig31k": frozenset(("mig-31k",)),
}
"""Their weapon → our classes or slugs; a channel's "ballistic" is any fast missile."""


class Board:
    """Right and total by task, and the texts that went wrong."""

    def __init__(self) -> None:
        self.cells: dict[str, list[int]] = {}
        self.wrong: list[str] = []

    def add(self, task: str, right: bool, text: str, label: str, claims: Iterable[Claim]) -> None:
        """Count one label, and keep the text if we did not say what it wants."""
        cell = self.cells.setdefault(task, [0, 0])
        cell[0] += right
        cell[1] += 1
        if not right:
            got = "; ".join(
                f"{c.tense} {c.stance} {c.kind} {c.weapon} {[(p.name, p.role) for p in c.places]}"
                for c in claims
            )
            self.wrong.append(f"{task} | {label} | {text!r}\n      {got or 'nothing'}")

    def count(self, task: str) -> None:
        """Count a label that nobody judges: a bare continuation leaves its weapon to the picture, for one."""
        self.cells.setdefault(task, [0, 0])[1] += 1


def live(claims: Iterable[Claim], kinds: tuple[str, ...] = WARN) -> list[Claim]:
    """The claims that say that something of these kinds is so now."""
    return [c for c in claims if c.tense == "now" and c.stance == "asserts" and c.kind in kinds]


def danger(
    rows: list[dict[str, str | None]],
    read: Callable[[str], tuple[Claim, ...]],
    classes: Callable[[Claim], set[str]],
    board: Board,
) -> None:
    """Weapon of live messages; live or not. Labels about one bot's configured area are left out."""
    for row in rows:
        text, weapon, status = str(row["text"]), str(row["weapon"]), str(row["status"])
        if status == "not_for_configured_area_or_aftermath":
            continue
        claims = read(text)
        if status.startswith("live"):
            board.add("live: said to be so now", bool(live(claims)), text, status, claims)
            if weapon in CLASSES and not (status == "live_region_only" and weapon == "drone"):
                said = [claim for claim in live(claims) if claim.weapon not in {None, "unknown"}]
                if said:
                    right = any(classes(claim) & CLASSES[weapon] for claim in said)
                    board.add("live: weapon", right, text, weapon, claims)
                else:
                    board.count("(live: we name no weapon)")
        else:
            board.add("not live: nothing said to be coming", not live(claims, COMING), text, status, claims)


def phrases(
    rows: list[dict[str, str]],
    read: Callable[[str], tuple[Claim, ...]],
    classes: Callable[[Claim], set[str]],
    board: Board,
) -> None:
    """Scope, threat, modality, certainty, state, class cleared, what happened; other tasks are counted as not scored."""
    for row in rows:
        task, expected = row.get("task", ""), row.get("expected")
        judge = JUDGES.get(task)
        if judge is None or not isinstance(expected, str):
            board.count("(no rule for it)")
            continue
        claims = read(row["text"])
        right = judge(expected, claims, classes)
        if right is not None:
            board.add(task, right, row["text"], expected, claims)


def _places(claims: Iterable[Claim]) -> set[str]:
    return {place.code[:4] for claim in claims for place in claim.places}


def scope(expected: str, claims: tuple[Claim, ...], _: Callable[[Claim], set[str]]) -> bool | None:
    """Whether the places said lie where the label says the message is about."""
    areas = _places(claims)
    known = {"city(Kyiv)": {"UA80"}, "near_ring(Zhuliany)": {"UA80", "UA32"}, "Kyiv_oblast": {"UA32"}}
    if expected in known:
        return bool(areas & known[expected])
    return not areas & {"UA80", "UA32"} and (expected == "unknown") != bool(areas)


def threat(expected: str, claims: tuple[Claim, ...], classes: Callable[[Claim], set[str]]) -> bool | None:
    """Whether the weapon's class is the label's, as far as it is one of ours."""
    now = live(claims)
    if expected == "none":
        return not live(claims, COMING)
    if expected.startswith("unknown"):
        return bool(now)
    wanted = CLASSES.get(expected)
    return any(classes(claim) & wanted for claim in now) if wanted else None


def modality(expected: str, claims: tuple[Claim, ...], _: Callable[[Claim], set[str]]) -> bool | None:
    """Whether it is said to be so now, or that nothing is coming."""
    if expected == "live":
        return bool(live(claims))
    return not live(claims, COMING)


def kinds(
    table: dict[str, tuple[str, ...]],
) -> Callable[[str, tuple[Claim, ...], Callable[[Claim], set[str]]], bool | None]:
    """A judge that wants one of some kinds of claim for a label; an empty tuple wants none of what is coming or fell."""

    def judge(expected: str, claims: tuple[Claim, ...], _: Callable[[Claim], set[str]]) -> bool | None:
        if expected not in table:
            return None
        said = {claim.kind for claim in claims if claim.tense == "now" and claim.stance == "asserts"}
        return bool(said & set(table[expected]))

    return judge


def alert_state(expected: str, claims: tuple[Claim, ...], _: Callable[[Claim], set[str]]) -> bool | None:
    """Whether the alarm is said to be on, over or neither."""
    over = any(c.kind == "alarm-over" and c.tense == "now" and c.stance == "asserts" for c in claims)
    on = any(c.kind == "alarm" and c.tense == "now" and c.stance == "asserts" for c in claims)
    return {"alert": on and not over, "clear": over, "not_clear": not over}.get(expected)


JUDGES: dict[str, Callable[[str, tuple[Claim, ...], Callable[[Claim], set[str]]], bool | None]] = {
    "scope": scope,
    "threat": threat,
    "modality": modality,
    "certainty": kinds({"lost(not clear)": ("lost",), "clear": ("danger-over", "interception")}),
    "alert_state": alert_state,
    "cleared_class": lambda expected, claims, classes: any(
        claim.kind == "danger-over" and classes(claim) & CLASSES.get(expected, frozenset()) for claim in claims
    ),
    "status": kinds({"damage": ("damage", "debris", "impact"), "down": ("interception",), "impact": ("impact", "fire")}),
    "kind": kinds({
        "fire.reported": ("fire",),
        "impact.explosion.reported": ("explosion",),
        "infrastructure.outage": ("outage",),
        "air_defence.interception.reported": ("interception",),
        "target.observed": ("inbound",),
        "alert.air_raid.started": ("alarm",),
    }),
}  # fmt: skip


def main(arguments: list[str]) -> int:
    """Print a line a task: how many right of how many."""
    named = [argument for argument in arguments if not argument.startswith("-")]
    where = Path(named[0]) if named else Path(__file__).parent.parent.parent / "shared" / "data" / "messages"
    files = [where / f"{name}_labels_dev.jsonl" for name in ("danger", "phrase")]
    if not all(file.is_file() for file in files):
        sys.stdout.write(
            "labels: the data is not here (see the head of evaluations/labels.py); nothing was scored" + "\n"
        )
        return 0
    world = load_world()
    source = Source(id="labels-channel", name="labels-channel", kind="monitoring-channel", home=HOME)
    reader = Reader(world.lexicon, world.places, {**world.register, source.id: source})

    def read(text: str) -> tuple[Claim, ...]:
        return reader.read(Report(id="1", source=source.id, text=text, stated_at=STATED)).claims

    def classes(claim: Claim) -> set[str]:
        weapon = world.weapons.get(claim.weapon or "")
        return {weapon.klass, weapon.slug} if weapon else set()

    board = Board()
    danger([json.loads(line) for line in files[0].read_text("utf-8").splitlines()], read, classes, board)
    phrases([json.loads(line) for line in files[1].read_text("utf-8").splitlines()], read, classes, board)
    for task, (right, total) in board.cells.items():
        share = f"{100 * right / total:5.1f} %" if not task.startswith("(") else "      –"
        sys.stdout.write(f"{task:<40}{right:>4} of {total:>4} {share}" + "\n")
    if "--wrong" in arguments:
        sys.stdout.write("\n".join(board.wrong) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
