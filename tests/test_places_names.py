"""Forms of names: hand-checked cases, ambiguity, common words, adjacency of words."""

from __future__ import annotations

import pytest

from tocsin import places
from tocsin.config.world import load_gazetteer
from tocsin.places import Gazetteer
from tocsin.places.inflect import forms
from tocsin.places.inflect_ru import forms as forms_ru

KYIV = "UA80000000000093317"

# nominative: genitive, dative, accusative, instrumental, locative; hand-checked.
UKRAINIAN = """
Київ: Києва Києву Київ Києвом Києві
Харків: Харкова Харкову Харків Харковом Харкові
Львів: Львова Львову Львів Львовом Львові
Чернігів: Чернігова Чернігову Чернігів Черніговом Чернігові
Миколаїв: Миколаєва Миколаєву Миколаїв Миколаєвом Миколаєві
Канів: Канева Каневу Канів Каневом Каневі
Фастів: Фастова Фастову Фастів Фастовом Фастові
Бердичів: Бердичева Бердичеву Бердичів Бердичевом Бердичеві
Чугуїв: Чугуєва Чугуєву Чугуїв Чугуєвом Чугуєві
Яворів: Яворова Яворову Яворів Яворовом Яворові
Тернопіль: Тернополя Тернополю Тернопіль Тернополем Тернополі
Бориспіль: Борисполя Борисполю Бориспіль Борисполем Борисполі
Ямпіль: Ямполя Ямполю Ямпіль Ямполем Ямполі
Маріуполь: Маріуполя Маріуполю Маріуполь Маріуполем Маріуполі
Ірпінь: Ірпеня Ірпеню Ірпінь Ірпенем Ірпені
Умань: Умані Умані Умань Уманню Умані
Дніпро: Дніпра Дніпру Дніпро Дніпром Дніпрі
Дубно: Дубна Дубну Дубно Дубном Дубні
Мукачево: Мукачева Мукачеву Мукачево Мукачевом Мукачеві
Полтава: Полтави Полтаві Полтаву Полтавою Полтаві
Одеса: Одеси Одесі Одесу Одесою Одесі
Вінниця: Вінниці Вінниці Вінницю Вінницею Вінниці
Буча: Бучі Бучі Бучу Бучею Бучі
Охтирка: Охтирки Охтирці Охтирку Охтиркою Охтирці
Балаклія: Балаклії Балаклії Балаклію Балаклією Балаклії
Коломия: Коломиї Коломиї Коломию Коломиєю Коломиї
Волноваха: Волновахи Волновасі Волноваху Волновахою Волновасі
Ялта: Ялти Ялті Ялту Ялтою Ялті
Вапнярка: Вапнярки Вапнярці Вапнярку Вапняркою Вапнярці
Суми: Сум Сумам Суми Сумами Сумах
Бровари: Броварів Броварам Бровари Броварами Броварах
Черкаси: Черкас Черкасам Черкаси Черкасами Черкасах
Чернівці: Чернівців Чернівцям Чернівці Чернівцями Чернівцях
Прилуки: Прилук Прилукам Прилуки Прилуками Прилуках
Лубни: Лубен Лубнам Лубни Лубнами Лубнах
Ромни: Ромен Ромнам Ромни Ромнами Ромнах
Дергачі: Дергачів Дергачам Дергачі Дергачами Дергачах
Гадяч: Гадяча Гадячу Гадяч Гадячем Гадячі
Жашків: Жашкова Жашкову Жашків Жашковом Жашкові
Стрий: Стрия Стрию Стрий Стриєм Стрию
Рівне: Рівного Рівному Рівне Рівним Рівному
Вишневе: Вишневого Вишневому Вишневе Вишневим Вишневому
Куп’янськ: Куп’янська Куп’янську Куп’янськ Куп’янськом Куп’янську
Луцьк: Луцька Луцьку Луцьк Луцьком Луцьку
Слов’янськ: Слов’янська Слов’янську Слов’янськ Слов’янськом Слов’янську
Запоріжжя: Запоріжжя Запоріжжю Запоріжжя Запоріжжям Запоріжжі
Білопілля: Білопілля Білопіллю Білопілля Білопіллям Білопіллі
Гуляйполе: Гуляйполя Гуляйполю Гуляйполе Гуляйполем Гуляйполі
Городище: Городища Городищу Городище Городищем Городищі
Камінь-Каширський: Каменя-Каширського Каменю-Каширському Камінь-Каширський Каменем-Каширським Камені-Каширському
Біла Церква: Білої_Церкви Білій_Церкві Білу_Церкву Білою_Церквою Білій_Церкві
Кривий Ріг: Кривого_Рогу Кривому_Рогу Кривий_Ріг Кривим_Рогом Кривому_Розі
Нова Каховка: Нової_Каховки Новій_Каховці Нову_Каховку Новою_Каховкою Новій_Каховці
Жовті Води: Жовтих_Вод Жовтим_Водам Жовті_Води Жовтими_Водами Жовтих_Водах
Горішні Плавні: Горішніх_Плавнів Горішнім_Плавням Горішні_Плавні Горішніми_Плавнями Горішніх_Плавнях
Великі Сорочинці: Великих_Сорочинців Великим_Сорочинцям Великі_Сорочинці Великими_Сорочинцями Великих_Сорочинцях
Часів Яр: Часового_Яру Часовому_Яру Часів_Яр Часовим_Яром Часовому_Яру
Гола Пристань: Голої_Пристані Голій_Пристані Голу_Пристань Голою_Пристанню Голій_Пристані
Івано-Франківськ: Івано-Франківська Івано-Франківську Івано-Франківськ Івано-Франківськом Івано-Франківську
Кам’янець-Подільський: Кам’янця-Подільського Кам’янцю-Подільському Кам’янець-Подільський Кам’янцем-Подільським Кам’янці-Подільському
Корсунь-Шевченківський: Корсуня-Шевченківського Корсуню-Шевченківському Корсунь-Шевченківський Корсунем-Шевченківським Корсуні-Шевченківському
Новгород-Сіверський: Новгорода-Сіверського Новгороду-Сіверському Новгород-Сіверський Новгородом-Сіверським Новгороді-Сіверському
Могилів-Подільський: Могилева-Подільського Могилеву-Подільському Могилів-Подільський Могилевом-Подільським Могилеві-Подільському
Миргород: Миргорода Миргороду Миргород Миргородом Миргороді
Павлоград: Павлограда Павлограду Павлоград Павлоградом Павлограді
Ізюм: Ізюма Ізюму Ізюм Ізюмом Ізюмі
Конотоп: Конотопа Конотопу Конотоп Конотопом Конотопі
Яготин: Яготина Яготину Яготин Яготином Яготині
Ніжин: Ніжина Ніжину Ніжин Ніжином Ніжині
Кременчук: Кременчука Кременчуку Кременчук Кременчуком Кременчуці
Самар: Самару Самару Самар Самаром Самарі
Острог: Острога Острогу Острог Острогом Острозі
Самбір: Самбора Самбору Самбір Самбором Самборі
Козелець: Козельця Козельцю Козелець Козельцем Козельці
Кролевець: Кролевця Кролевцю Кролевець Кролевцем Кролевці
Бахмут: Бахмута Бахмуту Бахмут Бахмутом Бахмуті
Очаків: Очакова Очакову Очаків Очаковом Очакові
Марганець: Марганця Марганцю Марганець Марганцем Марганці
Синельникове: Синельникового Синельниковому Синельникове Синельниковим Синельниковому
Лозова: Лозової Лозовій Лозову Лозовою Лозовій
Скадовськ: Скадовська Скадовську Скадовськ Скадовськом Скадовську
Генічеськ: Генічеська Генічеську Генічеськ Генічеськом Генічеську
Мерефа: Мерефи Мерефі Мерефу Мерефою Мерефі
Чорнобаївка: Чорнобаївки Чорнобаївці Чорнобаївку Чорнобаївкою Чорнобаївці
Затока: Затоки Затоці Затоку Затокою Затоці
Київщина: Київщини Київщині Київщину Київщиною Київщині
Закарпаття: Закарпаття Закарпаттю Закарпаття Закарпаттям Закарпатті
Волинь: Волині Волині Волинь Волинню Волині
Крим: Криму Криму Крим Кримом Криму
Троєщина: Троєщини Троєщині Троєщину Троєщиною Троєщині
Нивки: Нивок Нивкам Нивки Нивками Нивках
Позняки: Позняків Познякам Позняки Позняками Позняках
Видубичі: Видубичів Видубичам Видубичі Видубичами Видубичах
Оболонь: Оболоні Оболоні Оболонь Оболонню Оболоні
Холодна Гора: Холодної_Гори Холодній_Горі Холодну_Гору Холодною_Горою Холодній_Горі
Конча-Заспа: Кончі-Заспи Кончі-Заспі Кончу-Заспу Кончею-Заспою Кончі-Заспі
"""
RUSSIAN = """
Киев: Киева Киеву Киев Киевом Киеве
Харьков: Харькова Харькову Харьков Харьковом Харькове
Днепр: Днепра Днепру Днепр Днепром Днепре
Одесса: Одессы Одессе Одессу Одессой Одессе
Запорожье: Запорожья Запорожью Запорожье Запорожьем Запорожье
Николаев: Николаева Николаеву Николаев Николаевом Николаеве
Сумы: Сум Сумам Сумы Сумами Сумах
Чернигов: Чернигова Чернигову Чернигов Черниговом Чернигове
Кременчуг: Кременчуга Кременчугу Кременчуг Кременчугом Кременчуге
Полтава: Полтавы Полтаве Полтаву Полтавой Полтаве
Черкассы: Черкасс Черкассам Черкассы Черкассами Черкассах
Белая Церковь: Белой_Церкви Белой_Церкви Белую_Церковь Белой_Церковью Белой_Церкви
Кривой Рог: Кривого_Рога Кривому_Рогу Кривой_Рог Кривым_Рогом Кривом_Роге
Горишние Плавни: Горишних_Плавней Горишним_Плавням Горишние_Плавни Горишними_Плавнями Горишних_Плавнях
Кропивницкий: Кропивницкого Кропивницкому Кропивницкий Кропивницким Кропивницком
Винница: Винницы Виннице Винницу Винницей Виннице
Шостка: Шостки Шостке Шостку Шосткой Шостке
Измаил: Измаила Измаилу Измаил Измаилом Измаиле
Никополь: Никополя Никополю Никополь Никополем Никополе
Умань: Умани Умани Умань Уманью Умани
Брянск: Брянска Брянску Брянск Брянском Брянске
Черниговщина: Черниговщины Черниговщине Черниговщину Черниговщиной Черниговщине
"""


@pytest.fixture(scope="module")
def ua() -> Gazetteer:
    return load_gazetteer()


def lines(text: str) -> list[tuple[str, list[str]]]:
    found = []
    for line in text.strip().splitlines():
        name, _, cases = line.partition(":")
        found.append((name, [case.replace("_", " ") for case in cases.split()]))
    return found


def best(ua: Gazetteer, words: str, home: str | None = None) -> list[tuple[str, str]]:
    """Every name in the words, as matched, with the code that it most likely means."""
    tokens = places.tokens(words)
    found, at = [], 0
    while at < len(tokens):
        matched = ua.match(tokens, at)
        if matched is None:
            at += 1
            continue
        count, candidates = matched
        code = ua.rank(candidates, home=home, regions=(), mentioned=())[0].code
        found.append((" ".join(tokens[at : at + count]), code))
        at += count
    return found


class TestCases:
    @pytest.mark.parametrize(("name", "cases"), lines(UKRAINIAN))
    def test_a_ukrainian_name_is_found_in_every_case(
        self, ua: Gazetteer, name: str, cases: list[str]
    ) -> None:
        _, nominative = ua.match(places.tokens(name), 0) or (0, ())
        said = {c.code: (c.name_override or ua.ref(c.code).names)["uk"] for c in nominative}
        codes = {code for code, uk in said.items() if uk == name} or set(said)
        assert codes
        for form in cases:
            count, found = ua.match(places.tokens(form), 0) or (0, ())
            assert count == len(places.tokens(form)), form
            assert codes <= {c.code for c in found}, form

    @pytest.mark.parametrize(("name", "cases"), lines(RUSSIAN))
    def test_a_russian_name_is_found_in_every_case(self, ua: Gazetteer, name: str, cases: list[str]) -> None:
        expected = best(ua, name)
        assert len(expected) == 1
        for form in cases:
            assert [code for _, code in best(ua, form)] == [expected[0][1]], form

    def test_rules_without_exceptions_decline_regular_names(self) -> None:
        assert [form for form, _ in forms("Кам’янка")] == [
            "кам’янка",
            "кам’янки",
            "кам’янці",
            "кам’янку",
            "кам’янкою",
        ]
        assert dict(forms("Бучач"))["бучача"] == "genitive"
        assert "мис чауда" in dict(forms("мис Чауда"))
        assert "мису чауда" in dict(forms("мис Чауда"))
        assert [form for form, _ in forms("ТЕЦ-5")] == ["тец-5"]

    def test_rules_decline_regular_russian_names(self) -> None:
        assert [form for form, _ in forms_ru("Ахтырка")] == [
            "ахтырка",
            "ахтырки",
            "ахтырке",
            "ахтырку",
            "ахтыркой",
        ]
        assert "лозовую" in dict(forms_ru("Лозовая"))


class TestPhrases:
    @pytest.mark.parametrize(
        ("words", "code"),
        [
            ("Київська область", "UA32000000000030281"),
            ("в Ровенской области", "UA56000000000066151"),
            ("в Київській області", "UA32000000000030281"),
            ("Київської обл.", "UA32000000000030281"),
            ("Киевской области", "UA32000000000030281"),
            ("Kyiv region", "UA32000000000030281"),
            ("Kyiv Oblast", "UA32000000000030281"),
            ("Kiev region", "UA32000000000030281"),
            ("#Київська_область", "UA32000000000030281"),
            ("Івано-Франківська область", "UA26000000000069363"),
            ("ІваноФранківська область", "UA26000000000069363"),
            ("in the Dnipropetrovsk region", "UA12000000000090473"),
            ("Дніпропетровщини", "UA12000000000090473"),
            ("на Січеславщині", "UA12000000000090473"),
            ("Сумщину", "UA59000000000057109"),
            ("в полтавську", "UA53000000000028050"),
            ("кіровоградській", "UA35000000000016081"),
            ("через Черниговскую", "UA74000000000025378"),
            ("Прикарпаття", "UA26000000000069363"),
            ("на Буковині", "UA73000000000044923"),
            ("з Криму", "UA01000000000013043"),
            ("Автономна Республіка Крим", "UA01000000000013043"),
            ("Охтирський район", "UA59040000000045652"),
            ("Кременчуцького р-ну", "UA53020000000034761"),
            ("Бучанському р-ні", "UA32080000000084076"),
            ("Бучанський р-н", "UA32080000000084076"),
            ("Bucha district", "UA32080000000084076"),
            ("Новомосковський район", "UA12100000000039307"),
            ("Голосіївський район", "UA80000000000126643"),
            ("в Голосеевском районе", "UA80000000000126643"),
            ("Holosiivskyi district", "UA80000000000126643"),
            ("Holosiivsky district", "UA80000000000126643"),
            ("Солом'янському районі", "UA80000000000980793"),
            ("Солом’янському районі", "UA80000000000980793"),
            ("Соломенском районе", "UA80000000000980793"),
            ("Нікопольська міська територіальна громада", "UA12080050000062712"),
            ("Нікопольської ТГ", "UA12080050000062712"),
        ],
    )
    def test_an_area_and_its_noun(self, ua: Gazetteer, words: str, code: str) -> None:
        assert code in [found for _, found in best(ua, words)]

    def test_a_bare_adjective_says_that_it_is_one(self, ua: Gazetteer) -> None:
        for words, code in (
            ("голосіївському", "UA80000000000126643"),
            ("Holosiivskyi", "UA80000000000126643"),
            ("харківську", "UA63000000000041885"),
        ):
            _, found = ua.match(places.tokens(words), 0) or (0, ())
            assert ("adjective", code) in [(c.form, c.code) for c in found]

    def test_a_list_of_adjectives_before_one_noun(self, ua: Gazetteer) -> None:
        found = [code for _, code in best(ua, "у Голосіївському та Шевченківському районах", KYIV)]
        assert found == ["UA80000000000126643", "UA80000000001078669"]
        found = [code for _, code in best(ua, "Holosiivskyi, Solomianskyi and Desnianskyi districts", KYIV)]
        assert found == ["UA80000000000126643", "UA80000000000980793", "UA80000000000336424"]

    def test_names_before_one_plural_noun_are_all_areas_of_that_kind(self, ua: Gazetteer) -> None:
        found = [ua.ref(code).names["en"] for _, code in best(ua, "Sumy, Okhtyrka and Romny districts")]
        assert found == ["Sumy Raion", "Okhtyrka Raion", "Romny Raion"]
        found = [ua.ref(code).names["en"] for _, code in best(ua, "over Cherkasy and Kirovohrad regions")]
        assert found == ["Cherkasy Oblast", "Kirovohrad Oblast"]
        found = [ua.ref(code).names["en"] for _, code in best(ua, "Kyiv hit, two regions without power")]
        assert found == ["Kyiv"]

    def test_a_land_named_after_its_town_is_the_raion_unless_it_is_the_oblast(self, ua: Gazetteer) -> None:
        assert best(ua, "на Шосткинщині") == [("шосткинщині", "UA59100000000036457")]
        assert best(ua, "Криворіжжя")[0][1] == "UA12060000000022633"
        assert best(ua, "на Харківщині")[0][1] == "UA63000000000041885"
        assert best(ua, "Київщино")[0][1] == "UA32000000000030281"

    def test_the_noun_belongs_to_the_match_and_the_form_says_phrase(self, ua: Gazetteer) -> None:
        tokens = places.tokens("у Бучанському районі Київської області")
        count, found = ua.match(tokens, 1) or (0, ())
        assert count == 2
        assert {c.form for c in found} == {"phrase"}
        assert {c.precision for c in found} == {"raion"}

    def test_a_citys_name_before_region_is_the_oblast_and_alone_the_city(self, ua: Gazetteer) -> None:
        assert best(ua, "Kharkiv") == [("kharkiv", "UA63120270010096107")]
        assert best(ua, "Kharkiv region") == [("kharkiv region", "UA63000000000041885")]
        assert best(ua, "Kharkiv's") == [("kharkivs", "UA63120270010096107")]

    def test_one_adjective_may_mean_districts_of_many_cities_and_raions(self, ua: Gazetteer) -> None:
        _, found = ua.match(places.tokens("Дніпровський район"), 0) or (0, ())
        assert {c.precision for c in found} == {"district", "raion"}
        assert len({ua.first_level_of(c.code) for c in found}) >= 3


class TestOtherNames:
    @pytest.mark.parametrize(
        ("words", "code"),
        [
            ("Кіровограда", "UA35040210010019355"),
            ("Дніпропетровськом", "UA12020010010037010"),
            ("Комсомольська", "UA53020030010087471"),
            ("Новомосковськ", "UA12100070010038698"),
            ("Червонограді", "UA46120130010071117"),
            ("Горишние Плавни", "UA53020030010087471"),
            ("Kiev", KYIV),
            ("Kharkov", "UA63120270010096107"),
            ("Odessa", "UA51100270010076757"),
            ("столиці", KYIV),
            ("Старкон", "UA68040390010084208"),
            ("Брянська", "RU-BRY"),
            ("Bryansk region", "RU-BRY"),
            ("from the Bryansk region", "RU-BRY"),
            ("з Брянської області", "RU-BRY"),
            ("Брянщины", "RU-BRY"),
            ("Курской области", "RU-KRS"),
            ("Приморсько-Ахтарська", "X-PRIMORSKO-AKHTARSK"),
            ("Саваслейки", "X-SAVASLEYKA"),
            ("Чауди", "X-CHAUDA"),
            ("Енгельса", "X-ENGELS"),
            ("Чорного моря", "X-BLACK-SEA"),
            ("Black Sea", "X-BLACK-SEA"),
            ("Азовським морем", "X-AZOV-SEA"),
            ("Міллерово", "X-MILLEROVO"),
            ("Мордовії", "RU-MO"),
            ("Гомельської області", "BY-HO"),
            ("Білорусі", "BY"),
            ("Придністров’я", "MD-SN"),
        ],
    )
    def test_old_colloquial_and_foreign_names(self, ua: Gazetteer, words: str, code: str) -> None:
        assert code in [found for _, found in best(ua, words)]


class TestNeighbourhoods:
    @pytest.mark.parametrize(
        ("words", "name", "holder"),
        [
            ("на Троєщину", "Троєщина", "Деснянський район"),
            ("Троя", "Троєщина", "Деснянський район"),
            ("у Борщагівці", "Борщагівка", "Святошинський район"),
            ("на Нивках", "Нивки", "Шевченківський район"),
            ("на Теремках", "Теремки", "Голосіївський район"),
            ("ТЕЦ-5", "ТЕЦ-5", "Голосіївський район"),
            ("ТЕЦ-6", "ТЕЦ-6", "Деснянський район"),
            ("Лук'янівки", "Лук’янівка", "Шевченківський район"),
            ("над Оболонню", "Оболонь", "Оболонський район"),
            ("у центрі Києва", "центр Києва", "Київ"),
            ("in central Kyiv", "центр Києва", "Київ"),
            ("на лівому березі столиці", "лівий берег Києва", "Київ"),
            ("Кончу-Заспу", "Конча-Заспа", "Голосіївський район"),
            ("на Салтівці", "Салтівка", "Салтівський район"),
            ("Холодної Гори", "Холодна Гора", "Холодногірський район"),
            ("Пересип", "Пересип", "Пересипський район"),
            ("на Молдаванке", "Молдаванка", "Хаджибейський район"),
            ("Ігрень", "Ігрень", "Самарський район"),
            ("Сихові", "Сихів", "Сихівський район"),
            ("острова Зміїний", "острів Зміїний", "Вилківська громада"),
            ("ЗАЕС", "ЗАЕС", "Енергодар"),
        ],
    )
    def test_a_neighbourhood_is_itself_and_lies_in_its_district(
        self, ua: Gazetteer, words: str, name: str, holder: str
    ) -> None:
        tokens = places.tokens(words)
        matches = [m for m in (ua.match(tokens, at) for at in range(len(tokens))) if m]
        named = [c for c in matches[0][1] if c.precision == "neighbourhood"]
        assert [c.name_override["uk"] for c in named if ua.ref(c.code).names["uk"] == holder] == [name]


class TestCommonWords:
    @pytest.mark.parametrize(
        "word",
        [
            "чому",
            "мені",
            "добре",
            "правда",
            "перемога",
            "зоря",
            "мир",
            "град",
            "будинок",
            "поле",
            "нове",
            "червоне",
            "степане",
            "хотів",
            "мета",
            "центру",
            "північне",
            "південному",
            "сили",
            "голови",
            "вересня",
            "шляхом",
        ],
    )
    def test_a_form_that_is_a_common_word_is_flagged(self, ua: Gazetteer, word: str) -> None:
        matched = ua.match([word], 0)
        if matched is not None:
            assert all(c.common for c in matched[1] if c.precision in ("settlement", "neighbourhood"))

    def test_most_of_those_words_are_names_of_villages(self, ua: Gazetteer) -> None:
        words = ("чому", "мені", "добре", "правда", "перемога", "зоря", "хотів", "сили", "шляхом", "північне")
        assert sum(ua.match([word], 0) is not None for word in words) >= 8

    @pytest.mark.parametrize(
        "name", ["суми", "київ", "дніпро", "рівне", "черкаси", "харків", "буча", "ірпінь", "одеса"]
    )
    def test_a_city_is_never_taken_for_a_word(self, ua: Gazetteer, name: str) -> None:
        _, found = ua.match([name], 0) or (0, ())
        city = ua.rank(found, home=None, regions=(), mentioned=())[0]
        assert not city.common


class TestMatching:
    def test_the_longest_name_wins(self, ua: Gazetteer) -> None:
        assert best(ua, "Нова Каховка")[0][0] == "нова каховка"
        assert best(ua, "Каховка")[0][0] == "каховка"
        assert best(ua, "північна салтівка") == [("північна салтівка", "UA63120270010216514")]

    def test_a_name_ends_where_a_word_ends(self, ua: Gazetteer) -> None:
        assert ua.match(["київстар"], 0) is None
        assert ua.match(["біла", "церковця"], 0) != ua.match(["біла", "церква"], 0)

    def test_past_the_last_word_is_nothing(self, ua: Gazetteer) -> None:
        assert ua.match(["київ"], 1) is None
        assert ua.match([], 0) is None

    def test_names_side_by_side_are_each_found(self, ua: Gazetteer) -> None:
        codes = [code for _, code in best(ua, "Харків Полтава, Суми — Охтирка/Лебедин")]
        names = [ua.ref(code).names["uk"] for code in codes]
        assert names == ["Харків", "Полтава", "Суми", "Охтирка", "Лебедин"]


class TestNormalForm:
    @pytest.mark.parametrize(
        ("written", "normal"),
        [
            ("Івано-Франківськ", "івано франківськ"),
            ("Солом’янський", "соломянський"),
            ("Солом'янський", "соломянський"),
            ("Соломʼянський", "соломянський"),
            ("X-47M2", "x 47 m 2"),
            ("Kиїв", "київ"),
            ("Ки\u0457в", "київ"),
            ("Ки\u0456\u0308в", "київ"),
            ("За\u0301ліська", "заліська"),
            ("Орёл", "орел"),
            ("Ґнатівка", "гнатівка"),
            ("смт. Ворзель", "смт ворзель"),
            ("Kуiv", "kyiv"),
        ],
    )
    def test_key(self, written: str, normal: str) -> None:
        assert places.key(written) == normal

    def test_folding_keeps_offsets(self) -> None:
        text = "Київ’янин Ёлка Ґрунт Ÿ“ABC”—–"
        assert len(text.translate(places.FOLD)) == len(text)
        assert all(len(folded) == 1 for folded in places.FOLD.values())
