"""The evaluations say so when their data is missing, and compute right on data made here."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "evaluations"))

import attack_tallies  # noqa: E402
import beside  # noqa: E402
import monitoring_posts  # noqa: E402
import oblast_sirens  # noqa: E402
import official_posts  # noqa: E402

from tocsin.config import load_world  # noqa: E402
from tocsin.engine import World  # noqa: E402

VINNYTSIA, SUMY = "UA05000000000010236", "UA59000000000057109"


@pytest.fixture(scope="module")
def world() -> World:
    return load_world()


@pytest.mark.parametrize("evaluation", [official_posts, oblast_sirens, monitoring_posts, attack_tallies])
def test_missing_data_is_said_aloud_and_is_no_failure(evaluation, tmp_path, capsys):
    assert evaluation.main(["--data", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Not evaluated: ")
    assert evaluation.DATA[0] in said


def write(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as lines:
        table = csv.DictWriter(lines, list(rows[0]))
        table.writeheader()
        table.writerows(rows)


def post(number: int, minute: int, head: str, area: str, tail: str = "") -> dict[str, str]:
    at = datetime(2022, 5, 1, 10, minute, tzinfo=UTC)
    return {
        "id": str(number),
        "date": "",
        "date_unixtime": str(int(at.timestamp())),
        "edited": "",
        "edited_unixtime": "",
        "text_bold": f"{head} {area}",
        "text_plain": "",
        "text_hashtag": "#" + area.replace(" ", "_"),
        "text_string": tail,
    }


def interval(oblast: str, start: int, end: int) -> dict[str, str]:
    day = datetime(2022, 5, 1, 10, 0, tzinfo=UTC)
    stamps = [(day + timedelta(minutes=m)).isoformat(sep=" ") for m in (start, end)]
    return {
        "oblast": oblast,
        "raion": "",
        "hromada": "",
        "level": "oblast",
        "started_at": stamps[0],
        "finished_at": stamps[1],
        "source": "official",
    }


def test_official_posts_match_the_record_and_each_difference_has_a_class(tmp_path, capsys):
    raised, ended = "🔴 13:00 Повітряна тривога в", "🟢 13:30 Відбій тривоги в"
    posts = [
        post(1, 0, raised, "Вінницька область"),
        post(2, 3, raised, "Сумська область"),
        post(3, 9, raised, "Сумська область"),
        post(4, 30, ended, "Вінницька область"),
        post(5, 40, ended, "Сумська область"),
        post(6, 50, raised, "Полтавська область"),
    ]
    write(tmp_path / "official-posts" / "2022-05.csv", posts)
    # The record counts Sumy from the second post, has an alarm that no post raised, and lacks Poltava's.
    record = [
        interval("Vinnytska oblast", 0, 30),
        interval("Sumska oblast", 9, 40),
        interval("Odeska oblast", 5, 45),
    ]
    write(tmp_path / "sirens" / "official_sirens_raion_to_2024-04-23.csv", record)

    assert official_posts.main(["--data", str(tmp_path)]) == 0

    said = capsys.readouterr().out
    assert "posts that broke the fold: 0; official alerts that time alone ended: 0" in said
    both = next(line.split() for line in said.splitlines() if line.startswith("both "))
    assert both == ["both", "3", "2", "50.00", "%", "100.00", "%", "1"]
    classes = {line.rsplit("  ", 1)[0].strip() for line in said.splitlines() if line.endswith("1")}
    assert "starts: raised twice; the record counts from the later" in classes
    assert "only theirs: no post raises it (gap in the posts)" in classes
    assert "only ours: no post ends it: it stands to the last day" in classes


def test_a_town_and_its_hromada_are_one_interval():
    start = datetime(2022, 5, 1, tzinfo=UTC)
    later = start + timedelta(hours=1)
    spans = [
        official_posts.Span(area="H", kind="air-raid", start=start, end=later, level=level)
        for level in ("settlement", "hromada")
    ]
    assert [(s.start, s.end) for s in official_posts.folded(spans)] == [(start, later)]


def test_pairs_are_the_nearest_starts_of_overlapping_intervals():
    def span(start: int, end: int) -> official_posts.Span:
        day = datetime(2022, 5, 1, tzinfo=UTC)
        at = (day + timedelta(minutes=start), day + timedelta(minutes=end))
        return official_posts.Span(area="A", kind="air-raid", start=at[0], end=at[1])

    theirs, ours = [span(0, 10), span(20, 30)], [span(1, 9), span(21, 30), span(50, 60)]
    pairs, missing, surplus = official_posts.matched(theirs, ours)
    assert [(p.theirs.start.minute, p.ours.start.minute) for p in pairs] == [(0, 1), (20, 21)]
    assert (missing, [s.start.minute for s in surplus]) == ([], [50])


def test_latin_names_of_the_record_find_their_areas(world):
    latin = beside.Latin(world.places)
    assert latin.area("Vinnytska oblast") == VINNYTSIA
    kyiv = latin.area("Kyiv City")
    assert kyiv is not None
    assert kyiv.startswith("UA80")
    raion = latin.area("Dnipropetrovska oblast", "Nikopolskyi raion")
    hromada = latin.area(
        "Dnipropetrovska oblast", "Nikopolskyi raion", "m. Nikopol ta Nikopolska terytorialna hromada"
    )
    assert raion is not None
    assert hromada is not None
    assert world.places.covers(raion, hromada)
    assert latin.area("Atlantydska oblast") is None


@pytest.mark.parametrize("reading", [True, False])
def test_intervals_come_out_as_they_went_in_however_long_they_stand(world, capsys, reading):
    begin = int(datetime(2022, 5, 1, tzinfo=UTC).timestamp())
    day = 86_400
    intervals = [
        ("Sumska oblast", begin, begin + 604 * day),
        ("Vinnytska oblast", begin + day, begin + 2 * day),
    ]
    assert oblast_sirens.evaluate(world, intervals, 2, reading=reading) == 0
    said = capsys.readouterr().out
    assert "alarms raised and ended as the record says           4" in said
    assert "the longest alarm stood 604 days" in said


def test_an_alarm_that_is_never_ended_is_no_fault_and_is_not_ended_by_silence(world):
    at = datetime(2022, 5, 1, tzinfo=UTC)
    moves = [(int(at.timestamp()), True, SUMY)]
    state, outcome, _ = oblast_sirens.replay(world, moves, 1, reading=True)
    state.advance(at + timedelta(days=700))
    assert [alarm.area.code for alarm in state.alarms.view()] == [SUMY]
    assert list(outcome.expected) == [SUMY]


def test_every_decision_on_channel_posts_is_explained_and_lead_time_is_told(world, tmp_path, capsys):
    at = datetime(2026, 2, 22, 1, 0, tzinfo=UTC)
    rows = [
        (0, "Air Force of the Armed Forces", "🛵 Ударні БпЛА на Сумщині, курс на Полтавщину."),
        (60, "somebody", "Можливо, згодом будуть пуски по Одещині."),
    ]
    lines = [
        json.dumps(
            {
                "timestamp": int(at.timestamp()) + s,
                "channel_id": n,
                "channel_title": who,
                "text": text,
                "n": n,
            }
        )
        for n, (s, who, text) in enumerate(rows)
    ]
    file = tmp_path / "posts.jsonl"
    file.write_text("\n".join(lines), "utf-8")
    posts, register = monitoring_posts.posts_of(file)
    assert [p.source for p in posts] == ["air-force", "channel-1"]
    assert register["channel-1"].reliability == "C"
    start = int(at.timestamp()) + 300
    assert (
        monitoring_posts.evaluate(world, posts, [("Sumska oblast", start, start + 3600)], everything=False)
        == 0
    )
    said = " ".join(capsys.readouterr().out.split())
    assert "Sumy Oblast 01:05:00 5.0 min drone, Sumy Oblast" in said
    assert (
        "the official alarm followed within three hours 1 no official alarm followed within three hours 1"
        in said
    )


def row(model: str, launched: str, destroyed: str, end: str = "2026-03-02 08:00") -> dict[str, str]:
    return {
        "time_start": "2026-03-01 18:00",
        "time_end": end,
        "model": model,
        "launched": launched,
        "destroyed": destroyed,
        "not_reach_goal": "0.0",
    }


def test_totals_of_attacks_come_out_as_they_went_in_and_shared_counts_stay_shared(world, tmp_path, capsys):
    file = tmp_path / "attacks.csv"
    rows = [
        row("Shahed-136/131", "100.0", "80.0"),
        row("Shahed-136/131", "11.0", "9.0"),
        row("X-101/X-555 and Kalibr", "12.0", ""),
        row("Somebody's new thing", "3.0", "3.0"),
    ]
    write(file, rows)
    attacks, left = attack_tallies.attacks_of(file)
    assert left == Counter({"a model that our table of weapons lacks": 1, "not a number": 1})
    assert len(attacks) == 1
    joint = ("kalibr", "kh-101", "kh-555")
    wanted = {(("shahed-136",), "launched"): 111, (("shahed-136",), "shot-down"): 89, (joint, "launched"): 12}
    assert attacks[0].totals == wanted
    assert attack_tallies.evaluate(world, attacks, left, listed=False) == 0
    assert "all" in capsys.readouterr().out
