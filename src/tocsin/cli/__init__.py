"""The command line.

Every command exits 0 when it did its work, 1 when what it checked falls short,
2 when it was called wrongly or its input cannot be read.

Errors say where, what and remedy on standard error; there are no tracebacks. Rooms
are imported by the command that needs them, so that ``tocsin read`` starts fast.
"""

from __future__ import annotations

import sys
from contextlib import suppress

import click

from tocsin.cli.checking import COMMANDS as CHECKING
from tocsin.cli.door import tell
from tocsin.cli.looking import COMMANDS as LOOKING
from tocsin.cli.scoring import COMMANDS as SCORING
from tocsin.cli.serving import COMMANDS as SERVING
from tocsin.cli.users import COMMANDS as USERS

__all__ = ["cli", "main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="tocsin")
def cli() -> None:
    """Air-raid warnings and the record of strikes, each traceable to the words that said it."""


for command in (*SERVING, *USERS, *LOOKING, *SCORING, *CHECKING):
    cli.add_command(command)


def _doors() -> tuple[type[Exception], ...]:
    """The four operating failures, as far as their rooms were entered at all."""
    found = []
    for room, name in (
        ("tocsin.config.errors", "SettingsError"),
        ("tocsin.journal.errors", "JournalError"),
        ("tocsin.sources", "SourceError"),
        ("tocsin.outlets.errors", "OutletError"),
    ):
        module = sys.modules.get(room)
        if module is not None and hasattr(module, name):
            found.append(getattr(module, name))
    return tuple(found)


def main() -> None:
    """Run a command; what fails at a door is told in one line a problem, and ends with 2."""
    try:
        cli.main(prog_name="tocsin", standalone_mode=False)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except BrokenPipeError:
        with suppress(OSError):
            sys.stdout.close()
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if not isinstance(error, _doors()):
            raise
        problems = getattr(error, "problems", None)
        if problems:
            tell(problems)
        else:
            click.echo(f"tocsin: {error}", err=True)
        sys.exit(2)
