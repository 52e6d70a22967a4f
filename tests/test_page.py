"""The resident's page as HTML: what it answers in each state and language, and what it must never do."""

import asyncio
import gzip
import re
from datetime import timedelta
from urllib.parse import quote, urlencode

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from cap_words import alarm, change, warning
from page_stage import KYIV_CODE, NOW, STATES, Policy, Rule, Stage, application, places, ref
from tocsin.decisions.withholding import REASONS
from tocsin.model import (
    ALARM_TYPES,
    HARM_KEYS,
    OBJECTS,
    AreaRef,
    AreaState,
    Claim,
    Evidence,
    Incident,
    Interval,
    LedgerLine,
    Ledgers,
    Picture,
    Source,
    Statement,
)
from tocsin.outlets.views import Views
from tocsin.render.hours import Span, merged, spans
from tocsin.render.map import sheet
from tocsin.render.page import expiry, look
from tocsin.render.words import LANGUAGES, bundled, negotiate

KYIV_PAGE = f"/area/{KYIV_CODE}"
WORDS = {
    "ACTIVE": ("Тривога", "Тревога", "Alarm"),
    "YELLOW": ("Тривога", "Тревога", "Alarm"),
    "PARTLY": ("Частково", "Частично", "Partly"),
    "CLEAR": ("Тихо", "Тихо", "Quiet"),
    "WARNED": ("Попередження", "Предупреждение", "Warning"),
    "CONTRADICTED": ("Відбій під сумнівом", "Отбой под сомнением", "All-clear in doubt"),
    "STALE": ("Немає свіжих даних", "Нет свежих данных", "No fresh data"),
    "UNKNOWN": ("Невідомо", "Неизвестно", "Unknown"),
    "NOT_COVERED": ("Не охоплено", "Не охвачено", "Not covered"),
}


def get(path, state="ACTIVE", *, stage=None, headers=None, **more):
    async def ask():
        transport = httpx.ASGITransport(application(stage or Stage(state, **more)))
        async with httpx.AsyncClient(transport=transport, base_url="http://page") as client:
            return await client.get(path, headers=headers or {})

    return asyncio.run(ask())


def page(path, state="ACTIVE", **more):
    answer = get(path, state, **more)
    assert answer.status_code == 200, answer.text[:300]
    return html.fromstring(answer.text)


def text(node):
    return " ".join(" ".join(node.itertext()).split())


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_state_has_its_word_in_every_language(state, lang):
    """R24."""
    root = page(f"{KYIV_PAGE}?lang={lang}", state)
    assert root.get("lang") == lang
    word = root.cssselect(".state.when-fresh")[0]
    assert text(word).startswith(WORDS[state][LANGUAGES.index(lang)])
    assert text(root.cssselect(".lead.when-fresh")[0])


def test_the_states_look_different_by_more_than_colour():
    """R24: word, icon and class differ for every pair."""
    seen = {}
    for state in STATES:
        root = page(KYIV_PAGE, state)
        icon = root.cssselect(".mark .icon.when-fresh use")[0].get("href")
        seen[state] = (icon, root.cssselect(".answer")[0].get("class"))
    assert len(set(seen.values())) == len(STATES)
    assert len({icon for icon, _ in seen.values()}) == len(STATES)


def test_the_page_answers_in_the_order_in_which_people_ask():
    root = page(f"{KYIV_PAGE}?lang=en", "ACTIVE")
    asked = [text(dt) for dt in root.cssselect(".facts dt")]
    order = ["From what", "Since when", "What to do", "How sure", "How fresh", "Who says so", "Last change"]
    assert asked == order
    whole = text(root)
    places_ = [whole.index(p) for p in ("Yes, there is danger", "Since when", "What is coming", "What happened nearby",
                                        "People hurt and damage", "What parties to the conflict say", "What was ended")]  # fmt: skip
    assert places_ == sorted(places_)


@pytest.mark.parametrize("state", ["STALE", "UNKNOWN", "NOT_COVERED"])
def test_not_knowing_never_reads_as_calm(state):
    root = page(f"{KYIV_PAGE}?lang=uk", state)
    lead = text(root.cssselect(".answer")[0])
    assert "Ми не знаємо" in lead
    assert "Тихо" not in lead
    assert "look-clear" not in root.cssselect(".answer")[0].get("class")


def test_a_stale_area_keeps_what_was_last_known():
    assert "Востаннє було відомо: тривога" in text(
        page(KYIV_PAGE + "?lang=uk", "STALE").cssselect(".answer")[0]
    )


def test_clear_expires_without_script():
    """R33: the style sheet hides CLEAR and shows that nothing fresh is known, at the moment that the page carries."""
    root = page(KYIV_PAGE + "?lang=en", "CLEAR")
    assert "x-60" in root.cssselect(".page")[0].get("class")
    assert text(root.cssselect(".state.when-expired")[0]) == "No fresh data"
    refresh = root.cssselect("noscript meta[http-equiv=refresh]")
    assert refresh
    assert int(refresh[0].get("content")) <= 30


def test_what_may_be_believed_for_no_longer_expires_at_once():
    assert expiry(NOW - timedelta(seconds=1), NOW) == "x-0"
    assert expiry(NOW + timedelta(seconds=59), NOW) == "x-55"
    assert expiry(NOW + timedelta(days=1), NOW) == "x-120"
    assert expiry(None, NOW) == ""


def test_a_warning_looks_different_and_says_whose_word_it_is():
    """R31."""
    root = page(KYIV_PAGE + "?lang=en", "WARNED")
    box = root.cssselect("section.warnings")[0]
    assert "Warning, not a siren" in text(box)
    assert "Air Force of Ukraine" in text(box)
    assert "look-red" not in root.cssselect(".answer")[0].get("class")


def test_a_warning_that_rests_on_channels_alone_is_never_red():
    """R31."""
    hint = warning(area=ref(KYIV_CODE), unofficial=True, level="red", whose=("monitor",))
    state = AreaState(area=ref(KYIV_CODE), state="CLEAR", warnings=(hint,), known_at=NOW)
    stage = Stage()
    stage.area_state = lambda _code: state
    root = page(KYIV_PAGE, stage=stage)
    assert "tone-yellow" in root.cssselect("article.warning")[0].get("class")


def test_an_alarm_whose_level_nobody_stated_shows_as_red():
    """R17 and CONTRACT: null is served as red, and so is a level that nobody knew."""
    base = {"area": ref(KYIV_CODE), "state": "ACTIVE", "known_at": NOW}
    assert look(AreaState(level=None, **base)) == "red"
    assert look(AreaState(level="purple", **base)) == "red"


def test_a_contradicted_all_clear_keeps_people_in_the_shelter():
    """R32."""
    answer = text(page(KYIV_PAGE + "?lang=en", "CONTRADICTED").cssselect(".answer")[0])
    assert "Stay in the shelter until the all-clear is confirmed" in answer
    assert "Quiet" not in answer


@pytest.mark.parametrize(
    "path", ["/", KYIV_PAGE, "/story", "/incidents", "/sources", "/about/how-we-decide", "/search?q=x"]
)
@pytest.mark.parametrize("mode", ["demo", "exercise"])
def test_a_demonstration_and_an_exercise_say_so_on_every_page(path, mode):
    """R2."""
    root = page(f"{path}{'&' if '?' in path else '?'}lang=en", **{mode: True})
    told = text(root.cssselect(".banner.mode")[0])
    assert {"demo": "DEMONSTRATION", "exercise": "EXERCISE"}[mode] in told
    assert not page("/?lang=en").cssselect(".banner.mode")


@pytest.mark.parametrize(
    "path", ["/", KYIV_PAGE, "/story", "/incidents", "/sources", "/about/how-we-decide", "/area/XX"]
)
def test_no_page_holds_a_style_or_script_of_its_own_or_anything_foreign(path):
    answer = get(path)
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    root = html.fromstring(answer.text)
    assert not root.xpath("//*[@style] | //style | //script[not(@src)]")
    assert not [a for node in root.iter() for a in getattr(node, "attrib", {}) if a.startswith("on")]
    for link in root.xpath("//@src | //@href"):
        assert not re.match(r"(?i)[a-z]+:|//", link), link


def test_html_and_direction_marks_in_words_of_others_do_nothing():
    answer = get(KYIV_PAGE + "?lang=en")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text
    assert "\u202e" not in answer.text
    assert "<b>monitoring" not in answer.text


def test_the_public_sees_threats_by_class_and_area_without_a_heading():
    """R27."""
    stage = Stage()
    root = page(KYIV_PAGE + "?lang=en", stage=stage)
    coming = text(root.xpath("//section[.//*[@id='h-coming']]")[0])
    assert "Where:" in coming
    assert "Details of movement are not shown" in coming


def test_the_ledger_keeps_each_source_apart_and_shows_how_a_figure_grew():
    """R28, R5."""
    root = page(KYIV_PAGE + "?lang=en")
    tallies = {text(t.cssselect("h3")[0]): t for t in root.cssselect(".tally")}
    assert text(tallies["Affected"].cssselect(".figure")[0]) == "at least 9"
    growth = [text(row) for row in tallies["Affected"].cssselect("tbody tr")]
    assert ["superseded" in row for row in growth] == [True, True, False]
    assert "quoting Air Force of Ukraine" in text(tallies["Killed"])
    assert "preliminary" in text(tallies["Killed"])


def test_statements_of_parties_stand_apart():
    """R30."""
    root = page(KYIV_PAGE + "?lang=en")
    said = root.cssselect("section.said")[0]
    assert "not an established fact" in text(said)
    assert "We struck" not in text(root.xpath("//section[.//*[@id='h-happened']]")[0])


def test_a_withdrawn_incident_stays_and_says_so():
    """R29."""
    rows = page(KYIV_PAGE + "?lang=en").cssselect("li.withdrawn")
    assert rows
    assert "withdrawn" in text(rows[0])


def test_the_map_links_every_part_with_its_name_and_state():
    root = page("/?lang=en", states={KYIV_CODE: "ACTIVE"}, state="CLEAR")
    links = {a.get("href"): a.get("aria-label") for a in root.cssselect("svg.map a")}
    assert len(links) == 27
    assert links[f"/area/{KYIV_CODE}?lang=en"] == "Kyiv: Alarm, red level"
    titles = [t.text for t in root.cssselect("svg.map title")]
    assert "Kyiv: Alarm, red level" in titles


def test_an_unknown_area_and_an_unknown_language_answer_404_with_help():
    lost = get("/area/UA99999999999999999?lang=uk")
    assert lost.status_code == 404
    assert "не знаємо" in lost.text
    assert 'type="search"' in lost.text
    lost = get("/?lang=tlh", headers={"accept-language": "ru"})
    assert lost.status_code == 404
    assert "tlh" in lost.text
    assert html.fromstring(lost.text).get("lang") == "ru"


@pytest.mark.parametrize("code", ["X-ENGELS", "RU-BRY", "%00", "a" * 5000, "..%2f..%2fetc", "<b>"])
def test_addresses_that_nobody_should_ask_for_are_only_lost(code):
    assert get(f"/area/{code}").status_code == 404


def test_an_address_that_nothing_answers_gets_a_page_with_help():
    lost = get("/wp-admin?lang=en")
    assert lost.status_code == 404
    assert "start from the front page" in lost.text


def test_a_link_never_leads_to_somebody_else():
    answer = get("//evil.example/x")
    assert "//evil" not in answer.text


def test_the_language_follows_the_reader_and_stays_where_it_was_chosen():
    assert html.fromstring(get("/", headers={"accept-language": "en-GB,en;q=0.9"}).text).get("lang") == "en"
    assert html.fromstring(get("/", headers={"accept-language": "de,fr"}).text).get("lang") == "uk"
    root = page("/?lang=ru")
    assert all("lang=ru" in a for a in root.xpath("//main//a/@href") if a.startswith("/area"))


def test_language_negotiation_takes_the_best_and_survives_nonsense():
    assert negotiate("ru;q=0.4, en;q=0.8") == "en"
    assert negotiate("") == negotiate("*") == negotiate("x;q=zz,;;") == "uk"
    assert negotiate("uk," * 10_000) == "uk"


@pytest.mark.parametrize(("query", "name"), [("Київ", "Kyiv"), ("Киев", "Kyiv"), ("Kyiv", "Kyiv")])
def test_search_finds_in_three_languages(query, name):
    root = page(f"/search?lang=en&q={query}")
    assert name in [text(b) for b in root.cssselect(".areas b")]


@pytest.mark.parametrize("query", ["", "a" * 10_000, "<script>", "%00%ff", "🛵" * 500, "\u202eabc"])
def test_search_survives_anything(query):
    answer = get("/search", headers={}, state="CLEAR")
    assert answer.status_code == 200
    answer = get(f"/search?q={query}")
    assert answer.status_code == 200
    assert "<script>" not in answer.text


def test_the_story_tells_what_was_said_and_looks_back():
    root = page("/story?lang=en")
    told = [text(h) for h in root.cssselect(".telling h2")]
    assert "Alarm raised: Kyiv" in told
    assert any(t.startswith("Warning ended:") and "and 21 more" in t for t in told)
    early = page("/story?lang=en&known_at=2024-12-20T02:00:00Z")
    assert [text(h) for h in early.cssselect(".telling h2")] == ["All clear: Kyiv", "Alarm raised: Kyiv"]
    assert "looking at the past" in text(early.cssselect(".banner.past")[0])


@pytest.mark.parametrize(
    "moment",
    ["yesterday", "2024-13-45", "9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59Z", "0001-01-01", "😀"],
)
def test_a_time_that_is_none_is_lost_with_help(moment):
    assert get(f"/story?known_at={moment}").status_code == 404


def test_a_plus_sign_in_a_time_that_nobody_encoded_is_still_understood():
    assert get("/story?known_at=2024-12-20T04:00:00+02:00").status_code == 200


def test_the_card_for_newsrooms_may_be_framed_and_the_page_may_not():
    assert "frame-ancestors *" in get(f"/embed/{KYIV_CODE}").headers["content-security-policy"]
    assert "frame-ancestors 'none'" in get(KYIV_PAGE).headers["content-security-policy"]
    assert "Quiet" in get(f"/embed/{KYIV_CODE}?lang=en", "CLEAR").text


def test_how_we_decide_is_told_from_the_policy():
    root = page("/about/how-we-decide?lang=en")
    rules = {text(r.cssselect("h3")[0]): text(r) for r in root.cssselect(".rule")}
    assert "can reach any oblast" in rules["mig-takeoff"]
    assert "Take-off" in rules["mig-takeoff"]
    assert "30 minutes" in rules["drone"]


def test_sources_say_how_far_they_are_trusted_and_when_their_word_was_published():
    rows = {text(r.cssselect("th")[0]): text(r) for r in page("/sources?lang=en").cssselect("tbody tr")}
    assert "completely reliable" in rows["Air Force of Ukraine"]
    assert "05:56" in rows["Air Force of Ukraine"]
    assert "nothing yet" in text(page("/sources?lang=en", rich=False))


def test_the_first_view_weighs_little():
    """At most 60 KB over the wire and 15 requests: page, style, script, icon, manifest."""
    answer = get("/?lang=uk", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    root = html.fromstring(answer.text)
    loaded = root.xpath("//link[@rel='stylesheet' or @rel='icon' or @rel='manifest']/@href | //script/@src")
    weight = len(gzip.compress(answer.content))
    for file in loaded:
        found = get(file)
        assert found.status_code == 200
        weight += len(gzip.compress(found.content))
    assert len(loaded) + 1 <= 15
    assert weight <= 60_000


def test_the_fragment_is_the_part_that_changes():
    answer = get(KYIV_PAGE + "?fragment=1&lang=en")
    assert answer.text.lstrip().startswith('<div class="page')
    assert "<html" not in answer.text


def test_one_rendering_serves_all_within_a_second_and_a_change_is_seen_at_once():
    stage = Stage("CLEAR", rich=False)
    app = application(stage)

    async def twice():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://page") as client:
            before = await client.get(KYIV_PAGE + "?lang=en")
            stage.state = "ACTIVE"
            same = await client.get(KYIV_PAGE + "?lang=en")
            stage.log.append(change(1, "raise", alarm(), NOW))
            after = await client.get(KYIV_PAGE + "?lang=en")
            return before.text, same.text, after.text

    before, same, after = asyncio.run(twice())
    assert before == same
    assert "Yes, there is danger" in after


def test_an_area_can_be_looked_back_at():
    """What was published by then, said to be a look back, with nothing that goes on by itself."""
    stage = Stage("ACTIVE")
    before = get(f"{KYIV_PAGE}?lang=en&known_at=2024-12-20T00:40:00Z", stage=stage).text
    between = get(f"{KYIV_PAGE}?lang=en&known_at=2024-12-20T03:00:00Z", stage=stage).text
    assert "look-red" in before
    assert 'class="answer look-red"' in before
    assert 'class="answer look-red"' not in between
    for page in (before, between):
        assert "banner past" in page
        assert "data-stream" not in page
        assert "http-equiv" not in page
        assert "<script" not in page
        assert "known_at=2024" in page, "the other languages look back to the same moment"


def test_a_look_back_without_coverage_knows_nothing():
    """Silence is not safety, in the past either (R24)."""

    class Unwatched(Stage):
        async def view(self, *, known_at):
            found = await super().view(known_at=known_at)
            return type(found)(msgspec.structs.replace(found.picture, coverage=()))

    page = get(f"{KYIV_PAGE}?lang=en&known_at=2024-12-20T03:00:00Z", stage=Unwatched("CLEAR")).text
    assert 'class="answer look-unknown"' in page


def test_a_moment_to_come_is_now():
    assert "banner past" not in get(f"{KYIV_PAGE}?lang=en&known_at=2100-01-01T00:00:00Z").text


def test_help_that_is_open_stands_apart_with_its_words():
    stage = Stage("CLEAR")
    line = LedgerLine(
        id="h1", subject="heating-points", incident=None, area=KYIV_CODE, min=None, max=None, source="mayor",
        stated_at=NOW, valid=Interval(start=NOW, end=None), claims=("c1",),
    )  # fmt: skip
    closed = msgspec.structs.replace(line, id="h2", subject="hot-lines", status="denied")
    told = Picture(ledgers=Ledgers(lines=(line, closed)))
    said = Claim(
        id="c1", report="r", source="mayor", kind="instruction", valid=Interval(start=None, end=None),
        evidence=(Evidence(start=0, end=9, quote="School <7>"),),
    )  # fmt: skip
    stage.now_picture = lambda: told
    stage.claim = lambda _: said
    page = get(f"{KYIV_PAGE}?lang=en", stage=stage).text
    assert 'id="h-help"' in page
    assert "School &lt;7&gt;" in page
    assert page.index('class="withdrawn"') > page.index('id="h-help"')


def test_no_reader_is_remembered():
    """R38."""
    answer = get(KYIV_PAGE)
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_the_catalogues_say_the_same_things_with_the_same_blanks():
    by_lang = {lang: bundled(lang) for lang in LANGUAGES}
    keys = {lang: set(words.keys) for lang, words in by_lang.items()}
    assert keys["uk"] == keys["ru"] == keys["en"]

    def blanks(words, key):
        return sorted(set(re.findall(r"{(\w+)}", words._messages.gettext(key))))

    for key in keys["en"]:
        assert blanks(by_lang["uk"], key) == blanks(by_lang["ru"], key) == blanks(by_lang["en"], key), key


def test_plural_forms_are_right():
    assert [bundled("uk").count("fresh.minutes", n) for n in (1, 2, 5, 11, 21)] == [
        "1 хвилину тому", "2 хвилини тому", "5 хвилин тому", "11 хвилин тому", "21 хвилину тому",
    ]  # fmt: skip
    assert [bundled("en").count("fresh.minutes", n) for n in (1, 2)] == ["1 minute ago", "2 minutes ago"]


def test_every_area_of_the_first_two_levels_has_a_page():
    stage = Stage("CLEAR")
    app = application(stage)
    gazetteer = places()
    codes = [c for first in gazetteer.first_level() for c in (first, *gazetteer.children(first))]

    async def all_of_them():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://page") as client:
            return [(await client.get(f"/area/{code}")).status_code for code in codes]

    assert set(asyncio.run(all_of_them())) == {200}
    assert len(codes) > 150


def test_looking_back_shows_the_figures_as_they_were_known_then():
    """R28: the ledger of the moment, not of today."""
    early = page("/story?lang=en&known_at=2024-12-20T05:10:00Z")
    assert not early.cssselect(".tally")
    late = page("/story?lang=en&known_at=2024-12-20T05:12:00Z")
    assert "Affected" in [text(h) for h in late.cssselect(".tally h3")]
    assert not page("/story?lang=en").cssselect(".tally")


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(
        ["/", KYIV_PAGE, "/story", "/search", f"/embed/{KYIV_CODE}", "/area/", "/cap/", "/static/"]
    ),
    st.text(max_size=30),
    st.dictionaries(
        st.sampled_from(["lang", "q", "known_at", "kiosk", "fragment", "v"]), st.text(max_size=40)
    ),
    st.text(max_size=60),
)
def test_no_address_and_no_wish_breaks_a_page(path, rest, query, language):
    address = path + quote(rest, safe="") if path.endswith("/") and path != "/" else path
    wish = "".join(c for c in language if c.isprintable()).encode("utf-8", "replace")
    headers = {"accept-language": wish}
    answer = get(f"{address}?{urlencode(query, errors='surrogatepass')}", headers=headers)
    assert answer.status_code in {200, 307, 404}


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=200), st.text(max_size=60))
def test_no_words_of_others_break_or_change_a_page(words, name):
    stage = Stage()
    said = Statement(id="s", source="monitor", by=None, party=None, quote=words + "<i>", stated_at=NOW)
    stage.world.register["monitor"] = Source(id="monitor", name=name + "<i>")
    stage.now_picture = lambda: Picture(statements=(said,))
    root = page(KYIV_PAGE + "?lang=en", stage=stage)
    assert not root.cssselect("i")
    assert root.cssselect(".said bdi")


def test_what_an_area_does_not_know_of_itself_its_parts_tell():
    """A country is not quiet while half of it is warned."""
    root = page("/?lang=en", "CLEAR", states=dict.fromkeys(places().first_level()[:9], "WARNED"))
    assert "look-warned" in root.cssselect(".answer")[0].get("class")
    assert "there is a warning" in text(root.cssselect(".answer")[0])


def test_the_strip_of_hours_shows_what_was_revoked_too():
    start = NOW - timedelta(hours=2)
    told = [
        change(1, "raise", alarm(valid=Interval(start=start, end=None)), start),
        change(2, "revoke", alarm(), start + timedelta(minutes=9)),
        change(3, "raise", warning(valid=Interval(start=start, end=None)), start),
        change(4, "withhold", warning(id="other"), start),
    ]
    shown = [(s.layer, s.start, s.end) for s in spans(told)]
    assert shown == [("official", start, start + timedelta(minutes=9)), ("warning", start, None)]


def test_the_rules_tell_no_time_for_what_never_lapses():
    """R14."""
    stage = Stage()
    stage.world.policy = Policy((Rule("official-alarm", "Relayed at once.", ("alarm",)),))
    root = page("/about/how-we-decide?lang=en", stage=stage)
    assert "minutes" not in text(root.cssselect(".rule")[0])


def test_a_place_known_only_as_the_middle_of_its_oblast_has_no_mark_on_the_map():
    """R7."""
    gazetteer = places()
    parts = gazetteer.children("UA32000000000030281")
    vague = [c for c in parts if gazetteer.outline(c) is None and gazetteer.area(c).approximate]
    drawn = sheet(parts, gazetteer).points
    assert vague
    assert not set(vague) & set(drawn)


def test_a_look_back_at_what_is_yet_to_come_is_the_present():
    root = page("/story?lang=en&known_at=2030-01-01T00:00:00Z")
    assert not root.cssselect(".banner.past")


@pytest.mark.parametrize("other", ["31", KYIV_CODE.lower()])
def test_an_area_answers_to_the_ids_of_the_dialects(other):
    answer = get(f"/area/{other}?lang=en")
    assert answer.status_code == 307
    assert answer.headers["location"] == f"{KYIV_PAGE}?lang=en"


def test_the_list_by_which_a_phone_finds_itself_holds_every_raion_and_both_cities():
    spots = get("/near.json?lang=en").json()
    names = {name: (lat, lon) for _, name, lat, lon, _ in spots}
    assert 130 < len(spots) < 145
    assert abs(names["Kyiv"][0] - 50.45) < 0.1
    assert "Brovary Raion" in names
    assert sum(bool(rings) for *_, rings in spots) > 130
    for _, _, lat, lon, rings in spots:
        assert all(
            len(ring) % 2 == 0 and abs(ring[0] / 1e4 - lon) < 4 and abs(ring[1] / 1e4 - lat) < 4
            for ring in rings
        )


def test_every_reason_for_silence_has_its_words():
    for lang in LANGUAGES:
        assert not [code for code in REASONS if not bundled(lang).has(f"why.{code}")]


def test_every_word_of_the_vocabularies_has_its_words():
    """Claim kinds of effects, objects, harm: what the record can say, the page can say."""
    effects = ("explosion", "impact", "debris", "fire", "damage", "outage", "casualty", "hazard")
    for lang in LANGUAGES:
        words = bundled(lang)
        assert not [o for o in OBJECTS if not words.has(f"object.{o}")]
        assert not [h for h in HARM_KEYS if not words.has(f"subject.{h}")]
        assert not [k for k in effects if not words.has(f"incident.{k}")]
        assert not [k for k in ALARM_TYPES if not words.has(f"kind.{k}")]


def test_a_withdrawn_incident_says_who_denied_it():
    """R29."""
    stage, names = Stage(), {"uk": "Дарницький район", "ru": "Дарницкий район", "en": "Darnytskyi District"}
    area = AreaRef(code="UA80000000000210193", name="Darnytskyi District", names=names, level="district")
    gone = Incident(
        id="i", area=area, precision="district", kinds=("debris",), status="withdrawn",
        reason="debris denied by mayor", valid=Interval(start=NOW, end=None), sources=("monitor",),
    )  # fmt: skip
    stage.now_picture = lambda: Picture(incidents=(gone,))
    row = text(page(KYIV_PAGE + "?lang=en", stage=stage).cssselect("li.withdrawn")[0])
    assert "withdrawn; denied by: Мер Києва" in row


def test_spans_that_touch_are_one_bar():
    hour = timedelta(hours=1)
    told = [
        Span(layer="official", level="red", start=NOW - 3 * hour, end=NOW - hour),
        Span(layer="official", level="red", start=NOW - 2 * hour, end=None),
        Span(layer="official", level="yellow", start=NOW - 2 * hour, end=NOW),
        Span(layer="official", level="red", start=NOW - 9 * hour, end=NOW - 8 * hour),
    ]
    red = [(s.start, s.end) for s in merged(told) if s.level == "red"]
    assert red == [(NOW - 9 * hour, NOW - 8 * hour), (NOW - 3 * hour, None)]


def test_a_change_elsewhere_does_not_make_a_page_anew_and_a_nationwide_one_does():
    """R9: a thousand changes in a second are not a thousand renderings of every page."""
    stage = Stage("CLEAR", rich=False)
    views = Views(stage)
    stage.log.append(change(1, "raise", alarm(area=ref("UA46000000000026241")), NOW))
    assert views.moved(KYIV_CODE) == 0
    assert views.moved("UA46000000000026241") == views.moved(places().root) == 1
    stage.log.append(change(2, "raise", alarm(id="all", area=ref(places().root)), NOW))
    assert views.moved(KYIV_CODE) == 2


def test_a_part_under_alarm_is_told_with_its_hour_and_whose_word_it_is():
    stage = Stage("PARTLY", rich=False)
    state_of = stage.area_state
    stage.area_state = lambda code: msgspec.structs.replace(state_of(code), since=None)
    stage.now_picture = lambda: Picture(alerts=(alarm(area=ref(places().children(KYIV_CODE)[0])),))
    facts = {text(f[0]): text(f[1]) for f in page(KYIV_PAGE + "?lang=en", stage=stage).cssselect(".fact")}
    assert facts["Since when"].startswith("06:35")
    assert facts["Who says so"] == "Kyiv Digital"
