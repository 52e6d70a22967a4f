"""The doors of the desk: signing in, accepting an invitation, one's account.

``problem`` is the key of a message, which never tells whether it was the name, the password or the code that was wrong.
"""

from __future__ import annotations

from markupsafe import Markup

from tocsin.render.desk_values import ROLES, Passkey, Person, Seat, Sitting
from tocsin.render.page import Frame, render

__all__ = ["account", "enrol", "sign_in"]


def _wrong(frame: Frame, problem: str | None, minutes: int = 0) -> str:
    if problem is None:
        return ""
    if problem == "desk.signin.locked":
        return frame.words.count(problem, max(1, minutes))
    return frame.words.say(problem if frame.words.has(problem) else "desk.door.other")


def sign_in(
    frame: Frame,
    *,
    problem: str | None = None,
    minutes: int = 0,
    name: str = "",
    next: str = "/desk",  # noqa: A002 - the field's name
    passkeys: bool = False,
    base: str = "/desk",
) -> str:
    """Write the sign-in page; ``next`` is where to go afterwards, always an address of the desk."""
    wrong = _wrong(frame, problem, minutes)
    values = {"wrong": wrong, "name": name, "onward": next, "passkeys": passkeys, "base": base}
    return render("desk_sign_in.html", frame, title=frame.words.say("desk.signin.title"), **values)


def enrol(
    frame: Frame,
    *,
    name: str = "",
    role: str = "",
    token: str = "",
    secret: str = "",
    uri: str = "",
    qr: Markup | None = None,
    problem: str | None = None,
    base: str = "/desk",
) -> str:
    """Write the page of an invitation; with no ``name`` the link is used or too old, and only that is said."""
    return render(
        "desk_enrol.html",
        frame,
        title=frame.words.say("desk.enrol.title"),
        wrong=_wrong(frame, problem),
        name=name,
        role=frame.words.word("desk.seat", role),
        token=token,
        # In fours, as it has to be typed by hand where no camera is at hand.
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        uri=uri,
        qr=qr,
        base=base,
    )


def account(
    frame: Frame,
    *,
    seat: Seat,
    passkeys: tuple[Passkey, ...] = (),
    sessions: tuple[Sitting, ...] = (),
    people: tuple[Person, ...] = (),
    link: str | None = None,
    problem: str | None = None,
    passkeys_work: bool = False,
    base: str = "/desk",
) -> str:
    """Write one's account: passkeys, open sessions, and to administrators everybody's; ``link`` is an invitation."""
    return render(
        "desk_account.html",
        frame,
        title=frame.words.say("desk.account.title", name=seat.operator),
        wrong=_wrong(frame, problem),
        seat=seat,
        role=frame.words.word("desk.seat", seat.role),
        roles=tuple((role, frame.words.word("desk.seat", role)) for role in ROLES),
        passkeys=passkeys,
        sessions=sessions,
        people=people,
        link=link,
        passkeys_work=passkeys_work,
        base=base,
    )
