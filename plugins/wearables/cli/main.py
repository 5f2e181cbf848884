"""The command line: ``bin/wearables``, or ``python -m wearables``.

Exit codes: 0 for success, 1 for an error, with one line on stderr.
"""

import importlib
import logging
import os
import sys
from importlib.util import find_spec

import click

from wearables.core.errors import WearablesError

# Each command is a click command of the same name. Its module is imported only when it is needed, so that the sandbox
# starts without importing Airflow.
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
}
ALIASES = {"enrol": "enroll"}
# Only in a checkout: an installation for production does not contain this code.
DEVELOPMENT = {"sandbox": "wearables_dev.sandbox.command", "local": "wearables_dev.local.command"}


class Commands(click.Group):
    """A group that imports the module of a command only when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the installed commands."""
        return [*COMMANDS, *(DEVELOPMENT if find_spec("wearables_dev") else ())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name. Raises UsageError if its package is not installed."""
        cmd_name = ALIASES.get(cmd_name, cmd_name)
        if cmd_name in DEVELOPMENT and not find_spec("wearables_dev"):
            raise click.UsageError(
                f'"{cmd_name}" is a development command and is not part of this installation. Use it in a checkout.'
            )
        module = (COMMANDS | DEVELOPMENT).get(cmd_name)
        return getattr(importlib.import_module(module), cmd_name.replace("-", "_")) if module else None


@click.command(cls=Commands)
def wearables() -> None:
    """Manage athletes' WHOOP data in a warehouse that your team owns."""


def main() -> None:
    """Run a command. An error is one line on stderr and exit code 1."""
    # Let Airflow read connections from its own database outside a task.
    os.environ.setdefault("_AIRFLOW_PROCESS_CONTEXT", "server")
    # Airflow logs to stdout, which is for the command's output: log warnings and errors only.
    logging.getLogger("wearables").setLevel(logging.WARNING)
    try:
        wearables(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.Abort:
        fail("Interrupted.")
    except click.ClickException as error:
        fail(error.format_message())
    except WearablesError as error:
        fail(str(error))


def fail(message: str) -> None:
    """Print the message on stderr and exit with 1."""
    print(message, file=sys.stderr)
    sys.exit(1)
