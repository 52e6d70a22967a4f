"""The record as a whole: whatever claims come, in whatever order, taken back or undone."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from record_words import LEVELS, REGISTER, Morning, Towns, at, claim, place
from tocsin.codec import encode
from tocsin.model import CLAIM_KINDS, HARM_KEYS, OBJECTS, Interval, Order, Picture, Range
from tocsin.picture.record import Record
from tocsin.slate import Slate

numbers = st.one_of(st.none(), st.integers(0, 10_000))


@st.composite
def ranges(draw):
    low, high = draw(numbers), draw(numbers)
    if low is not None and high is not None and low > high:
        low, high = high, low
    return Range(min=low, max=high)


@st.composite
def claims(draw):
    more = {
        "stance": draw(st.sampled_from(["asserts", "asserts", "denies"])),
        "tense": draw(st.sampled_from(["now", "now", "past", "expected"])),
        "hedged": draw(st.booleans()),
        "hit": draw(st.one_of(st.none(), st.sampled_from(OBJECTS))),
        "count": draw(st.one_of(st.none(), ranges())),
        "weapon": draw(st.one_of(st.none(), st.sampled_from(["drone", "missile", "kinzhal"]))),
        "continues": draw(st.booleans()),
        "corrects": draw(st.booleans()),
        "by": draw(st.one_of(st.none(), st.sampled_from(["mayor", "enemy", "nobody-known"]))),
        "scope": draw(
            st.one_of(
                st.none(),
                st.dictionaries(
                    st.sampled_from(["launched", "restored", "of", "residential-buildings", "fire-area"]),
                    ranges(),
                    max_size=3,
                ),
            )
        ),
        "harm": draw(st.one_of(st.none(), st.dictionaries(st.sampled_from(HARM_KEYS), ranges(), max_size=3))),
        "valid": Interval(
            start=draw(
                st.one_of(st.none(), st.sampled_from([at("05:00"), at("07:00"), at("07:00", day=12)]))
            ),
            end=None,
            precision=draw(st.sampled_from(["minute", "day", "night", "unknown"])),
        ),
    }
    where = draw(st.lists(st.sampled_from(sorted(LEVELS)), max_size=3))
    roles = st.sampled_from(["at", "at", "near", "from", "toward", "via"])
    return claim(draw(st.sampled_from(CLAIM_KINDS)), *(place(code, draw(roles)) for code in where), **more)


reports = st.tuples(
    st.integers(0, 4000),
    st.sampled_from([*sorted(REGISTER), "unheard-of"]),
    st.lists(claims(), max_size=3),
    st.one_of(st.none(), st.sampled_from(["mayor", "city-admin"])),
)


def clock(minute):
    return f"{minute // 60 % 24:02}:{minute % 60:02}", 20 + minute // 1440


def state(record):
    view = Picture(incidents=record.incidents(), ledgers=record.ledgers(), statements=record.statements())
    return encode(view), record.next_deadline()


def tell(morning, number, report):
    minute, source, said, forwarded = report
    when, day = clock(minute)
    return morning.say(when, source, *said, day=day, forwarded=forwarded, report=f"r{number}")


@settings(deadline=None, max_examples=60)
@given(st.lists(reports, max_size=12), st.lists(st.integers(0, 11), max_size=6))
def test_whatever_is_claimed_and_taken_back_the_record_never_fails_and_tells_the_same_twice(told, back):
    def play():
        morning = Morning()
        for number, report in enumerate(told):
            tell(morning, number, report)
        for number in back:
            if number < len(told):
                morning.take_back("23:00", told[number][1], f"r{number}")
        middle = state(morning.record)
        gone = morning.record.advance(at("23:59", day=29))
        return encode(morning.facts), middle, encode([fact for _, fact in gone]), state(morning.record)

    first, second = play(), play()
    assert first == second
    assert first[3][1] is None, "nothing stays for ever"
    assert b'"incidents":[]' in first[3][0]


@settings(deadline=None, max_examples=60)
@given(st.lists(reports, min_size=1, max_size=8), st.integers(0, 7), st.booleans())
def test_a_step_that_is_undone_leaves_no_trace(told, broken, taken_back):
    """What the engine undoes was never there: the facts and views afterwards are those of a record that never heard it."""
    slate = Slate()
    undone, never = Morning(), Morning()
    undone.record = Record(Towns(), {}, REGISTER, slate)
    broken = min(broken, len(told) - 1)
    for number, report in enumerate(told):
        if number == broken:
            tell(undone, number, report)
            if taken_back and number:
                undone.record.retract(f"r{number - 1}", told[number - 1][1], at("12:00"))
            undone.record.order(
                Order(operator="x", verb="withdraw", target="incident:none", why="y"), at("12:00")
            )
            slate.undo()
            undone.record.restore()
        else:
            assert encode(tell(undone, number, report)) == encode(tell(never, number, report))
        slate.keep()
    assert state(undone.record) == state(never.record)


def test_orders_withdraw_merge_move_and_strike_with_their_reason():
    morning = Morning()
    morning.say("07:36", "mayor", claim("fire", "hol", hit="vehicle"))
    morning.say(
        "07:40", "mayor", claim("fire", "hol", hit="shop"), claim("casualty", "kyiv", harm={"injured": 2})
    )
    first, second = morning.incidents()

    def order(verb, target, **arguments):
        given = Order(operator="duty", verb=verb, target=target, why="seen myself", arguments=arguments)
        return morning.record.order(given, at("08:00"))

    merged = order("merge", second.id, into=first.id)
    assert [(fact.noun.id, fact.noun.status) for fact in merged] == [
        (first.id, "confirmed"),
        (second.id, "withdrawn"),
    ]
    assert morning.incidents()[0].objects == ("vehicle", "shop")
    (moved,) = order("place", first.id, area="sol")
    assert moved.noun.area.code == "sol"
    (withdrawn,) = order("withdraw", first.id)
    assert (withdrawn.verb, withdrawn.noun.reason) == ("close", "by order of duty: seen myself")
    (struck,) = order("retract", morning.lines("injured")[0].id)
    assert (struck.noun.status, struck.move) == ("retracted", False)
    assert order("withdraw", "incident:no-such") == []
    assert order("silence", first.id) == []


def test_words_without_a_place_make_no_incident_and_lose_nothing_that_was_counted():
    morning = Morning()
    morning.say("07:36", "mayor", claim("fire"), claim("casualty", harm={"injured": 2}))
    assert morning.incidents() == []
    assert morning.figures("injured", area="kyiv") == [("mayor", 2, 2)]


def test_a_neighbourhood_bears_its_districts_code_and_its_own_name():
    morning = Morning()
    morning.say("07:36", "mayor", claim("fire", place("hol", precision="neighbourhood", name="Teremky")))
    (incident,) = morning.incidents()
    assert (incident.area.code, incident.area.name, incident.precision) == ("hol", "Teremky", "neighbourhood")


# --- whatever the order of arrival -------------------------------------------------------

WHERE = ("hol", "sol", "shev", "dni")
SAID = ("impact", "debris", "fire", "damage", "response")


SPEAKERS = ("mayor", "city-admin", "rescuers", "channel", "paper")


@st.composite
def one_hit_a_place(draw, kinds=SAID):
    """A quarter of an hour in which every district was hit once: what was said, and in which order it came."""
    word = st.tuples(
        st.integers(0, 17), st.sampled_from(SPEAKERS), st.sampled_from(kinds), st.sampled_from(WHERE)
    )
    said = draw(st.lists(word, min_size=2, max_size=10))
    return said, draw(st.permutations(range(len(said))))


def told_in(order, said):
    morning = Morning()
    for n in order:
        minute, source, kind, where = said[n]
        words = claim("debris", where, stance="denies") if kind == "no-debris" else claim(kind, where)
        morning.say("08:00", source, words, report=f"r{n}", stated=at(f"07:{minute:02d}"))
    return morning


def in_time(said):
    """The order in which it was said; of one moment denials come last, and else the report's name decides."""
    return sorted(
        range(len(said)), key=lambda n: (said[n][0], said[n][2] == "no-debris", f"{said[n][1]}:r{n}")
    )


@settings(max_examples=150, deadline=None)
@given(one_hit_a_place())
def test_reports_that_come_late_or_out_of_order_make_the_same_incidents(drawn):
    """Where one incident at most fits a word, its time and place and not its arrival say which."""
    said, order = drawn

    def seen(morning):
        return {
            (each.area.code, frozenset(each.claims), each.status, frozenset(each.kinds), each.hedged)
            for each in morning.incidents()
        }

    assert seen(told_in(order, said)) == seen(told_in(in_time(said), said))


LATE_DENIAL = [
    (0, "mayor", "debris", "shev"),
    (1, "mayor", "fire", "shev"),
    (2, "channel", "impact", "shev"),
    (0, "mayor", "no-debris", "shev"),
]
"""What was said after the denial is of something new, also where the denial came last."""


@settings(max_examples=150, deadline=None)
@given(one_hit_a_place((*SAID, "no-debris")))
@example((LATE_DENIAL, [0, 1, 2, 3]))
def test_what_stands_after_denials_does_not_depend_on_which_came_first(drawn):
    said, order = drawn

    def seen(morning):
        standing = {
            (each.area.code, kind)
            for each in morning.incidents()
            if each.status != "withdrawn"
            for kind in each.kinds
        }
        return standing, {(line.area, line.source) for line in morning.lines("debris", "denied")}

    assert seen(told_in(order, said)) == seen(told_in(in_time(said), said))
