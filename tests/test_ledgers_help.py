"""Open help for those affected: dated entries with their source, for an area; none is a figure."""

from __future__ import annotations

import msgspec

from record_words import Morning, at, claim
from tocsin.model import Evidence


def said(words, *where, **more):
    """An instruction in these words."""
    return claim("instruction", *where, evidence=(Evidence(start=0, end=len(words), quote=words),), **more)


class Words(Morning):
    """A morning whose claims may bring words of their own."""

    def say(self, clock, source, *claims, **more):
        quotes = [parts.pop("evidence", None) for parts in claims]
        absorb = self.record.absorb

        def worded(report, made, told_by, when):
            own = [
                each if quote is None else msgspec.structs.replace(each, evidence=quote)
                for each, quote in zip(made, quotes, strict=True)
            ]
            return absorb(report, own, told_by, when)

        self.record.absorb = worded
        try:
            return super().say(clock, source, *claims, **more)
        finally:
            self.record.absorb = absorb


def test_heating_points_are_an_entry_of_their_district_with_its_source_and_date():
    morning = Words()
    morning.say("12:00", "mayor", said("Працюють пункти обігріву: школа № 3", "hol"))
    (line,) = morning.lines("heating-points")
    assert (line.area, line.source, line.stated_at, line.min) == ("hol", "mayor", at("12:00"), None)
    assert line.attack is None
    assert not morning.record.ledgers().preferred


def test_each_address_is_an_entry_and_the_same_words_again_renew_it():
    morning = Words()
    morning.say("12:00", "mayor", said("Пункт обігріву в школі № 3", "hol"))
    morning.say("13:00", "mayor", said("Пункт обігріву в ліцеї на Зеленій", "hol"))
    morning.say("18:00", "mayor", said("Пункт обігріву в школі № 3", "hol"))
    assert [line.stated_at for line in morning.lines("heating-points")] == [at("13:00"), at("18:00")]
    assert [line.reason for line in morning.lines("heating-points", "superseded")] == ["renewed"]


def test_who_closes_a_place_takes_its_entry_out():
    morning = Words()
    morning.say("12:00", "mayor", said("Пункт обігріву в школі № 3", "hol"))
    morning.say("19:00", "mayor", said("Пункти обігріву закрито", "hol"))
    assert morning.lines("heating-points") == []
    assert [line.status for line in morning.lines("heating-points", None)] == ["retracted", "denied"]


def test_a_hot_line_without_a_place_serves_the_home_of_who_gives_it():
    morning = Words()
    morning.say("12:00", "mayor", said("Гаряча лінія для постраждалих: 0 800 000"))
    (line,) = morning.lines("hot-lines")
    assert line.area == "kyiv"


def test_what_to_do_is_no_open_help():
    morning = Words()
    morning.say("06:40", "mayor", said("Не виходьте з укриттів! Правило двох стін."))
    assert morning.record.ledgers().lines == ()


def test_help_alone_begins_no_attack_and_is_let_go_after_three_days():
    morning = Words()
    morning.say("12:00", "mayor", said("Пункти незламності відкриті цілодобово", "hol"))
    assert morning.record.advance(at("12:00", day=23))
    assert morning.record.ledgers().lines == ()
