"""Values of the domain that the tests of CAP, feeds and pages are told in."""

from datetime import UTC, datetime, timedelta

from tocsin.model import Alert, AreaRef, Cause, Change, Fact, Interval, Range, Source, Weapon
from tocsin.render.cap import Issuer
from tocsin.render.naming import Names

MORNING = datetime(2024, 12, 20, 4, 35, 3, tzinfo=UTC)
KYIV = AreaRef(
    code="UA80000000000093317", name="Kyiv", names={"uk": "Київ", "ru": "Киев", "en": "Kyiv"}, level="oblast"
)
KYIV_OBLAST = AreaRef(
    code="UA32000000000030281",
    name="Kyiv Oblast",
    names={"uk": "Київська область", "ru": "Киевская область", "en": "Kyiv Oblast"},
    level="oblast",
)
REGISTER = {
    "kyiv-digital": Source(id="kyiv-digital", name="Kyiv Digital", kind="alarm-service", reliability="A"),
    "air-force": Source(id="air-force", name="Air Force of Ukraine", kind="military", reliability="A"),
    "monitor": Source(
        id="monitor", name="A <b>monitoring</b> channel", kind="monitoring-channel", reliability="C"
    ),
}
WEAPONS = {
    "mig-31k": Weapon(
        slug="mig-31k",
        klass="aeroballistic",
        level="red",
        names={"uk": "МіГ-31К", "ru": "МиГ-31К", "en": "MiG-31K"},
        carrier=True,
    ),
    "kinzhal": Weapon(
        slug="kinzhal",
        klass="aeroballistic",
        level="red",
        names={"uk": "Кинджал", "ru": "Кинжал", "en": "Kinzhal"},
        speed_kmh=Range(min=None, max=None),
    ),
}
NAMES = Names(register=REGISTER, weapons=WEAPONS)
ISSUER = Issuer(sender="tocsin@example.org", base_url="https://tocsin.example.org")


def alarm(**more):
    """The official alarm of Kyiv, raised at 06:35:03 Kyiv time."""
    return Alert(
        **{
            "id": "alert-kyiv-1",
            "layer": "official",
            "area": KYIV,
            "level": None,
            "cause": Cause(kind="alarm"),
            "rule": "relay-official",
            "valid": Interval(start=MORNING, end=None),
            "whose": ("kyiv-digital",),
            **more,
        }
    )


def warning(**more):
    """A warning for Kyiv oblast on a take-off, by the Air Force's word."""
    return Alert(
        **{
            "id": "alert-oblast-2",
            "layer": "warning",
            "area": KYIV_OBLAST,
            "level": "red",
            "cause": Cause(kind="takeoff", weapon="mig-31k", weapon_class="aeroballistic"),
            "rule": "mig-takeoff",
            "certainty": "Likely",
            "valid": Interval(start=MORNING, end=None),
            "lapses_at": MORNING + timedelta(minutes=30),
            "whose": ("air-force",),
            **more,
        }
    )


def change(number, verb, alert, at=MORNING):
    """A change of an alert, as outlets follow it."""
    return Change(number=number, at=at, entry=number, fact=Fact(type="alert", verb=verb, noun=alert))
