"""Settings: frozen, from file, environment and command line, with all problems at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tocsin.config import DECLARED, Feed, Key, Mount, Settings, SettingsError, parse_register

DOCS = Path(__file__).parent.parent / "docs" / "settings.md"


def toml(path: Path, text: str) -> Path:
    file = path / "tocsin.toml"
    file.write_text(text, "utf-8")
    return file


def test_nothing_said_is_a_server_on_this_machine() -> None:
    settings = Settings.load()
    assert settings == Settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 8420)


def test_every_declared_setting_is_a_field_with_the_same_default() -> None:
    settings = Settings()
    assert {s.name: s.default for s in DECLARED} == {s.name: getattr(settings, s.name) for s in DECLARED}


def test_every_setting_is_told_in_the_documentation() -> None:
    text = DOCS.read_text("utf-8")
    assert [s.name for s in DECLARED if f"`{s.name}`" not in text or f"`{s.variable}`" not in text] == []


def test_the_command_line_wins_over_the_environment_over_the_file(tmp_path: Path) -> None:
    file = toml(tmp_path, 'port = 1\nhost = "127.0.0.2"\nlanguage = "en"\n')
    settings = Settings.load(file, {"TOCSIN_PORT": "2", "TOCSIN_HOST": "127.0.0.3", "PATH": "/bin"}, port=3)
    assert (settings.port, settings.host, settings.language) == (3, "127.0.0.3", "en")


def test_paths_of_a_file_are_relative_to_it(tmp_path: Path) -> None:
    file = toml(
        tmp_path,
        'journal = "data/j.db"\nsources = "/etc/s.toml"\n'
        '[[feeds]]\nkind = "jsonl"\nsource = "a"\npath = "in.jsonl"\n'
        '[[feeds]]\nkind = "feed"\nsource = "b"\nurl = "https://example.org/rss"\nevery = "5m"\n',
    )
    settings = Settings.load(file)
    assert settings.journal == str(tmp_path / "data" / "j.db")
    assert settings.sources == "/etc/s.toml"
    assert settings.feeds == (
        Feed(kind="jsonl", source="a", at=str(tmp_path / "in.jsonl"), every=60),
        Feed(kind="feed", source="b", at="https://example.org/rss", every=300),
    )
    assert Settings.load(file, journal="here.db").journal == "here.db"


def test_keys_and_dialects_are_tables(tmp_path: Path) -> None:
    file = toml(
        tmp_path,
        '[keys.channel]\nbearer = "0123456789abcdef"\n[keys.mayor]\nhmac = "fedcba9876543210"\n'
        '[dialects."alerts.in.ua"]\npath = "/alerts.in.ua/"\n'
        '[dialects.ukrainealarm]\npath = ""\ntokens = ["0123456789abcdef"]\n',
    )
    settings = Settings.load(file)
    assert settings.keys == {"channel": Key(bearer="0123456789abcdef"), "mayor": Key(hmac="fedcba9876543210")}
    assert settings.dialects == (
        Mount(dialect="alerts.in.ua", path="/alerts.in.ua"),
        Mount(dialect="ukrainealarm", path="", tokens=("0123456789abcdef",)),
    )
    assert "0123456789abcdef" not in repr(settings) + repr(settings.keys) + repr(settings.dialects)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    file = toml(
        tmp_path,
        'port = 99999\nhost = "0.0.0.0"\nopen = true\ncolour = "red"\nheartbeat = "soon"\nlanguage = "xx"\n'
        'demo = true\nexercise = true\ndesk_token = "short"\n'
        '[keys.a]\nbearer = "x"\n[[feeds]]\nkind = "gopher"\n[dialects.klingon]\npath = "/"\n',
    )
    with pytest.raises(SettingsError) as refused:
        Settings.load(file, {"TOCSIN_RATE": "many", "TOCSIN_COLOUR": "red"})
    told = str(refused.value)
    for where in (
        "port",
        "open",
        "colour",
        "heartbeat",
        "language",
        "demo",
        "desk_token",
        "keys.a",
        "feeds[1]",
        "dialects.klingon",
        "TOCSIN_RATE",
        "TOCSIN_COLOUR",
    ):
        assert where in told
    assert len(refused.value.problems) == 12
    assert all(one.where and one.what and one.remedy for one in refused.value.problems)
    assert all((refused.value.where, refused.value.what, refused.value.remedy))


@pytest.mark.parametrize(
    ("content", "what"), [(b"port = ", "no TOML"), (b"\xff\xfe", "not UTF-8"), (None, "cannot be read")]
)
def test_a_file_that_cannot_be_read_says_so(tmp_path: Path, content: bytes | None, what: str) -> None:
    file = tmp_path / "tocsin.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=what):
        Settings.load(file)


def test_open_is_for_this_machine_alone() -> None:
    for host in ("127.0.0.1", "::1", "localhost"):
        assert Settings.load(host=host, open=True).open
    for host in ("0.0.0.0", "::", "192.0.2.1", "example.org"):  # noqa: S104 - these are refused
        with pytest.raises(SettingsError, match="not this machine"):
            Settings.load(host=host, open=True)


def test_two_sources_never_share_a_key(tmp_path: Path) -> None:
    file = toml(tmp_path, '[keys.a]\nbearer = "0123456789abcdef"\n[keys.b]\nbearer = "0123456789abcdef"\n')
    with pytest.raises(SettingsError, match="share one bearer"):
        Settings.load(file)


def test_a_register_names_its_sources() -> None:
    sources, problems = parse_register(
        '[mayor]\nname = "Міський голова"\nkind = "authority"\nreliability = "B"\naliases = ["Іван"]\n'
        'fresh_for = "24h"\ndeclares = ["UA"]\ntimezone = "Europe/Kyiv"\n',
        "sources.toml",
    )
    assert problems == ()
    mayor = sources["mayor"]
    assert (mayor.id, mayor.reliability, mayor.fresh_for) == ("mayor", "B", 86400)
    assert mayor.aliases == ("Іван",)


def test_a_wrong_field_is_told_and_leaves_its_row_standing() -> None:
    sources, problems = parse_register(
        'loose = 1\n[a]\nkind = "oracle"\nreliability = "Z"\ntimezone = "Mars/Base"\nfresh_for = "often"\n'
        'aliases = "one"\nweight = 3\n[b]\nname = "B"\naliases = ["Б"]\n[c]\nname = "C"\naliases = ["б"]\n',
        "s.toml",
    )
    assert sorted(sources) == ["a", "b", "c"]
    assert sources["a"].reliability == "F"
    told = [f"{one.where} {one.what}" for one in problems]
    for word in (
        "loose",
        "kind",
        "reliability",
        "timezone",
        "fresh_for",
        "aliases",
        "weight",
        "no name",
        "shares",
    ):
        assert any(word in one for one in told), word


def test_a_register_that_is_no_toml_is_a_problem() -> None:
    sources, problems = parse_register("[a\n", "s.toml")
    assert sources == {}
    assert "no TOML" in problems[0].what


def test_the_desk_is_set_in_a_table_of_its_own(tmp_path):
    file = tmp_path / "tocsin.toml"
    file.write_text('[desk]\naccounts = "people.db"\nidle = "10m"\n')
    desk = Settings.load(file, {}).desk
    assert (desk.accounts, desk.idle, desk.longest) == (str(tmp_path / "people.db"), 600.0, 14 * 3600.0)


def test_a_desk_that_is_set_wrongly_is_told_at_once(tmp_path):
    file = tmp_path / "tocsin.toml"
    file.write_text('[desk]\nidle = "soon"\nlongest = "0s"\nlocks = 3\n')
    with pytest.raises(SettingsError) as caught:
        Settings.load(file, {})
    (problem,) = caught.value.problems
    assert problem.what == "has wrong fields: locks, idle, longest"
