"""The duty desk's screen, as values become it: evidence marked, acts for those who may, words in three languages."""

import re

import msgspec
import pytest

from desk_stage import busy, frame, morning, night
from tocsin.decisions.verbs import VERBS
from tocsin.model import CLAIM_KINDS, Claim, Evidence, Interval, Order, Problem
from tocsin.render import desk, desk_acts, desk_lists, desk_reports, desk_signin
from tocsin.render.desk_values import Passkey, Person, Preview, Saying, Seat, Sitting
from tocsin.render.page import Frame
from tocsin.render.words import LANGUAGES, bundled

KYIV = "UA80000000000093317"
SEEN, KEY = "t1", "ABCDEFGH"


def claim(text, *spans, kind="inbound"):
    return Claim(
        id=f"s:r#{kind}", report="r", source="s", kind=kind, valid=Interval(start=None, end=None),
        evidence=tuple(Evidence(start=a, end=b, quote=text[a:b]) for a, b in spans),
    )  # fmt: skip


def bare(html):
    """The text that a reader sees, without marks and their numbers."""
    return re.sub(r"<sup>[^<]*</sup>|</?mark[^>]*>", "", str(html))


def test_the_words_that_were_understood_are_marked_and_nothing_else():
    text = "Балістика на Київ! Решта чисто."
    shown = desk_reports.highlighted(text, [claim(text, (0, 17))])
    assert shown == '<mark data-c="1">Балістика на Київ<sup>1</sup></mark>! Решта чисто.'


def test_words_that_two_claims_share_name_both():
    text = "drones and missiles"
    shown = desk_reports.highlighted(text, [claim(text, (0, 10)), claim(text, (7, 19))])
    assert bare(shown) == text
    assert '<mark data-c="1,2">and<sup>1</sup></mark>' in shown


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> & <img src=x onerror=alert(1)>",
        "safe \u202edesrever\u202c words \u2066hidden\u2069",
        "\U0001f680" * 5000,
        "",
    ],
)
def test_a_report_can_neither_run_nor_turn_nor_flood(text):
    shown = str(desk_reports.highlighted(text, [claim(text, (0, len(text)), (3, 9**9))]))
    assert "<script" not in shown
    assert "<img" not in shown
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", shown)
    assert len(shown) < 20_000


def test_every_report_of_the_morning_shows_its_words_whole():
    _, _, heard, _, _ = morning()
    for one in heard:
        shown = bare(desk_reports.highlighted(one.report.text, one.claims))
        assert shown.replace("&lt;", "<").replace("&amp;", "&").replace("&#34;", '"').replace(
            "&#39;", "'"
        ) == desk_reports.clean(one.report.text)


def test_a_report_says_what_came_of_it():
    """Why did it sound, and why not, stands beside the words."""
    page = "".join(html for _, html in desk.reports(night(), frame("en")))
    assert "came-raise" in page
    assert "came-withhold" in page


def test_every_kind_of_claim_has_a_word_in_every_language():
    for lang in LANGUAGES:
        assert not [kind for kind in CLAIM_KINDS if not bundled(lang).has(f"desk.kind.{kind}")]


def test_the_forms_ask_for_what_the_orders_take():
    """No verb without a form, no form without a verb, no field that an order would refuse."""
    asked = {form.verb: (set(form.fields), set(form.needs)) for form in desk_acts.FORMS}
    taken = {
        name: ({a.name for a in verb.arguments}, {a.name for a in verb.arguments if a.required})
        for name, verb in VERBS.items()
    }
    assert asked == taken


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("mode", ["live", "demo", "exercise"])
def test_the_screen_is_written_in_every_language_and_mood(lang, mode):
    page = desk.page(busy(), frame(lang, mode))
    assert f'<html lang="{lang}"' in page
    assert f"mode-{mode}" in page
    assert "<b>not bold</b>" not in page
    assert not re.search(r" style=| on\w+=|<style|<script(?! src)", page)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_exercise_says_so_and_never_that_it_is_none(lang):
    """R2, R3."""
    page = desk.page(busy(), frame(lang, "exercise"))
    word = bundled(lang).say("desk.exercise-short")
    assert page.count(word[:6]) >= 2 or page.upper().count(word[:6].upper()) >= 2
    assert not re.search(r"not a drill|не навчання|не учени", page, re.IGNORECASE)


def test_who_may_only_look_is_offered_no_act():
    page = desk.page(busy(role="viewer"), frame())
    rows = "".join(desk.panels(busy(role="viewer"), frame()).values())
    assert "data-act=" not in rows
    assert "data-act=" not in page
    assert "data-explain=" in "".join(html for _, html in desk.reports(busy(role="viewer"), frame()))


def test_an_operator_is_not_offered_to_approve_and_nobody_their_own():
    assert 'data-act="approve"' not in desk.panels(busy(role="operator"), frame())["queue"]
    assert 'data-act="approve"' in desk.panels(busy(role="approver"), frame())["queue"]
    mine = busy()
    mine = msgspec.structs.replace(mine, waiting=(msgspec.structs.replace(mine.waiting[0], mine=True),))
    assert 'data-act="approve"' not in desk.panels(mine, frame())["queue"]
    assert 'data-act="decline"' in desk.panels(mine, frame())["queue"]


def test_a_role_that_nobody_knows_may_nothing():
    assert "data-act=" not in "".join(desk.panels(busy(role="emperor"), frame()).values())


def test_nobody_acts_in_the_past():
    then = busy()
    then = msgspec.structs.replace(then, known_at=then.now)
    assert "data-act=" not in "".join(desk.panels(then, frame()).values())


def test_the_same_night_gives_the_same_bytes():
    assert desk.panels(busy(), frame()) == desk.panels(busy(), frame())


def test_a_second_later_only_what_changed_differs():
    """Nothing is written anew by the second: what a person reads stays."""
    early = busy()
    late = busy(
        now=early.now + (early.now - early.now.replace(microsecond=0)),
    )
    assert desk.panels(early, frame())["coverage"] == desk.panels(late, frame())["coverage"]


def test_reports_after_a_number_are_those_that_are_new():
    here = night()
    last = here.heard[0].number
    assert next(n for n, _ in desk.reports(here, frame(), last - 2)) == last
    assert desk.reports(here, frame(), last) == ()


def test_a_preview_says_what_goes_out_where_and_in_which_words():
    world, state, *_ = morning()
    order = Order(operator="Olena", verb="raise", target=KYIV, why="phoned", arguments={"level": "red"})
    found = state.preview(order, state.now)
    assert found.problem is None
    alert = next(i for i, fact in enumerate(found.facts) if fact.type == "alert")
    says = tuple(
        Saying(fact=alert, lang=lang, headline=f"H {lang}", description="D", instruction="I <b>")
        for lang in LANGUAGES
    )
    shown = Preview(
        order=order, persons=found.persons, facts=found.facts, corrections=found.corrections, texts=says,
        reach=(("mqtt", None), ("push", 12)), token=SEEN,
    )  # fmt: skip
    html = desk_acts.previewed(shown, night().names, frame("en"), world.places)
    assert f'data-token="{SEEN}"' in html
    assert all(f"H {lang}" in html for lang in LANGUAGES)
    assert "push: 12" in html
    assert "Kyiv" in html
    assert "Revoke" in html, "the correction is built with the raise (R4)"
    assert "I <b>" not in html


def test_a_preview_of_what_is_refused_says_why_and_cannot_be_sent():
    order = Order(operator="Olena", verb="raise", target="UA99", why="x")
    _, state, *_ = morning()
    found = state.preview(order, state.now)
    assert found.problem is not None
    html = desk_acts.previewed(
        Preview(order=order, problem=found.problem), night().names, frame("en"), night().places
    )
    assert 'data-refused="yes"' in html
    assert "would be refused" in html


def test_two_persons_are_said_in_words():
    html = desk_acts.previewed(
        Preview(order=Order(operator="O", verb="clear", target=KYIV, why="x"), persons=2),
        night().names, frame("en"), night().places,
    )  # fmt: skip
    assert "A second person must agree" in html


def test_outlets_that_are_silenced_or_degraded_come_with_their_reason():
    rows = desk_lists.outlets(busy(), frame("en"))
    assert any(row.why == "the broker does not answer" for row in rows)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_doors_are_written_in_every_language(lang):
    here = night()
    door = Frame(words=bundled(lang), now=here.now, path="/desk/sign-in", version="test")
    assert "<form" in desk_signin.sign_in(door, passkeys=True)
    locked = desk_signin.sign_in(door, problem="desk.signin.locked", minutes=5)
    assert " 5 " in locked
    assert 'role="alert"' in locked
    gone = desk_signin.enrol(door, problem="desk.enrol.gone")
    assert "<form" not in gone
    assert "ABCD EFGH" in desk_signin.enrol(door, name="Olena", role="operator", token=SEEN, secret=KEY)
    seat = Seat(operator="Olena <b>", role="administrator", csrf="token")
    page = desk_signin.account(
        door, seat=seat, passkeys=(Passkey(id="1", label="phone", added_at=here.now),),
        sessions=(Sitting(id="s", since=here.now, acted_at=here.now, mine=True),),
        people=(Person(name="Taras", role="viewer"),), link="https://x/enrol", passkeys_work=True,
    )  # fmt: skip
    assert "Olena <b>" not in page
    assert page.count('name="csrf"') >= 4


def test_an_unknown_problem_is_told_in_general_words():
    door = frame("en")
    assert "That did not work" in desk_signin.sign_in(door, problem="desk.signin.something-new")


def test_what_the_embargo_keeps_says_what_it_is_and_when_it_goes_out():
    """R27: the desk sees all, and which of it the public does not."""
    shown = desk.panels(busy(), frame("en"))["held"]
    assert "goes out at" in shown
    assert 'data-act="publish"' in shown
    assert 'data-act="hold"' in shown
    assert "<q>" in shown
    assert 'data-act="publish"' not in desk.panels(busy(role="viewer"), frame("en"))["held"]


def test_figures_stand_by_source_and_can_be_taken_out():
    """R28: people first, nothing summed."""
    shown = desk.panels(busy(), frame("en"))["ledgers"]
    assert 'data-act="retract"' in shown
    assert shown.index("People affected") < shown.index("Buildings") if "Buildings" in shown else True


def test_what_reads_the_same_is_one_row_with_its_number():
    here = busy()
    many = tuple(msgspec.structs.replace(here.wanted[1], target=f"x:{n}") for n in range(30))
    rows = desk_lists.queue(msgspec.structs.replace(here, wanted=many), frame("en"))
    assert [row.badge for row in rows if row.item == "wanted"] == ["× 30"]


def test_an_area_may_be_typed_in_any_of_the_three_languages():
    options = {o.value: {o.label, *o.also} for o in desk_acts.areas(night().places, "en")}
    assert {"Brovary Raion, Kyiv Oblast", "Броварський район, Київська область"} <= options[
        "UA32060000000012455"
    ]
    assert all(len(names) >= 1 for names in options.values())


def test_a_problem_of_a_report_stands_under_it():
    here = night()
    odd = msgspec.structs.replace(
        here.heard[0], problems=(Problem(where="x", what="a place that nobody knows", remedy="Look"),)
    )
    here = msgspec.structs.replace(here, heard=(odd,))
    assert "a place that nobody knows" in desk.reports(here, frame())[0][1]
