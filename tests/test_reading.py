"""What the reader must understand, told in messages of our own wording."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reading_words import KYIV, SUMY_OBLAST, only, read, said
from tocsin.config.world import load_gazetteer

# --- threats --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "weapon"),
    [
        ("Піднявся МІГ31К, Саваслейка", "takeoff", "mig-31k"),
        ("МиГ снова в воздухе", "takeoff", "mig-31k"),
        ("A MiG-31K is airborne again", "takeoff", "mig-31k"),
        ("Пара Ту-95МС злетіла з Оленьї", "takeoff", "tu-95ms"),
        ("Пуск «Калібрів» з акваторії Чорного моря", "launch", "kalibr"),
        ("Виходи балістики з Курська", "launch", "ballistic"),
        ("Guided bombs launched at Kharkiv region", "launch", "guided-bomb"),
        ("Шахед біля Глухова, йде на захід", "inbound", "shahed-136"),
        ("2 реактивних БпЛА на Бровари", "inbound", "jet-drone"),
        ("Крылатая на Винницу", "inbound", "cruise"),
        ("X-101 курсом на Полтаву", "inbound", "kh-101"),
        ("Загроза балістики з півдня", "danger", "ballistic"),
        ("Угроза применения КАБов для Сумской области", "danger", "guided-bomb"),
        ("По балістиці відбій", "danger-over", "ballistic"),
        ("Відбій загрози МіГ-31К", "danger-over", "mig-31k"),
        ("Дрон над Фастовом збито", "interception", "drone"),
        ("Shahed shot down over Izmail", "interception", "shahed-136"),
        ("Шахед локаційно втрачено", "lost", "shahed-136"),
        ("РСЗВ по Нікополю", "impact", "mlrs"),
    ],
)
def test_a_cue_and_a_weapon_make_a_claim(text: str, kind: str, weapon: str) -> None:
    assert (kind, weapon) in [(k, w) for k, w, _ in said(text)]


def test_via_and_toward_are_told_apart() -> None:
    claim = only("3 шахеди через Ніжин курсом на Бровари", "inbound")
    assert [p.role for p in claim.places] == ["via", "toward"]
    assert claim.place is not None
    assert claim.place.role == "toward"
    assert (claim.count.min, claim.count.max) == (3, 3)


def test_a_heading_tells_which_place_of_a_name_is_meant() -> None:
    found = read("Сумщина: 4 на Лебедин, 6 на Кролевець").claims
    assert [c.count.min for c in found] == [4, 6]
    assert all(
        c.place is not None and load_gazetteer().first_level_of(c.place.code) == SUMY_OBLAST for c in found
    )


def test_bare_messages_of_a_channel_leave_their_slots_open() -> None:
    for text in ("Нивки", "Дві", "Ще одна туди ж"):
        claim = read(text).claims[0]
        assert (claim.kind, claim.weapon, claim.continues) == ("inbound", None, True)


def test_a_bare_place_means_nothing_from_a_newspaper() -> None:
    assert said("Нивки", "paper") == []


@pytest.mark.parametrize(
    ("sign", "weapon"),
    [("🛵", "drone"), ("🏍", "jet-drone"), ("☄️", "ballistic"), ("🚀", "missile"), ("💣", "guided-bomb")],
)
def test_emoji_are_predicates(sign: str, weapon: str) -> None:
    assert ("inbound", weapon) in [(k, w) for k, w, _ in said(f"{sign} Бровари")]


def test_words_beat_the_emoji_beside_them() -> None:
    assert [w for _, w, _ in said("🚀 Пуски КАБ на Сумщину")] == ["guided-bomb"]


def test_mynus_takes_its_weapon_from_the_next_sentence() -> None:
    assert ("interception", "ballistic") in [(k, w) for k, w, _ in said("Мінус! Балістика більше не летить")]


# --- alarms ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "tense"),
    [
        ("Сьогодні вночі тривога в Києві тривала три години", "alarm", "past"),
        ("Тревога в Киеве продолжалась сорок минут", "alarm", "past"),
        ("Повітряна тривога в Києві триває вже третю годину", "alarm", "now"),
        ("The air raid alert in Kyiv is over", "alarm-over", "now"),
        ("Повітряна тривога в Києві закінчилась", "alarm-over", "now"),
        ("Air raid alert in Kyiv is not over", "alarm", "now"),
        ("Air raid alert all over Kyiv", "alarm", "now"),
        ("The alert in Kyiv will be lifted by the military", "alarm", "now"),
    ],
)
def test_an_alarm_that_lasted_or_ended_is_none_that_stands_now(text: str, kind: str, tense: str) -> None:
    found = [(c.kind, c.tense) for c in read(text, "siren").claims if c.kind.startswith("alarm")]
    assert found == [(kind, tense)]


def test_alarms_are_declared_and_ended_by_area_and_type() -> None:
    assert said("🔴 Повітряна тривога в Сумська область", "siren")[0] == ("alarm", None, SUMY_OBLAST)
    assert said("🟢 Відбій тривоги в м. Київ", "siren")[0] == ("alarm-over", None, KYIV)
    assert only("Загроза артобстрілу в Сумській області!", "alarm", "siren").alarm_type == "artillery"


@pytest.mark.parametrize(
    "text",
    [
        "Очікуємо на відбій",
        "Зверніть увагу, тривога ще триває у: #Сумська_область",
        "Навчальна тривога в школах Києва",
        "Чому тривога?",
    ],
)
def test_what_is_no_new_alarm_and_no_end(text: str) -> None:
    assert not [
        c for c in read(text, "siren").claims if c.kind in ("alarm", "alarm-over") and c.tense == "now"
    ]


# --- effects and people -----------------------------------------------------------


def test_effects_carry_object_and_place() -> None:
    claim = only("На Оболоні уламки дрона пошкодили дах школи", "damage", "city")
    assert claim.object == "roof"
    assert claim.place is not None


def test_denials_are_claims_of_the_one_who_denies() -> None:
    assert only("Пожежі немає", "fire", "city").stance == "denies"
    claim = only("Постраждалих немає", "casualty", "city")
    assert claim.stance == "denies"
    assert claim.harm is not None
    assert claim.harm["affected"].max == 0


@pytest.mark.parametrize(
    ("text", "key", "low", "high"),
    [
        ("Загинуло щонайменше семеро людей", "killed", 7, None),
        ("Понад 50 постраждалих", "affected", 51, None),
        ("До п'яти поранених", "injured", None, 5),
        ("At least three people were killed", "killed", 3, None),
        ("Кількість постраждалих зросла до 14", "affected", 14, 14),
        ("Двое раненых, оба в больнице", "injured", 2, 2),
    ],
)
def test_people_are_ranges(text: str, key: str, low: int | None, high: int | None) -> None:
    claim = only(text, "casualty", "city")
    assert claim.harm is not None
    assert (claim.harm[key].min, claim.harm[key].max) == (low, high)


def test_outages_hold_their_numbers() -> None:
    claim = only("Без тепла 120 будинків, 3 школи та 2 дитсадки", "outage", "city")
    assert claim.scope is not None
    assert {k: v.min for k, v in claim.scope.items()} == {
        "residential-buildings": 120,
        "schools": 3,
        "kindergartens": 2,
    }


# --- who, when, how ---------------------------------------------------------------


def test_a_speaker_before_a_colon_is_quoted_by_the_registers_id() -> None:
    claim = only("Мер Кличко: загинув чоловік", "casualty", "paper")
    assert claim.by is not None
    assert (claim.by.id, claim.by.quote) == ("mayor-kyiv", "Мер Кличко")


def test_pro_tse_povidomyv_attributes_the_sentence_before() -> None:
    claim = only("У Бучі горить склад. Про це повідомив Калашник.", "fire", "paper")
    assert claim.by is not None
    assert claim.by.id == "governor-kyiv"


def test_a_night_that_is_summed_up_is_past() -> None:
    found = read("У ніч на 14 березня ворог атакував 60 БпЛА, збито 43 з 60.", "army").claims
    assert {c.kind for c in found} == {"tally"}
    assert found[0].tense == "past"
    assert found[0].scope is not None
    assert (found[0].scope["launched"].min, found[0].scope["shot-down"].min) == (60, 43)


def test_clock_times_are_in_the_zone_of_the_source() -> None:
    claim = only("О 05:40 вибух на Подолі", "explosion", "city")
    assert claim.valid.start == datetime(2025, 3, 14, 3, 40, tzinfo=UTC)


def test_hedges_and_forecasts() -> None:
    assert only("Попередньо, влучання в офіс на Подолі", "impact", "city").hedged
    assert only("Завтра можлива масована ракетна атака", "launch").tense == "expected"


def test_a_partys_words_are_statements_only() -> None:
    assert {
        k for k, _, _ in said("В ответ поражены военные объекты под Киевом, все цели поражены", "foe")
    } == {"statement"}


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Збираємо на дрони для бригади, реквізити нижче", "watch"),
        ("Гроза і град, мінус 5 вночі", "paper"),
        ("ДТП на трасі: двоє загиблих", "paper"),
        ("Оглянули нову пожежну частину", "paper"),
        ("Уряд збільшив бюджет на компенсації за зруйноване житло", "paper"),
        ("Овен: день вибухових емоцій", "paper"),
        ("The museum opened an exhibition about the Second World War", "paper"),
        ("Запуск супутника SpaceX перенесли", "paper"),
        ("Как получить компенсацию за выбитые окна", "paper"),
    ],
)
def test_nothing_from_nothing(text: str, source: str) -> None:
    assert [c for c in read(text, source).claims if c.tense == "now" and c.stance == "asserts"] == []


@pytest.mark.parametrize(
    "text",
    [
        "вул. Садова, 12",
        "тел. 044 123 45 67",
        "картка 4441 1144 5555 6666",
        "16-поверховий будинок",
        "Ту-95 на стоянці",
    ],
)
def test_figures_that_are_no_counts(text: str) -> None:
    assert all(c.count is None for c in read(text, "city").claims)


def test_the_language_is_told() -> None:
    assert read("Її збили").language == "uk"
    assert read("Это взрывы").language == "ru"
    assert read("Two drones").language == "en"


def test_an_alarm_service_declares_and_reports_no_effect():
    """«Зараз … обстріл» tells why the alarm sounds; the real channel's words opened false incidents by the hundred."""
    told = read(
        "🔴 14:02 Загроза артобстрілу! У Марганецькій громаді зараз артилерійський обстріл. Усі в укриття.",
        "siren",
    )
    assert {claim.kind for claim in told.claims} == {"alarm", "instruction"}


@pytest.mark.parametrize("source", ["watch", "army", "nobody"])
@pytest.mark.parametrize(
    ("text", "kind", "weapon"),
    [
        ("Загроза ракетного удару по Харкову", "danger", "missile"),
        ("Загроза удару БпЛА по Харкову", "danger", "drone"),
        ("Загроза ракетної атаки на Харків", "danger", "missile"),
        ("Угроза удара КАБ по Харькову", "danger", "guided-bomb"),
        ("Threat of a missile strike on Kharkiv", "danger", "missile"),
        ("Drone strike threat for Kharkiv", "danger", "drone"),
        ("Загрози ракетного удару по Харкову немає", "danger-over", "missile"),
    ],
)
def test_a_blow_that_threatens_has_not_fallen(text: str, kind: str, weapon: str, source: str) -> None:
    assert said(text, source) == [(kind, weapon, "UA63120270010096107")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Three people were injured in a drone attack on Kherson", {"impact", "casualty"}),
        ("Two people were killed in a missile attack on Kharkiv", {"impact", "casualty"}),
        ("No one was injured in a drone attack on Kherson", {"casualty"}),
        ("A drone strike on Odesa, the head of the city said", {"impact"}),
        ("Drones attack Kherson, three people injured", {"launch", "casualty"}),
        ("Drones head for Sumy", {"inbound"}),
    ],
)
def test_an_attack_that_people_were_hurt_in_is_over_and_heads_of_cities_do_not_fly(
    text: str, found: set[str]
) -> None:
    assert {kind for kind, _, _ in said(text, "city")} == found
