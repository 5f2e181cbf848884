"""The command line: ``bin/wearables``, the same as ``python -m wearables``.

Exit codes: 0 done, 1 refused with one line on stderr.
"""

import importlib
import logging
import os
import sys

import click

from wearables.core.errors import WearablesError

# Each command is a click command `name` in a module that is imported only when it is asked for: the sandbox
# must not wait for Airflow's imports.
COMMANDS = {
    "enroll": "wearables.cli.athletes",
    "athletes": "wearables.cli.athletes",
    "offboard": "wearables.cli.athletes",
    "roster": "wearables.cli.athletes",
    "validate": "wearables.cli.integration",
    "migrate": "wearables.cli.warehouse",
    "rotate-keys": "wearables.cli.warehouse",
    "dictionary": "wearables.cli.warehouse",
    "sql": "wearables.cli.sql",
    "sandbox": "wearables.sandbox.command",
    "local": "wearables.local.command",
}


class Commands(click.Group):
    """Finds a command's module by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        return getattr(importlib.import_module(COMMANDS[cmd_name]), cmd_name.replace("-", "_"))


@click.command(cls=Commands)
def wearables() -> None:
    """Athletes' WHOOP data in a warehouse the team owns."""


def main() -> None:
    """Run a command; a refusal is one line on stderr and exit code 1."""
    # Outside a task, this is what lets Airflow read connections from its own database.
    os.environ.setdefault("_AIRFLOW_PROCESS_CONTEXT", "server")
    # Airflow logs to stdout, where a command prints its answer: only trouble may come in between.
    logging.getLogger("wearables").setLevel(logging.WARNING)
    try:
        wearables(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.Abort:
        refuse("Interrupted.")
    except click.ClickException as error:
        refuse(error.format_message())
    except WearablesError as error:
        refuse(str(error))


def refuse(sentence: str) -> None:
    """Say why on stderr and exit with 1."""
    print(sentence, file=sys.stderr)
    sys.exit(1)
