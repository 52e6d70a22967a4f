"""Areas, what holds what, where they lie, what dialects call them, and what a name may mean."""

from __future__ import annotations

import pytest

from tocsin import places
from tocsin.config.world import load_gazetteer
from tocsin.places import Candidate, Gazetteer

KYIV = "UA80000000000093317"
KYIV_OBLAST = "UA32000000000030281"
KHARKIV_OBLAST = "UA63000000000041885"
KHARKIV = "UA63120270010096107"
SUMY_OBLAST = "UA59000000000057109"
DESNIANSKYI = "UA80000000000336424"


@pytest.fixture(scope="module")
def ua() -> Gazetteer:
    return load_gazetteer()


def meant(
    ua: Gazetteer, words: str, home: str | None = None, regions: tuple[str, ...] = ()
) -> Candidate | None:
    """What the first name in the words most likely means."""
    tokens = places.tokens(words)
    for at in range(len(tokens)):
        found = ua.match(tokens, at)
        if found:
            return ua.rank(found[1], home=home, regions=regions, mentioned=())[0]
    return None


def below(ua: Gazetteer, code: str, level: str) -> list[str]:
    """All areas of a level that the area holds."""
    found, waiting = [], [code]
    while waiting:
        for child in ua.children(waiting.pop()):
            area = ua.area(child)
            if area is not None and area.level == level:
                found.append(child)
            waiting.append(child)
    return found


class TestAreas:
    def test_ukraine_has_27_first_level_areas_136_raions_and_1469_hromadas(self, ua: Gazetteer) -> None:
        assert len(ua.first_level()) == 27
        assert len(below(ua, "UA", "raion")) == 136
        assert len(below(ua, "UA", "hromada")) == 1469
        assert len(below(ua, "UA", "settlement")) == 29_701
        assert len(below(ua, "UA", "district")) == 108

    def test_kyiv_is_first_level_and_a_city_with_ten_districts(self, ua: Gazetteer) -> None:
        kyiv = ua.area(KYIV)
        assert kyiv is not None
        assert (kyiv.level, kyiv.kind, kyiv.parent) == ("oblast", "city", "UA")
        assert kyiv.names == {"uk": "Київ", "ru": "Киев", "en": "Kyiv"}
        assert len(ua.children(KYIV)) == 10
        assert all(ua.first_level_of(district) == KYIV for district in ua.children(KYIV))
        assert ua.lift(DESNIANSKYI, "settlement") == KYIV

    def test_every_area_leads_up_to_a_root_and_is_its_parents_child(self, ua: Gazetteer) -> None:
        for code in [*ua.first_level(), *below(ua, "UA", "raion"), *below(ua, "UA", "district")]:
            assert ua.ancestors(code)[-1] == "UA"
            parent = ua.parent(code)
            assert parent is not None
            assert code in ua.children(parent)
            assert ua.covers(parent, code)
            assert not ua.covers(code, parent)
            assert ua.covers(code, code)

    def test_a_settlement_lifts_to_its_hromada_raion_and_oblast(self, ua: Gazetteer) -> None:
        names = [ua.ref(code).names["uk"] for code in ua.ancestors(KHARKIV)]
        assert names == ["Харківська громада", "Харківський район", "Харківська область", "Україна"]
        assert ua.raion_of(KHARKIV) == "UA63120000000091135"
        assert ua.first_level_of(KHARKIV) == KHARKIV_OBLAST

    def test_crimea_is_ukraines_first_level_area_and_bryansk_is_not(self, ua: Gazetteer) -> None:
        assert "UA01000000000013043" in ua.first_level()
        assert ua.first_level_of("RU-BRY") is None
        assert ua.parent("RU-BRY") == "RU"
        assert ua.parent("X-CHAUDA") == "UA01000000000013043"

    def test_an_unknown_code_names_itself_and_lies_nowhere(self, ua: Gazetteer) -> None:
        assert ua.area("UA99") is None
        assert ua.ref("UA99").name == "UA99"
        assert ua.position("UA99") is None
        assert ua.children("UA99") == ()
        assert not ua.covers("UA", "UA99")

    def test_names_by_rules_say_so(self, ua: Gazetteer) -> None:
        village = next(c for c in below(ua, SUMY_OBLAST, "settlement") if "ru" in ua.area(c).guessed)
        assert ua.area(village).kind == "village"
        assert ua.area(KHARKIV).guessed == ()


class TestPlaces:
    def test_a_place_carries_names_in_three_languages_and_its_role(self, ua: Gazetteer) -> None:
        place = ua.place("RU-BRY", "from")
        assert (place.code, place.name, place.level, place.precision, place.role) == (
            "RU-BRY",
            "Bryansk Oblast",
            "oblast",
            "oblast",
            "from",
        )
        assert place.names == {"uk": "Брянська область", "ru": "Брянская область", "en": "Bryansk Oblast"}

    def test_a_neighbourhood_keeps_its_name_and_takes_the_districts_code(self, ua: Gazetteer) -> None:
        found = meant(ua, "Троєщину")
        assert found is not None
        place = ua.place(found, "at", (DESNIANSKYI, KYIV))
        assert (place.code, place.precision, place.level) == (DESNIANSKYI, "neighbourhood", "district")
        assert place.names["uk"] == "Троєщина"
        assert place.alternatives == (KYIV,)

    def test_the_city_of_kyiv_is_as_precise_as_a_settlement(self, ua: Gazetteer) -> None:
        assert ua.place(KYIV, "at").precision == "settlement"
        assert ua.place(KYIV_OBLAST, "at").precision == "oblast"


class TestRanking:
    def test_a_region_in_the_text_wins_over_home(self, ua: Gazetteer) -> None:
        tokens = places.tokens("Миколаївка")
        count, found = ua.match(tokens, 0) or (0, ())
        assert count == 1
        best = ua.rank(found, home=KHARKIV_OBLAST, regions=(SUMY_OBLAST,), mentioned=())[0]
        assert ua.covers(SUMY_OBLAST, best.code)

    def test_home_wins_over_size(self, ua: Gazetteer) -> None:
        assert ua.covers(KYIV, meant(ua, "Дніпровському районі", KYIV).code)
        assert ua.covers("UA23000000000064947", meant(ua, "Дніпровському районі", "UA23060070010069526").code)
        assert meant(ua, "Шевченківському районі", KHARKIV).code == "UA63120270010948820"
        assert meant(ua, "Шевченківському районі", KYIV).code == "UA80000000001078669"

    def test_a_city_of_home_wins_over_a_bigger_namesake_but_a_village_does_not(self, ua: Gazetteer) -> None:
        lviv_oblast, mykolaiv_oblast = "UA46000000000026241", "UA48000000000039575"
        assert meant(ua, "Миколаїв").code == "UA48060150010035747"
        assert ua.covers(lviv_oblast, meant(ua, "Миколаїв", lviv_oblast).code)
        assert meant(ua, "Київ", mykolaiv_oblast).code == KYIV

    def test_a_village_of_a_named_region_does_not_outweigh_the_capital(self, ua: Gazetteer) -> None:
        mykolaiv_oblast = "UA48000000000039575"
        assert meant(ua, "Київ", None, (mykolaiv_oblast,)).code == KYIV
        assert meant(ua, "Харківщини", None, (SUMY_OBLAST,)).code == KHARKIV_OBLAST

    def test_a_neighbourhood_of_home_stays_at_home_though_a_region_is_named(self, ua: Gazetteer) -> None:
        assert ua.covers(KYIV, meant(ua, "Лук’янівці", KYIV, (KYIV_OBLAST,)).code)

    def test_a_district_of_a_city_that_the_text_names_wins_over_home(self, ua: Gazetteer) -> None:
        _, found = ua.match(places.tokens("Шевченківському районі"), 0) or (0, ())
        best = ua.rank(found, home=KYIV, regions=(), mentioned=(KHARKIV,))[0]
        assert ua.covers(KHARKIV, best.code)
        best = ua.rank(found, home=KYIV, regions=(), mentioned=(KHARKIV, KYIV))[0]
        assert ua.covers(KYIV, best.code)

    def test_a_place_near_one_that_was_mentioned_wins_over_a_bigger_one(self, ua: Gazetteer) -> None:
        _, found = ua.match(["миколаївка"], 0) or (0, ())
        near = [raion for raion in ua.children(SUMY_OBLAST) if any(ua.covers(raion, c.code) for c in found)]
        assert near
        for raion in near:
            assert ua.covers(raion, ua.rank(found, home=None, regions=(), mentioned=(raion,))[0].code)

    def test_without_any_context_a_city_wins_over_villages(self, ua: Gazetteer) -> None:
        assert meant(ua, "Буча").code == "UA32080070010087821"
        assert meant(ua, "Черкаси").code == "UA71080490010015879"
        assert meant(ua, "Київ").code == KYIV

    def test_ranking_keeps_every_candidate_and_does_not_depend_on_their_order(self, ua: Gazetteer) -> None:
        _, found = ua.match(["олександрівка"], 0) or (0, ())
        assert len(found) > 20
        ranked = ua.rank(found, home=KHARKIV, regions=(), mentioned=())
        assert sorted(c.code for c in ranked) == sorted(c.code for c in found)
        assert ua.rank(found[::-1], home=KHARKIV, regions=(), mentioned=()) == ranked


class TestSearch:
    @pytest.mark.parametrize(
        ("typed", "first"),
        [
            ("Київ", "Київ"),
            ("киї", "Київ"),
            ("Kyiv", "Київ"),
            ("Kiev", "Київ"),
            ("Киев", "Київ"),
            ("Дніпропетровськ", "Дніпро"),
            ("Кировоград", "Кропивницький"),
            ("одес", "Одеса"),
            ("kharkiv reg", "Харківська область"),
            ("Київська обл", "Київська область"),
            ("бучанський р", "Бучанський район"),
            ("Охтирський район", "Охтирський район"),
            ("сумщин", "Сумська область"),
            ("Кривой Рог", "Кривий Ріг"),
            ("біла ц", "Біла Церква"),
            ("Бров", "Бровари"),
            ("лисич", "Лисичанськ"),
            ("Новгородка", "Кам’янець"),
            ("Троєщина", "Троєщина"),
        ],
    )
    def test_people_find_an_area_by_any_of_its_names(self, ua: Gazetteer, typed: str, first: str) -> None:
        assert ua.search(typed)[0].names["uk"] == first

    def test_a_neighbourhood_finds_its_district(self, ua: Gazetteer) -> None:
        assert DESNIANSKYI in [area.code for area in ua.search("Троєщина")]

    def test_nothing_is_found_for_nothing(self, ua: Gazetteer) -> None:
        assert ua.search("") == ()
        assert ua.search("  ,. ") == ()
        assert ua.search("щщщщ") == ()
        assert len(ua.search("а", limit=3)) == 3
        assert ua.search("Київ", limit=0) == ()


class TestGeometry:
    def test_distances_and_bearings(self, ua: Gazetteer) -> None:
        assert ua.distance_km(KYIV, KHARKIV) == pytest.approx(410, abs=10)
        assert ua.bearing(KYIV, KHARKIV) == pytest.approx(94, abs=5)
        assert ua.distance_km(KYIV, "UA99") is None
        assert ua.bearing("UA99", KYIV) is None

    def test_what_lies_ahead_on_a_heading(self, ua: Gazetteer) -> None:
        chernihiv = "UA74000000000025378"
        ahead = ua.ahead(chernihiv, "SW", 250)
        assert KYIV in ahead
        assert SUMY_OBLAST not in ahead
        assert chernihiv not in ahead
        assert {ua.area(code).level for code in ahead} == {"oblast", "raion"}
        assert ua.ahead(chernihiv, "nowhere", 250) == ()
        assert ua.ahead("UA99", "N", 250) == ()

    def test_every_oblast_raion_and_hromada_has_a_position(self, ua: Gazetteer) -> None:
        for code in (*ua.first_level(), *below(ua, "UA", "raion"), *below(ua, "UA", "hromada")):
            lat, lon = ua.position(code)
            assert 44 < lat < 52.5
            assert 22 < lon < 40.5

    def test_outlines_are_closed_rings_of_longitude_and_latitude(self, ua: Gazetteer) -> None:
        wanted = (*ua.first_level(), *below(ua, "UA", "raion"), *ua.children(KYIV))
        for code in wanted:
            outline = ua.outline(code)
            assert outline is not None, code
            for ring in outline.rings:
                assert len(ring) >= 4
                assert ring[0] == ring[-1]
                assert all(22 < lon < 40.5 and 44 < lat < 52.5 for lon, lat in ring)
        assert ua.outline(KHARKIV) is None

    def test_outlines_made_from_points_say_so(self, ua: Gazetteer) -> None:
        assert not ua.outline(KHARKIV_OBLAST).approximate
        assert ua.outline(KYIV).approximate
        assert ua.outline("UA32080000000084076").approximate


class TestDialects:
    @pytest.mark.parametrize(
        ("dialect", "name", "code"),
        [
            ("alerts.in.ua", "31", KYIV),
            ("alerts.in.ua", "14", KYIV_OBLAST),
            ("alerts.in.ua", "29", "UA01000000000013043"),
            ("alerts.in.ua", "30", "UA85000000000065278"),
            ("alerts.in.ua", "1293", KHARKIV),
            ("alerts.in.ua", "564", "UA23060070010069526"),
            ("alerts.in.ua", "75", "UA32080000000084076"),
            ("ukrainealarm", "31", KYIV),
            ("ukrainealarm", "9999", "UA01000000000013043"),
        ],
    )
    def test_ids_lead_to_codes_and_back(self, ua: Gazetteer, dialect: str, name: str, code: str) -> None:
        assert ua.by_dialect_id(dialect, name) == code
        assert ua.dialect_id(dialect, code) == name

    def test_every_first_level_area_and_free_raion_has_an_id(self, ua: Gazetteer) -> None:
        assert all(ua.dialect_id("alerts.in.ua", code) for code in ua.first_level())
        raions = [c for c in below(ua, "UA", "raion") if ua.dialect_id("alerts.in.ua", c)]
        assert len(raions) == 126
        assert ua.dialect_id("ukrainealarm", "UA85000000000065278") is None

    def test_an_unknown_dialect_or_id_is_nobody(self, ua: Gazetteer) -> None:
        assert ua.by_dialect_id("nobody", "31") is None
        assert ua.by_dialect_id("ukrainealarm", "29") is None
        assert ua.dialect_id("nobody", KYIV) is None
        assert ua.dialect_id("alerts.in.ua", "UA99") is None
