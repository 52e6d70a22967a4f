"""Commands for who may sit at the duty desk: users add, list, role, disable, enable, reset."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tocsin.cli.door import fail

if TYPE_CHECKING:
    from datetime import datetime

    from tocsin.config import Settings
    from tocsin.outlets.desk.accounts import Accounts

__all__ = ["COMMANDS"]

ROLES = ("viewer", "operator", "approver", "administrator")


@click.group()
@click.option("-c", "--config", help="The server's settings file: it says where accounts are kept.")
@click.option("--journal", help="The server's journal, where no settings file names it.")
@click.pass_context
def users(context: click.Context, config: str | None, journal: str | None) -> None:
    """Say who may sit at the duty desk, and as what; the server may run meanwhile."""
    from tocsin.config import Settings

    said = {"journal": journal} if journal is not None else {}
    context.obj = Settings.load(config, os.environ, **said)


def _open(settings: Settings) -> tuple[Accounts, datetime]:
    from tocsin.app import wall_clock
    from tocsin.outlets.desk.front import opened

    return opened(settings), wall_clock()


def _link(settings: Settings, token: str) -> str:
    from tocsin.outlets.desk.front import EXERCISE, LIVE

    home = (
        settings.base_url
        or f"http://{'localhost' if settings.host == '127.0.0.1' else settings.host}:{settings.port}"
    )
    return f"{home}{EXERCISE if settings.exercise else LIVE}/enrol/{token}"


def _invite(settings: Settings, name: str, token: str) -> None:
    click.echo(
        f"{name} chooses a password and takes a code here, once, within 24 hours:\n{_link(settings, token)}"
    )


@users.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="viewer", show_default=True)
@click.option(
    "--stdin", is_flag=True, help="Read the password from standard input; print the secret for codes."
)
@click.pass_obj
def add(settings: Settings, name: str, role: str, stdin: bool) -> None:
    """Make an account and print the link by which its owner takes it."""
    from tocsin.outlets.desk.accounts import CONSOLE

    accounts, now = _open(settings)
    password = sys.stdin.readline().rstrip("\r\n") if stdin else ""
    if stdin:
        from tocsin.outlets.desk.proofs import SHORTEST, named, weakness

        if weakness(password, named(name) or name) is not None:
            fail(
                "password",
                "is too short or too plain",
                f"Use {SHORTEST} characters or more, without the name.",
            )
    token = accounts.add(name, role, CONSOLE, now)
    if not stdin:
        _invite(settings, name, token)
        return
    invited = accounts.invitation(token, now)
    assert invited is not None  # noqa: S101 - made just now
    accounts.enrol(token, password, None, now)
    click.echo(invited.uri)


@users.command(name="list")
@click.pass_obj
def list_(settings: Settings) -> None:
    """Print everybody, with role and when they last signed in."""
    from tocsin.outlets.desk.front import accounts_file

    kept = accounts_file(settings)
    if not any(Path(name).exists() for name in (kept, settings.journal)):
        fail(kept, "keeps no accounts, and there is no journal beside it", "Name the server's journal.")
    accounts, _ = _open(settings)
    for one in accounts.people():
        state = "disabled" if one.disabled else "" if one.enrolled else "invited"
        seen = one.seen_at.strftime("%Y-%m-%d %H:%M UTC") if one.seen_at is not None else "never"
        click.echo(f"{one.name:<24} {one.role:<14} {seen:<22} {state}".rstrip())


@users.command()
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
@click.pass_obj
def role(settings: Settings, name: str, role: str) -> None:
    """Change what somebody may do, at once."""
    from tocsin.outlets.desk.accounts import CONSOLE

    accounts, now = _open(settings)
    accounts.give_role(name, role, CONSOLE, now)


@users.command()
@click.argument("name")
@click.pass_obj
def disable(settings: Settings, name: str) -> None:
    """Keep somebody out from this moment on; their sessions end."""
    from tocsin.outlets.desk.accounts import CONSOLE

    accounts, now = _open(settings)
    accounts.allow(name, CONSOLE, now, allowed=False)


@users.command()
@click.argument("name")
@click.pass_obj
def enable(settings: Settings, name: str) -> None:
    """Let somebody in again."""
    from tocsin.outlets.desk.accounts import CONSOLE

    accounts, now = _open(settings)
    accounts.allow(name, CONSOLE, now, allowed=True)


@users.command()
@click.argument("name")
@click.pass_obj
def reset(settings: Settings, name: str) -> None:
    """Take back password, codes and passkeys of somebody who lost them, and print a new link."""
    from tocsin.outlets.desk.accounts import CONSOLE

    accounts, now = _open(settings)
    _invite(settings, name, accounts.reset(name, CONSOLE, now))


COMMANDS = (users,)
