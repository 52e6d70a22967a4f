"""Degrees of damage and of precision: only what words grade is graded."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tocsin.model import Claim, Evidence, Interval
from tocsin.picture.grading import damage_class, date_prec, ems_grade, where_prec

NOON = datetime(2025, 1, 5, 12, tzinfo=UTC)


def told(words, kind="damage", **more):
    return Claim(
        id="s:1#1",
        report="1",
        source="s",
        kind=kind,
        valid=Interval(start=NOON, end=None),
        evidence=(Evidence(start=0, end=len(words), quote=words),),
        **more,
    )


@pytest.mark.parametrize(
    ("words", "degree"),
    [
        ("Повністю зруйновано приватний будинок", "destroyed"),
        ("Склад вигорів дотла", "destroyed"),
        ("Two houses were destroyed", "destroyed"),
        ("Частково зруйновано пʼятиповерхівку", "severe"),
        ("Будівля зазнала значних пошкоджень", "severe"),
        ("The school is badly damaged", "severe"),
        ("Незначні пошкодження даху", "moderate"),
        ("Вибиті вікна у трьох будинках", "moderate"),
        ("Windows were blown out", "moderate"),
        ("Пошкоджено будинок", None),
        ("Будинок не зруйновано", None),
    ],
)
def test_damage_bears_the_class_that_its_words_give(words, degree):
    assert damage_class(told(words)) == degree


def test_preliminary_damage_is_possible_damage():
    assert damage_class(told("Попередньо, зруйновано дах", hedged=True)) == "possible"


def test_a_destroyed_target_is_no_damage():
    assert damage_class(told("Знищено десять цілей", kind="interception")) is None


@pytest.mark.parametrize(
    ("words", "grade"),
    [
        ("Інженери визначили ступінь 4 за EMS-98", "D4"),
        ("Damage of the block is graded D3 (EMS-98)", "D3"),
        ("Повреждения степени 2 по EMS 98", "D2"),
        ("Будинок D3 пошкоджено", None),
        ("EMS-98 D7", None),
    ],
)
def test_a_grade_is_told_only_where_ems_98_is_named(words, grade):
    assert ems_grade(told(words, kind="assessment")) == grade


def test_precision_has_ucdp_numbers():
    assert [
        where_prec(level) for level in ("district", "settlement", "hromada", "raion", "oblast", "country")
    ] == [
        1,
        1,
        2,
        3,
        4,
        6,
    ]
    assert where_prec("somewhere") is None
    night = Interval(start=NOON.replace(hour=20, day=4), end=NOON.replace(hour=4), precision="night")
    assert [date_prec(Interval(start=NOON, end=None)), date_prec(night)] == [1, 2]
    assert date_prec(Interval(start=None, end=None)) is None
