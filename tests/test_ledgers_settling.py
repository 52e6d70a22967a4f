"""Lines that are settled apart stand as if all had been settled together: the whole is the oracle."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from record_words import REGISTER, Morning, Towns, at, claim
from tocsin.model import Interval, LedgerLine
from tocsin.picture.settling import Item, settle
from tocsin.picture.shelves import Shelves
from tocsin.picture.speakers import Speaker
from tocsin.slate import Slate

COVERS = Towns().covers
FAMILY = "kyiv@2024-12-20T06:00Z|people"
SOURCES = ("mayor", "city-admin", "rescuers", "paper", "channel", "rumour", "air-force")

speakers = st.builds(
    lambda name, how: Speaker(
        id=name,
        authority=REGISTER[name].authority_id,
        kind=REGISTER[name].kind,
        reliability=REGISTER[name].reliability,
        side=None,
        direct=how == "itself",
        forwarded=how == "forwarded",
        home=REGISTER[name].home,
    ),
    st.sampled_from(SOURCES),
    st.sampled_from(("itself", "itself", "quoted", "forwarded")),
)
words = st.fixed_dictionaries(
    {
        "speaker": speakers,
        "minute": st.integers(0, 900),
        "subject": st.sampled_from(("killed", "injured", "affected", "damaged")),
        "area": st.sampled_from(("kyiv", "hol", "sol", "sumy", None)),
        "incident": st.sampled_from((None, None, "incident:a")),
        "unit": st.sampled_from((None, None, None, "cars")),
        "low": st.sampled_from((None, 1, 2, 2, 3, 9)),
        "denial": st.sampled_from((False, False, False, False, True)),
        "hedged": st.booleans(),
        "corrects": st.booleans(),
    }
)


def item(seq, word):
    stated = at("08:00") + timedelta(minutes=word["minute"])
    line = LedgerLine(
        id=f"ledger:{seq}#1",
        subject=word["subject"],
        incident=word["incident"],
        area=word["area"],
        min=word["low"],
        max=word["low"],
        source=word["speaker"].id,
        unit=word["unit"],
        stated_at=stated,
        valid=Interval(start=stated, end=None),
        hedged=word["hedged"],
        status="denied" if word["denial"] else "standing",
        claims=(f"report-{seq // 2}#{seq}",),
    )
    return Item(
        seq=seq,
        line=line,
        family="people",
        speaker=word["speaker"],
        denial=word["denial"],
        corrects=word["corrects"],
    )


@settings(deadline=None, max_examples=400)
@given(st.lists(st.one_of(words, words, words, st.integers(0, 30)), max_size=40))
def test_lines_settled_with_their_rivals_only_stand_as_if_all_were_settled_anew_r29(steps):
    """Whatever comes, late or not, and whatever is taken back: a number takes a line back."""
    shelves = Shelves(COVERS, Slate())
    there: dict[str, Item] = {}
    told: dict[str, LedgerLine] = {}
    for seq, step in enumerate(steps, 1):
        if isinstance(step, int):
            gone = sorted(there)[step : step + 1]
            for line_id in gone:
                del there[line_id], told[line_id]
            changed = shelves.change(FAMILY, gone=gone)
        else:
            new = item(seq, step)
            there[new.line.id] = new
            changed = shelves.change(FAMILY, [new])
        told.update(changed.lines)
        lines, relays = settle(there.values(), COVERS)
        assert told == lines
        assert shelves.relayed() == relays
        assert list(changed.lines) == [line_id for line_id in lines if line_id in changed.lines]
    assert sorted(each.line.id for each in shelves.items(FAMILY)) == sorted(there)


@settings(deadline=None, max_examples=400)
@given(st.lists(words, max_size=60), st.integers(1, 8))
def test_lines_that_rest_leave_the_others_as_they_were(said, crowd):
    """Words that come in order, no copies among them: to let old ones rest changes no line."""
    plain = [word for word in said if word["speaker"].direct]
    plain.sort(key=lambda word: (word["minute"], word["denial"], word["low"] or 0))
    shelves = Shelves(COVERS, Slate(), crowd=crowd)
    there: list[Item] = []
    told: dict[str, LedgerLine] = {}
    for seq, word in enumerate(plain, 1):
        there.append(item(seq, word))
        told.update(shelves.change(FAMILY, there[-1:]).lines)
    assert told == settle(there, COVERS)[0]


def test_no_more_than_a_crowd_of_lines_out_of_force_is_kept_hot():
    shelves = Shelves(COVERS, Slate(), crowd=8)
    word = {
        "speaker": Speaker(
            id="mayor",
            authority="mayor",
            kind="authority",
            reliability="B",
            side=None,
            direct=True,
            forwarded=False,
            home="kyiv",
        ),
        "subject": "injured",
        "area": "kyiv",
        "incident": None,
        "unit": None,
        "denial": False,
        "hedged": False,
        "corrects": False,
    }
    for seq in range(1, 100):
        changed = shelves.change(FAMILY, [item(seq, {**word, "minute": seq, "low": seq})])
        assert len(changed.lines) <= 9
    assert len(list(shelves.items(FAMILY))) == 8
    newest = changed.lines["ledger:99#1"]
    assert (newest.status, newest.supersedes) == ("standing", ("ledger:98#1",))


def test_a_denial_of_two_districts_is_a_line_for_each_r29():
    morning = Morning()
    morning.say("08:00", "mayor", claim("debris", "hol", "sol", stance="denies"), report="no")
    assert [line.area for line in morning.lines("debris", "denied")] == ["hol", "sol"]
    morning.take_back("09:00", "mayor", "no")
    assert [line.area for line in morning.lines("debris", "retracted")] == ["hol", "sol"]
