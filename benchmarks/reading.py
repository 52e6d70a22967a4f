"""How fast reports are read, beside our own floor and the peers that exist.

    python benchmarks/reading.py [--peers PYTHON] [--seconds 5] [--profile]

Reads the messages of the corpus's development half (short ones; articles apart)
and prints, for each approach in one run: messages a second of processor time on
one core, p50 and p99 of a message, start-up, memory. The floor is our own
normalise-and-tokenise step. Peers (``aerial-danger`` 0.4.1 with all its
regions, spaCy's PhraseMatcher over our place forms and phrases) run in a process
of their own under ``--peers``, a Python that has them; a peer that is missing
is named aloud. Last, texts ten times and a hundred times as long.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AT = datetime(2026, 2, 22, 1, 0, tzinfo=UTC)

AERIAL = """
import json, sys, time
from aerial_danger import DangerDetector
from aerial_danger.location_presets import LOCATION_PRESETS as P
texts = json.load(sys.stdin)
start = time.process_time()
regions = [p for r in P.values() for p in r.patterns]
towns = [p for r in P.values() for l in r.localities.values() for p in l.patterns]
detector = DangerDetector(regions=regions, localities=towns)
detector.danger(texts[0])
ready = time.process_time() - start
spent, done = [], 0
limit = time.process_time() + 60
for text in texts:
    begin = time.process_time()
    detector.danger(text)
    spent.append(time.process_time() - begin)
    if time.process_time() > limit:
        break
print(json.dumps({"spent": spent, "start": ready}))
"""

SPACY = """
import json, sys, time
import spacy
from spacy.matcher import PhraseMatcher
given = json.load(sys.stdin)
start = time.process_time()
nlp = spacy.blank("uk")
matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
matcher.add("form", list(nlp.tokenizer.pipe(given["forms"])))
ready = time.process_time() - start
spent = []
for text in given["texts"]:
    begin = time.process_time()
    matcher(nlp.make_doc(text))
    spent.append(time.process_time() - begin)
print(json.dumps({"spent": spent, "start": ready}))
"""


def texts() -> tuple[list[str], list[str]]:
    """Messages and articles of the corpus's development half."""
    short: list[str] = []
    long: list[str] = []
    for file in sorted((ROOT / "tests" / "corpus").glob("*/*.dev.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            text = json.loads(line)["text"]
            (long if file.name.startswith("articles") else short).append(text)
    return short, long


def show(name: str, spent: list[float], start: float, note: str = "") -> None:
    spent = sorted(spent)
    count = len(spent)
    speed = count / max(sum(spent), 1e-9)
    p50, p99 = spent[count // 2] * 1e6, spent[int(count * 0.99)] * 1e6
    print(
        f"{name:34} {speed:10,.0f}/s  p50 {p50:8,.0f} µs  p99 {p99:8,.0f} µs  start {start * 1000:8,.0f} ms  {note}"
    )


def timed(call, items: list, seconds: float) -> list[float]:
    for item in items:
        call(item)
    spent: list[float] = []
    limit = time.process_time() + seconds
    while time.process_time() < limit:
        for item in items:
            begin = time.process_time()
            call(item)
            spent.append(time.process_time() - begin)
    return spent


def peer(python: str | None, name: str, program: str, given: object) -> None:
    if python is None:
        print(f"{name:34} not run: no --peers PYTHON was named")
        return
    done = subprocess.run(
        [python, "-c", program], input=json.dumps(given), capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"{name:34} not run: {done.stderr.strip().splitlines()[-1]}")
        return
    result = json.loads(done.stdout)
    show(name, result["spent"], result["start"], f"over {len(result['spent'])} messages")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--peers")
    options.add_argument("--seconds", type=float, default=5)
    options.add_argument("--profile", action="store_true")
    given = options.parse_args()
    sys.path.insert(0, str(ROOT / "src"))
    from tocsin.config.world import load_gazetteer, load_world
    from tocsin.model import Report, Source
    from tocsin.reading import Reader
    from tocsin.reading.normalise import tokenise

    load_gazetteer()  # compiled once; the start below is a warm one
    begin = time.process_time()
    world = load_world()
    start = time.process_time() - begin
    watch = Source(id="watch", name="watch", kind="monitoring-channel", home="UA80000000000093317")
    paper = Source(id="paper", name="paper", kind="media")
    reader = Reader(world.lexicon, load_gazetteer(), {**world.register, "watch": watch, "paper": paper})
    short, long = texts()
    words = sum(len(text.split()) for text in short) / len(short)
    print(f"{len(short)} messages, {words:.1f} words on the mean; {len(long)} articles")
    reports = [Report(id=str(n), source="watch", text=text, stated_at=AT) for n, text in enumerate(short)]
    show("floor: normalise and tokenise", timed(tokenise, short, given.seconds), 0.0)
    show("tocsin: text to claims", timed(reader.read, reports, given.seconds), start)
    article = "\n\n".join(long)
    part = " ".join(article.split(" ")[:700])
    spent = timed(reader.read, [Report(id="a", source="paper", text=part, stated_at=AT)], given.seconds)
    show("tocsin: an article of 700 words", spent, start)
    peer(given.peers, "aerial-danger 0.4.1, all regions", AERIAL, short)
    phrases = [" ".join(w.names.values()) for w in world.weapons.values()]
    forms = phrases + [
        name for code in load_gazetteer().first_level() for name in _names(load_gazetteer(), code)
    ]
    peer(given.peers, f"spaCy PhraseMatcher, {len(forms):,} forms", SPACY, {"forms": forms, "texts": short})
    for times in (1, 10, 100):
        text = (part + "\n\n") * times
        text = text[:1_000_000]
        begin = time.process_time()
        reader.read(Report(id="x", source="paper", text=text, stated_at=AT))
        print(f"{len(text):>10,} characters: {time.process_time() - begin:7.3f} s")
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    if given.profile:
        import cProfile
        import pstats

        with cProfile.Profile() as profile:
            for report in reports:
                reader.read(report)
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)


def _names(places, code: str) -> list[str]:
    """The names of an area and of all that it holds."""
    found: list[str] = []
    waiting = [code]
    while waiting:
        at = waiting.pop()
        area = places.area(at)
        found.extend(area.names.values())
        waiting.extend(places.children(at))
    return found


if __name__ == "__main__":
    main()
