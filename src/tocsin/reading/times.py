"""When a sentence says that it happened: clock times, nights and days, resolved in the source's zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tocsin.model import Interval
from tocsin.reading.drafts import Context, Unit
from tocsin.reading.marks import Mark
from tocsin.reading.normalise import DASH, HYPHEN
from tocsin.reading.numbers import month_of

__all__ = ["date_of", "default_interval", "long_ago", "other_year", "time_of", "whole_text"]

_AS_OF = (("станом", "на"), ("состоянию", "на"), ("as", "of"), ("на",))
_NIGHT = frozenset({"ніч", "ночь", "night", "вночі", "ночью", "overnight", "уночі", "ночі"})
_BACK = {"вчора": 1, "учора": 1, "вчера": 1, "yesterday": 1, "позавчора": 2, "позавчера": 2}
_TOMORROW = frozenset({"завтра", "tomorrow"})
_AGO = frozenset({"тому", "назад", "ago"})
_DAYS = ("днів", "дні", "дня", "дней", "days")
_SMALL = {
    "два": 2,
    "дві": 2,
    "two": 2,
    "три": 3,
    "three": 3,
    "чотири": 4,
    "четыре": 4,
    "four": 4,
    "пять": 5,
    "five": 5,
}
_LAST_WEEK = ("минулого тижня", "на прошлой неделе", "last week")
_UNTIL = frozenset({"та", "і", "й", "и", "до", "по", "and", "to", "until", "till"})
_TONIGHT = ("цієї ночі", "минулої ночі", "сьогодні вночі", "за ніч", "протягом ночі", "упродовж ночі", "впродовж ночі", "этой ночью", "прошлой ночью", "минувшей ночью",
            "сегодня ночью", "за ночь", "last night", "overnight", "вночі", "уночі", "ночью", "over the night", "during the night", "throughout the night", "за минулу ніч", "в течение ночи")  # fmt: skip


def date_of(context: Context, mark: Mark) -> datetime | None:
    """Midnight, in the source's zone, of the day that a date names."""
    words = [w for w in context.tokens.words[mark.i : mark.j] if w]
    base = context.day or _local(context)
    year = base.year if base else None
    figures = [int(w) for w in words if w.isdigit() and len(w) <= 4]
    month = next((month_of(w) for w in words if not w.isdigit() and month_of(w)), None)
    if month is not None and figures:
        day = figures[0]
        year = figures[1] if len(figures) > 1 else year
    elif len(figures) == 3:
        if figures[0] > 31:
            year, month, day = figures
        else:
            day, month, year = figures
            year = year + 2000 if year < 100 else year
    else:
        return None
    if year is None or month is None:
        return None
    try:
        found = datetime(year, month, day, tzinfo=context.zone)
    except ValueError:
        return None
    if base is not None and len(figures) < 3 and found > base + timedelta(days=60):
        try:
            found = found.replace(year=year - 1)
        except ValueError:
            return None
    return found


def _local(context: Context) -> datetime | None:
    if context.stated_at is None:
        return None
    return context.stated_at.astimezone(context.zone)


def whole_text(context: Context, units: list[Unit]) -> None:
    """Find the day that the text gives itself, and the hour as of which it speaks."""
    tokens = context.tokens
    local = _local(context)
    context.day = local.replace(hour=0, minute=0, second=0, microsecond=0) if local else None
    for unit in units:
        for mark in unit.marks:
            if mark.group != "time":
                continue
            if mark.value == "date" and (context.day is None or local is None) and unit.i < 400:
                found = date_of(context, mark)
                if found is not None and context.day is None:
                    context.day = found
            if mark.value == "clock" and context.as_of is None and _is_as_of(tokens.words, mark.i):
                clock = _clock(tokens.words, mark)
                if clock is not None and context.day is not None:
                    context.as_of = context.day + timedelta(hours=clock[0], minutes=clock[1])
    if context.day is not None and context.as_of is None:
        # The hour may stand before the date that it belongs to.
        for unit in units:
            for mark in unit.marks:
                if mark.group == "time" and mark.value == "clock" and _is_as_of(tokens.words, mark.i):
                    clock = _clock(tokens.words, mark)
                    if clock is not None:
                        context.as_of = context.day + timedelta(hours=clock[0], minutes=clock[1])
                        return


def _is_as_of(words: list[str], i: int) -> bool:
    before = words[max(0, i - 2) : i]
    return before[-2:] in (["станом", "на"], ["состоянию", "на"], ["as", "of"])


def _clock(words: list[str], mark: Mark) -> tuple[int, int] | None:
    figures = [w for w in words[mark.i : mark.j] if w.isdigit()]
    if not figures:
        return None
    hour = int(figures[0])
    minute = int(figures[1]) if len(figures) > 1 else 0
    rest = words[mark.i : mark.j]
    afternoon = "pm" in rest or ("p" in rest and rest[-1] == "m") or rest[-1] in ("вечора", "вечера")
    if afternoon and hour < 12:
        hour += 12
    if ("am" in rest or ("a" in rest and rest[-1] == "m")) and hour == 12:
        hour = 0
    if hour > 24 or minute > 59:
        return None
    return hour % 24, minute


def default_interval(context: Context) -> Interval:
    """When something holds that comes without a time: from when it was stated, or the day that the text gives itself."""
    if context.stated_at is not None and not (context.article and context.as_of is not None):
        return Interval(start=context.stated_at.astimezone(UTC), end=None, precision="minute")
    if context.day is not None:
        end = context.as_of or context.day + timedelta(days=1)
        return Interval(start=context.day.astimezone(UTC), end=end.astimezone(UTC), precision="day")
    return Interval(start=None, end=None, precision="unknown")


def time_of(unit: Unit, context: Context, marks: list[Mark]) -> Interval | None:
    """The interval that the marks of a clause (or sentence) name; None where they name none."""
    if "time" not in unit.says and not unit.past and not unit.night and not unit.expected:
        return None
    tokens = context.tokens
    words = tokens.words
    clocks: list[tuple[Mark, tuple[int, int]]] = []
    day: datetime | None = None
    night = False
    for mark in marks:
        if mark.group == "time" and mark.value == "date":
            day = date_of(context, mark) or day
            if mark.i >= 2 and words[mark.i - 2] in _NIGHT:
                night = True
        elif mark.group == "time" and mark.value == "clock" and not _is_as_of(words, mark.i):
            clock = _clock(words, mark)
            if clock is not None:
                clocks.append((mark, clock))
    said = " ".join(words[unit.i : unit.j]) if unit.past or unit.night else ""
    base = day or context.day
    if base is None:
        return None
    back = _days_back(said.split()) if day is None else 0
    if back:
        base -= timedelta(days=back)
        day = base
    if unit.expected and day is None and any(words[k] in _TOMORROW for k in range(unit.i, unit.j)):
        base += timedelta(days=1)
        day = base
    week = day is None and any(phrase in said for phrase in _LAST_WEEK)
    if day is None and not clocks and not unit.expected and any(p in said for p in _DAY_PAST):
        return _past_day(base, context)
    parted = day is not None and not clocks and not night and _part_of(words[unit.i : unit.j])
    if parted and day is not None:
        return _span(
            day + timedelta(hours=parted[0]), day + timedelta(hours=parted[1]), "part-of-day", context
        )
    if week and not clocks:
        monday = base - timedelta(days=base.weekday() + 7)
        return _span(monday, monday + timedelta(days=7), "day", context)
    if clocks:
        return _clocked(clocks, base, unit, context, given=day is not None)
    if night and day is not None:
        return _span(day - timedelta(hours=3), day + timedelta(hours=8), "night", context)
    if (unit.past or unit.night) and day is None and any(phrase in said for phrase in _TONIGHT):
        return _span(base - timedelta(hours=3), base + timedelta(hours=8), "night", context)
    if day is not None:
        return _span(day, day + timedelta(days=1), "day", context)
    return None


_DAY_PAST = (
    "за добу", "за минулу добу", "минулої доби", "за сутки", "за минувшие сутки", "за прошедшие сутки", "past 24 hours", "last 24 hours",
)  # fmt: skip
_PARTS = {
    "вдень": (8, 20), "удень": (8, 20), "днем": (8, 20), "вранці": (5, 11), "зранку": (5, 11), "утром": (5, 11), "увечері": (17, 23),
    "ввечері": (17, 23), "вечером": (17, 23), "afternoon": (12, 18), "morning": (5, 11), "evening": (17, 23), "daytime": (8, 20),
}  # fmt: skip
"""Hours of the parts of a day, in the source's zone."""


def _part_of(words: list[str]) -> tuple[int, int] | None:
    """The hours of the part of a day that a sentence with a date opens with («Вдень 5 січня …»)."""
    return next((_PARTS[word] for word in words[:4] if word in _PARTS), None)


def _past_day(base: datetime, context: Context) -> Interval:
    """The day that «за добу» sums up: said before noon the day before, else this day; the same for all who say it that morning."""
    local = _local(context)
    if local is not None and local.hour < 12:
        base -= timedelta(days=1)
    return _span(base, base + timedelta(days=1), "day", context)


def _clocked(
    clocks: list[tuple[Mark, tuple[int, int]]], base: datetime, unit: Unit, context: Context, *, given: bool
) -> Interval:
    start = base + timedelta(hours=clocks[0][1][0], minutes=clocks[0][1][1])
    if (
        context.stated_at is not None
        and not given
        and not unit.expected
        and start > context.stated_at + timedelta(minutes=45)
    ):
        soon = start - context.stated_at < timedelta(hours=4) and _approximate(
            context.tokens.words, clocks[0][0].i
        )
        start -= timedelta(days=0 if soon else 1)
    end: datetime | None = None
    if len(clocks) > 1 and _joined(clocks[0][0], clocks[1][0], context):
        end = start.replace(hour=clocks[1][1][0], minute=clocks[1][1][1])
        if end < start:
            end += timedelta(days=1)
    return Interval(start=start.astimezone(UTC), end=end.astimezone(UTC) if end else None, precision="minute")


def _days_back(words: list[str]) -> int:
    """How many days ago, where the words say so: «вчора», «два дні тому»."""
    for k, word in enumerate(words):
        if word in _BACK:
            return _BACK[word]
        if word in _AGO and k >= 2 and words[k - 1] in _DAYS:
            number = words[k - 2]
            return int(number) if number.isdigit() and len(number) < 4 else _SMALL.get(number, 0)
    return 0


_PERIODS = (
    "рік",
    "рок",
    "місяц",
    "тижд",
    "тижн",
    "дні",
    "днів",
    "год",
    "лет",
    "месяц",
    "недел",
    "дня",
    "дней",
    "year",
    "month",
    "week",
    "day",
    "decade",
)
_LONG = (
    "роки",
    "років",
    "рокі",
    "місяці",
    "тижні",
    "годы",
    "года",
    "лет",
    "месяц",
    "недел",
    "years",
    "months",
    "weeks",
)
_HOURS = ("годин",)


def long_ago(words: list[str]) -> bool:
    """Whether words tell of days or years ago: «два роки тому», "one year ago"; an hour ago is still now."""
    for k, word in enumerate(words):
        # «за два роки», "over three months": what was done in all that time.
        if word in ("за", "over", "in") and any(w.startswith(_LONG) for w in words[k + 2 : k + 4]):
            return True
    return any(
        word in _AGO and k and words[k - 1].startswith(_PERIODS) and not words[k - 1].startswith(_HOURS)
        for k, word in enumerate(words)
    )


_BEFORE_YEAR = frozenset(
    {"у", "в", "з", "із", "від", "с", "от", "до", "in", "since", "of", "from", "after", "the", "before", "by"}
)
_AFTER_YEAR = ("рок", "рік", "год", "го", "му")


def other_year(words: list[str], stated_at: datetime | None) -> bool:
    """Whether words name a year before this one, of this war or an earlier («у 2022-му», "after the 2022 strike")."""
    if stated_at is None:
        return False
    for k, word in enumerate(words):
        if len(word) != 4 or not word.isdecimal():
            continue
        year = int(word)
        if not (2014 <= year < stated_at.year or 1914 <= year <= 1991):
            continue
        after = words[k + 1] if k + 1 < len(words) else ""
        if (k and words[k - 1] in _BEFORE_YEAR) or after.startswith(_AFTER_YEAR):
            return True
    return False


def _joined(first: Mark, second: Mark, context: Context) -> bool:
    """Whether two clock times are the ends of one stretch: «3:10–5:40», «між 3:00 та 4:00»."""
    if second.i == first.j:
        return context.tokens.seps[second.i] in (HYPHEN, DASH)
    opened = first.i and context.tokens.words[first.i - 1] in (
        "між",
        "з",
        "із",
        "від",
        "между",
        "с",
        "от",
        "between",
        "from",
    )
    return bool(opened) and second.i == first.j + 1 and context.tokens.words[first.j] in _UNTIL


def _approximate(words: list[str], i: int) -> bool:
    """«орієнтовно о 06:40» of something that has not come yet."""
    return any(
        w
        in (
            "орієнтовно",
            "приблизно",
            "ориентировочно",
            "примерно",
            "around",
            "approximately",
            "about",
            "від",
            "от",
            "до",
        )
        for w in words[max(0, i - 3) : i]
    )


def _span(start: datetime, end: datetime, precision: str, context: Context) -> Interval:
    if context.stated_at is not None and start < context.stated_at < end:
        end = context.stated_at
    return Interval(start=start.astimezone(UTC), end=end.astimezone(UTC), precision=precision)
