"""What newsrooms take from us: situation reports, exports, and the live-updates feed (docs/newsroom.md).

All of it is made of what was published and of nothing else (R27): the public picture, the public changes, and the
words of claims that may be quoted. Answers are made one at a time, beside the alerts, and serve everybody who asks
the same until something is published.
"""

from __future__ import annotations

import asyncio
import bisect
import gzip
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from tocsin.codec import encode, plain
from tocsin.model import Alert, AreaRef, Change, Picture
from tocsin.outlets.answers import Refusal, etag_matches, refusal_answer, strong_etag
from tocsin.outlets.asking import Asked, asked_of, iso
from tocsin.outlets.hall import Hall, outlive
from tocsin.outlets.openapi import Endpoint, Parameter
from tocsin.outlets.pages import Pages
from tocsin.outlets.past import BusyError
from tocsin.outlets.publication import areas_of
from tocsin.outlets.views import Host
from tocsin.picture.joining import attacks
from tocsin.render import live
from tocsin.render.exports import incidents_csv, incidents_geojson, ledger_csv
from tocsin.render.map import Sheet, sheet
from tocsin.render.naming import Names, clean
from tocsin.render.page import headers as page_headers
from tocsin.render.page import render
from tocsin.render.sitrep import Sitrep, sitrep, within
from tocsin.render.sitrep_forms import fragments, linked, permalink, to_markdown
from tocsin.render.sitrep_map import Ground, ground_of
from tocsin.render.sitrep_pdf import to_pdf
from tocsin.render.sitrep_words import phrases
from tocsin.render.story import Quote
from tocsin.render.words import bundled

__all__ = ["Newsroom", "endpoints"]

FRESH = 15
"""Seconds for which an answer about the present serves others while nothing is published."""
RECORD = timedelta(hours=72)
"""How far back a report looks: the record itself lets go of what is older (docs/record.md)."""
MOST_CHANGES = 20_000
MOST_QUOTES = 500
_QUOTED = 600
_QUOTES_KEPT = 60
_KEPT = 64
_WAITING = 16
_GZIP_FROM = 2000
_KINDS = {
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "geojson": "application/geo+json",
    "atom": "application/atom+xml; charset=utf-8",
    "ld": "application/ld+json",
}


class Made(msgspec.Struct, frozen=True):
    """An answer as it was made: the public number and the moment until which it may serve others."""

    number: int
    at: datetime
    body: bytes
    etag: str


class Turn:
    """A queue in which one answer is made at a time."""

    def __init__(self) -> None:
        self.free = asyncio.Semaphore(1)
        self.waiting = 0


class Newsroom:
    """Makes reports, exports and feeds of one app; ``base`` is where readers reach us."""

    def __init__(self, hall: Hall, base: str) -> None:
        self._hall = hall
        self._base = base.rstrip("/")
        self._names = Names(register=hall.world.register, weapons=hall.world.weapons)
        self._frame = Pages(cast("Host", hall)).frame
        self._chronicle = live.Chronicle()
        outlive(hall, "newsroom", self._chronicle, ("after", "news", "_said"))
        self._made: OrderedDict[tuple[object, ...], Made] = OrderedDict()
        self._sheets: dict[tuple[str, ...], Sheet | None] = {}
        self._quotes: dict[str, Quote] = {}
        self._quoted_at = datetime.min.replace(tzinfo=UTC)
        # Paper is slow and the past is folded anew: neither may keep the feed waiting.
        self._turns = {name: Turn() for name in ("now", "past", "paper")}

    # --- what a request asks

    def _notice(self, lang: str) -> str | None:
        """Say that this is a demonstration or an exercise, in everything that leaves (R2)."""
        settings = self._hall.settings
        mode = "exercise" if settings.exercise else "demo" if settings.demo else None
        return bundled(lang).say(f"banner.{mode}") if mode else None

    # --- situation reports

    async def report(self, asked: Asked) -> Sitrep:
        """Write a situation report of what was public, with the words that may be quoted."""
        view = await self._hall.view(None, asked.known_at)
        known_at = view.known_at if asked.known_at else self._as_of(view.known_at)
        changes = await asyncio.to_thread(self._changes, known_at, asked.since, view.picture)
        made = await asyncio.to_thread(self._write, asked, view.picture, changes, known_at, {})
        named = dict.fromkeys(claim for each in _sentences(made) for claim in each)
        quotes = await self._words(tuple(named)[:MOST_QUOTES])
        if not quotes:
            return made
        return await asyncio.to_thread(self._write, asked, view.picture, changes, known_at, quotes)

    def _as_of(self, now: datetime) -> datetime:
        """Name the present by its minute, or by the last change in it: what is the same has the same bytes."""
        publication = self._hall.publication
        minute = now.replace(second=0, microsecond=0)
        last = publication.after(publication.last - 1, 1)
        return max(minute, last[0].change.at) if last else minute

    def _write(
        self,
        asked: Asked,
        picture: Picture,
        changes: tuple[Change, ...],
        known_at: datetime,
        quotes: Mapping[str, Quote],
    ) -> Sitrep:
        places = self._hall.world.places
        query = {"known_at": iso(known_at), "lang": asked.lang}
        query |= {"area": asked.area.code} if asked.area else {}
        query |= {"since": iso(asked.since)} if asked.since else {}
        return sitrep(
            picture,
            changes,
            asked.lang,
            names=self._names,
            ref=places.ref,
            known_at=known_at,
            area=asked.area,
            covers=places.covers,
            since=asked.since,
            quotes=quotes,
            map_of=self._ground,
            base=f"{self._base}/sitrep?{urlencode(query)}",
            notice=self._notice(asked.lang),
        )

    def _ground(self, picture: Picture, area: str | None) -> Ground | None:
        """Choose the map for a picture; sheets are laid out once."""
        places = self._hall.world.places

        def laid(codes: tuple[str, ...]) -> Sheet | None:
            if codes not in self._sheets:
                self._sheets[codes] = sheet(codes, places)
            return self._sheets[codes]

        return ground_of(picture, area, places, laid)

    def _changes(self, until: datetime, since: datetime | None, picture: Picture) -> tuple[Change, ...]:
        """Give the public changes that a report tells of, and those that raised what still stands."""
        publication = self._hall.publication
        at = lambda number: publication.after(number, 1)[0].change.at  # noqa: E731
        numbers = range(publication.last)
        end = bisect.bisect_right(numbers, until, key=at)
        start = bisect.bisect_left(numbers, min(until - RECORD, since or until), hi=end, key=at)
        start = max(start, end - MOST_CHANGES)
        found = [one.change for one in publication.after(start, end - start)]
        raised = {change.fact.noun.id for change in found if isinstance(change.fact.noun, Alert)}
        missing = {one.id for one in picture.alerts if one.layer == "official"} - raised
        older: list[Change] = []
        for number in range(start, 0, -1):
            if not missing:
                break
            change = publication.after(number - 1, 1)[0].change
            noun = change.fact.noun
            if isinstance(noun, Alert) and noun.id in missing and change.fact.verb == "raise":
                older.append(change)
                missing.discard(noun.id)
        return (*reversed(older), *found)

    async def _words(self, claims: Iterable[str]) -> dict[str, Quote]:
        """Find the words behind claims, as far as the public may read them now (R27)."""
        now = self._hall.clock()
        if not timedelta(0) <= now - self._quoted_at < timedelta(seconds=_QUOTES_KEPT):
            # What was deleted or redacted since goes with the rest (R29).
            self._quotes, self._quoted_at = {}, now
        wanted = [one for one in claims if self._hall.publication.quotable(one)]
        missing = [one for one in wanted if one not in self._quotes]
        for claim, report in await self._hall.evidence(missing) if missing else ():
            self._quotes[claim.id] = Quote(
                source=claim.source,
                quote=" … ".join(one.quote for one in claim.evidence)[:_QUOTED],
                stated_at=report.stated_at,
                url=report.url,
            )
        return {one: self._quotes[one] for one in wanted if one in self._quotes}

    async def sitrep_page(self, request: Request) -> Response:
        """Answer with the situation report as a page."""
        try:
            asked = asked_of(request, self._hall)
        except Refusal as refusal:
            return self._sorry(request, refusal)
        query = {"area": asked.area.code} if asked.area else {}
        query |= {name: iso(at) for name in ("known_at", "since") if (at := getattr(asked, name))}
        frame = msgspec.structs.replace(
            self._frame(request),
            path="/sitrep",
            past=asked.known_at,
            query=f"&{urlencode(query)}" if query else "",
        )

        async def make() -> bytes:
            report = await self.report(asked)
            words = bundled(asked.lang)
            forms = [
                (
                    form.upper() if form != "md" else "Markdown",
                    f"/sitrep.{form}?{urlencode(query | _in(asked))}",
                )
                for form in ("pdf", "md", "json")
            ]
            kept = {name: value for name, value in query.items() if name != "since"} | _in(asked)
            data = [(name, f"/exports/{name}?{urlencode(kept)}") for name in _EXPORTS]
            return render(
                "sitrep_page.html",
                msgspec.structs.replace(frame, now=report.known_at),
                r=report,
                say=phrases(asked.lang).say,
                when=lambda at: words.when(at, report.known_at),
                forms=forms,
                data=data,
                **linked(report),
            ).encode()

        key = ("page", frame.chosen, frame.kiosk)
        extra = {name: value for name, value in page_headers().items() if name != "Cache-Control"}
        return await self._answer(request, asked, key, make, kind="text/html; charset=utf-8", extra=extra)

    def _sorry(self, request: Request, refusal: Refusal) -> Response:
        """Say on a page what was wrong, in the reader's words where the catalogue has them."""
        frame = self._frame(request, plain=True)
        keys = {"lang": ("lang", "lang"), "area": ("area", "code")}
        where = refusal.problem.where.split(" ", maxsplit=1)[0]
        name, slot = keys.get(where, ("time", "value"))
        why = frame.words.say(f"missing.{name}", **{slot: request.query_params.get(where, "")[:40]})
        body = render("missing.html", frame, why=why).encode()
        told = {**page_headers(), "Content-Type": "text/html; charset=utf-8"}
        return Response(body, refusal.status, told)

    def sitrep_as(self, form: str) -> Callable[[Request], Awaitable[Response]]:
        """Give what answers with the situation report in a form."""

        async def answer(request: Request) -> Response:
            asked = asked_of(request, self._hall)

            async def make() -> bytes:
                report = await self.report(asked)
                if form == "md":
                    return to_markdown(report).encode()
                if form == "pdf":
                    return await asyncio.to_thread(to_pdf, report)
                return encode(self._marked(_addressed(report)))

            return await self._answer(request, asked, (form,), make, kind=_KINDS[form], extra={})

        return answer

    def chart(self, name: str) -> Callable[[Request], Awaitable[Response]]:
        """Give what answers with one chart of the report as a drawing, for a newsroom's own page."""

        async def answer(request: Request) -> Response:
            asked = asked_of(request, self._hall)

            async def make() -> bytes:
                report = await self.report(asked)
                drawn = next((each.svg for each in report.charts if each.name == name), None)
                if drawn is None:
                    raise Refusal(404, name, "there is nothing to draw", "Ask again when something is known.")
                return drawn.encode()

            extra = {"Content-Security-Policy": "default-src 'none'"}
            return await self._answer(
                request, asked, ("chart", name), make, kind="image/svg+xml", extra=extra
            )

        return answer

    def _marked(self, told: dict[str, Any]) -> dict[str, Any]:
        if self._hall.settings.demo:
            told["demo"] = True
        if self._hall.settings.exercise:
            told["exercise"] = True
        return told

    # --- exports

    def export(self, name: str) -> Callable[[Request], Awaitable[Response]]:
        """Give what answers with a table of the public record, each row with its provenance."""
        form = name.rpartition(".")[2]

        async def answer(request: Request) -> Response:
            asked = asked_of(request, self._hall)
            settings = self._hall.settings
            mode = "exercise-" if settings.exercise else "demo-" if settings.demo else ""
            extra = {"Content-Disposition": f'attachment; filename="{mode}{name}"'}

            async def make() -> bytes:
                places = self._hall.world.places
                picture = (await self._hall.view(None, asked.known_at)).picture
                if asked.area is not None:
                    picture = within(picture, asked.area.code, places.covers)
                if name == "attacks.json":
                    return await self._attacks(asked, picture)
                if name == "incidents.csv":
                    return incidents_csv(picture, asked.lang, self._names.weapons).encode()
                if name == "ledger.csv":
                    return ledger_csv(picture, places.ref, asked.lang).encode()
                made = incidents_geojson(
                    picture, places.position, self._names.register, asked.lang, self._names.weapons
                )
                return encode(self._marked(msgspec.json.decode(made)))

            return await self._answer(request, asked, (name,), make, kind=_KINDS[form], extra=extra)

        return answer

    async def _attacks(self, asked: Asked, picture: Picture) -> bytes:
        """Tell each attack from its first alert to those it hurt, as far as all that is public."""
        places = self._hall.world.places
        known_at = asked.known_at or self._hall.clock()
        changes = await asyncio.to_thread(self._changes, known_at, None, picture)
        made = attacks(picture, changes, places)
        return encode(self._marked({"known_at": plain(self._as_of(known_at)), "attacks": plain(made)}))

    # --- the live-updates feed

    def feed(self, form: str) -> Callable[[Request], Awaitable[Response]]:
        """Give what answers with the live-updates feed."""

        async def answer(request: Request) -> Response:
            asked = asked_of(request, self._hall)
            if asked.known_at is not None or asked.since is not None:
                where = "known_at" if asked.known_at is not None else "since"
                raise Refusal(400, where, "a live feed has no past", "Ask /sitrep, or /story?known_at=.")

            async def make() -> bytes:
                news = await asyncio.to_thread(self._news, asked.area)
                words = bundled(asked.lang)
                because = (claim for one in reversed(news) for claim in one.change.fact.because)
                quotes = await self._words(tuple(dict.fromkeys(because))[:MOST_QUOTES])
                named = {claim: self._called(quote, asked.lang) for claim, quote in quotes.items()}
                told = live.entries(
                    news, names=self._names, words=words, quotes=named, ref=self._hall.world.places.ref
                )
                area = {"area": asked.area.code} if asked.area else {}
                query = urlencode({"lang": asked.lang} | area)
                head = live.Masthead(base=self._base, query=f"?{query}", notice=self._notice(asked.lang))
                write = live.atom if form == "atom" else live.blog
                return write(told, head=head, words=words, now=self._hall.clock())

            return await self._answer(request, asked, (form, "live"), make, kind=_KINDS[form], extra={})

        return answer

    def _news(self, area: AreaRef | None) -> list[live.News]:
        publication = self._hall.publication
        while batch := publication.after(self._chronicle.after, 5_000):
            self._chronicle.hear(one.change for one in batch)
        covers = self._hall.world.places.covers
        kept = [one for one in self._chronicle.news if area is None or _touches(one, area.code, covers)]
        # A stroke that touches many areas is one entry of many changes.
        return kept if len(kept) <= live.LIMIT * 10 else kept[-live.LIMIT * 10 :]

    def _called(self, quote: Quote, lang: str) -> Quote:
        known = self._names.register.get(quote.source)
        return msgspec.structs.replace(quote, source=clean(known.called(lang))) if known else quote

    # --- answering

    async def _answer(
        self,
        request: Request,
        asked: Asked,
        key: tuple[object, ...],
        make: Callable[[], Awaitable[bytes]],
        *,
        kind: str,
        extra: Mapping[str, str],
    ) -> Response:
        key = (*key, *asked.key)
        made = self._fresh(key)
        if made is None:
            turn = self._turns["paper" if kind == _KINDS["pdf"] else "past" if asked.known_at else "now"]
            if turn.waiting >= _WAITING:
                raise BusyError(request.url.path, "too many ask at once", "Ask again in a few seconds.")
            turn.waiting += 1
            try:
                async with turn.free:
                    made = self._fresh(key) or await self._make(key, make)
            finally:
                turn.waiting -= 1
        told = {
            **extra,
            "Cache-Control": f"public, max-age={FRESH}",
            "ETag": made.etag,
            "Vary": "Accept-Encoding, Accept-Language",
            "X-Content-Type-Options": "nosniff",
            "Access-Control-Allow-Origin": "*",
        }
        if etag_matches(request.headers.get("if-none-match", ""), made.etag):
            return Response(status_code=304, headers=told)
        body = made.body
        if len(body) >= _GZIP_FROM and "gzip" in request.headers.get("accept-encoding", ""):
            body = gzip.compress(body, 5, mtime=0)
            told |= {"Content-Encoding": "gzip", "ETag": f"W/{made.etag}"}
        return Response(body, headers={**told, "Content-Type": kind})

    def _fresh(self, key: tuple[object, ...]) -> Made | None:
        made = self._made.get(key)
        if made is None or made.number != self._hall.publication.last:
            return None
        return made if timedelta(0) <= self._hall.clock() - made.at < timedelta(seconds=FRESH) else None

    async def _make(self, key: tuple[object, ...], make: Callable[[], Awaitable[bytes]]) -> Made:
        number, at = self._hall.publication.last, self._hall.clock()
        body = await make()
        made = self._made[key] = Made(number, at, body, strong_etag(body))
        self._made.move_to_end(key)
        while len(self._made) > _KEPT:
            self._made.popitem(last=False)
        return made


def _in(asked: Asked) -> dict[str, str]:
    return {"lang": asked.lang}


def _sentences(report: Sitrep) -> Iterable[tuple[str, ...]]:
    for part in (report.highlights, *(part.sentences for part in report.parts)):
        yield from (each.claims for each in part)
    yield from (each.claims for each in report.figures)


def _addressed(report: Sitrep) -> dict[str, Any]:
    """Return the report as JSON values, each sentence and figure with its permalink."""
    told: dict[str, Any] = plain(report)
    marks = fragments(report)
    parts = {"top": told["highlights"], "figure": told["figures"]}
    parts |= {part["name"]: part["sentences"] for part in told["parts"]}
    for name, rows in parts.items():
        for row, mark in zip(rows, marks[name], strict=True):
            row["permalink"] = permalink(report, mark)
    return told


def _touches(news: live.News, code: str, covers: Callable[[str, str], bool]) -> bool:
    """Whether a change speaks of an area, what lies in it or, for an alert, what holds it; or of no area."""
    spoken = areas_of(news.change.fact)
    above = isinstance(news.change.fact.noun, Alert)
    return not spoken or any(covers(code, one) or (above and covers(one, code)) for one in spoken)


# --- what there is ------------------------------------------------------------------------

_EXPORTS = ("incidents.csv", "incidents.geojson", "ledger.csv", "attacks.json")
_CHARTS = {
    "map": "map of where effects are reported",
    "alerts": "alarms, explosions and effects by time",
    "people": "people killed and hurt over time",
    "attack": "totals launched and shot down, by source",
}
_AREA = Parameter("area", "Keep to one area, by its code.")
_LANG = Parameter("lang", "uk, ru or en; what the browser asks for where it is missing.")
_KNOWN = Parameter("known_at", "As it was known at this moment; now where it is missing.")
_SINCE = Parameter("since", "Add what changed after this moment.")
_ANSWERS = {
    "200": "the answer",
    "304": "you have it",
    "400": "a time that is none",
    "404": "no such area or language, or nothing to draw",
    "503": "too many ask at once",
}


def endpoints(hall: Hall, base: str) -> tuple[Endpoint, ...]:
    """Return every way to what newsrooms take, for the routes and for the OpenAPI document alike."""
    room = Newsroom(hall, base)
    told = (_AREA, _LANG, _SINCE, _KNOWN)
    made = [
        ("/sitrep", room.sitrep_page, "The situation report as a page.", told, "text/html"),
        *(
            (f"/sitrep.{form}", room.sitrep_as(form), f"The situation report as {name}.", told, _KINDS[form])
            for form, name in (("md", "Markdown"), ("json", "JSON"), ("pdf", "PDF"))
        ),
        *(
            (
                f"/sitrep/{name}.svg",
                room.chart(name),
                f"The report's {does} as a drawing.",
                told,
                "image/svg+xml",
            )
            for name, does in _CHARTS.items()
        ),
        *(
            (
                f"/exports/{name}",
                room.export(name),
                does,
                (_AREA, _LANG, _KNOWN),
                _KINDS[name.rpartition(".")[2]],
            )
            for name, does in zip(
                _EXPORTS,
                (
                    "Incidents with their provenance, a row each.",
                    "Incidents with their provenance as GeoJSON, at the centres of their areas.",
                    "Every ledger line with its provenance, a row each.",
                    "Each attack with its alerts, threats, totals, incidents and people hurt.",
                ),
                strict=True,
            )
        ),
        ("/live.atom", room.feed("atom"), "Live updates as an Atom feed.", (_AREA, _LANG), _KINDS["atom"]),
        ("/live.json", room.feed("ld"), "Live updates as a LiveBlogPosting.", (_AREA, _LANG), _KINDS["ld"]),
    ]
    return tuple(
        Endpoint(
            method="GET",
            path=path,
            handler=_refusing(handler),
            does=does,
            answers=_ANSWERS,
            parameters=parameters,
            media=kind.partition(";")[0],
        )
        for path, handler, does, parameters, kind in made
    )


def _refusing(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Answer a refusal in our shape wherever the route is mounted."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except Refusal as refusal:
            return refusal_answer(refusal)

    return answer
